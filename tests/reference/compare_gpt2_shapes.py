#!/usr/bin/env python3
"""Holds hookflow's head sweep, on a random model of GPT-2 small's exact shapes, against the reference.

    compare_gpt2_shapes.py --make DIR                  makes the model
    hookflow run workflows/head_sweep.yaml --model DIR --out F.h5
    compare_gpt2_shapes.py --model DIR --run F.h5      compares; exit code 1 and a message on any difference
    compare_gpt2_shapes.py --hookflow PROGRAM          all three, in a temporary folder

Each (replacement, layer, head) is a pass of its own here, without batching or sharing. Tensors must agree within
1e-4 of the reference tensor's largest magnitude. The top token must be the same wherever the two best tokens are
further apart than that.
"""
import argparse
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from gpt2 import GPT2
from safetensors import Spec, make_model

# Where the run file has what is compared, and in which units. Axes in the order that the file has them.
LOG_PROB = "/scores/log_prob"  # [prompt, replacement, layer, head, token]
PROB = "/scores/prob"  # the same axes
TOP_TOKEN = "/scores/top_token"  # [prompt, replacement, layer, head]
CLEAN_LOG_PROB = "/clean/log_prob"  # [prompt, token]
PROB_UNIT = 100.0  # probabilities are stored as percent
REPLACEMENTS = [("zero", {"kind": "zero"}), ("mean_head", {"kind": "mean_head"})]  # in the file's order

IDS = [24814, 2815, 318, 262, 3139, 286]
TOKENS = [4486, 4881]  # target, contrast
TOLERANCE = 1e-4


def reference(directory, ids, tokens, chosen):
    """{dataset: float64 array} of the last position; entries not `chosen` [layer, head] stay NaN.

    Besides the datasets: `gap` [replacement, layer, head], how far the best logit is above the second.
    """
    model = GPT2(directory)
    shape = (len(REPLACEMENTS), model.n_layer, model.n_head)
    out = {LOG_PROB: np.full(shape + (len(tokens),), np.nan), PROB: np.full(shape + (len(tokens),), np.nan),
           TOP_TOKEN: np.full(shape, -1), "gap": np.full(shape, np.nan)}
    clean = model.run(ids)[0][-1].double()
    out[CLEAN_LOG_PROB] = clean.log_softmax(-1)[tokens].numpy()
    out["logit magnitude"] = clean.abs().max().item()
    for r, layer, head in itertools.product(*map(range, shape)):
        if not chosen[layer, head]:
            continue
        edit = {"hook": f"blocks.{layer}.attn.hook_z", "head": head, "positions": "all",
                "replacement": REPLACEMENTS[r][1]}
        logits = model.run(ids, interventions=[edit])[0][-1].double()
        out[LOG_PROB][r, layer, head] = logits.log_softmax(-1)[tokens].numpy()
        out[PROB][r, layer, head] = PROB_UNIT * logits.softmax(-1)[tokens].numpy()
        best = logits.topk(2)
        out[TOP_TOKEN][r, layer, head] = best.indices[0]
        out["gap"][r, layer, head] = best.values[0] - best.values[1]
    return out


def heads_to_check(n_layer, n_head, everything):
    """[layer, head] mask: all of them, or the first, middle and last layer whole and one head of each other."""
    mask = np.full((n_layer, n_head), everything)
    mask[[0, n_layer // 2, n_layer - 1]] = True
    mask[np.arange(n_layer), np.arange(n_layer) * 5 % n_head] = True
    return mask


def place(index, chosen):
    """Index into [token] or [replacement, chosen, token] -> words."""
    if len(index) == 1:
        return f"token {index[0]}"
    layer, head = np.argwhere(chosen)[index[1]]
    return f"replacement {REPLACEMENTS[index[0]][0]}, layer {layer}, head {head}, token {index[2]}"


def compare(path, expected, chosen):
    """Messages, one for each dataset that is missing, of another shape or different."""
    import h5py
    problems = []
    with h5py.File(path, "r") as file:
        for name in (CLEAN_LOG_PROB, LOG_PROB, PROB, TOP_TOKEN):
            if name not in file:
                problems.append(f"{name}: not in {path}")
                continue
            got, want = file[name][()], expected[name]
            if got.shape != (1,) + want.shape:
                problems.append(f"{name}: shape {got.shape}, expected {(1,) + want.shape}")
                continue
            got = got[0]
            if name == TOP_TOKEN:
                clear = chosen[None] & (expected["gap"] > TOLERANCE * expected["logit magnitude"])
                wrong = np.argwhere(clear & (got != want))
                if len(wrong):
                    problems.append(f"{name}: {len(wrong)} differ, first at [replacement, layer, head] = "
                                    f"{wrong[0].tolist()}")
                print(f"{name}: {int(clear.sum())} compared, {len(wrong)} differ")
                continue
            if name != CLEAN_LOG_PROB:
                got, want = got[:, chosen], want[:, chosen]  # [replacement, chosen, token]
            error, scale = np.abs(got.astype(np.float64) - want), np.abs(want).max()
            worst = np.unravel_index(np.nan_to_num(error, nan=np.inf).argmax(), error.shape)
            if not error.max() <= TOLERANCE * scale:  # a NaN fails too
                problems.append(f"{name}: {got[worst]} at {place(worst, chosen)}, where the reference has "
                                f"{want[worst]}; allowed {TOLERANCE * scale:.3g}")
            print(f"{name}: {error.size} compared, largest difference {error.max() / scale:.2e} of the magnitude")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--make", metavar="DIR", help="only make the model")
    parser.add_argument("--model", metavar="DIR", help="the model that was run")
    parser.add_argument("--run", metavar="F.h5", help="the run file to compare")
    parser.add_argument("--hookflow", metavar="PROGRAM", help="run this program first")
    parser.add_argument("--workflow", default="workflows/head_sweep.yaml", help="what it runs")
    parser.add_argument("--tokenizer", metavar="DIR", default=os.environ.get("HOOKFLOW_GPT2_TOKENIZER"),
                        help="tokenizer files to put into the model made (default: $HOOKFLOW_GPT2_TOKENIZER)")
    parser.add_argument("--set", action="append", default=[], metavar="A.B=C", help="handed on to hookflow run")
    parser.add_argument("--ids", type=int, nargs="+", default=IDS)
    parser.add_argument("--tokens", type=int, nargs="+", default=TOKENS)
    parser.add_argument("--some", action="store_true", help="three layers whole and one head of each other layer")
    parser.add_argument("--threads", type=int, help="PyTorch's threads")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    spec = Spec(seed=11)
    if options.make:
        make_model(options.make, spec, options.tokenizer)
        return 0
    if bool(options.model and options.run) == bool(options.hookflow):
        parser.error("give --make, or --model and --run, or --hookflow")

    with tempfile.TemporaryDirectory() as folder:
        model, run = options.model, options.run
        if options.hookflow:
            model = str(make_model(Path(folder) / "model", spec, options.tokenizer))
            run = str(Path(folder) / "run.h5")
            overrides = [part for item in options.set for part in ("--set", item)]
            subprocess.run([options.hookflow, "run", options.workflow, "--model", model, "--out", run, *overrides],
                           check=True)
        chosen = heads_to_check(spec.n_layer, spec.n_head, not options.some)
        problems = compare(run, reference(model, options.ids, options.tokens, chosen), chosen)
    for problem in problems:
        print(f"compare_gpt2_shapes: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
