"""Recommenders: how good they are on a real shop's year, and how long they take to be learned, on one core.

AE_BENCH_RETAIL=FILE: the whole Online Retail data (UCI 352, as CSV); without it the sample that is shipped, whose figures are for a look.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from rig import BUILD, ROOT, Row, in_turns, ratio, say, sized
from retail_interactions import convert

TRAIN = BUILD / "bin" / "ae-train"
LEARN = BUILD / "tests" / "bench" / "ae-learn"
SAMPLE = ROOT / "services" / "ctl" / "sample" / "retail_sample.csv.gz"


def told(*words):
    """One thread, and on newer processors than OpenBLAS knows its kernels for AVX2, for numpy and for us."""
    core = {"OPENBLAS_CORETYPE": "Haswell"} if "avx2" in pathlib.Path("/proc/cpuinfo").read_text() else {}
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True,
                          env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **core})
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: {done.stderr}")
    return json.loads(done.stdout)


def ahead(metrics, name):
    m = metrics[name]
    return f"{m['value']:.4f} +- {m['se']:.4f} {name.partition('_ahead_')[2].replace('_', ' ')}"


def quality(folder):
    """Global time split, everything before 2011-10-10 known."""
    source = os.environ.get("AE_BENCH_RETAIL")
    if not source:
        say("AE_BENCH_RETAIL names no file: the sample, on which nothing is wanted")
    lines = convert(source or SAMPLE, folder / "retail.csv")
    words = [TRAIN, "recommend", "--interactions", folder / "retail.csv", "--time-split", "2011-10-10", "--json", "--model"]
    ease, hybrid = told(*words, "ease"), told(*words, "hybrid")
    where = f"{lines:,} lines, {ease['counts']['new_members']:,} members judged"
    least = {"ease": .1071, "new": .138, "all": .372} if source else {"ease": 0, "new": 0, "all": 0}
    m = ease["metrics"]
    yield Row("EASE, new items, NDCG@10 x 100", 100 * round(m["new_ndcg@10"]["value"], 4), "", ("at least", 100 * least["ease"]),
              f"{m['new_ndcg@10_of_popularity-30d']['value']:.4f} popularity of 30 days", where)
    m = hybrid["metrics"]
    for task, other in (("new", "ease"), ("all", "frequency")):
        gap = m[f"{task}_ndcg@10_ahead_of_{other}"]
        yield Row(f"hybrid, {task} items, NDCG@10 x 100", 100 * m[f"{task}_ndcg@10"]["value"], "", ("at least", 100 * least[task]),
                  f"{m[f'{task}_ndcg@10_of_{other}']['value']:.4f} {other}", f"learned and judged in {hybrid['seconds']:.0f} s")
        yield Row(f"hybrid ahead of {other}, {task} items", gap["value"] / gap["se"], "standard errors", ("at least", 2 if source else 0), "",
                  ahead(m, f"{task}_ndcg@10_ahead_of_{other}"))


def speed(folder):
    size, each = ["3713", "2572"], "55"
    pairs = folder / "pairs"
    folded = {}
    in_c = lambda: folded.update(told(LEARN, "ials", *size, each, "64", "12", pairs)) or folded["seconds"]  # noqa: E731
    in_numpy = lambda: told(sys.executable, ROOT / "tests/bench/ials_numpy.py", pairs, *size, "64", "12")["seconds"]  # noqa: E731
    ours, control = in_turns(sized(3, 1), in_c, in_numpy)
    yield Row("iALS, numpy's time / ours", ratio(control, ours), "times", ("at least", 4), f"{min(control):.2f} s numpy, one core",
              f"{min(ours):.2f} s; 64 factors, 12 sweeps, {size[0]} x {size[1]}; a member is folded in exactly in {folded['fold_in_us']:.1f} us, "
              f"by 3 steps in {folded['steps_us']:.1f} us with {100 * folded['same']:.0f} % of the ten best the same")
    members = sized(1_000_000, 100_000)
    runs = [told(LEARN, "ease", members, 500, 30) for _ in range(sized(3, 1))]
    yield Row(f"EASE of {members:,} members x 500 items", min(r["seconds"] for r in runs), "s", ("below", 2), "",
              f"{runs[0]['pairs']:,} pairs, one core")


def run():
    with tempfile.TemporaryDirectory() as name:
        yield from quality(pathlib.Path(name))
        yield from speed(pathlib.Path(name))
