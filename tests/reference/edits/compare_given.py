#!/usr/bin/env python3
"""Holds edits that put in what was found over all prompts against the reference.

    compare_given.py --hookflow PROGRAM

The means are the reference's own, over its clean passes; what edited passes then hold must agree within 1e-4 of the
largest magnitude.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from checks import Checks  # noqa: E402
from gpt2 import GPT2  # noqa: E402

MODEL = Path(__file__).resolve().parents[2] / "golden/three_heads"
Z, MLP = "attn.hook_z", "hook_mlp_out"
PROMPTS = [{"id": "a", "ids": [45, 49, 73, 92, 7], "template": "one"}, {"id": "b", "ids": [24, 30, 3, 8, 61], "template": "two"},
           {"id": "c", "ids": [1, 2, 73], "template": "two"}, {"id": "d", "ids": [90, 17, 17, 5, 12], "template": "one"}]
READ = [("read_z", "z", Z), ("read_resid", "resid_post", "hook_resid_post")]


class Case:
    """How the mean is taken, by the aggregation's settings, and which prompts and positions share it, by a key."""

    def __init__(self, name, settings, key):
        self.name, self.settings, self.key = name, settings, key

    def mean(self, clean, prompt, place, position):
        """Of [position, ...] at a place: over those prompts and positions that have the same key."""
        mine = self.key(prompt, position)
        rows = [seen[place][n] for other, seen in zip(PROMPTS, clean) for n in range(len(other["ids"])) if self.key(other, n) == mine]
        return torch.stack(rows).mean(0)


CASES = [Case("by position", {"over": "prompt"}, lambda prompt, position: position),
         Case("over positions", {"over": ["prompt", "position"]}, lambda prompt, position: None),
         Case("by template", {"over": "prompt", "by": "template"}, lambda prompt, position: (prompt["template"], position)),
         Case("by template, over positions", {"over": ["prompt", "position"], "by": "template"},
              lambda prompt, position: prompt["template"])]


def edits_of(case, clean, prompt, variant, n_head):
    """The reference's interventions of (layer, place, head, kind, times) at positions 1 and 2."""
    layer, place, head, kind, times = variant
    hook = f"blocks.{layer}.{place}"
    for position in (1, 2):
        mean = case.mean(clean, prompt, hook, position)
        for one in [head] if head is not None or place != Z else range(n_head):
            vector = (mean if one is None else mean[one]) * times
            written = {"kind": "add", "vector": vector.tolist()} if kind == "add" else {"kind": "value", "value": vector.tolist()}
            yield {"hook": hook, "head": one, "positions": [position], "replacement": written}


# By the place that they edit, whose mean comes to them; a pass with the first alone is run, too.
VARIANTS = {Z: {"all_heads": (1, Z, None, "mean", 1), "one_head": (0, Z, 1, "mean", 1), "steered_head": (0, Z, 2, "add", -1)},
            MLP: {"mlp": (0, MLP, None, "mean", 1), "steered": (1, MLP, None, "add", 2.5)}}


def written(variant):
    layer, place, head, kind, times = variant
    at = f"blocks.{layer}.{place}" + ("" if head is None else f"[{head}]")
    return {"at": at, "positions": [1, 2], "with": {"mean": "prompts"} if kind == "mean" else {"add": "values", "times": times}}


def run(program, case, place, path):
    edits = {name: [written(variant)] for name, variant in VARIANTS[place].items()}
    stages = {"tokens": {"stage": "tokenize"}, "pass": {"stage": "forward", "in": "tokens"},
              "held": {"stage": "measure.activation", "in": "pass", "at": f"blocks.*.{place}"},
              "means": {"stage": "aggregate.moments", "in": "held", "statistics": ["mean"], **case.settings},
              "edited": {"stage": "ablate", "in": {"clean": "pass", "values": "means"},
                         "variants": [{"name": name, "edits": made} for name, made in edits.items()]},
              "moved": {"stage": "forward", "in": {"tokens": "tokens", "values": "means"}, "edits": next(iter(edits.values()))}}
    for name, _, read in READ:
        stages[name] = {"stage": "measure.activation", "in": {"edited": "edited"}, "at": f"blocks.*.{read}"}
        stages[f"moved_{name}"] = {"stage": "measure.activation", "in": "moved", "at": f"blocks.*.{read}"}
    keep = [name for name in stages if "read" in name]
    path.write_text(json.dumps({"workflow": "given", "model": str(MODEL), "prompts": PROMPTS, "stages": stages, "keep": keep}))
    file = path.with_suffix(".h5")
    subprocess.run([program, "run", path, "--out", file, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return file


def padded(seen, model, place, longest):
    """[layer, position, ...] with NaN at positions that a prompt does not have."""
    layers = torch.stack([seen[f"blocks.{layer}.{place}"] for layer in range(model.n_layer)]).numpy()
    missing = [(0, 0), (0, longest - layers.shape[1])] + [(0, 0)] * (layers.ndim - 2)
    return np.pad(layers, missing, constant_values=np.nan)


def compare(program, case, place, folder):
    where = f"{case.name} at {place}"
    check, model, longest = Checks(where), GPT2(MODEL, torch.float64), max(len(prompt["ids"]) for prompt in PROMPTS)
    clean = [model.run(prompt["ids"], "all")[1] for prompt in PROMPTS]
    edited = [[model.run(prompt["ids"], "all", list(edits_of(case, clean, prompt, variant, model.n_head)))[1]
               for variant in VARIANTS[place].values()] for prompt in PROMPTS]
    with h5py.File(run(program, case, place, folder / f"{where.replace(' ', '_')}.yaml"), "r") as file:
        for name, variable, read in READ:
            want = np.stack([[padded(seen, model, read, longest) for seen in passes] for passes in edited])
            check.tensor(name, file[f"{name}/{variable}"][()], want)
            check.tensor(f"moved_{name}", file[f"moved_{name}/{variable}"][()], want[:, 0])
    return check


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hookflow", metavar="PROGRAM", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        checks = [compare(options.hookflow, case, place, Path(folder)) for case in CASES for place in VARIANTS]
    for problem in (problem for check in checks for problem in check.problems):
        print(f"compare_given: {problem}", file=sys.stderr)
    print(f"compare_given: {sum(check.compared for check in checks)} values compared in {len(checks)} cases")
    return 1 if any(check.problems for check in checks) else 0


if __name__ == "__main__":
    sys.exit(main())
