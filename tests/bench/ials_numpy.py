#!/usr/bin/python3
"""The control of ae-learn ials: the same alternating least squares in numpy, as fast as numpy makes it on one core.

usage: ials_numpy.py PAIRS MEMBERS ITEMS FACTORS SWEEPS      PAIRS: int32 member, item; prints processor seconds as JSON
Matrices are made row by row with BLAS and solved a batch at a time with LAPACK.
"""
import json
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402

UNOBSERVED, REGULARISATION, BATCH = 0.3, 0.01, 512


def lists(rows, columns, count):
    order = np.lexsort((columns, rows))
    begins = np.searchsorted(rows[order], np.arange(count + 1))
    return [columns[order][a:b] for a, b in zip(begins[:-1], begins[1:])]


def half_sweep(of, others):
    factors = others.shape[1]
    gram = UNOBSERVED * (others.T @ others)
    out = np.zeros((len(of), factors), dtype=np.float32)
    eye = np.eye(factors, dtype=np.float32)
    for first in range(0, len(of), BATCH):
        part = of[first:first + BATCH]
        a = np.empty((len(part), factors, factors), dtype=np.float32)
        b = np.empty((len(part), factors, 1), dtype=np.float32)
        for n, index in enumerate(part):
            seen = others[index]
            a[n] = gram + seen.T @ seen + REGULARISATION * (len(index) + UNOBSERVED * len(others)) * eye
            b[n, :, 0] = seen.sum(0)
        out[first:first + BATCH] = np.linalg.solve(a, b)[:, :, 0]
    return out


def main():
    path, (members, items, factors, sweeps) = sys.argv[1], map(int, sys.argv[2:6])
    pairs = np.unique(np.fromfile(path, dtype=np.int32).reshape(-1, 2), axis=0)
    by_member, by_item = lists(pairs[:, 0], pairs[:, 1], members), lists(pairs[:, 1], pairs[:, 0], items)
    dice = np.random.default_rng(1)
    y = (0.1 / np.sqrt(factors) * dice.standard_normal((items, factors))).astype(np.float32)
    began = time.process_time()
    for _ in range(sweeps):
        x = half_sweep(by_member, y)
        y = half_sweep(by_item, x)
    print(json.dumps({"seconds": time.process_time() - began, "pairs": len(pairs)}))


main()
