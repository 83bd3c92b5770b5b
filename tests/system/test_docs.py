"""The documents say what the programs do: names, settings, links and examples are compared with the real ones."""
import json
import re
import subprocess
import sys

import jsonschema
import pytest

from conftest import AECTL, BUILD, ROOT

sys.path.insert(0, str(ROOT / "proto"))

import generate  # noqa: E402

SKIPPED = ("build", "build-asan", "var")
# Files that HACKING.md invents.
INVENTED = {"services/analytics/get_tier.c", "tests/system/test_get_tier.py", "tests/system/test_bonus_granted.py",
            "proto/events/BonusGrantedEvent.schema.json"}


def documents():
    return sorted(p for p in ROOT.rglob("*.md") if p.relative_to(ROOT).parts[0] not in SKIPPED)


def prose(path):
    """The text without code, fenced or indented or inline."""
    text = re.sub(r"^( *)```.*?^\1```", "", path.read_text(), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^(    |\t).*$", "", text, flags=re.M))


def test_made_documents_are_up_to_date():
    done = subprocess.run([sys.executable, "-B", ROOT / "proto" / "document.py", "--check", BUILD / "bin"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", documents(), ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        if not (path.parent / target.partition("#")[0]).exists():
            broken.append(target)
    assert broken == []


def test_documents_are_text():
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/*/README.md")]:
        found = [c for c in path.read_text() if (c < " " and c not in "\t\n") or c == "\ufffd"]
        assert not found, f"{path.name} has {found[:5]}"


def test_every_setting_is_documented():
    """By its name, in the section of its program or of all: the made file cannot leave one out."""
    text = (ROOT / "docs" / "settings.md").read_text()
    sections = {s.partition("\n")[0]: s for s in text.split("\n## ")[1:]}
    for program in sorted(p for p in (BUILD / "bin").glob("ae-*") if p.name != "ae-train"):  # which is no daemon
        shown = subprocess.run([program, "-H"], stdout=subprocess.PIPE, text=True, check=True).stdout
        for name in re.findall(r"^(\w+) =", shown, re.M):
            where = sections[program.name] + (sections["Every daemon behind the gateway"]
                                              if program.name != "ae-gateway" else "")
            assert f"| {name} |" in where, (program.name, name)


def test_documented_operations_are_the_real_ones(system):
    served = system.get("/openapi.json", role=None).json["paths"]
    real = {f"{method.upper()} {path}" for path, ways in served.items() for method in ways}
    text = (ROOT / "docs" / "api.md").read_text()
    assert set(re.findall(r"^### ((?:GET|PUT|POST|PATCH|DELETE) \S+)$", text, re.M)) == real


def test_example_replies_fit_their_schemas():
    """What docs/api.md shows is of the shape that the OpenAPI document promises."""
    schemas = json.loads((ROOT / "proto" / "replies.json").read_text())
    examples = json.loads((ROOT / "proto" / "examples.json").read_text())
    for name, op in generate.read_operations().items():
        planned = "planned" in op["flags"]
        reply = "Problem" if planned else op.get("reply", "object")
        if reply == "object":
            continue
        jsonschema.Draft202012Validator(schemas[reply]).validate(examples[name]["reply"])
        assert not planned or examples[name]["reply"]["status"] == 501, name


def commands():
    """aectl's commands by its own words."""
    shown = subprocess.run([AECTL, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.findall(r"^  (\S+(?: \S+)?)  +\S", shown, re.M)


def test_every_command_is_in_its_readme_and_no_other():
    text = (ROOT / "services" / "ctl" / "README.md").read_text()
    rows = [row.split("|")[1] for row in text.splitlines() if row.startswith("| `")]
    told = {command for cell in rows for command in re.findall(r"`([^`]+)`", cell)}
    assert told == set(commands())


def test_every_design_line_has_a_row():
    """docs/coverage.md names each table, cache, operation and event of the design."""
    text = (ROOT / "docs" / "coverage.md").read_text()
    missing = [n for n in ["member_analytics", "spending_summaries", "recommendation_history", "performance_metrics",
                           "notification_preferences", "notification_logs", "milestone_definitions",
                           "milestone_progress", "engagement_rules", "ml_model_metadata", "insights_cache",
                           "recommendations_cache", "notification_queue", "engagement_triggers"]
               if f"`{n}`" not in text]
    missing += [n for n in generate.read_events() if n not in text]
    missing += [op["path"] for op in generate.read_operations().values()
                if op["service"] != "gateway" and op["path"] not in text]
    assert missing == []


def test_services_have_a_readme():
    assert [p.name for p in sorted((ROOT / "services").iterdir()) if p.is_dir() and not (p / "README.md").exists()] == []


def test_documents_name_files_that_exist():
    """A path in backquotes that begins with one of our folders is there."""
    gone = []
    for path in documents():
        for name in re.findall(r"`((?:common|proto|services|sql|systemd|tests|docs)/[\w./-]+\.[a-z]+)`",
                               path.read_text()):
            if name not in INVENTED and not (ROOT / name).exists():
                gone.append((str(path.relative_to(ROOT)), name))
    assert gone == []
