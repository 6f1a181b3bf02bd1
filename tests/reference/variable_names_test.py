#!/usr/bin/env python3
"""No variable that a stage stores hides behind an attribute of xarray or pandas.

    variable_names_test.py --hookflow PROGRAM

`scores.rank` is a method of every xarray object, so a variable of that name is reached as scores["rank"] alone.
Variables can be named otherwise; axes keep the field's words, also where they collide, as `head` does: ds["head"].
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import pandas
import xarray

PASS = {"tokens": {"stage": "tokenize"}, "pass": {"stage": "forward", "in": "tokens"},
        "other": {"stage": "forward", "in": "tokens"},
        "shifted": {"stage": "ablate", "in": "pass", "at": "blocks.0.hook_attn_out"}}
DIFFERENCE = ["target", "contrast"]
EDIT = {"stage": "ablate", "in": "pass", "at": "blocks.0-1.attn.hook_z[0,1]"}
ATTN = "blocks.*.attn.hook_"
BOTH = ["pass", "silenced"]
OVER = {"in": "scores", "over": ["prompt"], "by": "template"}
MEASURES = {
    "clean": {"stage": "measure.prediction", "in": "pass", "difference": DIFFERENCE},
    "scores": {"stage": "measure.prediction", "in": BOTH, "difference": DIFFERENCE},
    "patched": {"stage": "measure.prediction", "in": {"clean": "other", "corrupted": "pass", "edited": "silenced"},
                "difference": DIFFERENCE},
    "lens": {"stage": "measure.lens", "in": BOTH, "difference": DIFFERENCE},
    "lenses": {"stage": "measure.lens", "in": "pass", "at": ["blocks.*.hook_resid_mid", "blocks.*.hook_attn_out"],
               "difference": DIFFERENCE},
    "parts": {"stage": "measure.contribution", "in": BOTH, "direction": "target"},
    "edited_parts": {"stage": "measure.contribution", "in": ["pass", "shifted"], "direction": "target"},
    "loss": {"stage": "measure.loss", "in": BOTH},
    "spread": {"stage": "measure.attention", "in": BOTH, "values": "entropy"},
    "answers": {"stage": "measure.answer", "in": BOTH},
    "words": {"stage": "measure.vocabulary", "in": "pass"},
    "said": {"stage": "generate", "in": "silenced", "new_tokens": 2},
    "means": {"stage": "measure.replacement", "in": "silenced"},
    "seen": {"stage": "measure.attention", "in": BOTH, "at": [ATTN + "scores_raw", ATTN + "attn_scores"], "heads": "both"},
    "weights": {"stage": "measure.attention", "in": "pass"},
    "ripple": {"stage": "measure.cosine", "in": BOTH, "at": "blocks.*.hook_resid_post"},
    "ripples": {"stage": "measure.cosine", "in": "pass", "at": ["blocks.*.hook_resid_pre", "blocks.*.hook_resid_post"]},
    "vectors": {"stage": "gather", "in": "pass", "at": [ATTN + "q", ATTN + "k"], "position": -1},
    "last_vectors": {"stage": "gather", "in": "pass", "at": "blocks.0.attn.hook_q", "position": -1},
    "moments": {"stage": "aggregate.moments", **OVER},
    "one_sample": {"stage": "aggregate.ttest", **OVER},
    "independent": {"stage": "aggregate.ttest", "in": {"a": "scores.prob", "b": "clean.prob"}, "over": ["prompt"],
                    "kind": "independent"},
    "correlation": {"stage": "aggregate.correlation", "in": {"a": "scores.prob", "b": "clean.logit"},
                    "over": ["prompt"]},
    "histogram": {"stage": "aggregate.histogram", **OVER, "bins": 3},
    "density": {"stage": "aggregate.density", **OVER, "grid": {"from": 0, "to": 1, "count": 5}},
    "alike": {"stage": "aggregate.similarity", "in": "last_vectors", "between": "neuron", "matrix": True},
}
# Every choice of a parameter that decides which variables there are.
CHOICES = {"measure.prediction": "metrics", "measure.lens": "metrics", "aggregate.moments": "statistics", "aggregate.correlation": "methods"}


def described(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def choices(program, stage, parameter):
    """The words that `describe` explains, a line each below the parameter."""
    text = described(program, "describe", stage)
    below = re.search(rf"^  {parameter}\b.*\n      .*\n((?: {{8}}.*\n)+)", text, re.MULTILINE)
    return [line.split()[0] for line in below[1].splitlines()]


def workflow(program):
    stages = json.loads(json.dumps(MEASURES))
    for stage in stages.values():
        if stage["stage"] in CHOICES:
            stage[CHOICES[stage["stage"]]] = choices(program, stage["stage"], CHOICES[stage["stage"]])
    for i, place in enumerate(re.findall(r"^  (\S*hook_\S+)", described(program, "describe", "--model", "nano"), re.MULTILINE)):
        stages[f"kept_{i}"] = {"stage": "measure.activation", "in": BOTH, "at": place}
    prompts = [{"id": name, "text": f"{name} is the capital of", "target": " Germany", "contrast": " France", "template": "capital"} for name in ("Berlin", "Paris", "Rome")]
    return {"workflow": "names", "model": "nano", "prompts": prompts, "keep": list(stages),
            "stages": {**PASS, "silenced": EDIT, **stages}}


def variables(path):
    """The names of all that is stored and is no axis."""
    names = set()

    def add(name, item):
        if isinstance(item, h5py.Dataset) and item.attrs.get("CLASS") != b"DIMENSION_SCALE":
            names.add(name.rsplit("/", 1)[-1])

    with h5py.File(path, "r") as file:
        file.visititems(add)
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hookflow", metavar="PROGRAM", required=True)
    program = parser.parse_args().hookflow
    made = workflow(program)
    used = {stage["stage"] for stage in made["stages"].values()}
    listed = {line.split()[0] for line in described(program, "list", "stages").splitlines()[1:]}
    problems = [f"add the stage {stage} to this test's workflow" for stage in sorted(listed - used)]
    with tempfile.TemporaryDirectory() as folder:
        path, run = Path(folder) / "names.yaml", Path(folder) / "names.h5"
        path.write_text(json.dumps(made))
        subprocess.run([program, "run", path, "--out", run, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        names = variables(run)
        for kind in (xarray.Dataset, xarray.DataArray, pandas.DataFrame, pandas.Series):
            taken = sorted(names & set(dir(kind)))
            problems += [f"the variable {name} is hidden by {kind.__module__}.{kind.__name__}.{name}" for name in taken]
    print(f"variable_names: {len(names)} names, {len(problems)} problems")
    for problem in problems:
        print(f"variable_names: {problem}", file=sys.stderr)
    return 1 if problems or len(names) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
