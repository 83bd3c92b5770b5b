#!/usr/bin/python3
"""Turns the Online Retail data (UCI 352; invoice lines as CSV, gzip or not) into interactions for ae-train.

usage: retail_interactions.py online_retail.csv[.gz] OUT.csv
Kept are sales of products to known customers, as is usual with this data: no cancellations, quantity and price
above 0, stock codes of five digits and letters at most.
"""
import csv
import gzip
import re
import sys

PRODUCT = re.compile(r"[0-9]{5}[A-Za-z]*")


def opened(path):
    with open(path, "rb") as f:
        packed = f.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rt", newline="") if packed else open(path, newline="")


def is_sale(line):
    return (line["CustomerID"] and not line["InvoiceNo"].startswith("C") and int(line["Quantity"]) > 0
            and float(line["UnitPrice"]) > 0 and PRODUCT.fullmatch(line["StockCode"]))


def convert(source, target):
    """Writes the file; how many lines it has."""
    count = 0
    with opened(source) as lines, open(target, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["member", "item", "time", "value"])
        for line in filter(is_sale, csv.DictReader(lines)):
            writer.writerow([line["CustomerID"].removesuffix(".0"), line["StockCode"], line["InvoiceDate"], line["Quantity"]])
            count += 1
    return count


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(f"{convert(*sys.argv[1:]):,} lines")
