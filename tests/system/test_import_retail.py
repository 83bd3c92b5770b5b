"""The shipped sample becomes a programme's events: the same bytes each time, and the sums are the shop's."""

import collections
import csv
import datetime
import gzip
import json
import re
import subprocess

import pytest

from conftest import AECTL, ROOT

SAMPLE = ROOT / "services/ctl/sample/retail_sample.csv.gz"

REQUIRED = {
    "TransactionProcessedEvent": {"transaction_id", "member_id", "amount_minor", "currency", "category", "occurred_at"},
    "PointsEarnedEvent": {"member_id", "points", "occurred_at"},
    "MemberEnrolledEvent": {"member_id", "enrolled_at"},
    "TierAdvancedEvent": {"member_id", "to_tier", "effective_at"},
    "RedemptionProcessedEvent": {"member_id", "redemption_id", "points", "occurred_at"},
    "CategoryUpdatedEvent": {"category", "name"},
}
TIERS = [("bronze", 0), ("silver", 500), ("gold", 2000), ("platinum", 10000)]


def aectl(*arguments, **options):
    return subprocess.run([AECTL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **options)


def run(*arguments):
    """The output of a command that must succeed."""
    done = aectl(*arguments)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


@pytest.fixture(scope="module")
def raw():
    return run("import", "retail", SAMPLE, "--as-is", "--out", "-")


@pytest.fixture(scope="module")
def events(raw):
    return [json.loads(line) for line in raw.splitlines()]


def of_type(events, name):
    return [e["data"] for e in events if e["type"] == name]


def kept_rows():
    """(member, invoice, stock, amount) of every line that counts, by the rules as the document tells them."""
    with gzip.open(SAMPLE, "rt", encoding="utf-8", newline="") as f:
        rows = [r for r in csv.DictReader(f) if r["CustomerID"] and re.fullmatch("[0-9]{5}[A-Za-z]*", r["StockCode"])]
    began = {}
    for place, r in enumerate(rows):
        when = (r["InvoiceDate"], place)
        began[r["InvoiceNo"]] = min(began.get(r["InvoiceNo"], when), when)
    rows.sort(key=lambda r: began[r["InvoiceNo"]])
    members = set()
    for r in rows:
        quantity, pence = int(r["Quantity"]), round(float(r["UnitPrice"]) * 100)
        cancelled = r["InvoiceNo"].startswith("C")
        if pence <= 0 or (quantity >= 0 if cancelled else quantity <= 0):
            continue
        member = "r" + r["CustomerID"].split(".")[0]
        if not cancelled:
            members.add(member)
        if member in members:
            yield member, r["InvoiceNo"], r["StockCode"], quantity * pence


def test_same_input_gives_same_bytes(raw):
    assert run("import", "retail", SAMPLE, "--as-is", "--out", "-") == raw


def test_every_event_is_a_cloudevent_with_what_its_type_requires(events):
    ids = set()
    for e in events:
        assert e["specversion"] == "1.0" and e["source"] == "urn:ae:retail"
        assert REQUIRED[e["type"]] <= e["data"].keys(), e
        assert e.get("subject") == e["data"].get("member_id")
        assert e["time"] == e["data"].get("occurred_at", e["data"].get("enrolled_at", e["data"].get("effective_at", e["time"])))
        ids.add(e["id"])
    assert len(ids) == len(events)
    assert {e["type"] for e in events} == REQUIRED.keys()


def test_events_come_in_order_of_time_and_members_enrol_first(events):
    times = [e["time"] for e in events]
    assert times == sorted(times)
    enrolled = set()
    for e in events:
        if e["type"] == "MemberEnrolledEvent":
            enrolled.add(e["subject"])
        elif "subject" in e:
            assert e["subject"] in enrolled


def test_net_spend_per_member_equals_the_shops(events):
    want = collections.Counter()
    for member, _, _, amount in kept_rows():
        want[member] += amount
    got = collections.Counter()
    for t in of_type(events, "TransactionProcessedEvent"):
        got[t["member_id"]] += t["amount_minor"]
        assert t["amount_minor"] == sum(i["amount_minor"] for i in t["items"])
        assert (t["amount_minor"] < 0) == (t["status"] == "reversed")
    assert got == want


def test_a_reversal_takes_back_from_an_earlier_transaction_of_the_member(events):
    seen, taken, known = {}, collections.Counter(), 0
    for t in of_type(events, "TransactionProcessedEvent"):
        if "reverses" in t:
            known += 1
            original = seen[t["reverses"]]
            assert original["member_id"] == t["member_id"] and original["category"] == t["category"]
            bought = {i["item_id"] for i in original["items"]}
            for i in t["items"]:
                assert i["item_id"] in bought
                taken[t["reverses"], i["item_id"]] -= i["quantity"]
        seen[t["transaction_id"]] = t
    assert known > 1000
    for (transaction, item), quantity in taken.items():
        assert quantity <= sum(i["quantity"] for i in seen[transaction]["items"] if i["item_id"] == item)


def multiplier_at(notices, category, when):
    """Of the latest notice about the category, if its window is open then."""
    current = [n for at, n in notices[category] if at <= when][-1]
    inside = "valid_from" not in current or instant(current["valid_from"]) <= when < instant(current["valid_to"])
    return current["points_multiplier"] if inside else 1


def test_points_follow_from_amounts_and_multipliers(events):
    notices = collections.defaultdict(list)
    left, multiplier, points = collections.Counter(), {}, collections.Counter()
    for e in events:
        d = e["data"]
        if e["type"] == "CategoryUpdatedEvent":
            notices[d["category"]].append((instant(e["time"]), d))
        elif e["type"] == "TransactionProcessedEvent":
            lot = d.get("reverses", d["transaction_id"])
            if d["status"] == "completed":
                multiplier[lot] = multiplier_at(notices, d["category"], instant(e["time"]))
            if lot in multiplier:
                left[lot] += d["amount_minor"]
        elif e["type"] == "PointsEarnedEvent" and d["reason"] != "bonus":
            points[d["lot_id"]] += d["points"]
            assert d["reason"] == ("reversal" if d["points"] < 0 else "promotion" if multiplier[d["lot_id"]] > 1 else "purchase")
    assert set(multiplier.values()) == {1, 1.5, 2, 3}
    for lot, amount in left.items():
        assert points[lot] == int(max(amount, 0) // 100 * multiplier[lot]), lot


def test_balances_add_up_with_expiry_and_redemptions(events):
    balance = collections.Counter()
    for e in events:
        d = e["data"]
        if e["type"] == "PointsEarnedEvent":
            balance[d["member_id"]] += d["points"]
            assert d["balance_after"] == balance[d["member_id"]]
            if d["points"] > 0:  # the end of the month twelve months later; nothing expires within this data
                at, end = instant(e["time"]), instant(d["expires_at"]) + datetime.timedelta(seconds=1)
                assert end > instant(events[-1]["time"])
                assert (end.year * 12 + end.month) - (at.year * 12 + at.month) in (12, 13) and end > at
        elif e["type"] == "RedemptionProcessedEvent":
            assert d["points"] == d["value_minor"] > 0
            balance[d["member_id"]] += d["points"] if d["status"] == "cancelled" else -d["points"]
            assert balance[d["member_id"]] >= 0


def test_tiers_follow_the_table(events):
    tier = {}
    table = dict(TIERS)
    names = [name for name, _ in TIERS]
    for e in events:
        d = e["data"]
        if e["type"] == "MemberEnrolledEvent":
            tier[d["member_id"]] = d["tier"]
        elif e["type"] == "TierAdvancedEvent":
            assert d["from_tier"] == tier[d["member_id"]]
            step = names.index(d["to_tier"]) - names.index(d["from_tier"])
            assert d["direction"] == ("up" if step > 0 else "down" if step < 0 else "renewed")
            assert d["qualifying_points"] >= table[d["to_tier"]]
            tier[d["member_id"]] = d["to_tier"]
    assert set(tier.values()) == set(names)


def test_moved_dates_end_within_the_last_week_and_keep_the_weekday(events):
    moved = [json.loads(line) for line in run("import", "retail", SAMPLE, "--out", "-").splitlines()]
    now = datetime.datetime.now(datetime.timezone.utc)
    assert [e["id"] for e in moved if e["type"] == "TransactionProcessedEvent"] == [
        e["id"] for e in events if e["type"] == "TransactionProcessedEvent"]
    last = instant(moved[-1]["time"])
    assert now - datetime.timedelta(days=7, hours=2) < last <= now
    assert last.weekday() == instant(events[-1]["time"]).weekday()


def test_first_members_only():
    few = [json.loads(line) for line in run("import", "retail", SAMPLE, "--as-is", "--members", "5", "--out", "-").splitlines()]
    assert len({e["subject"] for e in few if "subject" in e}) == 5


@pytest.mark.parametrize("content, says", [
    (b"a,b\n1,2\n", b"InvoiceNo"),
    (b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,85123A,X,x,2010-12-01 08:26:00,1,1.0,UK\n", b"Quantity"),
    (b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,85123A,X,1,2010-13-01 08:26:00,1,1.0,UK\n", b"InvoiceDate"),
    (b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,85123A\n", b":2"),
], ids=["no header", "bad quantity", "bad date", "short line"])
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path, content, says):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    done = aectl("import", "retail", path, "--out", tmp_path / "out")
    assert done.returncode == 1 and says in done.stderr


@pytest.mark.parametrize("arguments, code", [
    (["--help"], 0), (["import", "retail", "--help"], 0), (["generate", "--help"], 0), (["events", "send", "--help"], 0),
    ([], 2), (["nonsense"], 2), (["import", "retail"], 2), (["import", "retail", "x", "--out", "a", "--url", "http://b"], 2),
    (["generate"], 2), (["generate", "--members", "x"], 2), (["events", "send", "x", "--url", "ftp://b"], 2),
    (["import", "retail", "/nowhere", "--out", "/dev/null"], 1),
    (["events", "send", SAMPLE, "--url", "http://127.0.0.1:9", "--deadline", "1"], 3),
], ids=str)
def test_exit_codes(arguments, code):
    assert aectl(*arguments).returncode == code


def generated(*arguments):
    return run("generate", "--members", "300", "--end", "2026-06-30", "--out", "-", *arguments)


def test_generate_is_seeded_ordered_and_adds_up():
    raw = generated("--seed", "5")
    assert generated("--seed", "5") == raw and generated("--seed", "6") != raw
    events = [json.loads(line) for line in raw.splitlines()]
    times = [e["time"] for e in events]
    assert times == sorted(times) and times[0] >= "2024-07-01" and times[-1] < "2026-07-01"
    assert len({e["id"] for e in events}) == len(events)
    assert {e["type"] for e in events} == REQUIRED.keys()
    for e in events:
        assert REQUIRED[e["type"]] <= e["data"].keys(), e
    assert len(of_type(events, "MemberEnrolledEvent")) == 300
    per_member = collections.Counter(t["member_id"] for t in of_type(events, "TransactionProcessedEvent"))
    assert 12 < sum(per_member.values()) / 300 < 30 and max(per_member.values()) > 60
    check_lots(events)


def take(lots, points):
    """Takes points from lots, soonest to expire first; how many could not be taken."""
    for lot in sorted(lots, key=lambda lot: lot[0]):
        part = min(points, lot[1])
        lot[1] -= part
        points -= part
    return points


def check_lots(events):
    """Replays points as lots, soonest to expire first: nobody redeems what is not there."""
    members = collections.defaultdict(dict)
    debts, redeemed = collections.Counter(), 0
    for e in events:
        d = e["data"]
        if "subject" not in e:
            continue
        lots = members[e["subject"]]
        for key in [k for k, lot in lots.items() if lot[0] < e["time"]]:
            del lots[key]
        if e["type"] == "PointsEarnedEvent" and d["points"] > 0:
            paid = min(d["points"], debts[e["subject"]])
            debts[e["subject"]] -= paid
            lots[d["lot_id"]] = [d["expires_at"], d["points"] - paid]
        elif e["type"] == "PointsEarnedEvent":
            rest = take([lots[d["lot_id"]]], -d["points"])
            debts[e["subject"]] += take(lots.values(), rest)
        elif e["type"] == "RedemptionProcessedEvent" and d["status"] == "completed":
            redeemed += 1
            lots["taken " + d["redemption_id"]] = [max(lot[0] for lot in lots.values()), 0]
            assert take(lots.values(), d["points"]) == 0, e
        elif e["type"] == "RedemptionProcessedEvent":
            lots["taken " + d["redemption_id"]][1] += d["points"]
    assert redeemed > 50
