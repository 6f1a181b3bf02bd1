#!/usr/bin/env python3
"""The five experiments on a model directory, as the independent values that run files are held against.

    experiments.py NAME --model DIR --out FILE.npz [ARGUMENT=JSON ...]
    experiments.py silence_once --model DIR --out ripple.npz ids=[1,2,3,4,5] layer=3 head=1

The forward pass is float32 (--float64 for a double one), all that follows is float64. From Python: the functions
take a gpt2.GPT2 and token ids and return dicts of numpy arrays, whose shapes their docstrings give.
"""
import argparse
import json

import numpy as np
import torch

from experiment_ablation import head_ablation, head_sweep
from experiment_cosine import clean_similarity, silence_each_layer, silence_once
from experiment_qkv import qkv_similarity
from experiment_scores import attention_scores
from gpt2 import GPT2

EXPERIMENTS = {function.__name__: function for function in (
    head_ablation, head_sweep, attention_scores, clean_similarity, silence_each_layer, silence_once, qkv_similarity)}


def compute(name, directory, dtype=torch.float32, **arguments):
    """The experiment `name` on a model directory: ids or sentences and the rest as the function takes them."""
    return EXPERIMENTS[name](GPT2(directory, dtype), **arguments)


def flat(values, prefix=""):
    """Nested dicts as one: {"target/cosine": array, …}."""
    out = {}
    for key, value in values.items():
        out.update(flat(value, f"{prefix}{key}/") if isinstance(value, dict) else {prefix + key: np.asarray(value)})
    return out


def main():
    parser = argparse.ArgumentParser(description="Compute one of the experiments and store its arrays.")
    parser.add_argument("name", choices=EXPERIMENTS)
    parser.add_argument("--model", required=True, metavar="DIR")
    parser.add_argument("--out", required=True, metavar="FILE.npz")
    parser.add_argument("--float64", action="store_true", help="run the model in double precision")
    parser.add_argument("arguments", nargs="*", metavar="ARGUMENT=JSON", help="such as ids=[1,2,3] or layer=5")
    options = parser.parse_intermixed_args()
    arguments = {key: json.loads(value) for key, value in (item.split("=", 1) for item in options.arguments)}
    dtype = torch.float64 if options.float64 else torch.float32
    arrays = flat(compute(options.name, options.model, dtype, **arguments))
    np.savez(options.out, **arrays)
    for key, array in arrays.items():
        print(key, list(array.shape))


if __name__ == "__main__":
    main()
