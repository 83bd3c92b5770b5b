"""ae-train as its users run it: files in, JSON or a complaint out."""
import json
import subprocess

from conftest import BUILD

TRAIN = BUILD / "bin" / "ae-train"


def run(*words):
    return subprocess.run([str(w) for w in (TRAIN, *words)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)


def told(*words):
    done = run(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(*words):
    """What it says when it will not; nothing may stand on standard output then."""
    done = run(*words)
    assert done.returncode == 1 and done.stdout == "", (done.returncode, done.stdout, done.stderr)
    return done.stderr


def values(result):
    return {name: metric["value"] for name, metric in result["metrics"].items()}
