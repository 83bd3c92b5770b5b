#!/usr/bin/python3
"""Turns a folder of pages into a C header that holds a struct page_set (common/page.h).

usage: embed_pages.py FOLDER NAME OUTPUT

FOLDER/<name>.html are templates, FOLDER/words/<language>.json their words, FOLDER/style.css the style, which is the
template "style" and is allowed by its digest. The languages come in order, but English first: it stands in for others.
"""
import base64
import hashlib
import json
import pathlib
import sys

folder, name, output = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])


def literal(text):
    return "\n\t\t".join(json.dumps(line, ensure_ascii=False).replace("??", "?\\?") for line in text.splitlines(keepends=True)) or '""'


def table(symbol, texts):
    rows = [f"\t{{{json.dumps(key)},\n\t\t{literal(texts[key])}}}," for key in sorted(texts)]
    return [f"static const struct page_text {symbol}[] = {{", *rows, "};", ""]


style = (folder / "style.css").read_text().strip()
digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
policy = (f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
          "frame-ancestors 'none'")
templates = {p.stem: p.read_text() for p in folder.glob("*.html")} | {"style": style}
languages = sorted((p.stem for p in (folder / "words").glob("*.json")), key=lambda code: (code != "en", code))

lines = [f"/* Made by embed_pages.py from {folder}. */", "", '#include "common/page.h"', "", *table(f"{name}_templates", templates)]
for code in languages:
    words = json.loads((folder / "words" / f"{code}.json").read_text())
    clash = words.keys() & templates.keys()
    if clash:
        sys.exit(f"embed_pages.py: {sorted(clash)}: words and a template of the same name")
    lines += table(f"{name}_words_{code}", {"code": code} | words)
lines += [f"static const struct page_language {name}_languages[] = {{",
          *(f"\t{{\"{c}\", {name}_words_{c}, sizeof({name}_words_{c}) / sizeof({name}_words_{c}[0])}}," for c in languages), "};", "",
          f"static const struct page_set {name} = {{{name}_templates, sizeof({name}_templates) / sizeof({name}_templates[0]),",
          f"\t{name}_languages, {len(languages)},", f"\t\"{policy}\"}};"]
output.write_text("\n".join(lines) + "\n")
