"""Definitions: checked as a whole, tried over real members, put to use version by version, with what was there before."""
import pytest
from conftest import until
from milestone_kit import awards, bought, define, happen, returned, streams, told

COUNT = {"name": {"en": "Visits"}, "kind": "count", "target": 3}


@pytest.mark.parametrize("change, pointer", [
    ({"kind": "sums"}, "/kind"), ({"kind": None}, "/kind"), ({"name": ""}, "/name"), ({"name": {"en": 5}}, "/name/en"),
    ({"target": 0}, "/target"), ({"target": "3"}, "/target"), ({"wat": 1}, "/wat"),
    ({"kind": "sum"}, "/of"), ({"kind": "streak"}, "/streak/period"), ({"kind": "streak", "streak": {"period": "hour"}}, "/streak/period"),
    ({"recurrence": "twice"}, "/recurrence"), ({"recurrence": {"every": 0}}, "/recurrence/every"), ({"recurrence": {"per": "hour"}}, "/recurrence/per"),
    ({"filter": {"==": [1, {"nope": 2}]}}, "/filter/==/1/nope"), ({"segment": {"==": [{"var": "shoe_size"}, 44]}}, "/segment/==/0/var"),
    ({"kind": "rule"}, "/rule"), ({"kind": "rule", "rule": {"<": [{"var": "wealth"}, 1]}}, "/rule/</0/var"),
    ({"bonus": {}}, "/bonus"), ({"bonus": {"points": -1}}, "/bonus/points"), ({"bonus": {"points": 5, "reward_id": "r"}}, "/bonus"),
    ({"rollback": "perhaps"}, "/rollback"), ({"rollback": {"revoke_within": 0}}, "/rollback/revoke_within"), ({"backfill": "loud"}, "/backfill"),
    ({"active": {"from": "soon"}}, "/active/from"), ({"active": {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}}, "/active/until"),
    ({"celebration": {"priority": "highest"}}, "/celebration/priority"), ({"celebration": {"category": "account"}}, "/celebration/category"), ({"event": "NoEvent"}, "/event"), ({"kind": "tier"}, "/tier"),
    ({"kind": "birthday", "every": "month"}, "/every"), ({"kind": "anniversary", "hour": 24}, "/hour"), ({"visual": "pie"}, "/visual"),
    ({"active": {"from": "2026-01-02T00:00:00Z", "til": "2026-02-01T00:00:00Z"}}, "/active/til"), ({"active": "always"}, "/active"),
    ({"bonus": {"points": 5, "limit": 50}}, "/bonus/limit"), ({"celebration": {"prio": "bulk"}}, "/celebration/prio"),
    ({"kind": "streak", "streak": {"period": "week", "most": 2}}, "/streak/most"), ({"rollback": {"revoke_within": 3, "keep": 1}}, "/rollback"),
    ({"unit": "cups"}, "/unit"), ({"unit": {"en": ""}}, "/unit/en"), ({"name": "x" * 201}, "/name"), ({"name": {"en": "x" * 201}}, "/name/en"),
], ids=lambda v: v if isinstance(v, str) else "")
def test_what_is_wrong_is_told_by_its_place(system, change, pointer):
    document = {k: v for k, v in {**COUNT, **change}.items() if v is not None}
    reply = system.request("PUT", "/milestone-definitions/wrong", json=document)
    assert reply.status == 422 and reply.json["errors"][0]["pointer"] == pointer, reply


def test_versions_and_who_may(system):
    assert system.request("PUT", "/milestone-definitions/mine", json=COUNT).json["version"] == 1
    assert system.request("PUT", "/milestone-definitions/mine", json={**COUNT, "target": 4}).json["version"] == 2
    reply = system.get("/milestone-definitions/mine")
    assert (reply.json["document"]["target"], reply.headers["ETag"]) == (4, '"2"')
    for tag, status in (('"1"', 412), ('"9"', 412), ("2", 400), ('"2"', 200)):
        assert system.request("PUT", "/milestone-definitions/mine", json=COUNT, headers={"If-Match": tag}).status == status, tag
    assert system.get("/milestone-definitions/mine?version=1", role="analyst").json["activated_at"] is None
    for role in ("analyst", "service", "member"):
        assert system.request("PUT", "/milestone-definitions/mine", role=role, member="x" if role == "member" else None, json=COUNT).status == 403
    assert system.get("/milestone-definitions/mine", member="x").status == 403
    assert system.request("PUT", "/milestone-definitions/No Way", json=COUNT).status == 400
    names = [d["milestone_id"] for d in system.get("/milestone-definitions?limit=200").json["definitions"]]
    assert {"first_purchase", "birthday", "tier_gold", "mine"} <= set(names) and names == sorted(names)


def test_in_use_one_version_after_the_other_and_then_none(system):
    define(system, "uses", kind="count", target=2, event="PointsEarnedEvent")
    assert system.post("/milestone-definitions/uses/activate?version=1").status == 409
    define(system, "uses", kind="count", target=3, event="PointsEarnedEvent")
    happen(system, *[streams.earned("user", f"user/{n}") for n in range(2)])
    assert awards(system, "user", "uses") == {}
    happen(system, streams.earned("user", "user/3"))
    assert awards(system, "user", "uses") == {("uses", "once"): (1, True)}
    assert system.request("DELETE", "/milestone-definitions/uses").json["retired"] == 2
    assert system.request("DELETE", "/milestone-definitions/uses").status == 404
    happen(system, *[streams.earned("user2", f"user2/{n}") for n in range(3)])
    assert awards(system, "user2", "uses") == {}


@pytest.mark.parametrize("policy, rows, silent", [("none", 0, None), ("silent", 1, True), ("celebrate", 1, None)])
def test_who_was_there_before(system, policy, rows, silent):
    name, before = f"before_{policy}", f"before-{policy}"
    happen(system, *[bought(before, n, category=policy) for n in range(3)])
    about = define(system, name, kind="count", target=3, filter={"==": [{"var": "category"}, policy]}, backfill=policy, bonus={"points": 5})
    got = told(system, before, name)
    assert len(got) == len(awards(system, before, name)) == rows
    assert [e.get("silent") for e in got] == [silent] * rows
    backfill = system.get(f"/milestone-definitions/{name}").json["backfill"]
    assert (backfill["awarded"], backfill["skipped"]) == (rows, 1 - rows), (about, backfill)
    happen(system, bought(before, 9, category=policy))
    assert len(awards(system, before, name)) == rows


def test_a_dry_run_counts_and_costs_and_changes_nothing(system):
    happen(system, *[bought(f"dry-{m}", n, category="dry") for m in range(3) for n in range(m + 2)])
    document = {**COUNT, "filter": {"==": [{"var": "category"}, "dry"]}, "recurrence": {"every": 1}, "bonus": {"points": 10}}
    before = system.sql("SELECT count(*) FROM analytics.milestone_awards")
    reply = system.post("/milestone-definitions/dry/dry-run", json=document)
    assert reply.status == 200, reply
    assert reply.json["complete"] and (reply.json["members"], reply.json["awards"]) == (2, 3)
    assert reply.json["cost"] == {"points": 30, "rewards": 0} and reply.json["sample"] == ["dry-1", "dry-2"]
    assert reply.json["estimate"] == {"members": 2, "awards": 3, "points": 30, "rewards": 0}
    capped = {**document, "bonus": {"points": 10, "cap": 15}}
    assert system.post("/milestone-definitions/dry/dry-run", json=capped).json["cost"]["points"] == 25
    early = system.post("/milestone-definitions/dry/dry-run", params={"at": "2026-01-01"}, json=document)
    assert early.json["awards"] == 0
    assert system.sql("SELECT count(*) FROM analytics.milestone_awards") == before
    assert system.post("/milestone-definitions/dry/dry-run", role="analyst", json=document).status == 403


def test_a_dry_run_of_dates_by_another_clock(system):
    happen(system, streams.enrolled("leapling", "leapling/e", birth_date="2000-02-29"))
    document = {"name": "Birthday", "kind": "birthday"}
    def on(day):
        return "leapling" in system.post("/milestone-definitions/b/dry-run", params={"at": day, "days": 1}, json=document).json["sample"]
    assert (on("2027-02-28"), on("2027-03-01"), on("2028-02-28"), on("2028-02-29")) == (True, False, False, True)


def test_the_bonus_ends_at_its_cap(system):
    define(system, "capped", kind="count", target=1, recurrence={"every": 1}, event="PointsEarnedEvent", bonus={"points": 40, "cap": 100})
    happen(system, *[streams.earned("capped", f"capped/{n}") for n in range(4)])
    assert [e.get("bonus", {}).get("points") for e in told(system, "capped", "capped")] == [40, 40, 20, None]


def test_rollback_as_the_definition_wants_it(system):
    for name, policy in (("rb_keep", "keep"), ("rb_week", {"revoke_within": 7})):
        define(system, name, kind="count", target=1, filter={"==": [{"var": "category"}, name]}, rollback=policy)
    happen(system, bought("rb", "k", category="rb_keep"), returned("rb", "k"))
    assert awards(system, "rb", "rb_keep") == {("rb_keep", "once"): (1, True)}
    happen(system, bought("rb", "w", category="rb_week"), returned("rb", "w", at="2026-02-20T12:00:00Z"))
    assert awards(system, "rb", "rb_week") == {("rb_week", "once"): (1, True)}
    happen(system, bought("rb2", "w", category="rb_week"), returned("rb2", "w", at="2026-02-05T12:00:00Z"))
    assert awards(system, "rb2", "rb_week") == {("rb_week", "once"): (2, False)}


def test_outside_of_the_window_nothing_counts(system):
    define(system, "window", kind="count", target=1, active={"from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"},
           filter={"==": [{"var": "category"}, "window"]})
    happen(system, bought("w", 1, at="2026-02-28T23:59:59Z", category="window"), bought("w", 2, at="2026-04-01T00:00:00Z", category="window"))
    assert awards(system, "w", "window") == {}
    happen(system, bought("w", 3, at="2026-03-31T23:59:59Z", category="window"))
    assert awards(system, "w", "window") == {("window", "once"): (1, True)}


def test_a_rule_over_facts_is_asked_when_they_are_as_new_as_the_event(system):
    define(system, "big", kind="rule", rule={">=": [{"var": "spend_30d_minor"}, 77700]}, recurrence={"per": "month"})
    now = streams.datetime.datetime.now(streams.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    happen(system, bought("big", 1, 40000, at=now), bought("big", 2, 37700, at=now))
    until(lambda: awards(system, "big", "big") == {("big", now[:7]): (1, True)}, what="the rule")
    happen(system, bought("small", 1, 77699, at=now))
    until(lambda: system.sql("SELECT count(*) FROM analytics.milestone_pending") == [(0,)], what="all facts asked")
    assert awards(system, "small", "big") == {}


def test_a_segment_confines_an_award(system):
    define(system, "segment", kind="count", target=2, filter={"==": [{"var": "category"}, "segment"]}, segment={"==": [{"var": "tier"}, "gold"]})
    happen(system, *[bought(m, n, category="segment") for m in ("seg-gold", "seg-none") for n in range(2)])
    happen(system, streams.tiered("seg-gold", "seg-gold/t", "gold", direction="up"))
    until(lambda: awards(system, "seg-gold", "segment") == {("segment", "once"): (1, True)}, what="the segment")
    until(lambda: system.sql("SELECT count(*) FROM analytics.milestone_pending") == [(0,)], what="all facts asked")
    assert awards(system, "seg-none", "segment") == {}
