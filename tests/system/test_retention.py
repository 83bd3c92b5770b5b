"""What has become old is deleted, what still matters is not."""
import datetime

import pytest
from conftest import until
from test_sending import request

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KEEP = {"keep_keys": "3d", "keep_provider_events": "7d", "keep_soft_bounces": "0s", "keep_notifications": "30d"}


def ulid(days, n):
    """An id that was made so many days ago."""
    made = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    value = (int(made.timestamp() * 1000) << 80) + n
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


@pytest.fixture
def kept(make_system):
    return make_system("--instances", "2", *[w for n, v in KEEP.items() for w in ("--set", f"notification.{n}={v}")])


def put(system, days, count, status, prefix, due="now() + interval '1 year'"):
    ids = [ulid(days, n + ord(prefix) * 10000) for n in range(count)]
    system.sql(f"""INSERT INTO analytics.notifications (notification_id, member_id, status, priority, category, template, template_version, client, due_at, created_at)
                  SELECT id, %s || n %% 50, %s, 3, 'tier', 'x', 1, 'x', {due}, now() - %s * interval '1 day' FROM unnest(%s) WITH ORDINALITY t (id, n)""",
               prefix, status, days, ids)
    system.sql("""INSERT INTO analytics.notification_logs (member_id, notification_id, what)
                  SELECT member_id, notification_id, w FROM analytics.notifications, unnest(ARRAY['queued', 'decided', 'accepted']) w WHERE notification_id = ANY(%s)""", ids)
    return ids


def left(system, table="notifications", column="notification_id"):
    return {row[0] for row in system.sql(f"SELECT {column} FROM analytics.{table}")}


def test_what_is_old_goes_and_what_matters_stays(kept):
    spent = put(kept, 31, 900, 4, "s") + put(kept, 400, 100, 5, "d")
    stay = put(kept, 29, 50, 4, "y") + put(kept, 60, 20, 0, "q") + put(kept, 60, 20, 1, "h") + put(kept, 60, 20, 2, "w")
    dead = put(kept, 60, 30, 6, "x")
    kept.sql("INSERT INTO analytics.notification_dead_letters SELECT notification_id, member_id, 'x', '' FROM analytics.notifications WHERE notification_id = ANY(%s)", dead)
    kept.sql("""INSERT INTO analytics.notification_requests (client, key, fingerprint, status, body, created_at)
                SELECT 'c', 'k' || n, '', 202, '{}', now() - n * interval '1 hour' FROM generate_series(1, 2000) n""")
    kept.sql("INSERT INTO analytics.notification_engagement SELECT 'p', 'e' || n, now() - n * interval '1 hour' FROM generate_series(1, 2000) n")
    kept.sql("INSERT INTO analytics.notification_soft_bounces SELECT 0, 'x', now() - n * interval '1 day' FROM generate_series(1, 100) n")
    for i in (1, 2):   # the job runs at start, and then once a minute
        kept.kill("notification", i)
    until(lambda: len(left(kept)) == len(stay) + len(dead), 30, "the old ones' end")
    until(lambda: len(left(kept, "notification_requests", "key")) == 71 and len(left(kept, "notification_engagement", "event_id")) == 167, 30)
    assert left(kept) == set(stay) | set(dead) and not left(kept) & set(spent)
    assert left(kept, "notification_logs") == set(stay) | set(dead), "a log goes with its notification"
    assert max(int(k[1:]) for k in left(kept, "notification_requests", "key")) == 71
    assert kept.sql("SELECT count(*) FROM analytics.notification_soft_bounces") == [(100,)], "0s: for good"

    # A dead letter that was dealt with is like any other.
    kept.wait_ready()
    assert request(kept, "POST", f"/notification-dead-letters/{dead[0]}/discard", role="admin").status == 200
    kept.kill("notification", 1)
    until(lambda: len(left(kept)) == len(stay) + len(dead) - 1, 30, "the discarded one's end")
    assert dead[0] not in left(kept)
