#!/usr/bin/python3
"""Turns definitions/ into a C header: the milestones of the release.

usage: embed.py FOLDER OUTPUT
"""
import json
import pathlib
import sys

folder, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
rows = []
for path in sorted(folder.glob("*.json")):
    document = json.dumps(json.loads(path.read_text()), ensure_ascii=False)
    rows.append(f"\t{{{json.dumps(path.stem)}, {json.dumps(document, ensure_ascii=False)}}},")
output.write_text("\n".join([
    "/* Made by services/milestone/embed.py from definitions/. */", "#ifndef AE_GEN_MILESTONE_DEFINITIONS_H",
    "#define AE_GEN_MILESTONE_DEFINITIONS_H", "", "static const struct {", "\tconst char *name, *document;",
    "} base_definitions[] = {", *rows, "};", "", "#endif"]) + "\n")
