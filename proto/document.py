#!/usr/bin/python3
"""Makes docs/api.md, docs/settings.md and docs/fact-vocabulary.md from what the programs are made of.

usage: document.py [--check] PROGRAMS_FOLDER        e.g. document.py build/bin

docs/api.md comes from operations.toml, events/, examples.json and the table in common/error.h;
docs/settings.md from what each program prints with -H; docs/fact-vocabulary.md from facts.toml. --check writes nothing and exits with 1
when a file differs from what it would write.
"""
import json
import pathlib
import re
import subprocess
import sys

import generate

ROOT = generate.HERE.parent
SERVICES = ["gateway", "analytics", "recommendation", "reporting", "notification", "milestone", "engagement"]
ROLES = {"anyone": "no token needed", "self": "the member itself", "member": "any member", "service": "service",
         "analyst": "analyst", "admin": "admin"}

API_HEAD = """# The API

Made by `proto/document.py` from `proto/operations.toml`; the same declaration is served as OpenAPI 3.1 at `/openapi.json`.
`aectl local env` prints `AE_URL` and `AE_TOKEN` for the examples below; long lists in them are cut to their first entry.

## What holds for every operation

- **Who**: `Authorization: Bearer TOKEN`, a JWT. A member sees only itself; another member's id is answered like one that does not exist (404).
- **Values**: money is an integer of minor units (`1850` is GBP 18.50) beside a `currency`; points are integers; instants are RFC 3339 in UTC;
  days are days in the member's own time zone.
- **Parameters**: one that is missing, ill-typed, out of range, given twice or not declared is a 400 that names it.
- **Freshness**: `as_of` says up to which position of the event log the answer counts. Dashboards and charts carry an `ETag`; `If-None-Match`
  with it answers 304 as long as nothing moved.
- **Ids**: every reply has `X-Request-Id` (one of yours is kept if it is 8 to 64 letters, digits, `-_.`), and `traceparent` is passed on.
- **Lists** come page by page: `limit` rows, then `next_cursor`, and for notifications `Link: <...>; rel="next"` too. Their cursors hold for the list that
  they were given out for, with the same filters; one that was changed, or used elsewhere, is a 400.
- **Size**: JSON of some size is compressed for a client that sends `Accept-Encoding: gzip`.

Errors are `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `instance` (the path), `code`, `request_id`, and `errors` with a `pointer`
to each field at fault. What may help to try again carries `Retry-After`.

| code | status | title |
|---|---|---|
"""

SETTINGS_HEAD = """# Settings

Made by `proto/document.py` from what the programs print with `-H`.

A configuration file is INI: `[common]` is read by all programs, then the program's own section (`[gateway]`, `[analytics]`, ...). An unknown name in
the own section is an error. The environment variable `AE_NAME`, in upper case, wins over both. `ae-analytics -c FILE -n` checks a file and exits;
SIGHUP reads it again, so check it before. `aectl local up --set SECTION.NAME=VALUE` puts a value into the file of a local system.

Durations are written `250ms`, `5s`, `2min`, `1h`, `7d`; sizes `4k`, `1M`, `2G`; booleans `yes` and `no`. Addresses and folders take effect at
start only.
"""

FACTS_HEAD = """# The vocabulary of facts

Made by `proto/document.py` from `proto/facts.toml`: what a rule may ask of a member, in an [audience](audiences.md), a milestone or an engagement rule.
`GET /notification-audience-facts` lists the same. A rule reads a fact by `{"var": "tier"}`, a member of one by `{"var": "category_shares.travel"}` or
`{"var": "points_expiring.0.days"}`; any other name is refused.

Facts "of the row" are as of the member's last event; the others are computed again within about a second after an event, and on each day: [facts.md](facts.md) has their
rules. Null is "not known" or "nothing of the kind", and as everywhere in JsonLogic compares as 0: ask `{"<=": [1, {"var": "streak_weeks_days_left"}, 2]}`, with a lower bound.

| name | type | unit | meaning | owner | from | by time alone | example |
|---|---|---|---|---|---|---|---|
"""
FACTS_TAIL = """
## Dates in rules

Beside the operators of [JsonLogic](https://jsonlogic.com/) a rule may use these (`common/logic_extensions.c`). An instant has its day in the zone that is given, `{"var": "time_zone"}` for
the member's own, UTC without one; a date is that day itself. What cannot be read as either is null. There is no operator for the present: `{"var": "day"}` is the member's
today, and a rule gives the same answer for the same facts.

| operator | value |
|---|---|
| `{"days_between": [from, to]}` | whole days of 24 hours between two instants |
| `{"days_until": [from, to, zone]}` | calendar days from the day of one to the day of the other, negative if past |
| `{"day_of": [at, zone]}` | the calendar day, like `"2026-11-24"` |
| `{"same_day": [a, b, zone]}` | whether both are on one calendar day |
| `{"anniversary": [of, from, zone]}` | the first yearly return of a day that is not before `from`; the 29th of February returns on the 28th in other years |

`aectl rule explain --rule-file FILE --member ID` tells what a rule makes of a member's facts, and which part of it decided.
"""


def cell(text):
    return str(text).replace("|", "\\|").replace("<", "\\<")


def error_rows():
    text = (ROOT / "common" / "error.h").read_text()
    for name, status, title in re.findall(r'X\((\w+),\s*(\d+), \w+,\s*"[^"]*",\s*"([^"]*)"\)', text):
        if name != "OK":
            yield f"| {name} | {status} | {title} |"


def parameter_type(p):
    if p["type"] == "enum":
        return ", ".join(f"`{v}`" for v in p["values"])
    if p["type"] == "integer":
        return f"integer {p['min']}-{p['max']}"
    return p["type"]


def parameters_of(op):
    if not op["parameters"]:
        return
    yield "\n| parameter | in | type | default | |\n|---|---|---|---|---|"
    for name, p in op["parameters"].items():
        default = "required" if p["required"] else p.get("default", "")
        yield f"| {name} | {p['in']} | {parameter_type(p)} | {default} | {cell(p['help'])} |"


def example_of(example):
    yield f"\n    {example['request']}\n"
    if isinstance(example["reply"], str):
        yield "```\n" + example["reply"] + "\n```"
    else:
        yield "```json\n" + json.dumps(example["reply"], indent=2, ensure_ascii=False) + "\n```"


def operation_text(name, op, example):
    who = ", ".join(ROLES[r] for r in op["roles"])
    yield f"\n### {op['method']} {op['path']}\n\n{op['summary']}."
    yield f"Operation `{name}`; for: {who}; answered within {op['timeout']}."
    if "planned" in op["flags"]:
        yield "Declared, and answered 501 by this release."
    if op.get("body_limit"):
        yield f"Body: {', '.join(op['content'])}, up to {op['body_limit'] // 1024:,} KiB."
    yield from parameters_of(op)
    yield from example_of(example)


def event_rows(events):
    for name, schema in events.items():
        way = "out" if generate.published(schema) else "in"
        required = ", ".join(schema.get("required", []))
        optional = ", ".join(n for n in schema["properties"] if n not in schema.get("required", []))
        yield f"| [{name}](../proto/events/{name}.schema.json) | {way} | {required} | {optional} |"


def api_text():
    table = generate.read_operations()
    examples = json.loads((generate.HERE / "examples.json").read_text())
    if set(examples) != set(table):
        generate.fail(f"examples.json and operations.toml differ: {sorted(set(examples) ^ set(table))}")
    out = [API_HEAD + "\n".join(error_rows())]
    for service in SERVICES:
        out.append(f"\n## {service}")
        for name, op in table.items():
            if op["service"] == service:
                out += operation_text(name, op, examples[name])
    out.append("\n## Events\n\nCloudEvents 1.0; the table lists the members of `data`. Unknown ones are accepted and kept.\nOf those that go out, the ones of services that answer 501 are declared only.\n")
    out.append("| type | | required | optional |\n|---|---|---|---|")
    out += event_rows(generate.read_events())
    return "\n".join(out) + "\n"


def settings_of(program):
    """(name, default, kind and range, help) of each row that the program prints with -H."""
    text = subprocess.run([program, "-H"], check=True, stdout=subprocess.PIPE, text=True).stdout
    for name, default, kind, words in re.findall(r"^(\w+) = (.*)\n    (.*?)\. (.*)$", text, re.M):
        yield name, default, kind, words


def settings_text(programs):
    rows = {s: list(settings_of(programs / f"ae-{s}")) for s in SERVICES}
    common = [r for r in rows["milestone"] if all(r in rows[s] for s in SERVICES if s != "gateway")]
    out = [SETTINGS_HEAD]
    for title, of in [("Every daemon behind the gateway", common)] + [(f"ae-{s}", rows[s]) for s in SERVICES]:
        own = [r for r in of if of is common or r not in common or title == "ae-gateway"]
        out.append(f"## {title}\n")
        if not own:
            out.append("No settings of its own.\n")
            continue
        out.append("| name | default | kind | |\n|---|---|---|---|")
        out += [f"| {n} | {f'`{d}`' if d else ''} | {k} | {cell(w)} |" for n, d, k, w in own]
        out.append("")
    return "\n".join(out)

FACT_MOVES = {"anyhow": "", "not": "stays", "up": "one more a day", "down": "one less a day, then null", "falls": "never more", "returns": "one less a day, then anew"}


def facts_text():
    rows = []
    for name, fact in generate.read_facts().items():
        kind = fact["type"] + (" or null" if fact["nullable"] else "")
        source = "the row" if fact["column"] else "the document"
        example = json.dumps(fact["example"], ensure_ascii=False)
        rows.append(f"| {name} | {kind} | {fact['unit']} | {cell(fact['meaning'])} | {fact['owner']} | {source} | {FACT_MOVES[fact['moves']]} | `{cell(example)}` |")
    return FACTS_HEAD + "\n".join(rows) + "\n" + FACTS_TAIL


def main():
    words = sys.argv[1:]
    check = "--check" in words
    folders = [w for w in words if w != "--check"]
    if len(folders) != 1:
        sys.exit(__doc__)
    stale = []
    for name, text in (("api.md", api_text()), ("settings.md", settings_text(pathlib.Path(folders[0]))),
                       ("fact-vocabulary.md", facts_text())):
        path = ROOT / "docs" / name
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(f"docs/{name}")
    if stale:
        sys.exit(f"{', '.join(stale)}: not up to date; run proto/document.py {folders[0]}")


if __name__ == "__main__":
    main()
