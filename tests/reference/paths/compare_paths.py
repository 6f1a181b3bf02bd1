#!/usr/bin/env python3
"""Holds path patching, as run files have it, against plain PyTorch.

    compare_paths.py --hookflow PROGRAM                 a workflow on nano, and random ones on random models
    compare_paths.py --hookflow PROGRAM --only 17       one of the random ones

Values must agree within 1e-4 of their largest magnitude with float64 passes of each prompt and variant by itself.
"""
import argparse
import json
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import torch

from path_cases import nano_workflow, patching, random_workflow
from paths import PathPasses
from compare_patching import RunFailed, axes_of, put, run, stacked  # noqa: E402
from checks import Checks  # noqa: E402
from gpt2 import GPT2  # noqa: E402

COUNTED = ("replacement", "positions", "variant")  # axes whose labels the reference counts


def compare(check, workflow, file, words, token_of):
    model, stages = GPT2(workflow["model"], torch.float64), workflow["stages"]
    worlds = []
    for i, prompt in enumerate(workflow["prompts"]):
        fed = lambda name, i=i: list(map(int, file[f"{name}/ids"][i][:file[f"{name}/length"][i]]))
        worlds.append(PathPasses(model, stages, prompt, fed, words))
    for name, stage in stages.items():
        if not stage["stage"].startswith("measure."):
            continue
        variable = "logit" if stage["stage"] == "measure.prediction" else next(key for key in file[name] if "axes" in file[name][key].attrs)
        dataset = file[f"{name}/{variable}"]
        want, axes = np.full(dataset.shape, np.nan), axes_of(dataset)
        for i, world in enumerate(worlds):
            for at, activations in world.variants(stage["in"]["edited"]):
                if variable == "logit":
                    tokens = [token_of(world.prompt[column]) for column in stage["tokens"]]
                    put(want, axes, i, at, activations["unembed.hook_out"][-1][tokens].numpy(), COUNTED)
                else:
                    put(want, axes, i, at, stacked(activations, stage["at"]), COUNTED)
        check.tensor(f"{name}/{variable}", dataset[()], want)


def check_workflow(program, workflow, folder, words=lambda ids: ids, token_of=lambda token: token):
    name = workflow["workflow"]
    check = Checks(name)
    try:
        with h5py.File(run(program, workflow, folder / f"{name}.yaml"), "r") as file:
            compare(check, workflow, file, words, token_of)
    except RunFailed as error:
        check.problems.append(f"{name}: {error}")
    return check


def check_nano(program, folder):
    ids = json.loads((Path(patching.NANO) / "vocab.json").read_text())
    return check_workflow(program, nano_workflow(), folder, token_of={text.replace("\u0120", " "): id for text, id in ids.items()}.__getitem__)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hookflow", metavar="PROGRAM", required=True)
    parser.add_argument("--seeds", type=int, default=16, help="how many random workflows")
    parser.add_argument("--only", type=int, metavar="SEED", help="the random workflow of this seed alone")
    parser.add_argument("--keep", metavar="DIR", help="leave models, workflows and run files there")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(options.keep or name)
        folder.mkdir(exist_ok=True)
        seeds = range(options.seeds) if options.only is None else [options.only]
        checks = [] if options.only is not None else [check_nano(options.hookflow, folder)]
        checks += [check_workflow(options.hookflow, random_workflow(seed, folder), folder) for seed in seeds]
    for problem in (problem for check in checks for problem in check.problems):
        print(f"compare_paths: {problem}", file=sys.stderr)
    failed = sum(bool(check.problems) for check in checks)
    print(f"compare_paths: {sum(check.compared for check in checks)} values compared in {len(checks)} cases, "
          f"{failed} of which have problems")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
