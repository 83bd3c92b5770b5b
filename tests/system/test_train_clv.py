"""ae-train clv: worlds with known parameters, forecasts against what followed, and inputs that are no use."""
import csv
import datetime
import gzip
import math
import random

import pytest
from train_kit import refused, run, told, values

BEGIN = datetime.date(2025, 1, 1)
CALIBRATION, HOLDOUT = BEGIN + datetime.timedelta(272), BEGIN + datetime.timedelta(545)


def world(model, members, seed):
    """Rows of a world whose parameters are known, in weeks; spend by Gamma-Gamma with p=6, q=4, gamma=15."""
    dice = random.Random(seed)
    rows = []
    for n in range(members):
        first, rate, level = dice.randrange(84), dice.gammavariate(.5, 1 / 6) / 7, 15 / dice.gammavariate(4, 1)
        leaves = dice.expovariate(dice.gammavariate(.7, 1 / 12) / 7 + 1e-12) if model == "pareto-nbd" else math.inf
        p = dice.betavariate(.8, 2.5) if model == "bgnbd" else 0
        at = 0.0
        while first + at < 546 and at <= leaves:
            rows.append((f"m{n}", BEGIN + datetime.timedelta(first + int(at)), round(dice.gammavariate(6, level), 2)))
            if at > 0 and dice.random() < p:
                break
            at += dice.expovariate(rate)
    return rows


def write(path, rows, header="member,date,amount"):
    opened = gzip.open(path, "wt") if path.suffix == ".gz" else open(path, "w")
    with opened as file:
        file.write(header + "\n")
        file.writelines(",".join(map(str, row)) + "\n" for row in rows)
    return path


def summary(rows):
    """{member: (x, t_x, T, mean of repeats)} in weeks, counted another way."""
    days = {}
    for member, day, amount in rows:
        if day <= CALIBRATION:
            days.setdefault(member, {}).setdefault(day, 0)
            days[member][day] += amount
    found = {}
    for member, bought in days.items():
        order = sorted(bought)
        repeats = [bought[d] for d in order[1:]]
        found[member] = (len(repeats), (order[-1] - order[0]).days / 7, (CALIBRATION - order[0]).days / 7, sum(repeats) / len(repeats) if repeats else 0)
    return found


def bgnbd_likelihood(p, summaries):
    """As the paper prints it, sums of logarithms and all."""
    r, alpha, a, b = p
    total = 0
    for x, tx, age, _ in summaries:
        head = math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha)
        one = math.lgamma(a + b) + math.lgamma(b + x) - math.lgamma(b) - math.lgamma(a + b + x) - (r + x) * math.log(alpha + age)
        two = -math.inf
        if x:
            two = math.lgamma(a + 1) + math.lgamma(b + x - 1) - math.lgamma(a + b + x) - math.lgamma(a) - math.lgamma(b) + math.lgamma(a + b)
            two -= (r + x) * math.log(alpha + tx)
        top = max(one, two)
        total += head + top + math.log(math.exp(one - top) + math.exp(two - top))
    return total


def gamma_gamma_likelihood(p, summaries):
    p, q, gamma = p
    return sum(math.lgamma(p * x + q) - math.lgamma(p * x) - math.lgamma(q) + q * math.log(gamma) + (p * x - 1) * math.log(mean) + p * x * math.log(x)
               - (p * x + q) * math.log(gamma + x * mean) for x, _, _, mean in summaries if x)


@pytest.fixture(scope="module")
def bgnbd(tmp_path_factory):
    rows = world("bgnbd", 3000, 7)
    return write(tmp_path_factory.mktemp("clv") / "bgnbd.csv.gz", rows), rows


def test_bgnbd_and_gamma_gamma_are_at_their_top(bgnbd):
    file, rows = bgnbd
    result = told("clv", "--transactions", file, "--calibration-end", CALIBRATION, "--holdout-end", HOLDOUT, "--model", "bgnbd")
    people = list(summary(rows).values())
    found = [result["parameters"][n] for n in ("r", "alpha", "a", "b")]
    assert result["counts"]["members"] == len(people) and result["counts"]["repeat_members"] == sum(1 for s in people if s[0])
    assert math.isclose(result["log_likelihood"], bgnbd_likelihood(found, people), abs_tol=1e-4)
    for i in range(4):
        for way in (.97, 1.03):
            moved = found[:i] + [found[i] * way] + found[i + 1:]
            assert bgnbd_likelihood(moved, people) < result["log_likelihood"]
    money = [result["parameters"][n] for n in ("p", "q", "gamma")]
    top = result["parameters"]["gamma_gamma_log_likelihood"]
    assert math.isclose(top, gamma_gamma_likelihood(money, people), abs_tol=1e-4)
    for i in range(3):
        assert all(gamma_gamma_likelihood(money[:i] + [money[i] * way] + money[i + 1:], people) < top for way in (.97, 1.03))
    assert abs(money[0] - 6) < 1.5 and abs(money[1] - 4) < 1


def test_what_is_forecast_comes_about(bgnbd, tmp_path):
    file, rows = bgnbd
    result = told("clv", "--transactions", file, "--calibration-end", CALIBRATION, "--model", "bgnbd", "--predictions", tmp_path / "members.csv")
    m = values(result)
    truth = len({(member, day) for member, day, _ in rows if day > CALIBRATION and member in summary(rows)})
    assert m["transactions_total_actual"] == truth
    assert abs(m["transactions_total"] / truth - 1) < .1 and m["interval80_coverage"] > .78
    assert m["spend_spearman"] > .3 and m["transactions_mae"] < m["transactions_rmse"]
    members = list(csv.DictReader(open(tmp_path / "members.csv")))
    assert len(members) == result["counts"]["members"]
    assert math.isclose(sum(float(one["transactions"]) for one in members), m["transactions_total"], rel_tol=1e-6)
    assert all(0 <= float(one["alive"]) <= 1 and float(one["spend_low"]) <= float(one["spend_high"]) for one in members)


def test_pareto_finds_its_world(tmp_path):
    rows = world("pareto-nbd", 3000, 3)
    file = write(tmp_path / "pareto.csv", rows)
    result = told("clv", "--transactions", file, "--calibration-end", CALIBRATION, "--model", "pareto-nbd")
    truth = {"r": .5, "alpha": 6, "s": .7, "beta": 12}
    for name, want in truth.items():
        # Days are whole, and two purchases on one day are one: a little more than the sampling error alone.
        assert abs(result["parameters"][name] - want) < 4 * result["standard_errors"][name] + .1 * want, (name, result["parameters"])
    assert abs(values(result)["transactions_total"] / values(result)["transactions_total_actual"] - 1) < .1


def test_the_unit_of_time_is_only_a_unit(bgnbd):
    file, _ = bgnbd
    week, day = (told("clv", "--transactions", file, "--calibration-end", CALIBRATION, "--model", "bgnbd", "--time-unit", unit) for unit in ("week", "day"))
    assert math.isclose(day["parameters"]["alpha"] / week["parameters"]["alpha"], 7, rel_tol=1e-3)
    for name in ("r", "a", "b"):
        assert math.isclose(day["parameters"][name], week["parameters"][name], rel_tol=5e-3)
    assert math.isclose(values(day)["transactions_total"], values(week)["transactions_total"], rel_tol=1e-3)


def test_two_parts_learn_from_inside_the_calibration_only(bgnbd, tmp_path):
    """Whatever follows the calibration changes what is judged, never what is forecast."""
    file, rows = bgnbd
    result = told("clv", "--transactions", file, "--calibration-end", CALIBRATION, "--holdout-end", HOLDOUT, "--predictions", tmp_path / "a.csv")
    other = write(tmp_path / "other.csv", [r for r in rows if r[1] <= CALIBRATION] + [("m1", HOLDOUT, 1e6)])
    told("clv", "--transactions", other, "--calibration-end", CALIBRATION, "--holdout-end", HOLDOUT, "--predictions", tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()
    m = values(result)
    assert m["spend_spearman"] > .3 and m["interval80_coverage"] > .75


def test_the_order_of_the_file_does_not_matter(bgnbd, tmp_path):
    file, rows = bgnbd
    shuffled = list(rows)
    random.Random(1).shuffle(shuffled)
    words = ["--calibration-end", CALIBRATION, "--model", "bgnbd"]
    one, other = (told("clv", "--transactions", f, *words) for f in (file, write(tmp_path / "shuffled.csv", shuffled)))
    assert math.isclose(one["log_likelihood"], other["log_likelihood"], rel_tol=1e-9)
    assert one["counts"] == other["counts"]


def test_a_day_is_one_purchase_and_a_return_is_none(tmp_path):
    rows = [(f"m{n}", BEGIN + datetime.timedelta(d), 5) for n in range(60) for d in range(0, 200, 11 + n % 30)]
    plain = told("clv", "--transactions", write(tmp_path / "a.csv", rows), "--calibration-end", "2025-06-30", "--model", "bgnbd")
    more = [(m, f"{d}T12:30:00", a / 2) for m, d, a in rows for _ in range(2)] + [(m, d, -3) for m, d, _ in rows[::5]] + [("", BEGIN, 4)]
    split = told("clv", "--transactions", write(tmp_path / "b.csv", more), "--calibration-end", "20250630", "--model", "bgnbd")
    assert split["parameters"]["r"] == plain["parameters"]["r"] and split["log_likelihood"] == plain["log_likelihood"]
    assert split["counts"]["returns"] == len(rows[::5]) and split["counts"]["without_member"] == 1


def test_nobody_leaves_is_told(tmp_path):
    """Everyone comes until the end: the fit of leaving has no bound, and says so instead of making numbers up."""
    rows = [(f"m{n}", BEGIN + datetime.timedelta(d), 5 + n % 7) for n in range(150) for d in range(0, 300, 3 + n % 40)]
    for model, name in (("bgnbd", "BG/NBD"), ("pareto-nbd", "Pareto/NBD")):
        result = told("clv", "--transactions", write(tmp_path / "a.csv", rows), "--calibration-end", "2025-09-30", "--model", model)
        assert any(note.startswith("degenerate: ") for note in result["notes"]), (name, result)
        assert all(v is None or math.isfinite(v) for v in values(result).values())


CASES = [
    (["m1,2025-01-01,nan"], ":2: amount wants a number, not 'nan'"),
    (["m1,2025-01-01,5", "m1,2025-01-03,inf"], ":3: amount wants a number, not 'inf'"),
    (["m1,2025-01-01,0x10"], ":2: amount wants a number, not '0x10'"),
    (["m1,2025-02-30,5"], ":2: date wants a day like 2026-11-23, not '2025-02-30'"),
    (["m1,01/02/2025,5"], ":2: date wants a day like 2026-11-23, not '01/02/2025'"),
    (["m1,2025-01-01"], ":2: a record wants as many fields as the header"),
    ([], "there are no transactions"),
    (["m1,2025-01-01,5"], "nobody came a second time"),
    (["m1,2025-06-01,5", "m1,2025-06-05,5"], "the calibration ends before the first transaction"),
]


@pytest.mark.parametrize("lines, said", CASES)
def test_what_is_no_use_is_named(tmp_path, lines, said):
    file = tmp_path / "bad.csv"
    file.write_text("\n".join(["member,date,amount", *lines]) + "\n")
    assert said in refused("clv", "--transactions", file, "--calibration-end", "2025-03-01", "--model", "bgnbd")


def test_amounts_at_the_edge(tmp_path):
    rows = [(f"m{n}", BEGIN + datetime.timedelta(d), 9223372036854775807) for n in range(30) for d in range(0, 200, 20 + n)]
    for model in ("bgnbd", "two-part"):
        done = run("clv", "--transactions", write(tmp_path / "a.csv", rows), "--calibration-end", "2025-05-01", "--model", model, "--json")
        assert done.returncode in (0, 1) and "nan" not in done.stdout.lower() and "inf\"" not in done.stdout.lower(), done.stderr
        assert done.returncode == 0 or done.stderr.startswith("ae-train clv: ")


def test_a_holdout_beyond_the_file_is_told(bgnbd):
    file, _ = bgnbd
    words = ["clv", "--transactions", file, "--calibration-end", CALIBRATION, "--holdout-end"]
    assert told(*words, HOLDOUT)["notes"] != told(*words, HOLDOUT + datetime.timedelta(60))["notes"]
    assert any("ends before the holdout" in note for note in told(*words, HOLDOUT + datetime.timedelta(60))["notes"])


def test_one_member_alone(tmp_path):
    file = write(tmp_path / "one.csv", [("only", BEGIN + datetime.timedelta(d), 5) for d in range(0, 300, 10)])
    result = told("clv", "--transactions", file, "--calibration-end", "2025-06-30", "--model", "bgnbd")
    assert result["counts"]["members"] == 1 and any("no forecast of spend" in note for note in result["notes"])
    assert "there must be both" in refused("clv", "--transactions", file, "--calibration-end", "2025-06-30")


def test_wrong_usage(tmp_path):
    for words in ([], ["--model", "magic"], ["--calibration-end", "soon"], ["--transactions", "x", "--calibration-end", "2025-01-02", "--holdout-end", "2025-01-01"]):
        assert run("clv", *words).returncode == 2
    assert run("clv", "--help").returncode == 0
    assert "No such file" in refused("clv", "--transactions", tmp_path / "none.csv", "--calibration-end", "2025-01-01")
