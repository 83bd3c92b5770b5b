"""Stories of campaigns: notifications to whomever a rule is true of, on a programme of synthetic members."""
import datetime
import json
import os
import random
import signal
import sys
import uuid

import pytest
from conftest import ROOT, System, until
from plan_kit import plan_nodes
from test_sending import WELCOME, KernelsPort, Sink, enrol, request, settings

sys.path.insert(0, str(ROOT / "proto"))

import generate  # noqa: E402

MEMBERS = 5000
COLUMNS = ["tier", "region", "transactions", "spend_minor"]


def programme(*options, members=MEMBERS):
    """A system with synthetic members whose facts are computed, and a template."""
    made = System(*options)
    try:
        made.aectl("generate", "--members", members, "--months", 3, "--transactions-per-member", 3, "--seed", 5, "--url", made.url,
                   "--token", made.token("service"), timeout=120)
        until(lambda: made.lag() == 0 and made.lag("notification") == 0 and not made.sql(
            "SELECT 1 FROM analytics.member_analytics WHERE facts_day IS NULL LIMIT 1"), 120, "facts of all members", 0.2)
        assert request(made, "PUT", "/notification-templates/welcome", WELCOME, role="admin").status == 200
    except BaseException:
        made.remove()
        raise
    return made


@pytest.fixture(scope="module")
def quiet():
    """Two instances of the daemon; nothing is sent, so that what a campaign made can be looked at."""
    made = programme("--instances", "2", "--set", "notification.sends=no")
    yield made
    made.remove()


def facts(system):
    """Member id -> facts as a rule sees them, read by this test itself."""
    rows = system.sql(f"SELECT member_id, facts, {', '.join(COLUMNS)} FROM analytics.member_analytics WHERE facts IS NOT NULL")
    return {row[0]: {**row[1], **dict(zip(COLUMNS, row[2:]))} for row in rows}


def post(system, audience, key=None, **body):
    body = {"category": "account", "template": "welcome", "variables": {"points": 120}, "audience": audience, **body}
    return request(system, "POST", "/notifications/send", body, role="service", headers={"Idempotency-Key": key or str(uuid.uuid4())})


def started(system, audience, **body):
    reply = post(system, audience, **body)
    assert reply.status == 202, reply
    assert reply.json["status"] == "expanding"
    return reply.json["campaign_id"]


def told(system, campaign):
    reply = request(system, "GET", f"/notification-campaigns/{campaign}", role="service")
    assert reply.status == 200, reply
    return reply.json


def reached(system, campaign, status, deadline=30):
    return until(lambda: (t := told(system, campaign))["status"] == status and t.get("finished_at") and t, deadline, f"{campaign} {status}")


def made_for(system, campaign):
    """The members that a campaign has made intents for, each as often as it has."""
    return sorted(m for m, in system.sql("SELECT member_id FROM analytics.notifications WHERE campaign_id = %s", campaign))


def dry(system, audience, **body):
    reply = post(system, audience, dry_run=True, **body)
    assert reply.status == 200, reply
    return reply.json


def whole(system, audience):
    """A dry run that got through everybody: on a busy machine its time may be over before."""
    return until(lambda: (result := dry(system, audience))["complete"] and result, 60, "a dry run over everybody")


GOLD_WITH_POINTS = {"and": [{"in": [{"var": "tier"}, ["gold", "silver"]]}, {">": [{"var": "points_balance"}, 100]}]}


def gold_with_points(f):
    return f["tier"] in ("gold", "silver") and f["points_balance"] > 100


def test_an_audience_becomes_one_intent_for_each_of_its_members(quiet):
    known = facts(quiet)
    want = sorted(m for m, f in known.items() if gold_with_points(f))
    assert 20 < len(want) < MEMBERS / 2
    campaign = started(quiet, GOLD_WITH_POINTS)
    done = reached(quiet, campaign, "expanded")
    assert made_for(quiet, campaign) == want
    assert (done["matched"], done["made"], done["failed"]) == (len(want), len(want), 0)
    assert done["notifications"] == {"queued": len(want)} and done["audience"] == GOLD_WITH_POINTS
    assert (done["priority"], done["template"], done["waiting"]) == ("bulk", "welcome@1", False)
    # Candidates came by index: of those in one of the tiers, or with points, never everybody.
    assert done["candidates"] in ("tier", "points_balance") and done["examined"] < MEMBERS * 0.9, done
    listed = request(quiet, "GET", "/notification-campaigns?limit=1", role="admin").json
    assert listed["campaigns"][0]["campaign_id"] == campaign


def test_the_list_goes_on_where_it_ended(quiet):
    ids = [started(quiet, {"==": [{"var": "region"}, f"nowhere {n}"]}) for n in range(3)]
    seen, cursor = [], ""
    while cursor is not None and len(seen) < 100:
        page = request(quiet, "GET", f"/notification-campaigns?limit=2{cursor and '&cursor=' + cursor}", role="admin").json
        seen += [c["campaign_id"] for c in page["campaigns"]]
        cursor = page["next_cursor"]
    assert seen == sorted(seen, reverse=True) and set(ids) <= set(seen) and len(set(seen)) == len(seen)
    for campaign in ids:
        assert reached(quiet, campaign, "expanded")["examined"] == 0


def test_a_rule_that_cannot_be_true_looks_at_nobody(quiet):
    campaign = started(quiet, {"and": [{"==": [{"var": "tier"}, "gold"]}, {"==": [{"var": "tier"}, "silver"]}, {"===": [{"var": "tier"}, "x"]}]})
    assert reached(quiet, campaign, "expanded")["examined"] == 0


@pytest.mark.parametrize("audience, pointer, detail", [
    ({"and": [{"==": [{"var": "tier"}, "gold"]}, {">": [{"var": "shoe_size"}, 43]}]}, "/audience/and/1/>/0/var", "is not a fact"),
    ({"==": [{"var": "tier.length"}, 4]}, "/audience/==/0/var", "is not a fact"),
    ({"==": [{"var": {"cat": ["ti", "er"]}}, 4]}, "/audience/==/0/var/cat", "not computed"),
    ({"missing": ["tier", "email"]}, "/audience/missing/1", "is not a fact"),
    ({"in": ["x", {"var": ""}]}, "/audience/in/1/var", "name of a fact"),
    ({"and": [True, {"near": [1, 2]}]}, "/audience/and/1/near", "unknown operator"),
    ({"==": [1]}, "/audience/==", "wants 2 arguments"),
    ("gold", "/audience", "must be a JsonLogic expression"),
])
def test_what_is_wrong_with_an_expression_is_named(quiet, audience, pointer, detail):
    for more in ({}, {"dry_run": True}):
        reply = post(quiet, audience, **more)
        assert reply.status == 400 and reply.json["errors"][0]["pointer"] == pointer and detail in reply.json["errors"][0]["detail"], reply


def test_members_and_audience_exclude_each_other(quiet):
    reply = post(quiet, True, member_id="a")
    assert reply.status == 400 and "exactly one of" in reply.json["errors"][0]["detail"]


def test_a_request_counts_once(quiet):
    key, rule = str(uuid.uuid4()), {"==": [{"var": "tier"}, "platinum"]}
    first, again = post(quiet, rule, key), post(quiet, rule, key)
    assert first.status == again.status == 202 and first.body == again.body
    assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
    assert post(quiet, {"==": [{"var": "tier"}, "gold"]}, key).status == 422
    (campaigns,), = quiet.sql("SELECT count(*) FROM analytics.notification_campaigns WHERE request -> 'audience' ->> '==' LIKE '%%platinum%%'")
    assert campaigns == 1


def test_without_a_key_nothing_is_made(quiet):
    reply = request(quiet, "POST", "/notifications/send", {"category": "account", "template": "welcome", "variables": {"points": 1}, "audience": True},
                    role="service")
    assert reply.status == 400


def test_members_may_not_ask(quiet):
    for method, path in [("GET", "/notification-campaigns"), ("GET", f"/notification-campaigns/{'0' * 26}"),
                         ("POST", f"/notification-campaigns/{'0' * 26}/cancel"), ("GET", "/notification-audience-facts")]:
        assert request(quiet, method, path, member="m1").status == 403
    assert request(quiet, "POST", f"/notification-campaigns/{'0' * 26}/cancel", role="service").status == 404


def test_a_dry_run_counts_and_makes_nothing(quiet):
    (before,), = quiet.sql("SELECT count(*) FROM analytics.notification_campaigns")
    want = sum(gold_with_points(f) for f in facts(quiet).values())
    result = dry(quiet, GOLD_WITH_POINTS)
    assert (result["dry_run"], result["complete"], result["matched"], result["failed"]) == (True, True, want, 0)
    assert result["decided"] == min(want, 200) and len(result["decisions"]) == 10
    assert result["decisions"][0]["steps"] and result["estimate"]["matched"] == want
    assert sum(result["estimate"][o] for o in ("send", "hold", "digest", "drop")) == pytest.approx(want, abs=3)
    assert quiet.sql("SELECT count(*) FROM analytics.notification_campaigns") == [(before,)]


# --- the two ways to the same members -----------------------------------------------------------

def number(value):
    return 0 if value is None else value


def true_of(rule, f):
    """JsonLogic for the rules below, written anew: null compares as 0, and equals nothing else."""
    (op, args), = rule.items()
    if op in ("and", "or"):
        return (all if op == "and" else any)(true_of(a, f) for a in args)
    if op == "!":
        return not true_of(args[0], f)
    if op == "if":
        return true_of(args[1] if true_of(args[0], f) else args[2], f)
    left, right = f[args[0]["var"]], args[1]
    if op == "in":
        return left in right
    if op in ("==", "!="):
        return (left == right) == (op == "==")
    left = number(left)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]


def any_rule(r, depth):
    kind = r.random()
    if depth == 0 or kind < 0.3:
        if r.random() < 0.5:
            name, values = r.choice([("tier", ["bronze", "silver", "gold", "platinum", None]), ("region", ["GB", "DE", "FR", "US", "nowhere", None])])
            return r.choice([{"==": [{"var": name}, r.choice(values)]}, {"!=": [{"var": name}, r.choice(values)]},
                             {"in": [{"var": name}, r.sample(values, 2)]}])
        name, most = r.choice([("points_balance", 2000), ("days_since_purchase", 100), ("purchases_365d", 9), ("spend_minor", 90000)])
        return {r.choice(["<", "<=", ">", ">="]): [{"var": name}, r.choice([0, 1, r.randrange(most), r.randrange(most), most * 3])]}
    if kind < 0.4:
        return {"!": [any_rule(r, depth - 1)]}
    if kind < 0.5:
        return {"if": [any_rule(r, depth - 1) for _ in range(3)]}
    return {r.choice(["and", "and", "or"]): [any_rule(r, depth - 1) for _ in range(r.randint(1, 4))]}


def test_candidates_by_index_and_the_rule_for_everybody_agree(quiet):
    r, known, found, used = random.Random(11), list(facts(quiet).values()), [], set()
    for n in range(100):
        rule = any_rule(r, 3)
        want = sum(true_of(rule, f) for f in known)
        got = whole(quiet, rule)
        assert got["matched"] == want, (rule, got["candidates"], got["matched"], want)
        assert got["judged"] <= got["examined"] <= len(known)
        used.add(got["candidates"])
        found.append((want, got["examined"]))
    # The rules were worth trying: every index served, some found few, and few had to look at everybody.
    assert used == {"all members", "tier", "region", "points_balance", "days_since_purchase"}, used
    assert sum(0 < want < MEMBERS for want, _ in found) > 40
    assert sum(examined < MEMBERS / 2 for _, examined in found) > 20


def test_a_slice_reads_what_it_is_asked_for(quiet):
    query = (ROOT / "sql/queries/common/sweep_slice.sql").read_text()
    query = "".join(line for line in query.splitlines(True) if not line.startswith("--"))
    connection = quiet.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE analytics.member_analytics, analytics.member_fact_keys")
            cursor.execute("SET plan_cache_mode = force_generic_plan")
            cursor.execute("PREPARE slice AS " + query)
            for driver in range(5):
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE slice ('m', 100, %s, ARRAY['gold', 'silver'], false, ARRAY['GB', 'DE'], false,"
                               " 100, 'Infinity', false, 10, 90, false)", (driver,))
                read = {"member_fact_keys": 0, "member_analytics": 0}
                for n in plan_nodes(cursor.fetchone()[0][0]["Plan"]):
                    if n.get("Relation Name") and n["Actual Loops"] > 0:
                        assert "Index" in n["Node Type"], n
                        read[n["Relation Name"]] += (n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"]
                # Each candidate's key is read once to be found and once to be judged, the row of those within all bounds only.
                assert 0 < read["member_fact_keys"] <= 2 * 100 + 20 and read["member_analytics"] <= 60, (driver, read)
    finally:
        connection.rollback()
        connection.close()


@pytest.mark.parametrize("name, values", [("count_campaign", "('x', 1000)"), ("drop_cancelled", "('x', 500)"), ("count_lane", "(1, 500)"), ("claim_campaign", "")])
def test_a_campaign_finds_its_own_by_index(quiet, name, values):
    query = "".join(line for line in (ROOT / f"sql/queries/notification/{name}.sql").read_text().splitlines(True) if not line.startswith("--"))
    connection = quiet.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute("""INSERT INTO analytics.notifications (notification_id, member_id, status, priority, category, template, template_version, client, campaign_id)
                              SELECT 'PLAN' || lpad(n::text, 22, '0'), 'plan-' || n, n % 10, 3, 'tier', 'x', 1, 'x', 'c' || n % 50 FROM generate_series(1, 20000) n""")
            cursor.execute("""INSERT INTO analytics.notification_campaigns (campaign_id, client, request, category, template, template_version, priority, look_at, finished_at)
                              SELECT 'c' || n, 'x', '{}', 'x', 'x', 1, 3, now(), now() FROM generate_series(1, 3000) n""")
            cursor.execute("ANALYZE analytics.notifications, analytics.notification_campaigns")
            cursor.execute(f"PREPARE one AS {query}")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE one{values}")
            nodes = [n for n in plan_nodes(cursor.fetchone()[0][0]["Plan"]) if n.get("Relation Name") and n["Actual Loops"] > 0]
            assert nodes and not [n for n in nodes if n["Node Type"] == "Seq Scan"], nodes
            assert all(n["Actual Rows"] + n.get("Rows Removed by Filter", 0) <= 500 for n in nodes), nodes
    finally:
        connection.rollback()
        connection.close()


def test_members_are_found_by_their_newest_facts(quiet):
    """What members are found by is written with their facts: the same for everybody, once all facts are computed."""
    (members, differ), = quiet.sql("SELECT count(*), count(*) FILTER (WHERE (k.tier, k.region, k.points, k.idle) IS DISTINCT FROM (m.tier, m.region,"
                                   " (m.facts ->> 'points_balance')::bigint, (m.facts ->> 'days_since_purchase')::bigint) OR k.member_id IS NULL)"
                                   " FROM analytics.member_analytics m LEFT JOIN analytics.member_fact_keys k USING (member_id) WHERE m.facts_day IS NOT NULL AND m.facts IS NOT NULL")
    assert members >= MEMBERS and differ == 0
    before = dry(quiet, {"==": [{"var": "tier"}, "moved"]})["matched"]
    enrol(quiet, "moving", tier="moved")
    until(lambda: dry(quiet, {"==": [{"var": "tier"}, "moved"]})["matched"] == before + 1, 30, "the new member in an audience")


def test_the_vocabulary_is_what_analytics_keeps(quiet):
    """Told, declared and kept are the same: no fact is missing anywhere, and each has a value of its type."""
    enrol(quiet, "known", birth_date="1990-05-17", tier="silver")
    at = datetime.datetime.now(datetime.timezone.utc)
    event = {"specversion": "1.0", "type": "TierAdvancedEvent", "source": "/tests/audiences", "id": "known-tier", "subject": "known", "time": at.isoformat(),
             "data": {"member_id": "known", "from_tier": "bronze", "to_tier": "silver", "direction": "up", "effective_at": at.isoformat(),
                      "valid_until": (at + datetime.timedelta(days=30)).isoformat()}}
    assert quiet.post_events([event])["accepted"] == 1
    until(lambda: quiet.sql("SELECT 1 FROM analytics.member_analytics WHERE member_id = 'known' AND tier_valid_until IS NOT NULL AND facts_day IS NOT NULL"),
          30, "facts of the member that all is known of")
    listed = {f["name"]: f for f in request(quiet, "GET", "/notification-audience-facts", role="service").json["facts"]}
    assert listed == {n: {"name": n, **{k: f[k] for k in ("type", "nullable", "unit", "meaning", "owner", "example")}}
                      for n, f in generate.read_facts().items()}
    columns = {n for n, f in generate.read_facts().items() if f["column"]}
    documents = [d for d, in quiet.sql("SELECT facts FROM analytics.member_analytics WHERE facts IS NOT NULL")]
    assert {frozenset(d) for d in documents} == {frozenset(set(listed) - columns | {"tier"})}
    assert columns <= {name for name, in quiet.sql("SELECT column_name FROM information_schema.columns WHERE table_schema = 'analytics' AND table_name = 'member_facts'")}
    for name in set(listed) - columns:
        values = [d[name] for d in documents]
        known = [v for v in values if v is not None]
        assert all(type(v) in KINDS[listed[name]["type"]] for v in known), name
        assert listed[name]["nullable"] or len(known) == len(values), name
        assert known, name
    # docs/facts.md has the rule of each that is computed, with the same type.
    rules = {}
    for line in (ROOT / "docs/facts.md").read_text().splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4:
            rules |= {name.strip(): cells[1] for name in cells[0].split(",")}
    assert {n: rules.get(n) for n in set(listed) - columns} == {
        n: listed[n]["type"] + (" or null" if listed[n]["nullable"] else "") for n in set(listed) - columns}


KINDS = {"text": (str,), "date": (str,), "integer": (int,), "number": (int, float), "object": (dict,), "array": (list,)}


def test_every_fact_can_be_asked_for(quiet):
    kinds = {"text": "", "integer": 0, "number": 0, "instant": "", "date": ""}
    (member, document), = quiet.sql("SELECT member_id, facts FROM analytics.member_analytics WHERE transactions > 2 ORDER BY member_id LIMIT 1")
    for fact in request(quiet, "GET", "/notification-audience-facts", role="service").json["facts"]:
        here = {"var": fact["name"]}
        asked = {"!=": [here, None]} if fact["nullable"] or fact["type"] in ("object", "array") else {">=": [here, kinds[fact["type"]]]}
        result = dry(quiet, asked)
        assert result["failed"] == 0, (fact, result)
        if fact["name"] not in ("tier_valid_until", "next_tier", "tier_since"):
            assert result["matched"] > 0, fact
    share = max(document["category_shares"], key=document["category_shares"].get)
    assert dry(quiet, {">": [{"var": f"category_shares.{share}"}, 0.01]})["matched"] > 0


# --- the life of a campaign ----------------------------------------------------------------------

def test_deaths_in_mid_flight_neither_lose_nor_double(quiet):
    want = sorted(m for m, f in facts(quiet).items() if f["transactions"] > 0)
    assert len(want) > MEMBERS / 2
    rule = {">": [{"var": "transactions"}, 0]}
    kills, r = 0, random.Random(3)
    for _ in range(3):
        campaign = started(quiet, rule)
        for step in (0.1, 0.4, 0.7):
            until(lambda: (t := told(quiet, campaign))["made"] >= step * len(want) or t["status"] == "expanded", 30, "progress")
            if told(quiet, campaign)["status"] == "expanded":
                break
            victim = r.choice([1, 2])
            kills += 1
            quiet.wait_restarted("notification", quiet.kill("notification", victim, signal.SIGKILL), victim)
            quiet.wait_ready()
        done = reached(quiet, campaign, "expanded", 60)
        assert made_for(quiet, campaign) == want
        assert done["made"] == done["matched"] == len(want)
    assert kills >= 3, kills


def test_a_campaign_waits_for_its_time(quiet):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
    reply = post(quiet, {"==": [{"var": "tier"}, "gold"]}, send_at=at.isoformat())
    campaign = reply.json["campaign_id"]
    waiting = told(quiet, campaign)
    assert waiting["status"] == "expanding" and waiting["made"] == 0 and "started_at" not in waiting
    assert datetime.datetime.fromisoformat(waiting["starts_at"].replace("Z", "+00:00")) == at
    done = reached(quiet, campaign, "expanded")
    assert datetime.datetime.fromisoformat(done["started_at"].replace("Z", "+00:00")) >= at and done["made"] > 0


def test_a_campaign_that_comes_too_late_makes_nothing(quiet):
    now = datetime.datetime.now(datetime.timezone.utc)
    campaign = post(quiet, True, send_at=(now + datetime.timedelta(days=1)).isoformat(),
                    expires_at=(now + datetime.timedelta(days=2)).isoformat()).json["campaign_id"]
    quiet.sql("UPDATE analytics.notification_campaigns SET look_at = now(), created_at = created_at - interval '3 days',"
              " request = jsonb_set(jsonb_set(request::jsonb, '{send_at}', '\"2020-01-01T00:00:00Z\"'), '{expires_at}', to_jsonb((now() - interval '1 hour')))::json"
              " WHERE campaign_id = %s", campaign)
    assert reached(quiet, campaign, "expired")["made"] == 0


def test_a_member_without_facts_is_in_no_audience(quiet):
    quiet.sql("INSERT INTO analytics.member_analytics (member_id, shard, first_position, position, last_event_at, tier, state, facts_day)"
              " VALUES ('no-facts', 1, 1, 1, now(), 'gold', '{}', current_date)")
    campaign = started(quiet, {"==": [{"var": "tier"}, "gold"]})
    done = reached(quiet, campaign, "expanded")
    assert done["made"] > 0 and "no-facts" not in made_for(quiet, campaign)
    quiet.sql("DELETE FROM analytics.member_analytics WHERE member_id = 'no-facts'")


def test_a_rule_that_runs_into_its_limits_is_told(quiet):
    much = [1] * 900
    for _ in range(2):
        much = {"map": [much, {"map": [[1] * 200, 1]}]}
    gold = sum(f["tier"] == "gold" for f in facts(quiet).values())
    done = reached(quiet, started(quiet, {"and": [{"==": [{"var": "tier"}, "gold"]}, {"==": [much, 1]}]}), "expanded")
    assert (done["made"], done["matched"]) == (0, 0) and done["failed"] == done["judged"] == gold > 0
    assert "/and/1" in done["fault"] and "steps" in done["fault"]


# --- a full lane, cancelling, sending -------------------------------------------------------------

def test_a_campaign_that_fails_does_not_hold_up_the_others(quiet):
    """One whose rows the database refuses has its turn later, again and again; once it refuses them no more, it goes on."""
    quiet.sql("""CREATE FUNCTION analytics.refuse_broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room for these'; END $$;
                 CREATE TRIGGER refuse_broken BEFORE INSERT ON analytics.notifications FOR EACH ROW WHEN (NEW.template = 'broken') EXECUTE FUNCTION analytics.refuse_broken()""")
    assert request(quiet, "PUT", "/notification-templates/broken", WELCOME, role="admin").status == 200
    try:
        broken = started(quiet, {">": [{"var": "transactions"}, 0]}, template="broken")
        good = started(quiet, {">": [{"var": "transactions"}, 0]})
        reached(quiet, good, "expanded")
        assert told(quiet, broken)["status"] == "expanding" and made_for(quiet, broken) == []
    finally:
        quiet.sql("DROP TRIGGER refuse_broken ON analytics.notifications; DROP FUNCTION analytics.refuse_broken()")
    quiet.sql("UPDATE analytics.notification_campaigns SET look_at = now() WHERE campaign_id = %s", broken)
    reached(quiet, broken, "expanded")
    assert made_for(quiet, broken) == made_for(quiet, good)


@pytest.fixture(scope="module")
def narrow():
    """Campaigns wait when 500 messages of a lane are open."""
    made = programme("--set", "notification.sends=no", "--set", "notification.campaign_open=500", members=1500)
    yield made
    made.remove()


def test_a_full_lane_makes_a_campaign_wait_until_it_is_cancelled(narrow):
    campaign = started(narrow, True)
    full = until(lambda: (t := told(narrow, campaign))["waiting"] and t, 30, "a full lane")
    assert full["status"] == "expanding" and full["made"] == 500 and full["notifications"] == {"queued": 500}
    # One that is being sent ends as it ends; room in the lane lets the campaign go on.
    narrow.sql("UPDATE analytics.notifications SET status = 3, due_at = now() + interval '1 hour' WHERE notification_id ="
               " (SELECT min(notification_id) FROM analytics.notifications WHERE campaign_id = %s)", campaign)
    narrow.sql("UPDATE analytics.notifications SET status = 4, sent_at = now() WHERE notification_id IN"
               " (SELECT notification_id FROM analytics.notifications WHERE campaign_id = %s AND status = 0 LIMIT 100)", campaign)
    until(lambda: told(narrow, campaign)["made"] == 600, 30, "the campaign going on")
    # Another lane is not full.
    other = started(narrow, {"==": [{"var": "tier"}, "gold"]}, priority="transactional")
    assert reached(narrow, other, "expanded")["made"] > 0
    reply = request(narrow, "POST", f"/notification-campaigns/{campaign}/cancel", role="service")
    assert reply.status == 200 and reply.json["status"] == "cancelled" and "finished_at" not in reply.json, reply
    assert reply.json["notifications"] == {"sending": 1, "sent": 100, "dropped": 499}
    # The one that was on its way comes back to be tried again, and is dropped instead.
    narrow.sql("UPDATE analytics.notifications SET status = 0 WHERE campaign_id = %s AND status = 3", campaign)
    done = reached(narrow, campaign, "cancelled")
    assert done["notifications"] == {"sent": 100, "dropped": 500} and done["made"] == 600
    (reasons, lines), = narrow.sql("SELECT count(*) FILTER (WHERE reason = 'cancelled'), (SELECT count(*) FROM analytics.notification_logs WHERE code = 'cancelled')"
                                   " FROM analytics.notifications WHERE campaign_id = %s", campaign)
    assert (reasons, lines) == (500, 500)
    again = request(narrow, "POST", f"/notification-campaigns/{campaign}/cancel", role="service")
    assert again.status == 200 and again.json["finished_at"] == done["finished_at"]


def test_what_a_campaign_makes_is_sent(tmp_path):
    sink = Sink()
    controller = KernelsPort(sink, hostname="127.0.0.1", port=0, server_hostname="sink.example.org")
    controller.start()
    system = System(*settings(tmp_path, controller.port))
    try:
        assert request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin").status == 200
        gold = [enrol(system, f"gold-{n}", tier="gold") for n in range(25)]
        for n in range(5):
            enrol(system, f"silver-{n}", tier="silver")
        until(lambda: system.sql("SELECT count(*) FROM analytics.member_analytics WHERE facts IS NOT NULL") == [(30,)], 30, "facts")
        campaign = started(system, {"==": [{"var": "tier"}, "gold"]})
        done = until(lambda: (t := told(system, campaign))["notifications"] == {"sent": 25} and t, 30, "25 messages sent")
        assert done["status"] == "expanded" and done["made"] == 25
        assert {m: len(sink.got(f"{m}@example.org")) for m in gold} == dict.fromkeys(gold, 1)
        assert not any(sink.got(f"silver-{n}@example.org") for n in range(5))
    finally:
        system.remove()
        controller.stop()
