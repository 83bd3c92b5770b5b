"""Stories of what members want to hear: from the enrolment, by the member, under conditions, with a trace."""
import json
import threading

import pytest

PATH = "/notifications/{}/preferences"


def enrolled(member, number=0, **data):
    time = f"2026-01-{number + 1:02d}T10:00:00Z"
    return {"specversion": "1.0", "type": "MemberEnrolledEvent", "source": "/tests/preferences", "id": f"{member}-{number}",
            "subject": member, "time": time,
            "data": {"member_id": member, "enrolled_at": time, "email": f"{member}@example.org", "locale": "en-GB",
                     "time_zone": "Europe/London", "consents": {"marketing": True}, **data}}


@pytest.fixture
def member(system, request):
    name = f"pref-{request.node.name[5:40]}"
    system.post_events([enrolled(name)])
    system.wait_caught_up("notification")
    return name


def put(system, whose, body, tag=None, method="PUT", **more):
    headers = {"Content-Type": "application/json", **({"If-Match": tag} if tag else {})}
    return system.request(method, PATH.format(whose), data=body if isinstance(body, bytes) else json.dumps(body).encode(),
                          headers=headers, **more)


def get(system, whose, **more):
    return system.get(PATH.format(whose), **more)


def test_enrolment_brings_the_contact_points(system, member):
    reply = get(system, member, role="member", member=member)
    assert reply.status == 200 and reply.headers["ETag"] == '"1"'
    assert reply.json["addresses"] == {"email": f"{member}@example.org", "push": [], "slack": None}
    assert (reply.json["locale"], reply.json["marketing_consent"], reply.json["tracking_consent"]) == ("en-GB", True, False)
    assert reply.json["categories"]["promotions"] == {"email": True, "push": True, "slack": False}
    assert get(system, member, role="member", member=member, headers={"If-None-Match": '"1"'}).status == 304


def test_others_see_hints_or_nothing(system, member):
    assert get(system, member, role="service").json["addresses"]["email"] == f"{member[0]}…@example.org"
    assert get(system, member, role="member", member="somebody-else").status == 404
    assert get(system, "nobody-at-all", role="admin").status == 404


def test_a_change_needs_its_version(system, member):
    body = {"global_opt_out": True}
    assert put(system, member, body).status == 428
    stale = put(system, member, body, '"9"')
    assert stale.status == 412 and "version 1" in stale.json["detail"]
    done = put(system, member, body, '"1"', role="member", member=member)
    assert done.status == 200 and done.headers["ETag"] == '"2"' and done.json["global_opt_out"] is True
    assert put(system, member, body, '"1"').status == 412
    assert get(system, member).json["version"] == 2


def test_patch_changes_some_and_null_takes_away(system, member):
    quiet = {"from": "22:00", "to": "07:00"}
    assert put(system, member, {"quiet_hours": quiet, "frequency": "daily"}, '"1"').status == 200
    reply = put(system, member, {"frequency": None, "categories": {"points": {"email": True}}}, '"2"', "PATCH")
    assert reply.json["frequency"] == "immediate" and reply.json["categories"]["points"]["email"] is True
    assert reply.json["quiet_hours"] == {**quiet, "time_zone": "Europe/London"}
    assert put(system, member, {"quiet_hours": {"to": None}}, '"3"', "PATCH").status == 400
    assert get(system, member).json["version"] == 3


def test_faults_are_named_and_nothing_is_half_done(system, member):
    reply = put(system, member, {"frequency": "daily", "locale": "x", "addresses": {"email": "no address"}}, '"1"')
    assert reply.status == 400
    assert [e["pointer"] for e in reply.json["errors"]] == ["/locale", "/addresses/email"]
    assert put(system, member, b"{", '"1"').json["code"] == "MALFORMED"
    assert put(system, member, [], '"1"').status == 400
    reply = system.request("PUT", PATH.format(member), data=b"a=1",
                           headers={"Content-Type": "application/x-www-form-urlencoded", "If-Match": '"1"'})
    assert reply.status == 415
    assert get(system, member).json["version"] == 1


def test_every_change_is_told(system, member):
    put(system, member, {"locale": "de"}, '"1"', role="member", member=member)
    put(system, member, {"locale": "fr"}, '"2"', "PATCH", role="service")
    rows = system.sql("""SELECT version, way, actor = %s, before::text, after::text FROM analytics.notification_preference_changes
                         WHERE member_id = %s ORDER BY version""", member, member)
    assert rows == [(2, "put", True, "{}", '{"locale":"de"}'), (3, "patch", False, '{"locale":"de"}', '{"locale":"fr"}')]


def test_a_later_enrolment_wins_and_the_members_word_stays(system, member):
    put(system, member, {"addresses": {"email": "own@example.org"}}, '"1"')
    system.post_events([enrolled(member, 5, slack_user_id="U024BE7LH"), enrolled(member, 3, slack_user_id="U99999999")])
    system.wait_caught_up("notification")
    system.post_events([enrolled(member, 2, locale="it")])
    system.wait_caught_up("notification")
    reply = get(system, member, role="member", member=member)
    assert reply.json["addresses"] == {"email": "own@example.org", "push": [], "slack": "U024BE7LH"}
    assert reply.json["locale"] == "en-GB"


def test_changes_at_once_do_not_run_over_each_other(system, member):
    """Eight clients patch a category of their own, each trying until its version is the newest."""
    system.token("admin")

    def change(i):
        for _ in range(100):
            tag = get(system, member).headers["ETag"]
            if put(system, member, {"categories": {f"own-{i}": {"email": False}}}, tag, "PATCH").status == 200:
                return

    threads = [threading.Thread(target=change, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    reply = get(system, member).json
    assert reply["version"] == 9
    assert all(reply["categories"][f"own-{i}"]["email"] is False for i in range(8))
