#!/usr/bin/env python3
"""Holds `by:` of the aggregating stages against pandas' groupby, with scipy and numpy for each group.

    grouping_test.py --hookflow PROGRAM

What is aggregated is read from the same run file, so that only the grouping and the statistics are compared.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pandas
import xarray

from checks import Checks
from statistics_oracle import density, histogram, ttest

ROOT = Path(__file__).resolve().parents[2]
EDGES, GRID = [-8.0, -4.0, -2.0, -1.0, 0.0], {"from": -10, "to": 2, "count": 9}
BY = {"over": "prompt", "by": "template"}
STAGES = {
    "tokens": {"stage": "tokenize"},
    "pass": {"stage": "forward", "in": "tokens"},
    "silenced": {"stage": "ablate", "in": "pass", "at": "blocks.7.attn.hook_z[0,1]"},
    "clean": {"stage": "measure.prediction", "in": "pass", "metrics": "log_prob"},
    "scores": {"stage": "measure.prediction", "in": ["pass", "silenced"], "metrics": "log_prob"},
    "moments": {"stage": "aggregate.moments", "in": "scores.log_prob", **BY},
    "both": {"stage": "aggregate.moments", "in": "scores.log_prob", "over": ["prompt", "head"], "by": ["size", "template"]},
    "changes": {"stage": "aggregate.ttest", "in": "scores.log_prob_change", **BY},
    "welch": {"stage": "aggregate.ttest", "in": {"a": "scores.log_prob", "b": "clean.log_prob"}, "kind": "independent", **BY},
    "densities": {"stage": "aggregate.density", "in": "scores.log_prob", "grid": GRID, **BY},
    "counts": {"stage": "aggregate.histogram", "in": "scores.log_prob", "edges": EDGES, **BY},
}


def prompts():
    """Some of nano's capitals, in groups of unequal sizes that do not come in alphabetical order."""
    rows = map(json.loads, (ROOT / "model/nano/eval/capitals.jsonl").read_text().splitlines())
    rows = [row for row in rows if " " not in row["target"].strip()][:14]
    return [{"id": f"p{i}", "text": row["text"], "target": row["target"], "template": "bac"[i % 7 % 3],
             "size": "large" if i % 5 < 2 else "small"} for i, row in enumerate(rows)]


def cells(run, group, rows):
    """The group's cells as pandas has them: a row a cell, with the prompts' columns."""
    with xarray.open_dataset(run, group=group) as values:
        return values.to_dataframe().reset_index().merge(pandas.DataFrame(rows), left_on="prompt", right_on="id")


def labels(dataset, axis):
    return [label.decode() for label in dataset.dims[axis][0][()]]


def compare(check, run, rows):
    scores, clean = cells(run, "scores", rows), cells(run, "clean", rows)
    order = list(dict.fromkeys(row["template"] for row in rows))
    with h5py.File(run, "r") as file:
        check.equal("labels", labels(file["moments/log_prob_mean"], 0) == order, True)
        got = lambda name, g, h: file[name][(g, 0, 0, h, 0)]  # [template, replacement, layer, head, token]
        for (template, head), group in scores.groupby(["template", "head"]):
            at, values = (order.index(template), head), group["log_prob"].to_numpy()
            for statistic in ("count", "mean", "std", "min", "max"):
                check.statistic(f"moments {statistic} {at}", got(f"moments/log_prob_{statistic}", *at),
                                getattr(group["log_prob"], statistic)())
            one = ttest("one_sample", group["log_prob_change"])
            welch = ttest("independent", values, clean[clean["template"] == template]["log_prob"])
            for name in ("t", "df", "p", "ci_low", "cohens_d"):
                check.statistic(f"t-test {name} {at}", got(f"changes/log_prob_change_{name}", *at), one[name])
                check.statistic(f"Welch {name} {at}", got(f"welch/log_prob_{name}", *at), welch[name])
            check.equal(f"histogram {at}", got("counts/log_prob_count", *at), histogram(values, EDGES)["counts"])
            points = np.linspace(GRID["from"], GRID["to"], GRID["count"])
            check.statistic(f"density {at}", got("densities/log_prob_density", *at), density(values, points)["density"],
                            1)
        sizes = labels(file["both/log_prob_mean"], 0)
        want = scores.pivot_table("log_prob", "size", "template", "mean").loc[sizes, order]
        check.statistic("two columns", file["both/log_prob_mean"][:, :, 0, 0, 0], want.to_numpy())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hookflow", metavar="PROGRAM", required=True)
    program, rows, check = parser.parse_args().hookflow, prompts(), Checks("grouping")
    with tempfile.TemporaryDirectory() as folder:
        path, run = Path(folder) / "groups.yaml", Path(folder) / "groups.h5"
        path.write_text(json.dumps({"workflow": "groups", "model": "nano", "prompts": rows, "stages": STAGES,
                                    "keep": [name for name in STAGES if name not in ("tokens", "pass", "silenced")]}))
        subprocess.run([program, "run", path, "--out", run, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        compare(check, run, rows)
    print(f"grouping: {check.compared} values compared, {len(check.problems)} problems")
    for problem in check.problems:
        print(f"grouping: {problem}", file=sys.stderr)
    return 1 if check.problems else 0


if __name__ == "__main__":
    sys.exit(main())
