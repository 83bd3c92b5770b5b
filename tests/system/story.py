"""What the stories about events share: delivering them, and holding projections against recomputation."""
import pathlib
import random
import sys
import threading
import time

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import recompute  # noqa: E402
import streams  # noqa: E402

NDJSON = {"Content-Type": "application/x-ndjson"}


def counts(reply):
    """(accepted, duplicate, number of rejected)."""
    assert reply.status == 202, reply
    return reply.json["accepted"], reply.json["duplicate"], len(reply.json["rejected"])


def post(system, events, **more):
    return system.post("/events", role="service", data=streams.lines(events), headers=NDJSON, **more)


def accept(system, events):
    """All are new and good, and applied when this returns."""
    assert counts(post(system, events)) == (len(events), 0, 0)
    system.wait_caught_up()


class Client:
    """A connection of its own, for a thread of its own."""

    def __init__(self, system):
        self.system, self.session = system, requests.Session()
        self.session.trust_env = False
        self.headers = {**NDJSON, "Authorization": f"Bearer {system.token('service')}"}

    def post(self, events, timeout=15):
        """The 202's document, or None: not acknowledged, whatever happened to it."""
        try:
            reply = self.session.post(f"{self.system.url}/events", data=streams.lines(events), headers=self.headers,
                                      timeout=timeout)
        except requests.RequestException:
            return None
        assert reply.status_code in (202, 408, 500, 502, 503, 504), reply.text
        return reply.json() if reply.status_code == 202 else None


def deliver(system, batches, clients=4, deadline=60):
    """Clients side by side, each takes the next batch; one that is not acknowledged is sent again. Sums up the replies."""
    end = time.monotonic() + deadline
    queue, lock, total, failed = list(reversed(batches)), threading.Lock(), {"accepted": 0, "duplicate": 0}, []

    def work():
        client = Client(system)
        while not failed:
            with lock:
                if not queue:
                    return
                batch = queue.pop()
            reply = None
            while reply is None:
                assert time.monotonic() < end, f"{len(queue)} of {len(batches)} batches left after {deadline} s"
                reply = client.post(batch)
            with lock:
                assert reply["rejected"] == [], reply["rejected"][:3]
                total["accepted"] += reply["accepted"]
                total["duplicate"] += reply["duplicate"]

    def guarded():
        try:
            work()
        except BaseException as e:
            failed.append(e)
    threads = [threading.Thread(target=guarded) for _ in range(clients)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failed:
        raise failed[0]
    return total


# --- projections -------------------------------------------------------------------------------

def spending(system, names):
    rows = system.sql("SELECT member_id, day, currency, category, spend_minor, purchases, reversals"
                      " FROM analytics.spending_by_day WHERE member_id = ANY(%s)", names)
    found = {row[:4]: row[4:] for row in rows}
    assert len(found) == len(rows), "a cell is there twice"
    return found


def points(system, names):
    rows = system.sql("SELECT member_id, day, category, earned, redeemed, qualifying"
                      " FROM analytics.points_by_day WHERE member_id = ANY(%s)", names)
    found = {row[:3]: row[3:] for row in rows}
    assert len(found) == len(rows), "a cell is there twice"
    return found


FACTS = ["enrolled_at", "time_zone", "locale", "region", "tier", "tier_since", "transactions", "reversals", "currency",
         "spend_minor", "first_transaction_at", "last_transaction_at", "favourite_channel", "points_balance",
         "points_earned", "points_redeemed", "points_expired", "next_expiry_at"]


def facts(system, names):
    rows = system.sql(f"SELECT member_id, {', '.join(FACTS)} FROM analytics.member_analytics"
                      " WHERE member_id = ANY(%s)", names)
    return {row[0]: dict(zip(FACTS, row[1:])) for row in rows}


def expected_facts(member):
    bought = [moment for moment, _, _ in member.purchases()]
    currency, spend = member.main_currency()
    tier, since = member.tier
    purse = member.points()
    cells = member.points_by_day().values()
    lots = purse.ordered()
    return {"enrolled_at": member.enrolled_at, "time_zone": member.profile("time_zone"),
            "locale": member.profile("locale"), "region": member.profile("region"), "tier": tier, "tier_since": since,
            "transactions": len(bought), "reversals": sum(1 for t in member.transactions() if t[2]),
            "currency": currency, "spend_minor": spend,
            "first_transaction_at": min(bought, default=None), "last_transaction_at": max(bought, default=None),
            "favourite_channel": member.favourite_channel(), "points_balance": purse.balance,
            "points_earned": sum(c[0] for c in cells), "points_redeemed": sum(c[1] for c in cells),
            "points_expired": sum(purse.expired.values()), "next_expiry_at": lots[0].expires if lots else None}


def assert_equal(system, events):
    """Every projection of these members is what the raw events come to."""
    members = recompute.members(events)
    names = list(members)
    want = {(name, *key): cell for name, m in members.items() for key, cell in m.spending_by_day().items()}
    assert_same(spending(system, names), want, "spending_by_day")
    want = {(name, *key): cell for name, m in members.items() for key, cell in m.points_by_day().items()}
    assert_same(points(system, names), want, "points_by_day")
    got = facts(system, names)
    assert_same({(n, f): v for n, row in got.items() for f, v in row.items()},
                {(n, f): v for n, m in members.items() for f, v in expected_facts(m).items()}, "member_analytics")


def assert_same(got, want, what):
    """Equal dictionaries; a difference is shown as the few entries it is in."""
    wrong = {key: (got.get(key), want.get(key)) for key in got.keys() | want.keys() if got.get(key) != want.get(key)}
    assert not wrong, f"{what}: {len(wrong)} of {len(want)} differ (got, want): {dict(random.Random(1).sample(sorted(wrong.items(), key=str), min(6, len(wrong))))}"


def dump(system):
    """The analytics group's tables as text, in a fixed order, without what only says when it was written."""
    tables = {
        "member_analytics": "SELECT to_jsonb(t) - 'state' - 'facts' - 'facts_day' FROM analytics.member_analytics t ORDER BY member_id",
        "spending_by_day": "SELECT * FROM analytics.spending_by_day ORDER BY 1, 2, 3, 4",
        "points_by_day": "SELECT * FROM analytics.points_by_day ORDER BY 1, 2, 3",
        "points_ledgers": "SELECT member_id, entries::text FROM analytics.points_ledgers ORDER BY 1",
        "merchants": "SELECT member_id, period_start, e::text FROM analytics.spending_summaries, json_array_elements(merchants) e ORDER BY 1, 2, 3",
        "channels": "SELECT member_id, period_start, e::text FROM analytics.spending_summaries, json_array_elements(channels) e ORDER BY 1, 2, 3",
        "categories": "SELECT category, name, parent, active, rewards::text, updated_at FROM analytics.categories ORDER BY 1",
        "offers": "SELECT category, valid_from, valid_to, points_multiplier, promotion::text FROM analytics.category_offers ORDER BY 1, 2",
        "log": "SELECT shard, position, event_key FROM analytics.event_log WHERE type NOT IN ('InsightGeneratedEvent', 'MilestoneAchievedEvent', 'EngagementAlertTriggeredEvent') ORDER BY 1, 2",
    }
    return {name: system.sql(query) for name, query in tables.items()}


# --- dashboards --------------------------------------------------------------------------------

def dashboard(system, member, **parameters):
    reply = system.get(f"/analytics/{member}/dashboard", params=parameters)
    assert reply.status == 200, reply
    return reply.json
