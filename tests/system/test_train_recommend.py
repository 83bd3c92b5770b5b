"""ae-train recommend: what it says of recommenders is what a plain computation on dense lists says, and bad files are refused by
line and column."""
import csv
import gzip
import io
import json
import math
import os
import pathlib
import random
import statistics
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRAIN = ROOT / os.environ.get("AE_BUILD", "build") / "bin/ae-train"
SPLIT = 100  # days since 2026-01-01
START = 1767225600
DAY = 86400


def recommend(path, *words, code=0, stdin=None):
    done = subprocess.run([TRAIN, "recommend", "--interactions", str(path), *map(str, words)], input=stdin, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


def made_up(members=60, items=14):
    """(member, item, day): everyone likes a few items, some come again, and item 3 is new and in fashion."""
    dice = random.Random(4)
    rows = []
    for m in range(members):
        liked = dice.sample(range(items), 4)
        for _ in range(dice.randint(1, 9)):
            day = dice.randrange(140)
            choice = liked + [(m % items + 1) % items] + [3] * (day > 80)
            rows += [(f"m{m}", f"i{i}", day) for i in dice.sample(choice, dice.randint(1, 3))]
    return rows


def as_csv(rows, end="\n", time=lambda d: str(START + d * DAY), head="member,item,time"):
    return end.join([head, *(f"{m},{i},{time(d)}" for m, i, d in rows), ""])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("recommend") / "data.csv"
    path.write_text(as_csv(made_up()))
    return path


# --- a plain computation -----------------------------------------------------------------------------

class Plain:
    """Known and wanted by member, and the recommenders as their definitions have them."""

    def __init__(self, rows, cuts, now, least=2):
        baskets = {(m, i, d) for m, i, d in rows}
        known = {b for b in baskets if b[2] < cuts[b[0]]}
        everyone = list(dict.fromkeys(i for _, i, _ in rows))
        self.items = [i for i in everyone if len({m for m, j, _ in known if j == i}) >= least]
        self.members = [m for m in dict.fromkeys(m for m, _, _ in rows) if any(k == m and i in self.items for k, i, _ in known)]
        self.known, self.cuts, self.now = known, cuts, now
        self.owned = {m: {i for k, i, _ in known if k == m and i in self.items} for m in self.members}
        self.wanted = {m: {i for k, i, d in baskets if k == m and d >= cuts[m] and i in self.items} for m in self.members}
        self.buyers = {i: sum(i in o for o in self.owned.values()) for i in self.items}

    def together(self, i, j):
        return sum(i in o and j in o for o in self.owned.values())

    def popularity(self, _):
        return self.buyers

    def popularity_30d(self, _):
        return {i: len({m for m, j, d in self.known if j == i and d >= self.now - 30}) for i in self.items}

    def frequency(self, member):
        most = max(self.buyers.values())
        return {i: len({d for m, j, d in self.known if (m, j) == (member, i)}) + .001 * self.buyers[i] / most for i in self.items}

    def ease(self, member, ridge=20):
        if not hasattr(self, "p"):
            self.p = inverse([[self.together(i, j) + ridge * (i == j) for j in self.items] for i in self.items])
        p, at = self.p, {i: n for n, i in enumerate(self.items)}
        return {j: sum(-p[at[i]][at[j]] / p[at[j]][at[j]] for i in self.owned[member] if i != j) for j in self.items}

    def frequency_ease(self, member):
        ages = [(i, self.cuts[member] - d) for m, i, d in self.known if m == member]
        return {i: s + sum(.5 ** (age / 90) for j, age in ages if j == i) for i, s in self.ease(member).items()}

    def knn(self, member, k=4, shrink=5):
        def alike(i, j):
            return self.together(i, j) / (math.sqrt(self.buyers[i] * self.buyers[j]) + shrink)
        scores = {}
        for j in self.items:
            others = [(alike(i, j), -n, i) for n, i in enumerate(self.items) if i != j and self.together(i, j)]
            scores[j] = sum(s for s, _, i in sorted(others)[-k:] if i in self.owned[member])
        return scores

    def judged(self, model, task):
        """Measures by name, each a list over members."""
        out = {"ndcg@10": [], "recall@20": [], "hr@10": []}
        for m in self.members:
            barred = self.owned[m] if task == "new" else set()
            wanted = self.wanted[m] - barred
            if not wanted:
                continue
            scores = model(m)
            order = sorted((-scores[i], n, i) for n, i in enumerate(self.items) if i not in barred)
            hits = [i in wanted for _, _, i in order]
            best = sum(1 / math.log2(n + 2) for n in range(min(10, len(wanted))))
            out["ndcg@10"].append(sum(h / math.log2(n + 2) for n, h in enumerate(hits[:10])) / best)
            out["recall@20"].append(sum(hits[:20]) / min(20, len(wanted)))
            out["hr@10"].append(float(any(hits[:10])))
        return out


def inverse(a):
    n = len(a)
    rows = [[float(x) for x in row] + [float(i == j) for j in range(n)] for i, row in enumerate(a)]
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[best] = rows[best], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(n):
            if i != k:
                rows[i] = [x - rows[i][k] * y for x, y in zip(rows[i], rows[k])]
    return [row[n:] for row in rows]


def last_baskets(rows):
    """The cut of each member: the last basket, if there is one before it."""
    days = {m: sorted({d for k, _, d in rows if k == m}) for m, _, _ in rows}
    return {m: d[-1] if len(d) > 1 else math.inf for m, d in days.items()}


def plain_of(way):
    rows = made_up()
    if way == "split":
        return Plain(rows, {m: SPLIT for m, _, _ in rows}, SPLIT)
    return Plain(rows, last_baskets(rows), max(d for _, _, d in rows) + 1e-9)


WAYS = {"split": ["--time-split", "2026-04-11"], "last": ["--leave-last"]}
MODELS = ["popularity", "popularity-30d", "frequency", "frequency-ease", "knn", "ease"]
HOW = ["--min-buyers", 2, "--lambda", 20, "--neighbours", 4, "--shrink", 5, "--json"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_worth_what_it_is_by_definition(data, way, name):
    got = recommend(data, *WAYS[way], "--model", name, "--compare", "popularity", *HOW)
    plain = plain_of(way)
    assert got["model"] == name and got["seconds"] > 0
    assert (got["counts"]["members"], got["counts"]["items"]) == (len(plain.members), len(plain.items))
    for task in ["new", "all"]:
        want = plain.judged(getattr(plain, name.replace("-", "_")), task)
        base = plain.judged(plain.popularity, task)
        assert got["counts"][f"{task}_members"] == len(want["ndcg@10"]) >= 20
        for measure, values in want.items():
            told = got["metrics"][f"{task}_{measure}"]
            assert told["value"] == pytest.approx(statistics.mean(values), abs=1e-6), measure
            assert told["se"] == pytest.approx(statistics.stdev(values) / math.sqrt(len(values)), abs=1e-6), measure
            ahead = [a - b for a, b in zip(values, base[measure])]
            if name != "popularity":
                told = got["metrics"][f"{task}_{measure}_ahead_of_popularity"]
                assert told["value"] == pytest.approx(statistics.mean(ahead), abs=1e-6)
                assert told["se"] == pytest.approx(statistics.stdev(ahead) / math.sqrt(len(ahead)), abs=1e-6)


def test_seeds(data):
    """The same seed the same figures; another one others, but not by much."""
    def metrics(seed):
        got = recommend(data, *WAYS["split"], "--model", "ials", "--factors", 8, "--seed", seed, *HOW)
        return {n: m["value"] for n, m in got["metrics"].items()}
    first = metrics(1)
    assert first == metrics(1)
    other = metrics(2)
    assert other != first and other["all_ndcg@10"] == pytest.approx(first["all_ndcg@10"], abs=.1)


@pytest.mark.parametrize("name", ["popularity-30d", "frequency-ease", "knn", "ials", "hybrid"])
def test_nothing_of_the_future_is_known(tmp_path, data, name):
    """A crowd that comes after the split for one item only changes no list: it is unknown, and so is its taste."""
    words = [*WAYS["split"], "--model", name, "--factors", 8, "--validation-days", 30, *HOW]
    crowd = [(f"late{n}", "i0", 101 + n % 30) for n in range(500)]
    (tmp_path / "crowd.csv").write_text(as_csv(made_up() + crowd))
    got, plain = recommend(tmp_path / "crowd.csv", *words), recommend(data, *words)
    assert got["counts"]["lines"] == plain["counts"]["lines"] + 500 and got["metrics"] == plain["metrics"]


@pytest.mark.parametrize("name,parameter,start", [("ease", "lambda", 1e6), ("ials", "regularisation", 8)])
def test_hyperparameters_are_chosen_before_the_split(tmp_path, data, name, parameter, start):
    """Away from a bad start, and to the same whoever comes after the split."""
    words = [*WAYS["split"], "--model", name, "--factors", 4, "--sweeps", 4, "--validation-days", 30, "--min-buyers", 2, "--task",
             "all", "--json", f"--{parameter}", start, "--tune"]
    (tmp_path / "crowd.csv").write_text(as_csv(made_up() + [(f"late{n}", "i0", 101 + n % 30) for n in range(500)]))
    tuned, crowd = recommend(data, *words), recommend(tmp_path / "crowd.csv", *words)
    assert tuned["counts"]["fits_to_tune"] > 2 and tuned["parameters"][parameter] != start
    assert (crowd["parameters"], crowd["metrics"]) == (tuned["parameters"], tuned["metrics"])


def of_sample(tmp_path):
    """The sample's sales as interactions."""
    path = tmp_path / "sample.csv"
    with gzip.open(ROOT / "services/ctl/sample/retail_sample.csv.gz", "rt", newline="") as f, open(path, "w") as out:
        print("member,item,time", file=out)
        for line in csv.DictReader(f):
            if not line["InvoiceNo"].startswith("C") and line["StockCode"][:5].isdigit() and int(line["Quantity"]) > 0:
                print(line["CustomerID"], line["StockCode"], line["InvoiceDate"], sep=",", file=out)
    return path


def test_the_hybrid_is_ahead_of_what_it_is_made_of(tmp_path):
    got = recommend(of_sample(tmp_path), "--time-split", "2011-10-10", "--model", "hybrid", "--min-buyers", 5, "--lambda", 150,
                    "--json")["metrics"]
    for better in ["new_ndcg@10_ahead_of_ease", "new_ndcg@10_ahead_of_popularity-30d", "all_ndcg@10_ahead_of_popularity-30d"]:
        assert got[better]["value"] > 2 * got[better]["se"], better
    assert got["all_ndcg@10_ahead_of_frequency"]["value"] > 0


# --- files -------------------------------------------------------------------------------------------

def iso(day):
    return f"2026-{1 + day // 28:02}-{1 + day % 28:02}"


def test_the_same_file_in_other_dress(tmp_path, data):
    """Quotes, CRLF, a mark of byte order, gzip, other columns in another order, dates of another spelling, rows out of order."""
    rows = made_up()
    plain = recommend(data, *WAYS["split"], *HOW)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["note, long", "when", "product", "who", "rating"])
    for m, i, d in rows:
        writer.writerow(['say "hi"\r\n', f"{START + d * DAY}000", i, m, "4.5"])
    dressed = tmp_path / "dressed.csv.gz"
    dressed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + out.getvalue().encode()))
    names = ["--member-column", "who", "--item-column", "product", "--time-column", "when", "--value-column", "rating"]
    again = recommend(dressed, *WAYS["split"], *HOW, *names)
    assert again["metrics"] == plain["metrics"] and again["counts"] == plain["counts"]
    through_a_pipe = recommend("-", *WAYS["split"], *HOW, stdin=as_csv(rows))
    assert through_a_pipe["metrics"] == plain["metrics"]


def test_rows_that_do_not_count(tmp_path, data):
    """Twice the same, without a name, or returned: counted, and otherwise without effect."""
    rows = made_up()
    plain = recommend(data, *WAYS["split"], *HOW)
    text = "member,item,time,value\n" + "".join(f"{m},{i},{START + d * DAY},{v}\n" for m, i, d in rows for v in ("", 2))
    text += f"m1,i9,{START},-1\nm1,i9,{START},0\n,i9,{START},1\nm1,,{START},1\n"
    (tmp_path / "more.csv").write_text(text)
    got = recommend(tmp_path / "more.csv", *WAYS["split"], *HOW)
    assert got["metrics"] == plain["metrics"]
    lines = got["counts"]
    assert (lines["lines"], lines["lines_below_value"], lines["lines_without_name"]) == (2 * len(rows) + 4, 2, 2)
    assert lines["lines_twice"] == 2 * len(rows) - len(set(rows))
    stricter = recommend(tmp_path / "more.csv", *WAYS["split"], *HOW, "--least-value", 3)
    assert stricter["metrics"] == plain["metrics"] and stricter["counts"]["lines_below_value"] == len(rows) + 2


@pytest.mark.parametrize("text,words,want", [
    ("member,item,time\na,b,2026-01-01\na,b,soon\n", [], ":3: column time: neither a date nor a time: \"soon\""),
    ("member,item,time,value\na,b,2026-01-01,NaN\n", [], ":2: column value: not a finite number: \"NaN\""),
    ("member,item,time,value\na,b,2026-01-01,-inf\n", [], ":2: column value: not a finite number"),
    ("member,item,time,value\na,b,2026-01-01,1e999\n", [], ":2: column value: not a number"),
    ("member,item,time,value\na,b,2026-01-01,12kg\n", [], ":2: column value: not a number: \"12kg\""),
    ("member,item,time\na,b\n", [], ":2: column time: missing"),
    ("member,item\na,b\n", [], "there is no column \"time\""),
    ("member,item,time,item\n", [], "there is more than one column \"item\""),
    ("member,item,time\na,\"b,2026-01-01\n", [], ":2: the quoted field that begins here never ends"),
    ("", [], "there is no header line"),
    ("member,item,time\n", [], "there is no row that counts"),
    ("member,item,time\na,b,2026-01-01\n", [], "nothing is left to be foreseen"),
    ("member,item,time\na,b,2026-01-01\n", ["--min-buyers", 2], "no item has enough members before the split"),
    ("member,item,time\na,b,2026-01-01\na,b,2026-05-01\n", ["--model", "hybrid"], "there is nothing before the split to learn from"),
], ids=lambda v: None if isinstance(v, list) else v[-30:])
def test_files_that_are_refused(tmp_path, text, words, want):
    (tmp_path / "bad.csv").write_text(text)
    assert want in recommend(tmp_path / "bad.csv", *WAYS["split"], "--min-buyers", 1, *words, code=1)


def test_what_has_no_solution_is_told(data):
    words = ["--model", "ials", "--factors", 64, "--unobserved", 0, "--regularisation", 1e-9, *WAYS["split"], *HOW]
    assert "iALS: the equations have no unique solution" in recommend(data, *words, code=1)
    assert "iALS: the equations have no unique solution" in recommend(data, *words, "--tune", code=1)


@pytest.mark.parametrize("words,want", [
    ([], "one of --time-split and --leave-last"),
    (["--leave-last", "--time-split", "2026-01-01"], "one of --time-split and --leave-last"),
    (["--time-split", "never"], "--time-split wants a date or a time, not 'never'"),
    (["--time-split", "2026-02-01", "--test-end", "2026-01-01"], "--test-end must be after --time-split"),
    (["--leave-last", "--model", "deep"], "--model: there is no model 'deep'"),
    (["--leave-last", "--compare", "ease,,knn"], "--compare: there is no model ''"),
    (["--leave-last", "--task", "old"], "--task wants new, all or both"),
    (["--leave-last", "--lambda", "nan"], "--lambda wants a number"),
    (["--leave-last", "--factors", "257"], "--factors wants a whole number from 1 to 256"),
    (["--leave-last", "more"], "'more' is no option"),
])
def test_options_that_are_refused(data, words, want):
    assert want in recommend(data, *words, code=2)


def test_memory_has_a_bound(tmp_path, data):
    assert "do not fit into --memory" in recommend_many(tmp_path, 40000, "--memory", 1)
    rows = "".join(f"m{n % 5},i{n % 1000},2026-01-0{1 + n % 5}\n" for n in range(5000))
    (tmp_path / "wide.csv").write_text("member,item,time\n" + rows + "m1,i1,2026-05-01\n")
    told = recommend(tmp_path / "wide.csv", *WAYS["split"], "--min-buyers", 1, "--memory", 1, code=1)
    assert "EASE over 1000 items needs 7 MB" in told


def recommend_many(tmp_path, lines, *words):
    (tmp_path / "many.csv").write_text("member,item,time\n" + "".join(f"m{n},i{n},2026-01-01\n" for n in range(lines)))
    return recommend(tmp_path / "many.csv", *WAYS["split"], *words, code=1)


def test_bar_and_help(data):
    done = subprocess.run([TRAIN, "recommend", "--interactions", data, *WAYS["split"], "--model", "ials"], capture_output=True,
                          text=True, env={**os.environ, "AE_PROGRESS": "1"}, timeout=60)
    assert done.returncode == 0 and "reading" in done.stderr and "half sweeps" in done.stderr and "judging" in done.stderr
    assert "ndcg@10" in done.stdout
    shown = subprocess.run([TRAIN, "recommend", "--help"], capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0 and "--time-split" in shown.stdout
