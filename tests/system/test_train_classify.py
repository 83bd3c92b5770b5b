"""ae-train classify: coefficients and scores against the same by other ways, CSV in all its forms, and what is refused."""
import csv
import gzip
import math
import random

import pytest
from train_kit import refused, run, told, values


def logistic(x):
    return 1 / (1 + math.exp(-x))


def make(rows, seed, path):
    """y from age, income (of another size altogether) and town; noise is a column that says nothing."""
    dice = random.Random(seed)
    towns = {"Ely": 0, "Bath, city": 1.2, "York \"old\"": -.8}
    table = []
    for n in range(rows):
        age, income, town = dice.gauss(40, 12), dice.lognormvariate(10, .5), dice.choice(list(towns))
        eta = .06 * (age - 40) - .00004 * (income - 25000) + towns[town]
        table.append([f"{age:.6f}", f"{income:.2f}", town, f"{dice.random():.5f}", int(dice.random() < logistic(eta)), int(n % 3 == 0)])
    with (gzip.open(path, "wt", newline="") if path.suffix == ".gz" else open(path, "w", newline="")) as file:
        out = csv.writer(file)  # CRLF, quotes where they must be
        out.writerow(["age", "income", "town", "noise", "bought", "later"])
        out.writerows(table)
    return table


def newton(rows, labels, rounds=30):
    """Maximum likelihood by elimination, without any library: coefficients and standard errors, intercept first."""
    size = len(rows[0])
    b = [0.0] * size
    for _ in range(rounds):
        gradient, hessian = [0.0] * size, [[0.0] * size for _ in range(size)]
        for row, label in zip(rows, labels):
            p = logistic(sum(x * y for x, y in zip(row, b)))
            for i in range(size):
                gradient[i] += (label - p) * row[i]
                for j in range(size):
                    hessian[i][j] += p * (1 - p) * row[i] * row[j]
        inverse = invert(hessian)
        b = [b[i] + sum(inverse[i][j] * gradient[j] for j in range(size)) for i in range(size)]
    return b, [math.sqrt(inverse[i][i]) for i in range(size)]


def invert(matrix):
    n = len(matrix)
    work = [row[:] + [float(i == j) for j in range(n)] for i, row in enumerate(matrix)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(work[k][i]))
        work[i], work[pivot] = work[pivot], work[i]
        work[i] = [v / work[i][i] for v in work[i]]
        for k in range(n):
            if k != i:
                factor = work[k][i]
                work[k] = [v - factor * u for v, u in zip(work[k], work[i])]
    return [row[n:] for row in work]


def test_maximum_likelihood(tmp_path):
    table = make(600, 1, tmp_path / "t.csv")
    result = told("classify", "--csv", tmp_path / "t.csv", "--label", "bought", "--drop", "later", "--l2", 0)
    mean = sum(float(r[1]) for r in table) / 600  # income made smaller, so that plain elimination is exact enough
    rows = [[1, float(r[0]), (float(r[1]) - mean) / 1e4, float(r[2] == "Ely"), float(r[2].startswith("York")), float(r[3])] for r in table]
    want, errors = newton(rows, [r[4] for r in table])
    names = ["intercept", "age", "income", "town=Ely", "town=York \"old\"", "noise"]
    got, got_errors = result["parameters"], result["standard_errors"]
    assert set(names) == set(got) == set(got_errors)
    for i, name in enumerate(names[1:], 1):
        scale = 1e4 if name == "income" else 1
        assert math.isclose(got[name] * scale, want[i], rel_tol=1e-5), name
        assert math.isclose(got_errors[name] * scale, errors[i], rel_tol=1e-5), name
    assert math.isclose(got["intercept"], want[0] - want[2] * mean / 1e4, rel_tol=1e-5)
    likelihood = sum(math.log(logistic(e) if r[4] else logistic(-e)) for r, e in ((r, sum(a * b for a, b in zip(x, want))) for r, x in zip(table, rows)))
    assert math.isclose(result["log_likelihood"], likelihood, rel_tol=1e-9)


@pytest.mark.parametrize("model", ["logistic", "xgboost"])
def test_scores_are_those_of_the_predictions(tmp_path, model):
    """Every figure once more, from the probabilities that the command wrote down."""
    make(900, 2, tmp_path / "t.csv.gz")
    result = told("classify", "--csv", tmp_path / "t.csv.gz", "--label", "bought", "--test-column", "later", "--model", model, "--trees", 40,
                  "--predictions", tmp_path / "p.csv")
    judged = [(float(r["probability"]), int(r["label"])) for r in csv.DictReader(open(tmp_path / "p.csv"))]
    n, m = len(judged), values(result)
    assert n == result["counts"]["test_rows"] == 300
    ones, zeros = [p for p, y in judged if y], [p for p, y in judged if not y]
    auc = sum((a > b) + (a == b) / 2 for a in ones for b in zeros) / len(ones) / len(zeros)
    groups = {}
    for p, y in judged:
        groups.setdefault(min(9, int(p * 10)), []).append(p - y)
    assert math.isclose(m["auc"], auc, abs_tol=1e-12) and auc > .6
    assert math.isclose(m["brier"], sum((p - y) ** 2 for p, y in judged) / n, abs_tol=1e-12)
    assert math.isclose(m["log_loss"], -sum(math.log(p if y else 1 - p) for p, y in judged) / n, abs_tol=1e-12)
    assert math.isclose(m["ece10"], sum(abs(sum(g)) for g in groups.values()) / n, abs_tol=1e-12)
    highest = sorted(judged, reverse=True)[:30]
    assert abs(m["lift10"] - sum(y for _, y in highest) / 30 / (len(ones) / n)) < .2  # ties at the edge are shared
    line, errors = newton([[1, math.log(p / (1 - p))] for p, _ in judged], [y for _, y in judged])
    assert math.isclose(m["calibration_slope"], line[1], rel_tol=1e-6) and math.isclose(m["calibration_intercept"], line[0], abs_tol=1e-6)
    assert math.isclose(result["metrics"]["calibration_slope"]["se"], errors[1], rel_tol=1e-5)


def test_folds_are_even_and_fixed_by_their_seed(tmp_path):
    make(500, 3, tmp_path / "t.csv")
    words = ["classify", "--csv", tmp_path / "t.csv", "--label", "bought", "--drop", "later", "--folds", 7]
    one, again, other = told(*words), told(*words), told(*words, "--seed", 9)
    assert one["metrics"] == again["metrics"] and one["metrics"] != other["metrics"]
    assert one["parameters"] == other["parameters"]  # of all rows
    assert abs(values(one)["auc"] - values(other)["auc"]) < .03 and one["metrics"]["auc"]["se"] > 0
    assert abs(values(one)["auc_mean_of_folds"] - values(one)["auc"]) < .03


def test_noise_is_not_learned(tmp_path):
    """Labels without any relation to the columns: no model may look good on rows that it did not see."""
    dice = random.Random(5)
    with open(tmp_path / "t.csv", "w") as file:
        file.write("a,b,c,y\n")
        file.writelines(f"{dice.random()},{dice.random()},{dice.choice('xyz')},{dice.choice('01')}\n" for _ in range(1500))
    for model in ("logistic", "xgboost"):
        metric = told("classify", "--csv", tmp_path / "t.csv", "--label", "y", "--model", model)["metrics"]["auc"]
        assert abs(metric["value"] - .5) < 4 * metric["se"]


def test_missing_cells(tmp_path):
    """What is missing says something here: both models find it, and the regression says so by name."""
    dice = random.Random(6)
    with open(tmp_path / "t.csv", "w") as file:
        file.write("a,b,y\n")
        for n in range(1200):
            gone = dice.random() < .3
            file.write(f"{'' if gone else dice.random()},{dice.choice(['NA', 'u', 'v'])},{'yes' if dice.random() < (.8 if gone else .3) else 'No'}\n")
    for model in ("logistic", "xgboost"):
        result = told("classify", "--csv", tmp_path / "t.csv", "--label", "y", "--model", model)
        assert values(result)["auc"] > .65 and 250 < result["counts"]["missing_cells"] < 480
    assert set(told("classify", "--csv", tmp_path / "t.csv", "--label", "y")["parameters"]) == {"intercept", "a", "a=missing", "b=u", "b=v"}


def test_separation_is_told(tmp_path):
    with open(tmp_path / "t.csv", "w") as file:
        file.write("x,constant,y\n" + "".join(f"{n},4,{int(n >= 30)}\n" for n in range(60)))
    words = ["classify", "--csv", tmp_path / "t.csv", "--label", "y"]
    assert any("no bound" in note for note in told(*words, "--l2", 0)["notes"])
    result = told(*words)
    assert result["notes"] == [] and result["parameters"]["x"] > 0 and result["parameters"]["constant"] == 0
    assert values(result)["auc"] > .99


CASES = [
    ("x,y\n1,0\nnan,1\n", [], ":3: column x: wants a finite number or text, not 'nan'"),
    ("x,y\n1,0\n-inf,1\n", [], ":3: column x: wants a finite number or text, not '-inf'"),
    ("x,y\n1,0\n2,2\n", [], ":3: column y: the label wants 1 or 0"),
    ("x,y\n1,0\n2,\n", [], ":3: column y: the label wants 1 or 0"),
    ("x,y\n1,a\n2,\n", ["--positive", "a"], ":3: column y: the label is missing"),
    ("x,y\n1,0\n2,0\n", [], "the labels are of one class only"),
    ("x,y\n1,0\n2,1\n", [], "1 rows of the rarer class are fewer than 5 folds"),
    ("x,y\n1,0\n2,1,3\n", [], ":3: 3 fields, where the header has 2"),
    ("x,y\n", [], "there are no rows"),
    ("", [], "the file is empty"),
    ("y\n1\n0\n", [], "no column is left to learn from"),
    ("x,z\n1,0\n", [], 'there is no column "y"'),
    ("x,y\n1,0\n", ["--test-column", "t"], 'there is no column "t"'),
    ("x,y,t\n1,0,1\n2,1,maybe\n", ["--test-column", "t"], ":3: column t: wants true or false, not 'maybe'"),
    ("x,y,t\n1,0,0\n2,1,0\n", ["--test-column", "t"], "the test column is true nowhere"),
    ("x,y,t\n1,0,1\n2,1,0\n", ["--test-column", "t"], "the rows to learn from are of one class only"),
    ("x,y\n" + "".join(f"word{n},{n % 2}\n" for n in range(80)), [], ":2: column x holds text, and more than 50 different ones"),
    ("x,y\n" + "".join(f"{1e300 if n else 1},{n % 2}\n" for n in range(40)), ["--model", "xgboost"], "too large for XGBoost"),
    ("x,y\n" + "".join(f"{1e300 * (-1) ** n},{n % 2}\n" for n in range(40)), [], "column x: the numbers are too large"),
    ("x,y\n1,0\n\"2,1\n", [], "the quoted field that begins here never ends"),
]


@pytest.mark.parametrize("text, words, said", CASES)
def test_what_is_no_use_is_named(tmp_path, text, words, said):
    (tmp_path / "bad.csv").write_text(text)
    assert said in refused("classify", "--csv", tmp_path / "bad.csv", "--label", "y", *words)


def test_wrong_usage():
    for words in ([], ["--csv", "x"], ["--csv", "-", "--label", "y"], ["--csv", "x", "--label", "y", "--model", "oracle"],
                  ["--csv", "x", "--label", "y", "--folds", "1"], ["--csv", "x", "--label", "y", "--l2", "nan"]):
        assert run("classify", *words).returncode == 2
