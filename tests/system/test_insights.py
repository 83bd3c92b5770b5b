"""Findings: found without being asked for, published once, and served page by page; market data loaded whole."""
import datetime
import json

import pytest

from conftest import until
from story import accept
from streams import UTC, bought, earned, enrolled


def ago(days, hour=12):
    noon = datetime.datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return (noon - datetime.timedelta(days=days)).isoformat()


def seen(system, member):
    return system.sql("SELECT insight_id, kind, sentence FROM analytics.insights WHERE member_id = %s ORDER BY 1", member)


def published(system, member):
    rows = system.sql("SELECT body FROM analytics.event_log WHERE member_id = %s AND type = 'InsightGeneratedEvent'", member)
    return [body for body, in rows]


def wait_fresh(system, member):
    """Until the facts are of after the last event."""
    until(lambda: system.sql("SELECT facts_day IS NOT NULL FROM analytics.member_analytics WHERE member_id = %s",
                             member) == [(True,)], what="fresh facts")


def fading(member):
    """Ten purchases ten days apart, the last 60 days ago, and points that end in 5 days."""
    events = [bought(member, f"{member}-{n}", at=ago(150 - 10 * n), category="tea") for n in range(10)]
    expires = (datetime.datetime.now(UTC) + datetime.timedelta(days=5)).isoformat()
    return [enrolled(member, f"{member}-e", at=ago(200), time_zone="UTC"),
            earned(member, f"{member}-p", 500, at=ago(150), expires_at=expires)] + events


def test_found_without_being_asked_and_published_once(system):
    accept(system, fading("in-once"))
    wait_fresh(system, "in-once")
    found = seen(system, "in-once")
    assert [kind for _, kind, _ in found].count("spend_pause") == 1
    assert [kind for _, kind, _ in found].count("points_expiring") == 1
    events = published(system, "in-once")
    assert sorted(e["id"] for e in events) == [i for i, _, _ in found]
    for e in events:
        assert (e["source"], e["type"], e["subject"]) == ("urn:ae:analytics", "InsightGeneratedEvent", "in-once")
        assert e["data"]["insight_id"] == e["id"] and e["data"]["evidence"] and e["data"]["period"]["from"]
    # Asking, and more facts, find the same again: nothing new is published.
    assert system.get("/analytics/in-once/insights").status == 200
    system.sql("UPDATE analytics.member_analytics SET facts_day = NULL WHERE member_id = 'in-once'")
    wait_fresh(system, "in-once")
    assert len(published(system, "in-once")) == len(events)


def test_the_reply_ranks_and_pages(system):
    accept(system, fading("in-page"))
    wait_fresh(system, "in-page")
    reply = system.get("/analytics/in-page/insights")
    assert reply.status == 200 and reply.headers["Cache-Control"] == "private, no-cache"
    whole = reply.json
    assert whole["next_cursor"] is None and whole["as_of"]["position"] > 0
    order = ["warning", "notice", "info"]
    ranks = [order.index(i["severity"]) for i in whole["insights"]]
    assert len(ranks) >= 2 and ranks == sorted(ranks)
    assert [i["insight_id"] for i in whole["insights"] if not i["first_seen"]] == []
    paged, cursor = [], ""
    while cursor is not None:
        page = system.get(f"/analytics/in-page/insights?limit=1{'&cursor=' + cursor if cursor else ''}").json
        assert len(page["insights"]) == 1
        paged += page["insights"]
        cursor = page["next_cursor"]
    assert paged == whole["insights"]
    same = system.get("/analytics/in-page/insights", headers={"If-None-Match": reply.headers["ETag"]})
    assert same.status == 304 and same.body == b""
    accept(system, [bought("in-page", "in-page-more", at=ago(0, 0))])
    changed = system.get("/analytics/in-page/insights", headers={"If-None-Match": reply.headers["ETag"]})
    assert changed.status == 200
    assert "spend_pause" not in [i["kind"] for i in changed.json["insights"]]


@pytest.mark.parametrize("cursor", ["x", "0" * 34, "0" * 36, "z" * 35])
def test_a_cursor_that_is_none_is_refused(system, cursor):
    reply = system.get(f"/analytics/in-page/insights?cursor={cursor}")
    assert reply.status == 400 and reply.json["errors"][0]["pointer"] == "?cursor"


def test_an_unknown_member_has_none(system):
    assert system.get("/analytics/in-nobody/insights").status == 404


HEAD = "category,period,region,average_spend,currency\n"


def test_market_data_is_loaded_whole_or_not_at_all(system, tmp_path):
    file = tmp_path / "market.csv"
    load = ["benchmarks", "load", "--dir", system.dir, "--json", file]

    def rows():
        return system.sql("SELECT category, average_spend_minor FROM analytics.benchmarks WHERE region = 'in-x' ORDER BY 1")

    def version():
        return system.sql("SELECT catalogue_version FROM analytics.programme")[0][0]

    file.write_text(HEAD + "tea,2024-05,in-x,12.50,GBP\ntoys,2024-05-31,in-x,7,GBP\n")
    before = version()
    assert json.loads(system.aectl(*load, "--dry-run").stdout)["loaded"] == 0 and rows() == []
    done = json.loads(system.aectl(*load).stdout)
    assert (done["loaded"], done["groups"], done["replaced"]) == (2, 1, 0)
    assert rows() == [("tea", 1250), ("toys", 700)] and version() == before + 1
    file.write_text(HEAD + "bags,2024-05,in-x,1,GBP\nbags,2024-05,in-x,many,GBP\n")
    bad = system.aectl(*load, check=False)
    assert bad.returncode == 1 and [e["line"] for e in json.loads(bad.stdout)["errors"]] == [3]
    assert rows() == [("tea", 1250), ("toys", 700)] and version() == before + 1
    file.write_text(HEAD + "bags,2024-05,in-x,1,GBP\n")  # the group is replaced as a whole
    assert json.loads(system.aectl(*load).stdout)["replaced"] == 2 and rows() == [("bags", 100)]


def test_the_market_is_compared_with(system, tmp_path):
    month = (datetime.datetime.now(UTC).replace(day=1) - datetime.timedelta(days=1)).strftime("%Y-%m")
    file = tmp_path / "market.csv"
    file.write_text(HEAD + f"in-tea,{month},,10,GBP\n")
    system.aectl("benchmarks", "load", "--dir", system.dir, file)
    accept(system, [bought("in-market", "in-market-1", 4000, at=f"{month}-15T12:00:00Z", category="in-tea")])

    def kinds():
        return [i["kind"] for i in system.get("/analytics/in-market/insights").json["insights"]]

    until(lambda: "market_category" in kinds(), what="the catalogue's new version")
