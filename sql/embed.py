#!/usr/bin/python3
"""Turns a folder of .sql files into a C header: names as an enum, texts as a table.

usage: embed.py QUERIES_FOLDER NAME OUTPUT

Every table begins with the statements of common/, in the same order, so that common/*.c can use
its own names (SQL_COMMON_...) with any daemon's connection. A file is one statement; its first
comment lines say what it is for and become the comment of the enum.
"""
import json
import pathlib
import re
import sys

folder, name, output = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])


def read(part):
    for path in sorted((folder / part).glob("*.sql")):
        lines = path.read_text().splitlines()
        purpose = " ".join(l.lstrip("- ").strip() for l in lines if l.startswith("--"))
        text = "\n".join(l for l in lines if not l.startswith("--")).strip().rstrip(";")
        if not purpose or not text or ";" in text:
            sys.exit(f"{path}: one statement with a comment line on top is wanted")
        yield path.stem, re.sub(r"\s+", " ", text), purpose


common = [("common_" + n, t, p) for n, t, p in read("common")]
own = [] if name == "common" else [(f"{name}_{n}", t, p) for n, t, p in read(name)]
guard = f"AE_GEN_SQL_{name.upper()}_H"
out = [f"/* Made by sql/embed.py from sql/queries/{name}/. */", f"#ifndef {guard}", f"#define {guard}", ""]
if name == "common":
    out += ["enum {"] + [f"\tSQL_{n.upper()}, /* {p} */" for n, t, p in common] + ["\tSQL_COMMON_COUNT", "};"]
else:
    out += ['#include "gen/sql/common.h"', "", "enum {", f"\tSQL_{name.upper()}_FIRST = SQL_COMMON_COUNT - 1,"]
    out += [f"\tSQL_{n.upper()}, /* {p} */" for n, t, p in own] + [f"\tSQL_{name.upper()}_COUNT", "};"]
    out += ["", f"#define SQL_{name.upper()}_STATEMENTS \\"]
    out += [f"\t{{{json.dumps(n)}, {json.dumps(t)}}}, \\" for n, t, p in common + own]
    out += [""]
out += ["", "#endif"]
output.write_text("\n".join(out) + "\n")
