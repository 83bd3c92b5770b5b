#!/usr/bin/python3
"""Turns rules/*.json into a C header: the rules of the release, by name.

usage: embed.py FOLDER OUTPUT
"""
import json
import pathlib
import sys


def main(folder, output):
    rows = []
    for path in sorted(pathlib.Path(folder, "rules").glob("*.json")):
        text = json.dumps(json.loads(path.read_text()), ensure_ascii=False, separators=(",", ":"))
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        pieces = [quoted[i:i + 4000] for i in range(0, len(quoted), 4000)]
        for i in range(len(pieces) - 1):  # an escape stays whole
            while pieces[i].endswith("\\") and (len(pieces[i]) - len(pieces[i].rstrip("\\"))) % 2:
                pieces[i + 1], pieces[i] = "\\" + pieces[i + 1], pieces[i][:-1]
        rows.append('\t{"%s",\n\t %s},' % (path.stem, "\n\t ".join(f'"{p}"' for p in pieces)))
    pathlib.Path(output).write_text("/* Made by services/engagement/embed.py. */\n"
                                    "static const struct {\n\tconst char *rule_id, *document;\n} base_rules[] = {\n"
                                    + "\n".join(rows) + "\n};\n")


main(*sys.argv[1:])
