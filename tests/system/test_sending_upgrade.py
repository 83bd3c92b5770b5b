"""Stories of a database that release 0006 filled: what it left in every state is sent once or stays as it ended, beside what is new."""
import hashlib
import json
import pathlib
import time

import pytest
from conftest import ROOT, System, until
from test_sending import KernelsPort, Sink, WELCOME, ended, request, sent, settings, told

RELEASED = 6
STATES = {"queued": 0, "held": 1, "waiting_for_digest": 2, "sending": 3, "sent": 4, "dropped": 5, "failed": 6, "expired": 7, "collapsed": 8, "digested": 9}

# How the sender of release 0006 takes an intent: the lease's end is the due time, and the column beside it is not known to it.
OLD_CLAIM = """
UPDATE analytics.notifications SET status = 3, fence = fence + 1, due_at = clock_timestamp() + interval '1 second'
WHERE notification_id = %s AND status IN (0, 1) RETURNING notification_id"""


def go_back(system):
    """The schema of release 0006 in place of ours, with a template and a member."""
    files = sorted((pathlib.Path(ROOT) / "sql/migrations").glob("*.sql"))[:RELEASED]
    connection = system.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'ae\\_%' AND usename <> current_user")
        cursor.execute("DROP SCHEMA analytics CASCADE")
        for number, file in enumerate(files, 1):
            cursor.execute(file.read_text())
            if number == 1:
                cursor.execute("CREATE TABLE analytics.schema_migrations (version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
                               " applied_at timestamptz NOT NULL DEFAULT clock_timestamp())")
            cursor.execute("INSERT INTO analytics.schema_migrations VALUES (%s, %s, %s)",
                           (number, file.stem, hashlib.sha256(file.read_bytes()).hexdigest()))
        cursor.execute("INSERT INTO analytics.notification_templates (name, version, document, created_by) VALUES ('welcome', 1, %s, 'x')", (json.dumps(WELCOME),))
    connection.close()


def identity(name, made=int(time.time() * 1000)):
    """A ULID of an hour ago, always the same for a name: what is older than a year would be deleted."""
    number = (made - 3600000) << 80 | int(hashlib.sha256(name.encode()).hexdigest()[:20], 16)
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> shift & 31] for shift in range(125, -1, -5))


def leave(system, name, state, due="-1 hour", **more):
    """An intent as release 0006 has it; its member is called as it is."""
    row = {"notification_id": identity(name), "member_id": name, "status": STATES[state], "priority": 1, "category": "account", "template": "welcome",
           "template_version": 1, "variables": '{"points": 7}', "client": "old", "fence": 2 if state == "sending" else 0, **more}
    system.sql("INSERT INTO analytics.notification_preferences (member_id, profile) VALUES (%s, %s) ON CONFLICT DO NOTHING",
               name, json.dumps({"email": f"{name}@example.org", "name": "Ada Byron", "locale": "en", "time_zone": "UTC", "consents": {"marketing": True}}))
    system.sql(f"INSERT INTO analytics.notifications ({', '.join(row)}, created_at, due_at) VALUES ({', '.join(['%s'] * len(row))},"
               " now() - interval '1 hour', now() + %s::interval)", *row.values(), due)
    system.sql("INSERT INTO analytics.notification_logs (member_id, notification_id, what) VALUES (%s, %s, 'queued')", name, row["notification_id"])
    return row["notification_id"]


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory):
    """A system on the schema of today, with what release 0006 left; and the mails that it sends."""
    sink = Sink()
    controller = KernelsPort(sink, hostname="127.0.0.1", port=0, server_hostname="sink.example.org")
    controller.start()
    system = System(*settings(tmp_path_factory.mktemp("secrets"), controller.port))
    try:
        go_back(system)
        for state in ("queued", "held", "sending", "sent", "dropped", "expired", "collapsed", "digested", "failed"):
            leave(system, state, state, **({"sent_at": "2026-01-01"} if state == "sent" else {}))
        leave(system, "under_lease", "sending", due="4 seconds")
        leave(system, "later", "held", due="1 day")
        leave(system, "crowned", "queued", dedup_key="milestones\n/tests\nonce")
        leave(system, "waits", "waiting_for_digest", priority=2, category="insights", variables='{"points": 11}')
        leave(system, "offered", "waiting_for_digest", priority=3, category="promotions", variables='{"points": 12}')
        system.sql("INSERT INTO analytics.notification_dead_letters (notification_id, member_id, reason, detail) VALUES (%s, 'failed', 'smtp_550', '')", identity("failed"))
        system.down()
        system.up()
        yield system, sink
    finally:
        system.remove()
        controller.stop()


@pytest.mark.parametrize("name", ["queued", "held", "sending", "under_lease", "crowned"])
def test_what_was_open_is_sent_once(upgraded, name):
    system, sink = upgraded
    done = ended(system, identity(name), "sent")
    mail, = sink.got(f"{name}@example.org")
    assert mail["Subject"] == "7 points for Ada" and identity(name) in mail["Message-ID"]
    assert [line["what"] for line in done["log"]] == ["queued", "accepted"]


@pytest.mark.parametrize("name", ["sent", "dropped", "expired", "collapsed", "digested", "later"])
def test_what_had_ended_or_is_not_due_stays(upgraded, name):
    system, sink = upgraded
    ended(system, identity("queued"), "sent")
    assert told(system, identity(name))["status"] == ("held" if name == "later" else name) and sink.got(f"{name}@example.org") == []


def test_a_dead_letter_is_tried_anew(upgraded):
    system, sink = upgraded
    assert request(system, "POST", f"/notification-dead-letters/{identity('failed')}/requeue").status == 200
    ended(system, identity("failed"), "sent")
    assert len(sink.got("failed@example.org")) == 1


@pytest.mark.parametrize("name, points", [("waits", 11), ("offered", 12)])
def test_what_waited_for_a_digest_is_in_one(upgraded, name, points):
    """Offers have a digest of their own since: its template is there in time."""
    system, sink = upgraded
    ended(system, identity(name), "digested")
    mail, = until(lambda: sink.got(f"{name}@example.org"))
    assert f"{points} points" in mail.get_body(("plain",)).get_content()


def test_an_event_that_was_told_is_not_told_again(upgraded):
    system, _ = upgraded
    with pytest.raises(Exception, match="notifications_dedup"):
        leave(system, "again", "queued", dedup_key="milestones\n/tests\nonce")


def test_an_old_sender_beside_the_new_ones(upgraded):
    """A sender of release 0006 takes an intent and dies: whoever comes after its lease sends it, and an opt-out is answered then."""
    system, sink = upgraded
    notification = leave(system, "beside", "queued", due="1 hour")
    assert system.sql(OLD_CLAIM, notification)
    until(lambda: request(system, "PATCH", "/notifications/beside/preferences", {"quiet_hours": None}, headers={"If-Match": "*"}).status == 200)
    assert told(system, notification)["status"] != "sending"
    ended(system, notification, "sent")
    assert len(sink.got("beside@example.org")) == 1


def test_new_sends_go_beside_the_old(upgraded):
    system, sink = upgraded
    ended(system, identity("queued"), "sent")
    done = ended(system, sent(system, member_id="queued"), "sent")
    assert done["attempts"] == 1 and len(sink.got("queued@example.org")) == 2


def test_a_digest_that_cannot_be_made_loses_nothing(upgraded):
    """Somebody took the digest's template out of use: what waited for it is put aside, and goes when it is requeued."""
    system, sink = upgraded
    system.sql("UPDATE analytics.notification_templates SET active = false WHERE name = 'digest'")
    notification = leave(system, "undigested", "waiting_for_digest", priority=2, category="insights")
    done = ended(system, notification, "failed")
    assert (done["reason"], done["log"][-1]["what"]) == ("no_digest", "failed")
    assert request(system, "POST", f"/notification-dead-letters/{notification}/requeue").status == 200
    ended(system, notification, "sent")
    assert len(sink.got("undigested@example.org")) == 1
    system.sql("UPDATE analytics.notification_templates SET active = true WHERE name = 'digest'")
