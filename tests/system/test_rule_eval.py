"""aectl rule eval: what a JsonLogic rule makes of some data, on one line."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
AECTL = ROOT / os.environ.get("AE_BUILD", "build") / "bin/aectl"

pytestmark = pytest.mark.skipif(not AECTL.exists(), reason="aectl is not built")

EVENT = {"type": "PointsExpiringEvent", "data": {"points": 1200, "tier": "gold", "city": "Zürich", "tags": ["vip", "new"]}}
ROUTE = {"and": [{">=": [{"var": "data.points"}, 1000]}, {"in": [{"var": "data.tier"}, ["gold", "platinum"]]}]}


@pytest.fixture
def evaluate(tmp_path):
    def run(rule, data, *words, stdin=None):
        for name, value in (("rule", rule), ("data", data)):
            if value is not None:
                text = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
                (tmp_path / name).write_bytes(text)
        rule, data = ("-" if v is None else tmp_path / n for n, v in (("rule", rule), ("data", data)))
        return subprocess.run([AECTL, "rule", "eval", "--rule-file", rule, "--data-file", data, *words], input=stdin,
                              capture_output=True, timeout=30)
    return run


@pytest.mark.parametrize("rule,want", [
    (ROUTE, b"true"),
    ({"cat": [{"var": "data.city"}, "\n", {"/": [1, 0]}]}, '"Zürich\\nInfinity"'.encode()),
    ({"filter": [{"var": "data.tags"}, {"!=": [{"var": ""}, "new"]}]}, b'["vip"]'),
    ({"-": [{"var": "data.tier"}, 1]}, b"null"),
    ({"/": [{"var": "data.points"}, 7]}, b"171.42857142857142"),
    ({"var": "nothing"}, b"null"),
    ({"log": {"var": "data.tier"}}, b'"gold"'),
    (False, b"false"),
])
def test_the_value_is_one_line(evaluate, rule, want):
    done = evaluate(rule, EVENT)
    assert (done.returncode, done.stdout, done.stderr) == (0, want + b"\n", b"")


def test_rule_and_data_are_given_as_they_are(evaluate, tmp_path):
    def run(*words):
        return subprocess.run([AECTL, "rule", "eval", *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    done = run("--rule", json.dumps(ROUTE), "--data", json.dumps(EVENT))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"true\n", b"")
    assert run("--rule", '{"var":"a.b"}', "--data", "null").stdout == b"null\n"
    (tmp_path / "data").write_text('{"a": 17}')
    assert run("--rule", '{"var":"a"}', "--data-file", tmp_path / "data").stdout == b"17\n"
    for words, said in ((("--rule", "rule.json", "--data", "{}"), b"--rule: "), (("--rule", "true", "--data", "{"), b"--data: ")):
        done = run(*words)
        assert done.returncode == 1 and done.stdout == b"" and said in done.stderr and b"-file)\n" in done.stderr, done.stderr
    assert b"--rule: /nope: unknown operator" in run("--rule", '{"nope": 1}', "--data", "{}").stderr


def test_either_may_come_from_standard_input(evaluate):
    assert evaluate(None, EVENT, stdin=json.dumps(ROUTE).encode()).stdout == b"true\n"
    assert evaluate(ROUTE, None, stdin=b'{"data":{"points":1200,"tier":"silver"}}').stdout == b"false\n"


def test_json_tells_what_the_rule_reads(evaluate):
    done = evaluate({"if": [ROUTE, {"var": "data.city"}, {"var": {"var": "field"}}]}, EVENT, "--json")
    assert json.loads(done.stdout) == {"value": "Zürich", "true": True, "dynamic": True,
                                       "reads": ["data.points", "data.tier", "data.city", "field"]}


@pytest.mark.parametrize("rule,data,said", [
    ({"and": [True, {"matches": ["a", "b"]}]}, {}, b"/and/1/matches: unknown operator"),
    ({"if": [True, {"==": [1]}]}, {}, b"/if/1/==: wants 2 arguments, has 1"),
    ({"reduce": [{"var": ""}, {"merge": [{"var": "accumulator"}] * 2}, [1]]}, [0] * 40, b"/reduce/1/merge: takes more than 10000 steps"),
    (b'{"var": ', {}, b"/rule: "),
    (True, b"", b"/data: no JSON value"),
    (True, b'{"a":1,"a":2}', b"/data: a name appears twice"),
    (b"[" * 40 + b"]" * 40, {}, b"/rule: nested too deeply"),
    ({"a\nb\x1b[2J": 1}, {}, b"/a?b?[2J: unknown operator"),
])
def test_what_is_wrong_is_named(evaluate, rule, data, said):
    done = evaluate(rule, data)
    assert done.returncode == 1 and done.stdout == b"", done
    assert said in done.stderr and done.stderr.count(b"\n") == 1, done.stderr


def test_a_file_that_is_not_there(tmp_path):
    done = subprocess.run([AECTL, "rule", "eval", "--rule-file", tmp_path / "none", "--data-file", "/dev/null"], capture_output=True)
    assert done.returncode == 1 and b"/none: No such file" in done.stderr


def test_a_file_without_end(tmp_path):
    (tmp_path / "rule").write_text("true")
    done = subprocess.run([AECTL, "rule", "eval", "--rule-file", tmp_path / "rule", "--data-file", "/dev/zero"], capture_output=True, timeout=30)
    assert done.returncode == 1 and b"larger than 16 MiB" in done.stderr


@pytest.mark.parametrize("words", [["eval"], ["eval", "--rule", "x"], ["eval", "--data", "x"], ["eval", "--rule-file", "-", "--data-file", "-"],
                                   ["eval", "--rule", "1", "--rule-file", "x", "--data", "2"], ["eval", "--rule", "x", "--data", "y", "z"], ["eval", "--wrong"], ["test"], []], ids=" ".join)
def test_wrong_usage(words):
    done = subprocess.run([AECTL, "rule", *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    assert done.returncode == 2 and done.stderr and not done.stdout


def test_help():
    done = subprocess.run([AECTL, "rule", "eval", "--help"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and "usage:" in done.stdout and "Exit status:" in done.stdout
