"""GET /analytics/{member_id}/dashboard and its charts: periods, comparisons, conditions, roles, plans."""
import datetime
import json
import pathlib
import random
import struct
import xml.etree.ElementTree as ElementTree
import zlib
import zoneinfo

import pytest

from conftest import ROOT
from plan_kit import plan_nodes
from story import accept, assert_same, dashboard, recompute, streams

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
SUMMARY = {"spend", "transactions", "average_basket", "points_earned", "points_redeemed", "points_expired", "points_balance"}
CHARTS = ["spend", "categories", "points", "balance", "market"]


def utc(moment):
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def months_before(day, months):
    """The same day of an earlier month, or its last day."""
    number = day.year * 12 + day.month - 1 - months
    first = datetime.date(number // 12, number % 12 + 1, 1)
    last = (first + datetime.timedelta(days=31)).replace(day=1) - DAY
    return min(first + datetime.timedelta(days=day.day - 1), last)


@pytest.fixture(scope="module", params=["Pacific/Kiritimati", "Pacific/Niue"])
def recent(system, request):
    """A member with two and a half years up to this hour, where today is another day than elsewhere."""
    zone = zoneinfo.ZoneInfo(request.param)
    name = "recent-" + request.param.rsplit("/", 1)[1]
    now, chance = datetime.datetime.now(UTC) - datetime.timedelta(hours=2), random.Random(3)
    events = [streams.enrolled(name, f"{name}-e", at=utc(now - 900 * DAY), time_zone=request.param, tier="bronze")]
    for n in range(500):
        at = now - datetime.timedelta(seconds=chance.randrange(880 * 86400)) if n > 40 else now - n * DAY
        events.append(streams.bought(name, f"{name}-t{n}", chance.randrange(100, 9000), utc(at), currency=chance.choice(["GBP"] * 5 + ["EUR"]),
                                     category=chance.choice(streams.CATEGORIES), merchant_id=f"shop-{n % 15}",
                                     merchant_name=f"Shop {n % 15}"))
        events.append(streams.earned(name, f"{name}-p{n}", chance.randrange(1, 90), utc(at + datetime.timedelta(milliseconds=1)),
                                     category=chance.choice(streams.CATEGORIES),
                                     expires_at=utc(at + chance.randrange(100, 500) * DAY) if n % 3 else None))
        if n % 5 == 0:
            events.append(streams.redeemed(name, f"{name}-r{n}", chance.randrange(1, 200), utc(at + datetime.timedelta(milliseconds=2))))
    accept(system, events)
    return system, name, recompute.members(events)[name]


def expected_period(period, compare, today):
    """(first, last, first and last day before)."""
    first = {"month": today.replace(day=1), "quarter": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
             "year": today.replace(month=1, day=1)}[period]
    back = 12 if compare == "last_year" else {"month": 1, "quarter": 3, "year": 12}[period]
    return first, today, months_before(first, back), months_before(today, back)


@pytest.mark.parametrize("compare", ["previous", "last_year", "none"])
@pytest.mark.parametrize("period, grain", [("month", "day"), ("quarter", "week"), ("year", "month")])
def test_every_period_and_comparison(recent, period, grain, compare):
    system, name, member = recent
    got = dashboard(system, name, period=period, compare=compare)
    now = recompute.instant(got["as_of"]["instant"])
    today = now.astimezone(member.zone).date()
    first, last, before, until = expected_period(period, compare, today)
    assert (got["period"]["from"], got["period"]["to"], got["period"]["grain"]) == (str(first), str(last), grain)
    want = recompute.totals(member, first, last, "GBP", now)
    assert {k: v["value"] for k, v in got["summary"].items()} == want and set(want) == SUMMARY
    if compare == "none":
        assert got["period"]["compare"] is None and all(v["previous"] is None and v["change"] is None for v in got["summary"].values())
    else:
        assert got["period"]["compare"] == {"name": compare, "from": str(before), "to": str(until)}
        then = recompute.totals(member, before, until, "GBP", now)
        assert {k: v["previous"] for k, v in got["summary"].items()} == then
        for key, m in got["summary"].items():
            change = None if then[key] == 0 else (want[key] - then[key]) / abs(then[key])
            assert m["change"] == (None if change is None else pytest.approx(change, abs=6e-5)), key
    assert_series(got, member, first, last, grain, now)


def assert_series(got, member, first, last, grain, now):
    """No bucket is left out, and each says what happened in it and the balance at its end."""
    spans = recompute.buckets(first, last, grain)
    assert [b["from"] for b in got["trend"]] == [str(a) for a, _ in spans]
    for (a, z), spend, purse in zip(spans, got["trend"], got["points"]["history"]):
        sums = recompute.totals(member, a, z, "GBP", now)
        assert (spend["spend_minor"], spend["transactions"]) == (sums["spend"], sums["transactions"]), a
        assert (purse["earned"], purse["redeemed"], purse["expired"], purse["balance"]) == tuple(
            sums[f"points_{k}"] for k in ("earned", "redeemed", "expired", "balance")), a


def test_who_and_where(recent):
    system, name, member = recent
    got = dashboard(system, name)
    now = recompute.instant(got["as_of"]["instant"])
    about = got["member"]
    assert (about["member_id"], about["tier"], about["currency"]) == (name, "bronze", "GBP")
    assert about["time_zone"] == member.profile("time_zone")
    assert recompute.instant(about["last_transaction_at"]) == max(p[0] for p in member.purchases())
    (shard, position), = system.sql("SELECT shard, max(position) FROM analytics.event_log WHERE member_id = %s"
                                    " AND type NOT IN ('InsightGeneratedEvent', 'MilestoneAchievedEvent', 'EngagementAlertTriggeredEvent') GROUP BY 1", name)
    assert (got["as_of"]["shard"], got["as_of"]["position"]) == (shard, position)
    assert abs(datetime.datetime.now(UTC) - now) < datetime.timedelta(minutes=6)


def test_merchants_and_shares(recent):
    """Of whole months: the ten with the most spend."""
    system, name, member = recent
    today = recompute.instant(dashboard(system, name)["as_of"]["instant"]).astimezone(member.zone).date()
    first, last = months_before(today.replace(day=1), 4), today.replace(day=1) - DAY
    got = dashboard(system, name, **{"period": "custom", "from": first, "to": last})
    spend = {}
    for moment, amount, _, data in member.transactions():
        if data["currency"] == "GBP" and first <= member.day(moment) <= last:
            spend[data["merchant_id"]] = spend.get(data["merchant_id"], 0) + amount
    want = sorted(spend.items(), key=lambda s: (-s[1], s[0]))[:10]
    assert [(m["merchant_id"], m["spend_minor"]) for m in got["merchants"]] == want
    assert all(m["name"] == m["merchant_id"].replace("shop-", "Shop ") for m in got["merchants"])
    amounts = [c["spend_minor"] for c in got["categories"]]
    assert amounts == sorted(amounts, reverse=True) and sum(amounts) == got["summary"]["spend"]["value"]
    assert sum(c["share"] for c in got["categories"]) == pytest.approx(1, abs=1e-3)


def test_tier_progress(recent):
    """Qualifying points of the last 365 days against the tier above."""
    system, name, member = recent
    got = dashboard(system, name)
    today = recompute.instant(got["as_of"]["instant"]).astimezone(member.zone).date()
    qualifying = sum(cell[2] for (day, _), cell in member.points_by_day().items() if today - 365 * DAY < day <= today)
    assert got["tier"]["qualifying_points"] == qualifying and got["tier"]["next"] == "silver"
    assert got["tier"]["progress"] == pytest.approx(min(1, qualifying / 500), abs=6e-5)
    assert got["tier"]["needed"] == max(0, 500 - qualifying)


def test_other_currency(recent):
    system, name, member = recent
    pounds, euros = dashboard(system, name, period="year"), dashboard(system, name, period="year", currency="EUR")
    now = recompute.instant(euros["as_of"]["instant"])
    first = datetime.date.fromisoformat(euros["period"]["from"])
    want = recompute.totals(member, first, datetime.date.fromisoformat(euros["period"]["to"]), "EUR", now)
    assert euros["summary"]["spend"]["value"] == want["spend"] > 0 and euros["summary"]["spend"]["currency"] == "EUR"
    assert euros["summary"]["points_balance"] == pounds["summary"]["points_balance"], "points have no currency"
    assert dashboard(system, name, currency="XXX")["summary"]["spend"]["value"] == 0


CUSTOM = [("2025-01-01", "2025-01-01", "day", 1), ("2025-01-01", "2025-03-03", "day", 62), ("2025-01-01", "2025-03-04", "week", 10),
          ("2024-02-29", "2024-02-29", "day", 1), ("2025-01-01", "2025-07-19", "week", 29), ("2025-01-01", "2025-07-20", "month", 7),
          ("2015-01-01", "2025-01-07", "month", 121), ("2027-01-01", "2030-12-31", "month", 48)]


@pytest.mark.parametrize("first, last, grain, count", CUSTOM)
def test_custom_ranges(recent, first, last, grain, count):
    system, name, member = recent
    got = dashboard(system, name, **{"period": "custom", "from": first, "to": last})
    assert got["period"]["grain"] == grain and len(got["trend"]) == len(got["points"]["history"]) == count
    now = recompute.instant(got["as_of"]["instant"])
    a, z = map(datetime.date.fromisoformat, (first, last))
    assert_same({k: v["value"] for k, v in got["summary"].items()}, recompute.totals(member, a, z, "GBP", now), "summary")
    assert got["period"]["compare"] == {"name": "previous", "from": str(a - (z - a) - DAY), "to": str(a - DAY)}


WRONG = [({"period": "decade"}, "period"), ({"period": "custom"}, "from"), ({"period": "custom", "from": "2025-01-01"}, "to"),
         ({"period": "custom", "from": "2025-02-01", "to": "2025-01-01"}, "to"), ({"period": "month", "from": "2025-01-01"}, "from"),
         ({"period": "custom", "from": "2010-01-01", "to": "2025-01-01"}, "to"), ({"period": "custom", "from": "2025-02-30", "to": "2025-03-01"}, "from"),
         ({"period": "custom", "from": "soon", "to": "2025-03-01"}, "from"), ({"compare": "never"}, "compare"), ({"currency": "pounds"}, "currency"),
         ({"currency": "gbp"}, "currency"), ({"period": ""}, "period"), ({"currency": ""}, "currency")]


@pytest.mark.parametrize("parameters, named", WRONG, ids=[str(w[0]) for w in WRONG])
def test_wrong_parameters_are_named(recent, parameters, named):
    system, name, _ = recent
    for path in (f"/analytics/{name}/dashboard", f"/analytics/{name}/charts/spend.svg"):
        reply = system.get(path, params=parameters)
        assert reply.status == 400 and reply.headers["Content-Type"] == "application/problem+json", reply
        assert named in reply.json["errors"][0]["pointer"] and reply.json["errors"][0]["detail"]


def test_unknown_member(system):
    for path in ("dashboard", "charts/spend.svg"):
        assert system.get(f"/analytics/nobody-at-all/{path}").status == 404
    assert system.get("/analytics/not%20a%20member/dashboard").status in (400, 404)
    assert system.get("/analytics/" + "x" * 65 + "/dashboard").status in (400, 404)


def test_who_may_look(recent):
    """A member sees itself and nobody else; another's id is not even confirmed."""
    system, name, _ = recent
    path = f"/analytics/{name}/dashboard"
    assert system.get(path, member=name).status == 200
    assert system.get(path, role="service").status == 200 and system.get(path, role="admin").status == 200
    foreign, missing = system.get(path, member="somebody-else"), system.get("/analytics/nobody/dashboard", member="somebody-else")
    assert foreign.status == missing.status == 404 and foreign.json["detail"] == missing.json["detail"]
    assert system.get(path, role="analyst").status == 403 and system.get(path, role=None).status == 401
    assert system.get(f"/analytics/{name}/charts/spend.svg", member="somebody-else").status == 404


def test_entity_tags(system):
    name = "tags"
    accept(system, [streams.bought(name, "tags-1")])
    path = f"/analytics/{name}/dashboard"
    for path, other in [(path, f"{path}?period=year"), (f"/analytics/{name}/charts/spend.svg", f"/analytics/{name}/charts/spend.svg?theme=dark")]:
        tag = system.get(path).headers["ETag"]
        for condition in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
            reply = system.get(path, headers={"If-None-Match": condition})
            assert reply.status == 304 and reply.body == b"" and reply.headers["ETag"] == tag, condition
        assert system.get(path, headers={"If-None-Match": '"other"'}).status == 200
        assert system.get(other, headers={"If-None-Match": tag}).status == 200, "another question, another tag"
        assert "private" in system.get(path).headers["Cache-Control"]
        accept(system, [streams.bought(name, f"tags-{other}")])
        reply = system.get(path, headers={"If-None-Match": tag})
        assert reply.status == 200 and reply.headers["ETag"] != tag, "there is something new"


def test_a_new_event_changes_the_dashboard(system):
    name = "changes"
    for n in range(20):
        accept(system, [streams.bought(name, f"changes-{n}", 100)])
        got = dashboard(system, name, **{"period": "custom", "from": "2026-02-01", "to": "2026-02-28"})
        assert got["summary"]["spend"]["value"] == 100 * (n + 1)


def test_large_dashboards_are_compressed(recent):
    system, name, _ = recent
    reply = system.get(f"/analytics/{name}/dashboard", headers={"Accept-Encoding": "gzip"})
    plain = system.get(f"/analytics/{name}/dashboard", headers={"Accept-Encoding": "identity"})
    assert reply.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert reply.json == plain.json and int(reply.headers["Content-Length"]) < len(plain.body)


# --- charts --------------------------------------------------------------------------------------

@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_are_drawn_three_ways(recent, chart, theme):
    system, name, _ = recent
    path = f"/analytics/{name}/charts/{chart}"
    svg = system.get(f"{path}.svg", params={"theme": theme, "period": "quarter"})
    assert svg.status == 200 and svg.headers["Content-Type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(svg.body)
    assert root.tag.endswith("}svg") and [e for e in root.iter() if e.tag.endswith("}title")]
    png = system.get(f"{path}.png", params={"theme": theme, "width": 640, "height": 320, "scale": 2})
    assert png.status == 200 and png.headers["Content-Type"] == "image/png"
    assert_png(png.body, 1280, 640)
    figure = system.get(f"{path}.json", params={"theme": theme})
    assert figure.status == 200
    assert_figure(figure.json)


def assert_png(data, width, height):
    assert data.startswith(b"\x89PNG\r\n\x1a\n") and struct.unpack(">II", data[16:24]) == (width, height)
    at = 8
    while at < len(data):
        length, = struct.unpack(">I", data[at:at + 4])
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body)
        at += 12 + length
    assert kind == b"IEND"


def assert_figure(chart):
    from plotly import graph_objects
    graph_objects.Figure(chart["figure"])
    assert chart["title"] and chart["text"] and chart["table"]


def test_figures_in_the_dashboard_are_valid(recent):
    system, name, _ = recent
    charts = dashboard(system, name, period="year")["charts"]
    assert [c["name"] for c in charts][:4] == CHARTS[:4]
    for chart in charts:
        assert_figure(chart)
        assert system.get(chart["svg"]).status == 200


def test_charts_that_are_not_there(recent):
    system, name, _ = recent
    for chart in ("nothing.svg", "spend.gif", "spend", "spend.svg.exe", ".svg.", "..%2fspend.svg"):
        assert system.get(f"/analytics/{name}/charts/{chart}").status in (400, 404), chart
    for parameters in ({"width": 10}, {"width": 99999}, {"height": "tall"}, {"scale": 9}, {"theme": "neon"}):
        reply = system.get(f"/analytics/{name}/charts/spend.png", params=parameters)
        assert reply.status == 400 and list(parameters)[0] in reply.json["errors"][0]["pointer"]


# --- plans ---------------------------------------------------------------------------------------

PLANS = [("get_members.sql", {"$1::text[]": "ARRAY['plan-777']"}, 1),
         ("get_member_months.sql", {"$1": "'plan-777'", "$2::date": "'2025-01-01'::date", "$3::date": "'2025-12-31'::date"}, 12)]


@pytest.mark.parametrize("name, values, rows", PLANS, ids=[p[0] for p in PLANS])
def test_statements_touch_one_members_rows(system, name, values, rows):
    """Among many members, by PostgreSQL's own account of what it read; rolled back afterwards."""
    query = (pathlib.Path(ROOT) / "sql/queries/analytics" / name).read_text()
    for place, value in values.items():
        query = query.replace(place, value)
    connection = system.connect()
    try:
        cursor = connection.cursor()
        cursor.execute("""INSERT INTO analytics.member_analytics (member_id, shard, first_position, position, last_event_at, state)
                          SELECT 'plan-' || n, 0, 1, 1, now(), '{}' FROM generate_series(1, 20000) n""")
        cursor.execute("""INSERT INTO analytics.spending_summaries
                          SELECT 'plan-' || n, make_date(y, m, 1), '[]', '[]', '[]', '[]'
                          FROM generate_series(1, 2000) n, generate_series(2024, 2025) y, generate_series(1, 12) m""")
        cursor.execute("ANALYZE analytics.member_analytics, analytics.spending_summaries")
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query)
        plan = cursor.fetchone()[0][0]["Plan"]
    finally:
        connection.rollback()
        connection.close()
    nodes = list(plan_nodes(plan))
    scans = [n for n in nodes if "Scan" in n["Node Type"]]
    assert scans and all(n["Node Type"] in ("Index Scan", "Bitmap Heap Scan", "Bitmap Index Scan") for n in scans), nodes
    assert all(n["Actual Rows"] <= rows and n.get("Rows Removed by Filter", 0) == 0 for n in scans), nodes
    assert plan["Actual Rows"] == rows
