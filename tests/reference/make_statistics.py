#!/usr/bin/env python3
"""Writes tests/golden/statistics.json: small inputs with what scipy and numpy say of them.

    tests/reference/make_statistics.py            writes it anew
    tests/reference/make_statistics.py --check    computes it anew and compares within 1e-9

Lists under five keys; each entry holds its inputs and the expected outputs (meanings in statistics_oracle.py):
  ttest        name, kind (one_sample, paired, independent), a, b or null, mean (what a one-sample test is against),
               t, df, p, mean_difference, ci_low, ci_high (95%, of mean_difference), cohens_d. Independent is Welch's,
               and its cohens_d is mean_difference / sqrt((s1^2 + s2^2) / 2)
  corrections  name, p, bonferroni, holm, benjamini_hochberg: adjusted p-values, as R's p.adjust
  correlation  name, method (pearson, spearman), a, b, r, p
  density      name, values, bandwidth (scott, silverman or the factor), grid [from, to, count], density, factor
  histogram    name, values, edges (a list, {from, to, count} or {count}), counts, density, edges_out
NaN and infinities are the strings "nan", "inf" and "-inf". What degenerate_ and perfect_ names mean is said in
statistics_cases.py.
"""
import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np

import statistics_cases as cases
import statistics_oracle as oracle

PATH = Path(__file__).resolve().parents[1] / "golden" / "statistics.json"


def compute():
    """{key: entries}, ready for JSON."""
    entries = {
        "ttest": [{"name": name, "kind": kind, "a": a, "b": b, "mean": mean, **oracle.ttest(kind, a, b, mean)}
                  for name, kind, a, b, mean in cases.TTESTS],
        "corrections": [{"name": name, "p": p, **oracle.adjust(p)} for name, p in cases.CORRECTIONS],
        "correlation": [{"name": name, "method": method, "a": a, "b": b, **oracle.correlation(method, a, b)}
                        for name, method, a, b in cases.CORRELATIONS],
        "density": [{"name": name, "values": values, "bandwidth": bandwidth, "grid": grid,
                     **oracle.density(values, np.linspace(*grid), bandwidth)}
                    for name, values, bandwidth, grid in cases.DENSITIES],
        "histogram": [{"name": name, "values": values, "edges": edges, **oracle.histogram(values, edges)}
                      for name, values, edges in cases.HISTOGRAMS],
    }
    return {key: [plain(entry) for entry in group] for key, group in entries.items()}


def plain(x):
    """Arrays as lists, and what JSON has no word for as strings."""
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    if isinstance(x, (list, tuple, np.ndarray)):
        return [plain(value) for value in x]
    if isinstance(x, np.integer):
        return int(x)
    if isinstance(x, (float, np.floating)):
        return float(x) if math.isfinite(x) else str(float(x))
    return x


def same(a, b):
    """Equal, or numbers within 1e-9 of each other relatively, or both below 1e-290 in magnitude."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-290)
    return a == b


def write(path, computed):
    """One case a line, so that the file can be read and its changes too."""
    groups = [' "%s": [\n%s]' % (key, ",\n".join("  " + json.dumps(entry, allow_nan=False) for entry in entries))
              for key, entries in computed.items()]
    path.write_text("{\n" + ",\n".join(groups) + "\n}\n")


def settled(entry):
    """Of a correlation that is 0 or +-1 but for rounding, which CPUs do differently: r without it, and p for +-1."""
    if not isinstance(entry.get("r"), float):
        return entry
    r = round(entry["r"], 15) + 0.0
    return {**entry, "r": r, "p": 0.0 if abs(r) == 1 else entry["p"]}


def differences(stored, computed):
    """Names of the cases that are not as stored, and of lists that differ in length."""
    wrong = sorted(stored.keys() ^ computed.keys())
    for key in computed.keys() & stored.keys():
        if len(stored[key]) != len(computed[key]):
            wrong.append(f"{key}: {len(stored[key])} cases stored, {len(computed[key])} now")
        wrong += [f"{key}: {new['name']}" for old, new in zip(stored[key], computed[key])
                  if not same(settled(old), settled(new))]
    return wrong


def main():
    parser = argparse.ArgumentParser(description="Write the statistics' expected results, or check them.")
    parser.add_argument("--check", action="store_true", help="compare with what is stored; write nothing")
    computed = compute()
    if not parser.parse_args().check:
        write(PATH, computed)
        print(f"{PATH.name}: {sum(map(len, computed.values()))} cases, {PATH.stat().st_size} bytes")
        return
    wrong = differences(json.loads(PATH.read_text()), computed)
    print(f"differs at {', '.join(wrong[:5])}" if wrong else "as stored")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
