#!/usr/bin/env python3
"""Holds activation patching, as run files have it, against plain PyTorch.

    compare_patching.py --hookflow PROGRAM                 workflows on nano, and random ones on random models
    compare_patching.py --hookflow PROGRAM --only 17       one of the random ones

Values must agree within 1e-4 of their largest magnitude with a float64 pass of each prompt and variant by itself.
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
from cases import NANO, nano_workflow, random_workflow  # noqa: E402
from checks import TENSOR, Checks, magnitude  # noqa: E402
from gpt2 import GPT2  # noqa: E402
from knockout import random_knockout  # noqa: E402
from refusals import check_refusals  # noqa: E402
from workflow import Passes, scores  # noqa: E402

METRICS = ["logit", "prob", "log_prob", "logit_diff"]


class RunFailed(Exception):
    """The program ended with another code than 0."""


def run(program, workflow, path, *options):
    """Runs a workflow; the run file's path is `path` with .h5."""
    path.write_text(json.dumps(workflow, indent=1))
    out = path.with_suffix(".h5")
    ended = subprocess.run([program, "run", path, "--out", out, "--quiet", "--force", *options], capture_output=True, text=True)
    if ended.returncode:
        raise RunFailed(f"exit code {ended.returncode}: {ended.stderr.strip()}")
    return out


def axes_of(dataset):
    """{name: labels} of a dataset's axes, in order."""
    scales = [dimension[0] for dimension in dataset.dims]
    return {scale.name.rsplit("/", 1)[-1]: scale.asstr()[()] if scale.dtype.kind == "O" else scale[()] for scale in scales}


def put(want, axes, prompt, at, block, counted=("replacement", "positions", "keys")):
    """Lays one variant's values where the file has them; what has none, as behind shorter prompts, stays NaN.

    `at` says which label of an axis it has, or of those that are counted which number."""
    index = [prompt]
    for name, labels in axes.items():
        if name in at:
            index.append(at[name] if name in counted else int(np.flatnonzero(labels == at[name])[0]))
    block = np.asarray(block, np.float64)
    want[tuple(index) + tuple(slice(n) for n in block.shape)] = block


def stacked(activations, at):
    """[layer, ...] of a hook point of all layers, or the one."""
    if "*" not in at:
        return activations[at].numpy()
    names = [name for name in activations if name.startswith("blocks.") and name.split(".", 2)[2] == at.split(".", 2)[2]]
    return np.stack([activations[name].numpy() for name in names])


def compare_activation(check, file, name, stage, worlds):
    edited = stage["in"]["edited"]
    variable, = [key for key in file[name] if "axes" in file[name][key].attrs and not key.endswith("_change")]
    dataset = file[f"{name}/{variable}"]
    want, axes = np.full(dataset.shape, np.nan), axes_of(dataset)
    for i, world in enumerate(worlds):
        for at, activations in world.variants(edited):
            put(want, axes, i, at, stacked(activations, stage["at"]))
    check.tensor(f"{name}/{variable} of {edited}", dataset[()], want)


def compare_prediction(check, file, name, stage, worlds, token_of):
    ports = stage["in"]
    for metric in METRICS:
        dataset = file[f"{name}/{metric}"]
        want, change, restored, gaps = (np.full(dataset.shape, np.nan) for _ in range(4))
        axes, scale = axes_of(dataset), 0
        for i, world in enumerate(worlds):
            tokens = [token_of(world.prompt[column]) for column in stage["tokens"]]
            of = lambda activations: scores(activations, world.prompt, tokens, tokens)[metric].numpy()
            clean, corrupted = of(world.forward(ports["clean"])), of(world.forward(ports["corrupted"]))
            for at, activations in world.variants(ports["edited"]):
                value = of(activations)
                put(want, axes, i, at, value)
                put(change, axes, i, at, value - corrupted)
                put(gaps, axes, i, at, clean - corrupted + 0 * value)
                with np.errstate(all="ignore"):
                    put(restored, axes, i, at, (value - corrupted) / (clean - corrupted))
            scale = max(scale, magnitude(clean), magnitude(corrupted))
        where = f"{name}/{metric} of {ports['edited']}"
        scale = max(scale, magnitude(want))
        check.close(where, dataset[()], want, TENSOR * scale)
        check.close(f"{where}, the change", file[f"{name}/{metric}_change"][()], change, TENSOR * scale)
        # What a share errs by grows as the gap between the two passes shrinks; a gap of rounding alone says nothing.
        clear = np.abs(gaps) > 1e-3 * scale
        allowed = TENSOR * scale * (1 + np.abs(restored[clear])) / np.abs(gaps[clear])
        check.close(f"{where}, restored", file[f"{name}/{metric}_restored"][()][clear], restored[clear], allowed)


def worlds_of(workflow, file, words):
    """The passes of each prompt, fed the ids that the file says."""
    model, stages = GPT2(workflow["model"], torch.float64), workflow["stages"]
    for i, prompt in enumerate(workflow["prompts"]):
        fed = lambda name, i=i: list(map(int, file[f"{name}/ids"][i][:file[f"{name}/length"][i]]))
        noise = {stage["in"]: torch.from_numpy(file[f"{name}/embed"][i]).to(torch.float64)
                 for name, stage in stages.items() if stage["stage"] == "measure.activation" and stage["at"] == "hook_embed"}
        yield Passes(model, stages, prompt, fed, words, noise)


def compare(check, workflow, file, words, token_of):
    worlds = list(worlds_of(workflow, file, words))
    for name, stage in workflow["stages"].items():
        if stage["stage"] == "measure.prediction":
            compare_prediction(check, file, name, stage, worlds, token_of)
        elif stage["stage"] == "measure.activation" and isinstance(stage["in"], dict):
            compare_activation(check, file, name, stage, worlds)


def check_workflow(program, workflow, folder, words=lambda ids: ids, token_of=lambda token: token):
    """By default of prompts that are given as ids."""
    name = workflow["workflow"]
    check = Checks(name)
    try:
        with h5py.File(run(program, workflow, folder / f"{name}.yaml"), "r") as file:
            compare(check, workflow, file, words, token_of)
    except RunFailed as error:
        check.problems.append(f"{name}: {error}")
    return check


def check_nano(program, folder):
    ids = json.loads((Path(NANO) / "vocab.json").read_text())
    texts = {id: text.replace("\u0120", " ") for text, id in ids.items()}
    return check_workflow(program, nano_workflow(), folder, lambda ids: "".join(texts[id] for id in ids),
                          {text: id for id, text in texts.items()}.__getitem__)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hookflow", metavar="PROGRAM", required=True)
    parser.add_argument("--seeds", type=int, default=12, help="how many random workflows")
    parser.add_argument("--only", type=int, metavar="SEED", help="the random workflow of this seed alone")
    parser.add_argument("--keep", metavar="DIR", help="leave models, workflows and run files there")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(options.keep or name)
        folder.mkdir(exist_ok=True)
        seeds = range(options.seeds) if options.only is None else [options.only]
        checks = [] if options.only is not None else [check_nano(options.hookflow, folder), check_refusals(options.hookflow, folder)]
        checks += [check_workflow(options.hookflow, made(seed, folder), folder) for made in (random_workflow, random_knockout) for seed in seeds]
    for check in checks:
        for problem in check.problems:
            print(f"compare_patching: {problem}", file=sys.stderr)
    failed = sum(bool(check.problems) for check in checks)
    print(f"compare_patching: {sum(check.compared for check in checks)} values compared in {len(checks)} cases, "
          f"{failed} of which have problems")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
