#!/usr/bin/python3
"""Turns templates/ into a C header.

usage: embed.py FOLDER OUTPUT

templates/<name>/template.json is the document; beside it <language>.html is the html of that language's mail, and
templates/partials/*.html are partials of every template.
"""
import json
import pathlib
import sys

folder, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def literal(text):
    return "\n\t\t".join(json.dumps(line, ensure_ascii=False).replace("??", "?\\?") for line in text.splitlines(keepends=True))


partials = {p.stem: p.read_text() for p in sorted((folder / "templates" / "partials").glob("*.html"))}
lines = ["/* Made by embed.py from templates/. */", "", "static const struct {", "\tconst char *name, *document;", "} base_templates[] = {"]
for path in sorted((folder / "templates").glob("*/template.json")):
    document = json.loads(path.read_text())
    for html in path.parent.glob("*.html"):
        document["locales"][html.stem]["email"]["html"] = html.read_text()
    document["partials"] = partials | document.get("partials", {})
    lines.append(f"\t{{\"{path.parent.name}\",\n\t\t{literal(json.dumps(document, ensure_ascii=False, indent=0))}}},")
lines += ["};", ""]
output.write_text("\n".join(lines) + "\n")
