"""Models come in through one gate, one of a kind is in use, and nobody edits the registry unseen."""
import concurrent.futures
import hashlib
import json
import math
import os
import random
import re
import shutil
import struct
import subprocess
import time

import psycopg2
import pytest
from cryptography.hazmat.primitives import serialization

from conftest import AECTL, BUILD, ROOT, aectl

PROBE = BUILD / "tests" / "lib" / "model_probe"
CHAMPIONS = "SELECT kind, model_id FROM analytics.ml_model_metadata WHERE status = 'champion' ORDER BY 1"


class Models:
    """A folder of models beside a running system; kinds are of each test alone."""

    def __init__(self, system, folder):
        self.system, self.folder = system, folder
        self.home = folder / "models"
        self.key = self.keygen(self.home)

    def keygen(self, home):
        made = json.loads(aectl("models", "keygen", "--dir", home, "--json").stdout)
        return made["secret"]

    def make(self, kind, version, *more, key=None):
        """A signed model of the tests; its path."""
        path = self.folder / f"{kind}-{version}{'-'.join(map(str, more))}.aem"
        subprocess.run([PROBE, "logistic", key or self.key, kind, str(version), path, *map(str, more)], check=True)
        return path

    def run(self, command, *words, check=True):
        more = [] if command in ("list", "show") else ["--models", self.home]
        return self.system.aectl("models", command, *more, *words, check=check)

    def json(self, command, *words, check=True):
        return json.loads(self.run(command, "--json", *words, check=check).stdout)

    def refused(self, command, *words):
        """The reason on standard error; the exit code is that of a refusal."""
        done = self.run(command, *words, check=False)
        assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
        return done.stderr

    def take_in(self, kind, *versions, promote=True):
        for version in versions:
            self.run("import", self.make(kind, version))
            if promote:
                self.run("promote", f"{kind}-{version}")

    def champion(self, kind):
        return dict(self.system.sql(CHAMPIONS)).get(kind)


@pytest.fixture(scope="module")
def models(system, tmp_path_factory):
    return Models(system, tmp_path_factory.mktemp("models"))


def head(path):
    return hashlib.blake2b(path.read_bytes()).hexdigest()


def test_from_file_to_use(models):
    path = models.make("story", 1)
    first = models.json("import", path, "--by", "alice")
    assert first == {"model_id": "story-1", "file": str(models.home / "files" / "story-1.aem"), "file_hash": head(path), "imported": True}
    assert (models.home / "files" / "story-1.aem").read_bytes() == path.read_bytes()
    assert models.json("import", path)["imported"] is False
    assert models.json("promote", "story-1", "--by", "bob", "--reason", "the first") == {"champion": "story-1", "replaces": None}
    shown = models.json("show", "story-1")
    row = shown["model"]
    assert (row["status"], row["created_by"], row["promoted_by"], row["reason"]) == ("champion", "alice", "bob", "the first")
    assert (row["file_hash"], row["metrics"]["auc"]["value"], row["baseline"]["recency"]["auc"]) == (head(path), 0.7469, 0.6838)
    assert (row["features"], row["training_to"], row["seed"]) == (["recency", "frequency"], "2026-06-30T00:00:00", 7)
    assert [(h["status"], h["changed_by"]) for h in shown["history"]] == [("candidate", "alice"), ("champion", "bob")]
    listed = models.json("list", "--kind", "story")["models"]
    assert [m["model_id"] for m in listed] == ["story-1"]
    assert "story-1" in models.run("list").stdout and "by bob: the first" in models.run("show", "story-1").stdout
    out = models.folder / "out.aem"
    assert models.json("export", "story-1", out)["file_hash"] == head(path)
    assert out.read_bytes() == path.read_bytes()


def test_versions_grow_and_roll_back(models):
    models.take_in("back", 1, 2, 4)
    assert models.champion("back") == "back-4"
    assert "version 3 of 'back', not above 4" in models.refused("import", models.make("back", 3))
    assert "another file already" in models.refused("import", models.make("back", 2, 0.9))
    assert "not above back-4" in models.refused("promote", "back-2")
    assert models.json("rollback", "back", "--reason", "worse") == {"champion": "back-2", "retired": "back-4"}
    assert models.json("rollback", "back") == {"champion": "back-1", "retired": "back-2"}
    assert "has replaced no model" in models.refused("rollback", "back")
    assert models.champion("back") == "back-1"
    models.run("promote", "back-4")
    assert models.json("rollback", "back")["champion"] == "back-1"
    assert "no model of kind 'nothing' is in use" in models.refused("rollback", "nothing")


def test_shadows(models):
    models.take_in("shade", 1)
    models.take_in("shade", 2, 3, promote=False)
    assert models.json("promote", "shade-2", "--shadow") == {"shadow": "shade-2"}
    models.run("promote", "shade-3", "--shadow", "--reason", "beside the other")
    assert {m["model_id"]: m["status"] for m in models.json("list", "--kind", "shade")["models"]} == \
        {"shade-1": "champion", "shade-2": "shadow", "shade-3": "shadow"}
    assert "shade-1 is champion: only a candidate becomes a shadow" in models.refused("promote", "shade-1", "--shadow")
    models.run("promote", "shade-3")
    assert models.champion("shade") == "shade-3"


def test_revoked_stays_revoked(models):
    models.take_in("bad", 1, 2, 3)
    path = models.make("bad", 2)
    assert models.json("revoke", "bad-2", "--reason", "poisoned\nby clicks") == {"revoked": "bad-2", "champion": None}
    assert models.champion("bad") == "bad-3"
    assert f"model {head(path)} bad-2: poisoned by clicks\n" in (models.home / "public" / "revoked").read_text()
    assert "is revoked" in models.refused("import", path)
    assert "is revoked" in models.refused("promote", "bad-2")
    assert "is revoked" in models.refused("verify", path) + models.run("verify", path, check=False).stdout
    assert models.json("revoke", "bad-3", "--reason", "and its child") == {"revoked": "bad-3", "champion": "bad-1"}
    # The list lost, the registry still knows.
    (models.home / "public" / "revoked").unlink()
    assert "bad-2 is revoked, and stays so" in models.refused("import", path)
    assert "bad-2 is revoked, and stays so" in models.refused("promote", "bad-2")
    with pytest.raises(psycopg2.Error, match="bad-2 is revoked, and cannot become champion"):
        models.system.sql("UPDATE analytics.ml_model_metadata SET status = 'champion' WHERE model_id = 'bad-2'")
    assert models.json("revoke", "bad-1", "--reason", "all of them") == {"revoked": "bad-1", "champion": None}
    assert models.champion("bad") is None
    assert models.run("revoke", "bad-1", check=False).returncode == 2


def test_nothing_is_written_of_a_bad_file(models):
    good = models.make("gate", 1).read_bytes()
    stranger = models.keygen(models.folder / "stranger")
    flip = bytearray(good)
    flip[-3] ^= 16
    cases = [(bytes(flip), "selftest.scores"), (good[:-8], "bytes, and says"), (good + b"\0", "bytes, and says"),
             (good[:700] + bytes(len(good) - 700), "its signature"), (b"", "is empty"), (b"{}", "is no model file"),
             (models.make("gate", 1, key=stranger).read_bytes(), "not trusted here"),
             (models.make("gate", 1, 0.8, 0.001).read_bytes(), "its self-test fails: row 0")]
    before = models.system.sql("SELECT count(*) FROM analytics.ml_model_history")
    for n, (content, reason) in enumerate(cases):
        path = models.folder / f"gate-bad-{n}.aem"
        path.write_bytes(content)
        said = models.refused("import", path)
        assert path.name in said and (reason in said or reason == "its signature"), (n, said)
    assert models.system.sql("SELECT count(*) FROM analytics.ml_model_history") == before
    assert not (models.home / "files" / "gate-1.aem").exists()
    done = models.run("import", "--json", models.folder / "none.aem", check=False)
    assert done.returncode == 1 and "No such file" in json.loads(done.stdout)["error"]


def test_file_and_row_are_compared(models):
    """Another good, signed file in the place of the one that is known is not that one."""
    models.take_in("swap", 1, 2, promote=False)
    kept = models.home / "files" / "swap-2.aem"
    shutil.copy(models.make("swap", 2, 0.7), models.folder / "other.aem")
    os.replace(models.folder / "other.aem", kept)
    assert "is not the file that the registry knows" in models.refused("promote", "swap-2")
    assert "is not the file that the registry knows" in models.refused("export", "swap-2", models.folder / "x.aem")
    assert models.champion("swap") is None
    done = models.run("verify", "swap-2", check=False)
    assert done.returncode == 1 and "swap-2: REFUSED" in done.stdout
    assert models.json("verify", "swap-1")["good"] is True
    # Taken in once more, the file is healed.
    models.run("import", models.make("swap", 2))
    models.run("promote", "swap-2")


def test_edits_behind_the_history_are_seen(models):
    s = models.system
    models.take_in("edit", 1)
    with pytest.raises(psycopg2.Error, match="what the file of edit-1 says does not change"):
        s.sql("UPDATE analytics.ml_model_metadata SET metrics = '{}' WHERE model_id = 'edit-1'")
    for statement in ["DELETE FROM analytics.ml_model_metadata", "TRUNCATE analytics.ml_model_metadata CASCADE",
                      "UPDATE analytics.ml_model_history SET document = ''", "DELETE FROM analytics.ml_model_history"]:
        with pytest.raises(psycopg2.Error, match="are kept"):
            s.sql(statement)
    for statement in ["INSERT INTO analytics.ml_model_history SELECT * FROM analytics.ml_model_history", "DELETE FROM analytics.ml_model_metadata"]:
        with pytest.raises(psycopg2.Error, match="permission denied"):
            s.sql("SET ROLE ae_recommendation; " + statement)
    report = models.json("verify", "edit-1")
    assert report["good"] and report["registry"] == [] and len(report["head"]) == 64
    # Who may switch triggers off leaves traces.
    quietly = "SET session_replication_role = replica; "
    s.sql(quietly + "UPDATE analytics.ml_model_metadata SET metrics = '{\"auc\": 1}' WHERE model_id = 'edit-1'")
    assert models.json("verify", "edit-1", check=False)["registry"] == ["edit-1: the row is not what its last change left"]
    s.sql(quietly + """UPDATE analytics.ml_model_metadata m SET metrics = h.document::json -> 'metrics' FROM analytics.ml_model_history h
                       WHERE h.model_id = m.model_id AND m.model_id = 'edit-1'""")
    seq, document = s.sql("SELECT seq, document FROM analytics.ml_model_history WHERE model_id = 'edit-1' ORDER BY seq LIMIT 1")[0]
    s.sql(quietly + f"UPDATE analytics.ml_model_history SET role_name = 'nobody' WHERE seq = {seq}")
    faults = models.json("verify", "edit-1", check=False)["registry"]
    assert f"edit-1: change {seq} does not follow from the one before it" in faults
    s.sql(quietly + f"UPDATE analytics.ml_model_history SET role_name = session_user WHERE seq = {seq}")
    assert models.json("verify", "edit-1")["registry"] == []


def test_the_daemons_role_may_move_models(models):
    models.take_in("role", 1, promote=False)
    models.system.sql("SET ROLE ae_recommendation; UPDATE analytics.ml_model_metadata SET status = 'shadow', changed_by = 'gate' WHERE model_id = 'role-1'")
    assert models.json("show", "role-1")["history"][-1]["status"] == "shadow"
    assert models.json("verify", "role-1")["registry"] == []


def test_keys_rotate(models):
    home = models.folder / "rotating"
    old, new = models.keygen(home), models.keygen(home)
    one, two = models.make("turn", 1, key=old), models.make("turn", 2, key=new)

    def verify(path):
        return models.system.aectl("models", "verify", "--models", home, path, check=False)
    assert verify(one).returncode == verify(two).returncode == 0
    (home / "public" / "revoked").write_text(f"key {os.path.basename(old)[:-4]} left the house\n")
    assert verify(two).returncode == 0
    done = verify(one)
    assert done.returncode == 1 and "which is revoked" in done.stdout
    (home / "public" / "revoked").write_text("kye 12\n")
    done = verify(two)
    assert done.returncode == 1 and "revoked:1: is neither" in done.stderr
    assert os.stat(new).st_mode & 0o777 == 0o600


def test_one_champion_whoever_hurries(models):
    models.take_in("race", 1)
    models.take_in("race", *range(2, 8), promote=False)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: models.run("promote", f"race-{n}", check=False), range(2, 8)))
    rows = models.system.sql("SELECT count(*) FROM analytics.ml_model_metadata WHERE kind = 'race' AND status = 'champion'")
    assert rows == [(1,)] and models.champion("race") == "race-7"
    while models.champion("race") != "race-1":
        models.run("rollback", "race")
    assert models.json("verify", "race-1")["registry"] == []


def test_import_killed_at_any_moment(models):
    """Never a row without its whole file, and the next import goes through."""
    def importing(path):
        return subprocess.Popen([AECTL, "models", "import", "--models", models.home, path], env=models.system.env(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    began = time.monotonic()
    assert importing(models.make("dies", 1)).wait(30) == 0
    whole, killed = time.monotonic() - began, 0
    for version in range(2, 42):
        path = models.make("dies", version)
        p = importing(path)
        try:
            p.wait(whole * (version - 1) / 40)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
            killed += 1
        report = models.json("verify")
        assert all(m["good"] for m in report["models"] if m["model"].startswith("dies-")), report
        assert report["registry"] == []
        models.run("import", path)
    assert killed >= 10
    assert [p.name for p in (models.home / "files").iterdir() if p.name.startswith("dies-") and not p.name.endswith(".aem")] == []


# --- models of XGBoost -------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def foreign(models):
    folder = models.folder / "foreign"
    folder.mkdir()
    subprocess.run([PROBE, "xgboost", folder], check=True)
    return folder


def wrap(models, model, target, *more, rows=None, kind="trees", version=1):
    return aectl("models", "wrap", "--kind", kind, "--version", version, "--self-test", rows or model.parent / "rows.csv",
                 "--key", models.key, *more, model, target, check=False)


@pytest.mark.parametrize("form, version", [("ubj", 1), ("json", 2)])
def test_a_foreign_model_comes_in(models, foreign, form, version):
    (foreign / "metrics.json").write_text('{"auc": {"value": 0.98}}')
    target = foreign / f"{form}.aem"
    done = wrap(models, foreign / f"model.{form}", target, "--metrics", foreign / "metrics.json", "--training-from", "2026-01-01T00:00:00Z", version=version)
    assert done.returncode == 0, done.stderr
    models.run("import", target)
    row = models.json("show", f"trees-{version}")["model"]
    assert (row["algorithm"], row["features"], row["metrics"]) == ("xgboost", ["recency", "frequency", "spend"], {"auc": {"value": 0.98}})
    models.run("promote", f"trees-{version}")
    # Any flip of the wrapped model is refused by hash or signature, not left to XGBoost.
    content = bytearray(target.read_bytes())
    for bit in random.Random(3).sample(range(len(content) * 8), 40):
        content[bit // 8] ^= 1 << bit % 8
        (foreign / "flip.aem").write_bytes(content)
        said = models.run("verify", foreign / "flip.aem", check=False)
        assert said.returncode == 1 and "REFUSED" in said.stdout and "XGBoost" not in said.stdout, (bit, said.stdout)
        content[bit // 8] ^= 1 << bit % 8


def spoiled_tree(text, number):
    """A model whose third tree has another number in a leaf."""
    model = json.loads(text)
    tree = model["learner"]["gradient_booster"]["model"]["trees"][3]
    tree["split_conditions"][tree["left_children"].index(-1)] = 12345.678
    return json.dumps(model).replace("12345.678", number)


def test_a_foreign_model_that_is_not_good(models, foreign):
    text, rows = (foreign / "model.json").read_text(), (foreign / "rows.csv").read_text()
    cases = [("model", spoiled_tree(text, number), "tree 3 of the XGBoost model has a number that is not finite") for number in ("NaN", "-Infinity", "1e400")]
    cases += [("model", spoiled_tree(text, "0.5"), "of the test scores"), ("model", text[:5000], "XGBoost"), ("model", "", "is empty"),
              ("model", "binf" + text, "is neither JSON nor UBJ"),
              ("rows", rows.replace(",spend", "").replace("score", "sore"), "wants columns for the features and one column 'score'"),
              ("rows", "score,a\n0.5,1\n", "has 3 features, not 1"), ("rows", rows.splitlines()[0] + "\n", "has no rows"),
              ("rows", rows + "1,2,nan,3\n", "rows.csv:22: 'nan' is no finite number"), ("rows", rows + "1,2,0.5\n", "rows.csv:22: has 3 fields, not 4"),
              ("rows", rows + "1e300,2,0.5,1\n", "is too large for a float")]
    for n, (which, content, reason) in enumerate(cases):
        folder = foreign / f"case-{n}"
        folder.mkdir()
        (folder / "model.json").write_text(content if which == "model" else text)
        (folder / "rows.csv").write_text(content if which == "rows" else rows)
        done = wrap(models, folder / "model.json", folder / "out.aem")
        assert done.returncode == 1 and reason in done.stderr, (n, reason, done.stderr)
        assert not (folder / "out.aem").exists()


def test_damage_that_kills_xgboost_is_an_answer(models, foreign):
    """Its reader crashes on some flips of an unsigned model; whoever asked is told so and lives."""
    content, chance, answers = bytearray((foreign / "model.ubj").read_bytes()), random.Random(1), set()
    for _ in range(200):
        bit = chance.randrange(len(content) * 8)
        content[bit // 8] ^= 1 << bit % 8
        (foreign / "damaged.ubj").write_bytes(content)
        done = wrap(models, foreign / "damaged.ubj", foreign / "damaged.aem", rows=foreign / "rows.csv")
        content[bit // 8] ^= 1 << bit % 8
        assert done.returncode in (0, 1), (bit, done.returncode, done.stderr)
        answers.add("died" if "died of it" in done.stderr else done.returncode)
        if answers == {"died", 0, 1}:
            break
    assert "died" in answers and 1 in answers, answers


# --- wrong usage -------------------------------------------------------------------------------------

@pytest.mark.parametrize("words", [["promote"], ["show"], ["import"], ["export", "x"], ["list", "--reason", "x"], ["verify", "a", "b"],
                                   ["keygen"], ["wrap", "a", "b"], ["wrap", "--kind", "a", "--version", "0"], ["revoke", "x"]])
def test_wrong_usage(system, words):
    done = system.aectl("models", *words, check=False)
    assert done.returncode == 2 and "--help" in done.stderr


def test_unknown_and_away(models):
    assert "there is no model 'story-99'" in models.refused("show", "story-99") + models.refused("promote", "story-99") + models.refused("verify", "story-99")
    done = aectl("models", "list", "--postgres", "host=/nowhere", check=False)
    assert done.returncode == 3 and "/nowhere" in done.stderr
    done = models.system.aectl("models", "verify", "--models", models.folder / "no", check=False)
    assert done.returncode == 1 and "no keys to verify with" in done.stderr


# --- by other means ----------------------------------------------------------------------------------

def test_the_documented_way_by_hand(models):
    """docs/model-files.md, "By hand", as it stands there."""
    text = (ROOT / "docs" / "model-files.md").read_text()
    script = re.search(r"## By hand.*?```sh\n(.*?)```", text, re.S)[1]
    path = models.make("hand", 1)

    def by_hand():
        return subprocess.run(["bash", "-c", script], env={**os.environ, "MODEL": str(path), "KEYS": str(models.home / "public")},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    done = by_hand()
    assert done.returncode == 0 and "Signature Verified Successfully" in done.stdout, done.stdout
    header = json.loads(done.stdout[done.stdout.index("{"):done.stdout.index("}") + 1])
    schema, whole = [line.split()[0] for line in done.stdout[done.stdout.index("}") + 1:].split("\n") if line]
    assert header == {"kind": "hand", "version": 1, "feature_schema": schema} and whole == head(path)
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    assert by_hand().returncode != 0


def test_the_documented_format(models):
    """A second reader, made from the tables of docs/model-files.md."""
    content = models.make("format", 7).read_bytes()
    magic, form, length, count, zero, total, key, zeros = struct.unpack_from("<8sIIIIQ16s16s", content)
    assert (magic, form, zero, total, zeros) == (b"AEMODEL\n", 1, 0, len(content), bytes(16))
    header = json.loads(content[64:64 + length])
    assert content[64:64 + length].decode() == json.dumps(header, sort_keys=True, separators=(",", ":"))
    assert (header["version"], header["key_id"]) == (7, key.hex())
    table = (64 + length + 63) // 64 * 64
    signature = table + 128 * count
    public = serialization.load_pem_public_key((models.home / "public" / f"{key.hex()}.pem").read_bytes())
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    assert hashlib.blake2b(raw).digest()[:16] == key
    public.verify(content[signature:signature + 64], b"ae model container 1\n" + content[:signature])
    at, sections = signature + 64, {}
    for n in range(count):
        name, kind, width, offset, size, digest = struct.unpack_from("<40sIIQQ64s", content, table + 128 * n)
        at = (at + 63) // 64 * 64
        assert offset == at and hashlib.blake2b(content[at:at + size]).digest() == digest
        sections[name.rstrip(b"\0").decode()] = (kind, width, struct.unpack_from(f"<{size // 8}d", content, at))
        at += size
    assert at == len(content)
    assert sections["weights"] == (3, 1, (0.8, -0.5)) and sections["selftest.rows"][:2] == (3, 2)
    w, b, rows = sections["weights"][2], sections["intercept"][2][0], sections["selftest.rows"][2]
    want = [1 / (1 + math.exp(-(b + w[0] * rows[2 * i] + w[1] * rows[2 * i + 1]))) for i in range(3)]
    assert sections["selftest.scores"][2] == pytest.approx(want, rel=1e-12)
