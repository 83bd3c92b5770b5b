"""Something on offer on its way to those who buy in its category: by index, and to exactly those whom everybody's facts would name."""
import random

import pytest
from conftest import System, until
from engagement_kit import buy, enrol, event, happen, settle, stamp

CATEGORIES = ["garden", "books", 'so-called "deli", {fine}', "wein & käse", "nobody's"]
BY_FACTS = "SELECT member_id FROM analytics.member_facts WHERE coalesce((facts -> 'category_shares' ->> %s)::float8, 0) > 0"
BY_INDEX = "SELECT member_id FROM analytics.member_fact_keys WHERE buys @> ARRAY[%s]"
MARKED = """SELECT member_id FROM analytics.engagement_pending, json_array_elements(causes) c WHERE c ->> 'offer' = %s"""


@pytest.fixture(scope="module")
def programme():
    """600 members with purchases in some categories, of whom some brought everything back; an offer's marks stay for a day."""
    system = System("--instances", "2", "--set", "notification.sends=no", "--set", "engagement.offer_spread=24h")
    dice, events = random.Random(11), []
    for n in range(600):
        member = f"buyer-{n:03}"
        events.append(enrol(member))
        for category in dice.sample(CATEGORIES[:4], dice.randrange(4)):
            bought = buy(member, -dice.randrange(1, 300), category=category, amount=dice.randrange(1, 90000))
            events.append(bought)
            if dice.random() < 0.2:
                data = {**bought["data"], "transaction_id": bought["data"]["transaction_id"] + "-back", "status": "reversed",
                        "amount_minor": -bought["data"]["amount_minor"], "reverses": bought["data"]["transaction_id"]}
                events.append(event("TransactionProcessedEvent", member, bought["time"], **data))
    happen(system, *events)
    yield system
    system.remove()


def members(system, query, category):
    return sorted(m for (m,) in system.sql(query, category))


def offer(system, category):
    happened = event("CategoryUpdatedEvent", category, stamp(), category=category, name=category, points_multiplier=2, valid_from=stamp(hours=-1), valid_to=stamp(days=9))
    assert system.post_events([happened])["rejected"] == []
    system.wait_caught_up("engagement")


def through(system, category):
    return lambda: system.sql("SELECT outcome, slot FROM analytics.engagement_sweeps WHERE category = %s", category) == [("done", 4096)]


@pytest.mark.parametrize("category", CATEGORIES)
def test_both_paths_agree(programme, category):
    want = members(programme, BY_FACTS, category)
    assert want == members(programme, BY_INDEX, category)
    assert len(want) == 0 if category == "nobody's" else 100 < len(want) < 500
    offer(programme, category)
    until(through(programme, category), 30, "the offer through the members")
    assert members(programme, MARKED, category) == want
    (marked,), = programme.sql("SELECT marked FROM analytics.engagement_sweeps WHERE category = %s", category)
    assert marked == len(want), "each once, and nobody else was read"


def test_who_begins_and_who_stops(programme):
    """The index follows the facts: a first purchase, and the return of the only one."""
    once = buy("buyer-000", -1, category="skates")
    happen(programme, once, buy("buyer-001", -1, category="skates"))
    assert members(programme, BY_INDEX, "skates") == ["buyer-000", "buyer-001"]
    back = {**once["data"], "transaction_id": "skates-back", "status": "reversed", "amount_minor": -once["data"]["amount_minor"], "reverses": once["data"]["transaction_id"]}
    happen(programme, event("TransactionProcessedEvent", "buyer-000", stamp(), **back))
    assert members(programme, BY_INDEX, "skates") == members(programme, BY_FACTS, "skates") == ["buyer-001"]


def test_killed_on_the_way(programme):
    """One of the last members is held until both instances are dead; whoever comes then goes on where the sweep was, and everybody is marked."""
    settle(programme)
    happen(programme, *(buy(f"buyer-{n:03}", -2, category="tea") for n in range(0, 600, 2)))
    holder = programme.connect()
    with holder.cursor() as cursor:
        cursor.execute("SELECT 1 FROM analytics.engagement_pending JOIN analytics.member_fact_keys USING (member_id) WHERE buys @> '{tea}' ORDER BY slot DESC LIMIT 1"
                       " FOR UPDATE OF engagement_pending")
        offer(programme, "tea")
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%engagement_pending%%'"
        until(lambda: programme.sql(waiting), 30, "the sweep at the member who is held")
        (slot, outcome), = programme.sql("SELECT slot, outcome FROM analytics.engagement_sweeps WHERE category = 'tea'")
        assert 0 < slot < 4096 and outcome is None
        for instance in (1, 2):
            programme.kill("engagement", instance)
    holder.rollback()
    holder.close()
    until(through(programme, "tea"), 60, "the offer through the members")
    programme.wait_ready()
    assert members(programme, MARKED, "tea") == members(programme, BY_FACTS, "tea") == [f"buyer-{n:03}" for n in range(0, 600, 2)]
