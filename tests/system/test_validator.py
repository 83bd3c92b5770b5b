"""The validator of templates' variables against jsonschema, an implementation that is not ours."""
import json
import random
import re
import subprocess

import jsonschema
from conftest import BUILD

WORDS = ["", "a", "ab", "abc", "äöü", "\U0001f600", "a b", "A1", "12", "x-y", "aaaaaa"]
NUMBERS = [0, 1, 2, 3, 5, -1, -4, 0.5, 1.0, 2.25, 1e20, 7.75, 2**53, -0.25]
NAMES = ["a", "b", "c", "d/e", "f~g"]
# What both read the same way: $ and \d mean something else to Python, so texts have no line ends and no foreign digits.
PATTERNS = ["^a", "b$", "^[a-c]+$", "^.{2,3}$", "a|1", "^(ab?)*c?$", "^[^a]*$", "^[\\da-c]+$", "\\d", "^\\S+$", "x-y", "(a|b)(b|c)", "^a{2,}$", "^b\\b"]


def probe(lines):
    """For each (schema, values): what the validator says."""
    text = "".join(json.dumps({"schema": schema, "values": values}) + "\n" for schema, values in lines)
    done = subprocess.run([BUILD / "tests/lib/validator_probe"], input=text, text=True, stdout=subprocess.PIPE, check=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Maker:
    """Schemas and values by chance, small enough that many values fit."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def value(self, depth=3):
        kind = self.dice.randrange(8 if depth else 5)
        if kind == 0:
            return self.dice.choice([None, True, False])
        if kind < 3:
            return self.dice.choice(NUMBERS)
        if kind < 5:
            return self.dice.choice(WORDS)
        if kind == 5:
            return [self.value(depth - 1) for _ in range(self.dice.randrange(4))]
        return {name: self.value(depth - 1) for name in self.dice.sample(NAMES, self.dice.randrange(4))}

    def schema(self, depth=3, refs=()):
        if self.dice.random() < 0.08:
            return self.dice.random() < 0.7
        made = {}
        for _ in range(self.dice.randrange(1, 4)):
            made.update(self.rule(depth, refs))
        return made

    def rule(self, depth, refs):
        d = self.dice
        types = ["string", "integer", "number", "boolean", "array", "object", "null"]
        flat = [lambda: {"type": d.choice(types)}, lambda: {"type": d.sample(types, d.randrange(1, 4))},
                lambda: {"enum": [self.value(1) for _ in range(d.randrange(1, 6))]}, lambda: {"const": self.value(1)},
                lambda: {d.choice(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]): d.choice(NUMBERS)},
                lambda: {"multipleOf": d.choice([1, 2, 3, 0.5, 0.25])},
                lambda: {d.choice(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]): d.randrange(4)},
                lambda: {"pattern": d.choice(PATTERNS)}, lambda: {"required": d.sample(NAMES, d.randrange(3))},
                lambda: {"uniqueItems": d.random() < 0.8}, lambda: {"title": "noted", "examples": [1]}]
        deep = [lambda: {"properties": {n: self.schema(depth - 1, refs) for n in d.sample(NAMES, d.randrange(1, 4))}},
                lambda: {"additionalProperties": self.schema(depth - 1, refs)}, lambda: {"items": self.schema(depth - 1, refs)},
                lambda: {"prefixItems": [self.schema(depth - 1, refs) for _ in range(d.randrange(1, 3))]},
                lambda: {d.choice(["anyOf", "oneOf", "allOf"]): [self.schema(depth - 1, refs) for _ in range(d.randrange(1, 4))]},
                lambda: {"not": self.schema(depth - 1, refs)}]
        if refs and d.random() < 0.15:
            return {"$ref": d.choice(refs)}
        return d.choice(flat + deep * 2 if depth else flat)()

    def whole(self):
        """A schema with definitions; they lead to themselves only through members and items."""
        made = self.schema(3, ["#/$defs/one", "#/$defs/tw~1o"])
        if made in (True, False):
            return made
        inner = self.schema(1)
        made["$defs"] = {"one": {"properties": {"a": {"$ref": "#/$defs/one"}}, "items": {"$ref": "#/$defs/tw~1o"}, "maxItems": 2}, "tw/o": inner}
        return made


def shown(error):
    """Where we would point: at a member that is missing or that may not be there, else at the value itself."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)


def test_the_same_verdict_on_everything():
    maker = Maker(20261124)
    lines = [(maker.whole(), [maker.value() for _ in range(12)]) for _ in range(1500)]
    answers = probe(lines)
    assert len(answers) == len(lines)
    good = bad = 0
    for (schema, values), answer in zip(lines, answers):
        jsonschema.Draft202012Validator.check_schema(schema)
        judge = jsonschema.Draft202012Validator(schema)
        assert "refused" not in answer, (schema, answer)
        for value, pointers in zip(values, answer["faults"]):
            errors = list(judge.iter_errors(value))
            assert bool(errors) == bool(pointers), (schema, value, pointers, [e.message for e in errors])
            # Each of their places is told by us, itself or as the member that is missing or too many.
            for place in map(shown, errors):
                assert len(pointers) == 20 or any(re.fullmatch(re.escape(place) + "(/[^/]*)?", p) for p in pointers), (schema, value, pointers, place)
            good, bad = good + (not errors), bad + bool(errors)
    assert good > 3000 and bad > 3000, (good, bad)


def test_patterns_match_as_pythons():
    dice = random.Random(7)
    parts = ["a", "b", "[ab]", "[^a]", ".", "(a|b)", "(?:ab|c)", "\\w", "a*", "b+", "c?", "(ab)*", "[a-c]{2}", "(a|b){1,3}", "^", "$", "\\b", "(a*)*", "b{0,2}?"]
    patterns = ["".join(dice.choice(parts) for _ in range(dice.randrange(1, 6))) for _ in range(1500)]
    texts = ["".join(dice.choice("abc1 ") for _ in range(dice.randrange(7))) for _ in range(40)]
    answers = probe([({"pattern": pattern}, texts) for pattern in patterns])
    for pattern, answer in zip(patterns, answers):
        for text, pointers in zip(texts, answer["faults"]):
            assert (re.search(pattern, text) is None) == bool(pointers), (pattern, text)
