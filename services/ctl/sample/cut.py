#!/usr/bin/python3
"""cut.py - cuts the shipped sample from the full data: cut.py FULL.csv[.gz] OUT.csv.gz

All lines of some customers, as they are: the customers with the most invoices, for rich histories,
and of all others those that a checksum of their number picks. Prints what README.md states.
"""
import collections
import csv
import gzip
import hashlib
import io
import sys
import zlib

RICH = 40          # customers with the most invoices
PERCENT = 14       # of all others
HEADER = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as f:
        rows = csv.reader(f)
        assert next(rows) == HEADER
        return [row for row in rows if row[6]]


def choose(rows):
    invoices = collections.defaultdict(set)
    for row in rows:
        invoices[row[6]].add(row[0])
    ranked = sorted(invoices, key=lambda customer: (-len(invoices[customer]), customer))
    rich = set(ranked[:RICH])
    return {c for c in ranked if c in rich or zlib.crc32(c.encode()) % 100 < PERCENT}


def write(rows, path):
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(HEADER)
    out.writerows(rows)
    plain = text.getvalue().encode()
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(plain)
    return plain


def main(full, out):
    rows = read(full)
    members = choose(rows)
    kept = [row for row in rows if row[6] in members]
    plain = write(kept, out)
    print("lines", len(kept), "customers", len(members), "invoices", len({row[0] for row in kept}),
          "items", len({row[1] for row in kept}), "cancellation lines", sum(row[0].startswith("C") for row in kept))
    print("plain bytes", len(plain), "sha256", hashlib.sha256(plain).hexdigest())
    print("gzip sha256", hashlib.sha256(open(out, "rb").read()).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
