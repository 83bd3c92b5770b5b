#!/usr/bin/python3
"""Puts sql/migrations/NNNN_*.sql into a C header, so that aectl carries them wherever it runs.

usage: embed_migrations.py MIGRATIONS_FOLDER OUTPUT
"""
import pathlib
import re
import sys

folder, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
escapes = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\t"): "\\t", ord("?"): "\\?"}
out = [
    "/* Made by sql/embed_migrations.py from sql/migrations/. */",
    "#ifndef AE_GEN_MIGRATIONS_H",
    "#define AE_GEN_MIGRATIONS_H",
    "",
    "static const struct migration migrations[] = {",
]
for number, path in enumerate(sorted(folder.glob("*.sql")), start=1):
    if not re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.sql", path.name):
        sys.exit(f"{path}: the next migration is named {number:04d}_<what_it_does>.sql")
    out.append(f'\t{{{number}, "{path.stem}",')
    out += [f'\t "{line.translate(escapes)}\\n"' for line in path.read_text().splitlines()]
    out.append("\t},")
out += ["};", "", "#endif"]
output.parent.mkdir(parents=True, exist_ok=True)
output.write_text("\n".join(out) + "\n")
