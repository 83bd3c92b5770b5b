"""ae-train ab: an experiment's figures once more by hand, over days, metrics and arms."""
import math
import random
import statistics

import pytest
from train_kit import refused, run, told, values


def make(path, units, effect, seed, share=.5, days=10):
    dice = random.Random(seed)
    rows = []
    for n in range(units):
        before, arm = dice.gauss(10, 3), "new" if dice.random() < share else "control"
        rows.append((arm, .8 * before + dice.gauss(2, 2) + (effect if arm == "new" else 0), before, 1 + n * days // units))
    dice.shuffle(rows)
    with open(path, "w") as file:
        file.write("arm,value,pre,day\n")
        file.writelines(f"{a},{v!r},{b!r},2026-01-{d:02d}\n" for a, v, b, d in rows)
    return rows


def cuped(rows):
    """The difference with what was before taken off, and its variance, by sums written out."""
    arms = [[(v, b) for a, v, b, _ in rows if a == name] for name in ("new", "control")]
    covariance = variance = 0
    for arm in arms:
        v, b = [x for x, _ in arm], [x for _, x in arm]
        covariance += statistics.covariance(v, b) / len(arm)
        variance += statistics.variance(b) / len(arm)
    theta = covariance / variance
    rest = [[v - theta * b for v, b in arm] for arm in arms]
    return statistics.mean(rest[0]) - statistics.mean(rest[1]), sum(statistics.variance(r) / len(r) for r in rest), theta


def test_figures_by_hand(tmp_path):
    rows = make(tmp_path / "ab.csv", 4000, .3, 1)
    result = told("ab", "--csv", tmp_path / "ab.csv")
    m, metrics = values(result), result["metrics"]
    new, control = ([v for a, v, _, _ in rows if a == name] for name in ("new", "control"))
    one, other = (statistics.variance(x) / len(x) for x in (new, control))
    difference = statistics.mean(new) - statistics.mean(control)
    assert math.isclose(m["difference"], difference, rel_tol=1e-9) and math.isclose(metrics["difference"]["se"], math.sqrt(one + other), rel_tol=1e-9)
    assert math.isclose(m["lift"], difference / statistics.mean(control), rel_tol=1e-9)
    assert math.isclose(m["welch_df"], (one + other) ** 2 / (one ** 2 / (len(new) - 1) + other ** 2 / (len(control) - 1)), rel_tol=1e-9)
    assert math.isclose(m["welch_p"], math.erfc(abs(m["welch_t"]) / math.sqrt(2)), rel_tol=.02)  # of some thousand degrees
    estimate, variance, theta = cuped(rows)
    assert math.isclose(m["cuped_difference"], estimate, rel_tol=1e-7) and math.isclose(metrics["cuped_difference"]["se"], math.sqrt(variance), rel_tol=1e-6)
    assert math.isclose(m["cuped_theta"], theta, rel_tol=1e-7) and variance < .6 * (one + other)
    assert m["sequence_low"] < estimate < m["sequence_high"] and m["sequence_high"] - estimate > 2.5 * math.sqrt(variance)
    assert m["sample_ratio_p"] > .001 and result["counts"]["units_new"] == len(new) and result["notes"] == []


def sprt_p(estimate, variance, prior):
    return min(1, 1 / (math.sqrt(variance / (variance + prior ** 2)) * math.exp(prior ** 2 * estimate ** 2 / (2 * variance * (variance + prior ** 2)))))


def test_all_looks_together(tmp_path):
    """An effect only at first: the last look does not see it, the least of all does."""
    rows = make(tmp_path / "ab.csv", 3000, 0, 2)
    rows = [(a, v + (1.5 if a == "new" and d <= 3 else -.6 if a == "new" else 0), b, d) for a, v, b, d in rows]
    with open(tmp_path / "ab.csv", "w") as file:
        file.write("arm,value,pre,day\n")
        file.writelines(f"{a},{v!r},{b!r},2026-01-{d:02d}\n" for a, v, b, d in rows)
    result = told("ab", "--csv", tmp_path / "ab.csv", "--prior-sd", .3)
    looks = [cuped([r for r in rows if r[3] <= d])[:2] for d in range(1, 11)]
    assert result["counts"]["looks"] == 10
    assert math.isclose(values(result)["msprt_p"], min(sprt_p(*look, .3) for look in looks), rel_tol=1e-5)
    assert values(result)["msprt_p"] < .01 < sprt_p(*looks[-1], .3)


def test_equal_arms_stay_quiet(tmp_path):
    """Sixty experiments without a difference, ten looks each: what is always valid alarms in hardly any."""
    alarms = {"sequence_p": 0, "msprt_p": 0}
    for seed in range(60):
        make(tmp_path / "ab.csv", 400, 0, 100 + seed)
        m = values(told("ab", "--csv", tmp_path / "ab.csv"))
        for name in alarms:
            alarms[name] += m[name] <= .05
    assert all(n <= 6 for n in alarms.values()), alarms


def test_several_metrics_are_adjusted(tmp_path):
    dice = random.Random(3)
    with open(tmp_path / "ab.csv", "w") as file:
        file.write("variant,spend,visits,spend_pre\n")
        for _ in range(1500):
            arm = dice.choice(["a", "b", "c"])
            before = dice.gauss(0, 1)
            file.write(f"{arm},{before + dice.gauss(.2 if arm == 'c' else 0, 1)},{dice.randrange(5)},{before}\n")
    result = told("ab", "--csv", tmp_path / "ab.csv", "--arm", "variant", "--metrics", "spend,visits", "--control", "a")
    m = values(result)
    raw = {f"{metric}:{arm}": m[f"{metric}:{arm}:{'cuped_p' if metric == 'spend' else 'welch_p'}"] for metric in ("spend", "visits") for arm in "bc"}
    order = sorted(raw, key=raw.get)
    least = 1
    for rank in range(4, 0, -1):
        name = order[rank - 1]
        least = min(least, raw[name] * 4 / rank)
        assert math.isclose(m[f"{name}:p_adjusted"], least, rel_tol=1e-9)
    assert m["spend:c:p_adjusted"] < .05


def test_lost_units_are_told(tmp_path):
    make(tmp_path / "ab.csv", 3000, 0, 4, share=.42)
    assert any("no comparison" in note for note in told("ab", "--csv", tmp_path / "ab.csv")["notes"])
    result = told("ab", "--csv", tmp_path / "ab.csv", "--shares", "new=42,control=58")
    assert result["notes"] == [] and values(result)["sample_ratio_p"] > .001


CASES = [
    ("arm,value\na,1\nb,nan\n", ":3: column value wants a finite number, not 'nan'"),
    ("arm,value\na,1\na,2\n", "there are fewer than two arms"),
    ("arm,value\na,1\nb,2\n", "value, arm b: an arm has fewer than two units, or none that differ"),
    ("arm,value\na,1\na,1\nb,1\nb,1\n", "an arm has fewer than two units, or none that differ"),
    ("arm,value\n", "there are fewer than two arms"),
    ("group,value\na,1\n", 'there is no column "arm"'),
    ("arm,x\na,1\n", 'there is no column "value"'),
    ("arm,value,day\na,1,soon\n", ":2: column day wants a day like 2026-11-23"),
    ("arm,value\n,1\n", ":2: column arm wants a name"),
    ("", "the file is empty"),
]


@pytest.mark.parametrize("text, said", CASES)
def test_what_is_no_use_is_named(tmp_path, text, said):
    (tmp_path / "bad.csv").write_text(text)
    assert said in refused("ab", "--csv", tmp_path / "bad.csv")


def test_wrong_usage(tmp_path):
    make(tmp_path / "ab.csv", 100, 0, 5)
    assert run("ab").returncode == 2 and run("ab", "--csv", "x", "--alpha", "2").returncode == 2
    assert "there is no arm 'old'" in refused("ab", "--csv", tmp_path / "ab.csv", "--control", "old")
    assert "--shares wants NAME=X" in refused("ab", "--csv", tmp_path / "ab.csv", "--shares", "new=1")
