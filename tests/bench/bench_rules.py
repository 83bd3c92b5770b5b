"""Rules over a member's facts on one core: how many a second, beside the same questions asked in C without an evaluator."""
import json
import pathlib
import subprocess
import sys
import tempfile

from rig import BUILD, ROOT, Row, sized

sys.path.insert(0, str(ROOT / "proto"))
import generate  # noqa: E402

PROGRAM = BUILD / "tests" / "bench" / "ae-rules"
GOLD = {"==": [{"var": "tier"}, "gold"]}
# What people write most, and one of the longer kind.
SIMPLE = {
    "one comparison": {">": [{"var": "spend_30d_minor"}, 5000]},
    "two comparisons": {"and": [GOLD, {">=": [{"var": "points_balance"}, 1000]}]},
}
LONGER = {"if": [{"in": [{"var": "tier"}, ["gold", "platinum"]]},
                 {"and": [{"<=": [1, {"var": "points_expire_in_days"}, 7]}, {">": [{"var": "points_expiring_30d"}, 200]},
                          {"!": {"<": [{"var": "days_since_purchase"}, 3]}}, {">": [{"var": "category_shares.groceries"}, 0.5]}]}, False]}


def facts():
    """A member with every fact of the vocabulary, in the order of what a daemon reads: the document, then the row."""
    table = generate.read_facts()
    order = [n for n in table if not table[n]["column"]] + [n for n in table if table[n]["column"]]
    return {name: table[name]["example"] for name in order}


def measure(folder, rule, way, seconds):
    (folder / "rule.json").write_text(json.dumps(rule))
    (folder / "facts.json").write_text(json.dumps(facts()))
    done = subprocess.run([PROGRAM, folder / "rule.json", folder / "facts.json", str(seconds), way], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return told["evaluations"] / told["cpu_seconds"], told["true"]


def best(folder, rule, way, seconds, rounds=3):
    """The best of some rounds: a neighbour on the core costs time, nothing gives it back."""
    results = [measure(folder, rule, way, seconds) for _ in range(rounds)]
    return max(results)


def run():
    seconds = sized(2, 0.5)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        control, truth = best(folder, SIMPLE["two comparisons"], "control", seconds)
        assert truth
        for title, rule in SIMPLE.items():
            rate, truth = best(folder, rule, "judge", seconds)
            assert truth
            yield Row(f"rules: {title}", rate, "/s", ("at least", 1_000_000), f"{control:,.0f}/s two comparisons in C", f"{len(facts())} facts, one core")
        rate, truth = best(folder, LONGER, "judge", seconds)
        value, _ = best(folder, SIMPLE["two comparisons"], "value", seconds)
        yield Row("rules: six conditions on five facts", rate, "/s", ("at least", 500_000), "", f"{value:,.0f}/s two comparisons with their value as JSON")
