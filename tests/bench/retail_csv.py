#!/usr/bin/python3
"""Online Retail's invoice lines as transactions for ae-train: member, date, amount, items, uk; what is taken back has a negative amount.

usage: retail_csv.py online_retail.csv.gz OUT.csv

Cleaned as is usual for this data: lines with a customer, of products, with a price; purchases have a quantity above 0, and what an invoice beginning
with C takes back has one below. Lines of an invoice become one row.

Chen, D. (2015). Online Retail [Dataset]. UCI Machine Learning Repository. https://doi.org/10.24432/C5BW33. CC BY 4.0.
"""
import csv
import gzip
import re
import sys

PRODUCT = re.compile(r"[0-9]{5}[A-Za-z]*")


def invoices(path):
    """{invoice: [member, date, amount in pence, items, uk]} in the order of the file."""
    found = {}
    with gzip.open(path, "rt", newline="") as file:
        for line in csv.DictReader(file):
            quantity, price = int(line["Quantity"]), round(float(line["UnitPrice"]) * 1000)
            cancelled = line["InvoiceNo"].startswith("C")
            if not line["CustomerID"] or price <= 0 or not PRODUCT.fullmatch(line["StockCode"]) or (quantity > 0) == cancelled or quantity == 0:
                continue
            row = found.setdefault(line["InvoiceNo"], [line["CustomerID"].removesuffix(".0"), line["InvoiceDate"][:10], 0, set(),
                                                       int(line["Country"] == "United Kingdom")])
            row[2] += quantity * price
            row[3].add(line["StockCode"])
    return found


def write(source, target):
    with open(target, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["member", "date", "amount", "items", "uk"])
        for member, date, amount, items, uk in invoices(source).values():
            out.writerow([member, date, f"{amount / 1000:.3f}", len(items), uk])


if __name__ == "__main__":
    write(*sys.argv[1:])
