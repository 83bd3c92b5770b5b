"""Predictions: how good they are on a real shop's year, and how long they take to be learned, on one core.

AE_BENCH_RETAIL=FILE: the whole Online Retail data (UCI 352, as CSV); without it the sample that is shipped, on which nothing is wanted.
"""
import datetime
import json
import os
import pathlib
import random
import subprocess
import tempfile

from retail_csv import write
from rig import BUILD, ROOT, Row, say, sized

TRAIN = BUILD / "bin" / "ae-train"
SAMPLE = ROOT / "services" / "ctl" / "sample" / "retail_sample.csv.gz"
LEARN, JUDGE = "2011-04-13,2011-05-13,2011-06-12", "2011-09-10"
FIRST = datetime.date(2025, 1, 1)
# The twelve that predict churn best; the others serve the amounts.
NOT_FOR_CHURN = "member,snapshot,spend,log_mean,log_spend_decayed"


def told(*words):
    done = subprocess.run([str(w) for w in (TRAIN, *words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: {done.stderr}")
    return json.loads(done.stdout) if "--json" in words else None


def value(metrics, name):
    return metrics[name]["value"]


def churn(file, table, whole):
    """No purchase in the 90 days behind a snapshot: three to learn from, all of whose windows end before the one that judges begins."""
    told("features", "--transactions", file, "--snapshots", LEARN, "--test-snapshots", JUDGE, "--attribute", "uk", "--out", table)
    words = ["classify", "--csv", table, "--label", "churned", "--test-column", "test", "--drop", NOT_FOR_CHURN, "--json", "--model"]
    logistic, trees = told(*words, "logistic"), told(*words, "xgboost")
    m, other = logistic["metrics"], trees["metrics"]
    more = f"{logistic['counts']['test_rows']:,} members judged; {value(m, 'ece10'):.3f} ECE, {value(m, 'lift10'):.2f} lift in the highest tenth"
    yield Row("churn in 90 days, AUC x 100", 100 * value(m, "auc"), "", ("at least", 74.7 if whole else 0),
              f"{100 * value(other, 'auc'):.2f} XGBoost", f"+- {100 * m['auc']['se']:.2f}; {more}")
    yield Row("the same, Brier x 100", 100 * value(m, "brier"), "", ("below", 20.3 if whole else 100),
              f"{100 * value(m, 'brier_of_base_rate'):.2f} the base rate", f"{100 * value(other, 'brier'):.2f} XGBoost")


def spend(file, whole):
    """Spend of the next 90 days, cut at what 99 of 100 spent at most before. Wanted: better than boosted trees with a Poisson loss were on this data."""
    two, btyd = (told("clv", "--transactions", file, "--calibration-end", JUDGE, "--model", name, "--json")
                 for name in ("two-part", "bgnbd"))
    m, other = two["metrics"], btyd["metrics"]
    seconds = f"{two['seconds']:.2f} s, BG/NBD {btyd['seconds']:.2f} s"
    for title, name, least in (("MAE", "spend_mae_winsorised", 396.3), ("RMSE", "spend_rmse_winsorised", 710.3)):
        yield Row(f"spend in 90 days, two-part, {title}", value(m, name), "GBP", ("below", least if whole else 1e9),
                  f"{value(other, name):.1f} BG/NBD, Gamma-Gamma", f"{seconds}; {100 * value(m, 'interval80_coverage'):.0f} % within their 80 % interval")
    for title, name, least in (("Spearman x 100", "spend_spearman", 51.7), ("highest tenth found, %", "spend_top10", 55.1)):
        yield Row(f"the same, {title}", 100 * value(m, name), "", ("at least", least if whole else 0),
                  f"{100 * value(other, name):.2f} BG/NBD, Gamma-Gamma")


def large(file, members):
    """Members as Pareto/NBD and Gamma-Gamma have them, and their fit."""
    dice = random.Random(4)
    with open(file, "w") as out:
        out.write("member,date,amount\n")
        for n in range(members):
            level = 15 / dice.gammavariate(4, 1)
            begin, rate, leaves = dice.randrange(180), dice.gammavariate(.6, 1 / 70), dice.expovariate(max(1e-9, dice.gammavariate(.6, 1 / 80)))
            at = 0.0
            while begin + at < 365 and at <= leaves:
                out.write(f"{n},{FIRST + datetime.timedelta(begin + int(at))},{dice.gammavariate(6, level):.2f}\n")
                at += dice.expovariate(rate)
    return told("clv", "--transactions", file, "--calibration-end", "2025-12-31", "--model", "pareto-nbd", "--json")


def run():
    source = os.environ.get("AE_BENCH_RETAIL")
    if not source:
        say("AE_BENCH_RETAIL names no file: the sample, on which nothing is wanted")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(source or SAMPLE, folder / "retail.csv")
        yield from churn(folder / "retail.csv", folder / "churn.csv", source)
        yield from spend(folder / "retail.csv", source)
        members = sized(100_000, 10_000)
        fit = large(folder / "large.csv", members)
        yield Row(f"Pareto/NBD of {members:,} members, read and fitted", fit["seconds"], "s", ("below", 60), "",
                  f"{fit['counts']['transactions']:,} transactions, with intervals of 20,000 members")
