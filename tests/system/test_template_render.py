"""Stories of aectl template render: exactly the result, and mistakes named with their place."""
import json

import pytest

from conftest import aectl


@pytest.fixture
def render(folder):
    def run(template, data, partials=None, *more, check=True):
        (folder / "t.mustache").write_bytes(template.encode())
        (folder / "d.json").write_text(data if isinstance(data, str) else json.dumps(data))
        words = ["template", "render", "--template", folder / "t.mustache", "--data", folder / "d.json", *more]
        if partials is not None:
            (folder / "p").mkdir(exist_ok=True)
            for name, text in partials.items():
                (folder / "p" / f"{name}.mustache").write_bytes(text.encode())
            words += ["--partials", folder / "p"]
        return aectl(*words, check=check)
    return run


def test_prints_the_result_and_nothing_else(render):
    assert render("Hello {{name}}", {"name": "<Ann>"}).stdout == "Hello &lt;Ann&gt;"
    assert render("Hello {{name}}", {"name": "<Ann>"}, None, "--plain").stdout == "Hello <Ann>"


def test_partials_come_from_the_folder(render):
    done = render("[{{>part}}|{{>../t}}|{{>none}}]", {"v": 1}, {"part": "{{v}}{{v}}"})
    assert done.stdout == "[11||]"


@pytest.mark.parametrize("template, data, says", [
    ("a\n{{#s}}", {}, "t.mustache: line 2: the section {{#s}} is not closed"),
    ("a", "{broken", "d.json: "),
])
def test_mistakes_are_named(render, template, data, says):
    done = render(template, data, check=False)
    assert done.returncode == 1 and says in done.stderr and done.stdout == ""


def test_wrong_usage():
    assert aectl("template", "render", check=False).returncode == 2
    assert aectl("template", "render", "--template", "-", "--data", "-", check=False).returncode == 2
    missing = aectl("template", "render", "--template", "/nowhere", "--data", "/nowhere", check=False)
    assert missing.returncode == 1 and "/nowhere: No such file" in missing.stderr
