#!/usr/bin/env python3
"""Holds what `hookflow compare` and `hookflow export` tell of two runs against numpy, scipy and the file itself.

    compare_test.py --hookflow PROGRAM

Two runs of one sweep differ in what replaces a head, in their layers and in a prompt.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas
import xarray
from scipy import stats

WORKFLOW = """
workflow: beside
model: nano
prompts:
  - {id: berlin, text: "Berlin is the capital of", target: " Germany"}
  - {id: OTHER, text: "The capital of France is", target: " Germany"}
stages:
  tokens:   {stage: tokenize}
  pass:     {stage: forward, in: tokens}
  silenced: {stage: ablate, in: pass, at: "blocks.LAYERS.attn.hook_z[*]", with: WITH}
  scores:   {stage: measure.prediction, in: [pass, silenced], tokens: [target]}
  cosines:  {stage: measure.cosine, in: [pass, silenced], at: "blocks.*.hook_resid_post"}
  tests:    {stage: aggregate.ttest, in: cosines.cosine_change, over: pair}
keep: [scores, tests]
"""


def run(program, folder, name, **words):
    text = WORKFLOW
    for word, value in words.items():
        text = text.replace(word, value)
    (folder / f"{name}.yaml").write_text(text)
    subprocess.run([program, "run", folder / f"{name}.yaml", "--out", folder / f"{name}.h5", "--quiet"], check=True)
    return folder / f"{name}.h5"


def values_of(path, variable):
    group, name = variable.split(".")
    with xarray.open_dataset(path, group=group) as data:
        return data[name].load()


def matched(first, second):
    """Both, where they have the same labels; an axis along which each has one label is left out."""
    alone = [axis for axis in first.dims if first.sizes[axis] == second.sizes[axis] == 1]
    return xarray.align(first.isel({axis: 0 for axis in alone}, drop=True),
                        second.isel({axis: 0 for axis in alone}, drop=True), join="inner")


def check_measure(found, a, b):
    fine = np.isfinite(a) & np.isfinite(b)
    a, b = a[fine], b[fine]
    np.testing.assert_allclose(found["correlation"], np.corrcoef(a, b)[0, 1], rtol=1e-6)
    apart = np.abs(b - a)
    np.testing.assert_allclose(found["mean_absolute_difference"], apart.mean(), rtol=1e-6)
    told = [abs(pair["second"] - pair["first"]) for pair in found["largest_differences"]]
    np.testing.assert_allclose(told, np.sort(apart)[::-1][:10], rtol=1e-12)
    ranks = [stats.rankdata(-np.abs(x), method="min") for x in (a, b)]
    tops = [set(np.argsort(-np.abs(x), kind="stable")[:10]) for x in (a, b)]
    if found["variable"].endswith(("_p", "_p_adjusted")):  # which have no ranks: the least is the most telling
        assert found["top_in_common"] is None and not found["changed_rank"], found
        return
    assert found["top_in_common"] == len(tops[0] & tops[1])
    changes = sorted((abs(ranks[0][i] - ranks[1][i]) for i in tops[0] | tops[1]), reverse=True)
    told = [abs(pair["first_rank"] - pair["second_rank"]) for pair in found["changed_rank"]]
    assert told == [change for change in changes if change > 0], (told, changes)


def check_comparison(program, first, second):
    (pair,) = json.loads(subprocess.check_output([program, "compare", first, second, "--json"]))
    assert [cause["what"] for cause in pair["causes"]][:2] == ["stages.silenced.at", "stages.silenced.with"]
    measures = flags = 0
    for found in pair["variables"]:
        a, b = matched(values_of(first, found["variable"]), values_of(second, found["variable"]))
        a, b = a.values.ravel(), b.values.ravel()
        if a.dtype.kind == "i" and set(a) | set(b) <= {0, 1}:
            assert found["one_in_first_only"] == np.sum((a == 1) & (b == 0))
            assert found["one_in_second_only"] == np.sum((a == 0) & (b == 1))
            flags += 1
        elif a.dtype.kind == "f" and np.isfinite(a).sum() > 10 and np.std(a) > 0 < np.std(b):
            check_measure(found, a, b)
            measures += 1
    assert measures >= 8 and flags >= 2, (measures, flags)


def check_export(program, path, folder):
    subprocess.run([program, "export", path, "--out", f"{folder}/csv/"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program, "export", path, "--format", "npy", "--out", f"{folder}/npy/"], check=True,
                   stdout=subprocess.DEVNULL)
    arrays = sorted((folder / "npy").glob("*.npy"))
    assert arrays
    for array in arrays:
        stored, told = values_of(path, array.stem), json.loads(array.with_suffix(".json").read_text())
        assert [axis["name"] for axis in told["axes"]] == list(stored.dims)
        for axis in told["axes"]:
            assert axis["labels"] == list(stored[axis["name"]].values), axis
        loaded = np.load(array)
        assert loaded.dtype == stored.dtype
        np.testing.assert_array_equal(loaded, stored.values)
    for table in sorted((folder / "csv").glob("*.csv")):
        frame, group = pandas.read_csv(table, float_precision="round_trip"), table.stem.split(".")[0]
        with xarray.open_dataset(path, group=group) as data:
            names = [name for name in frame.columns if name in data.data_vars]
            axes = list(data[names[0]].dims)
            assert list(frame.columns[:len(axes)]) == axes
            for name in names:
                read = frame.set_index(axes)[name].to_xarray().reindex_like(data[name])
                np.testing.assert_array_equal(read.values, data[name].values)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hookflow", required=True)
    program = parser.parse_args().hookflow
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        first = run(program, folder, "first", LAYERS="0-5", WITH="zero", OTHER="x")
        second = run(program, folder, "second", LAYERS="2-7", WITH="{mean: head}", OTHER="y")
        check_comparison(program, first, second)
        check_export(program, first, folder)
    print("compare and export agree with numpy, scipy, pandas and xarray")


if __name__ == "__main__":
    sys.exit(main())
