"""Alerts on their way to the member's devices and letter box: by the channels that the rule would like, as far as the member would, and nothing at all
that is not wanted."""
import json

import pytest
from conftest import System, until
from engagement_kit import alerts, buy, day, decisions, earn, enrol, event, events_of, happen, in_force, look, put, send, settle, stamp, switch
from test_push_drivers import Fcm, authority, running  # noqa: F401
from test_sending import KernelsPort, Sink, settings

PLAIN = {"kind": "note", "category": "tier", "trigger": {"fact_change": ["points_balance"]}, "condition": {">": [{"var": "points_balance"}, 0]}, "sentence": {"en": "Noted."},
         "occasion": {"cat": ["at ", {"var": "points_balance"}]}, "priority": 99}
PATCH = {"Content-Type": "application/merge-patch+json", "If-Match": "*"}


@pytest.fixture(scope="module")
def world(request, tmp_path_factory):
    """A system with a relay and a push service; caps are the story's own business."""
    authority = request.getfixturevalue("authority")
    folder, sink = tmp_path_factory.mktemp("delivery"), Sink()
    controller = KernelsPort(sink, hostname="127.0.0.1", port=0, server_hostname="sink.example.org")
    controller.start()
    with running(Fcm(authority)) as fcm:
        account = folder / "account.json"
        account.write_text(json.dumps(fcm.account))
        system = System(*settings(folder, controller.port, fcm_account_file=account, fcm_url=fcm.base, push_ca_file=authority[0]),
                        "--set", "engagement.offer_spread=0s")
        try:
            until(lambda: len(system.get("/engagement-rules").json["rules"]) == 12, 20, "the release's rules")
            switch(system, holdout_share=0)
            system.sink, system.fcm = sink, fcm
            yield system
        finally:
            system.remove()
            controller.stop()


@pytest.fixture
def own(world):
    made = []

    def make(rule_id, **document):
        made.append(rule_id)
        return put(world, rule_id, {**PLAIN, **document})
    yield make
    for rule_id in made:
        assert send(world, "POST", f"/engagement-rules/{rule_id}/state/retired").status == 200
    in_force(world)


def device(member):
    return {"push_tokens": [{"platform": "fcm", "token": f"device-of-{member}"}]}


def wish(system, member, **document):
    assert send(system, "PATCH", f"/notifications/{member}/preferences", document, member=member, headers=PATCH).status == 200


def notifications(system, *members):
    """(member, channel, category, cause) of all that notification has made of the members' alerts and sent, once nothing of it is on its way."""
    system.wait_caught_up("notification")
    until(lambda: not system.sql("SELECT 1 FROM analytics.notifications WHERE member_id = ANY (%s) AND status IN (0, 3) LIMIT 1", list(members)), 60,
          "the ends of all notifications")
    return system.sql("SELECT member_id, channel, category, cause FROM analytics.notifications WHERE member_id = ANY (%s) AND status = 4 ORDER BY 1, created_at",
                      list(members))


def arrived(system, member):
    """The channels by which something came to the member, in no order."""
    pushed = ["push" for m in system.fcm.messages if m["token"] == f"device-of-{member}"]
    return sorted(["email" for _ in system.sink.got(f"{member}@example.org")] + pushed)


def delivered(system, member, count):
    until(lambda: len(arrived(system, member)) >= count, 30, f"{count} of {member}'s messages")
    return arrived(system, member)


@pytest.mark.parametrize("name,category,channels,refuses,has_device,want", [
    ("plain", "tier", None, None, True, "email"),
    ("pushed", "tier", ["push"], None, True, "push"),
    ("ordered", "tier", ["slack", "push"], None, True, "push"),
    ("mailed", "expiry_warnings", ["email"], None, True, "email"),
    ("nodevice", "tier", ["push"], None, False, "email"),
    ("unwilling", "tier", ["push"], "push", True, "email"),
])
def test_the_rules_channels(world, own, name, category, channels, refuses, has_device, want):
    """The category's first channel is e-mail for tiers and push for points that expire; the rule's comes before, the member's word before both."""
    happen(world, enrol(name, **(device(name) if has_device else {})))
    if refuses:
        wish(world, name, categories={category: {refuses: False}})
    settle(world)
    own(f"by_{name}", category=category, **({"channels": channels} if channels else {}))
    happen(world, earn(name, 10))
    assert [e.get("channels") for e in events_of(world, name)] == [channels]
    assert delivered(world, name, 1) == [want]
    (_, _, told, cause), = notifications(world, name)
    assert told == category and cause.get("channels") == channels and cause["rule_id"] == f"by_{name}"


def test_on_to_the_next_channel_where_the_device_is_gone(world, own):
    world.fcm.unregistered = {"device-of-gone"}
    happen(world, enrol("gone", **device("gone")))
    own("by_gone", channels=["push"])
    happen(world, earn("gone", 10))
    assert delivered(world, "gone", 1) == ["email"]
    world.fcm.unregistered = set()


def test_a_kind_of_ones_own_is_of_its_category(world, own):
    """An offer of a kind that no release knows is an offer to those who refuse offers, too."""
    happen(world, enrol("wine", **device("wine")), enrol("no-wine"))
    wish(world, "wine", categories={"promotions": {"email": False}})
    wish(world, "no-wine", categories={"promotions": {"email": False, "push": False}})
    settle(world)
    own("wine", kind="wine_tier_week", category="promotions")
    happen(world, earn("wine", 10), earn("no-wine", 10))
    assert delivered(world, "wine", 1) == ["push"]
    assert [n[2] for n in notifications(world, "wine", "no-wine")] == ["promotions"] and arrived(world, "no-wine") == []


# --- few, and wanted -----------------------------------------------------------------------------------------


def test_few_and_the_others_know_why(world, own):
    """Four candidates and two places: the best two arrive; quiet hours keep everything back, and it comes after them."""
    happen(world, enrol("few"), enrol("hush"))
    wish(world, "hush", quiet_hours={"from": "12:00", "to": "18:00", "time_zone": None})
    settle(world)
    for n, rank in enumerate((40, 30, 20, 10)):
        own(f"few_{n}", priority=rank, category="insights")
    happen(world, earn("few", 10), earn("hush", 10))
    assert arrived(world, "hush") == [] and decisions(world, "hush") == {(f"few_{n}", "quiet_hours") for n in range(4)}
    wish(world, "hush", quiet_hours=None)
    look(world, "hush")
    happen(world, earn("few", 10))
    told = [e["rule_id"] for e in events_of(world, "few")]
    assert told == ["few_0", "few_1"] and delivered(world, "few", 2) == ["email", "email"]
    assert decisions(world, "few") == {("few_2", "outranked"), ("few_3", "outranked"), *((f"few_{n}", "cap") for n in range(4))}
    assert delivered(world, "hush", 2) == ["email", "email"] and len(notifications(world, "few", "hush")) == 4


def test_nothing_promotional_reaches_the_holdout(world):
    """From events to letter boxes: points that end for all, the long absence and the offer for those who are not held out, and for nobody else."""
    away, near = [f"away-{n}" for n in range(16)], [f"near-{n}" for n in range(16)]
    members = away + near
    switch(world, holdout_share=0.5)
    happen(world, *(e for m in away for e in (enrol(m, **device(m)), buy(m, -100), earn(m, 400, expires_on=day(6)))),
           *(e for m in near for e in (enrol(m), buy(m, -10, category="wine"))))
    look(world, *away)
    offer = event("CategoryUpdatedEvent", "wine", stamp(), category="wine", name="Wine", points_multiplier=3, valid_from=stamp(hours=-1), valid_to=stamp(days=5))
    happen(world, offer)
    until(lambda: world.sql("SELECT outcome FROM analytics.engagement_sweeps WHERE category = 'wine'") == [("done",)], 30, "the offer through the members")
    settle(world)
    switch(world, holdout_share=0)
    held = {m for (m,) in world.sql("SELECT m FROM analytics.engagement_programme, unnest(%s) m WHERE analytics.engagement_share(holdout_key, '', m) < 0.5", members)}
    assert 4 < len(held) < 28
    sent = notifications(world, *members)
    offers = {m for m, _, category, _ in sent if category in ("promotions", "recommendations")}
    assert offers == set(members) - held, "all who are not held out, by both rules"
    assert {m for m, _, category, _ in sent if category == "expiry_warnings"} == set(away)
    for m in members:
        mine = [cause["rule_id"] for one, _, _, cause in sent if one == m]
        assert len(arrived(world, m)) == len(mine) == (m in away) + (m not in held), (m, mine)
        assert not [e for e in events_of(world, m) if m in held and e["category"] in ("promotions", "recommendations")]
        rule = "dormancy" if m in away else "promotion_match"
        assert ((rule, "holdout") in decisions(world, m)) == (m in held)
        assert [a["kind"] for a in alerts(world, m)].count(rule) == (m not in held)
