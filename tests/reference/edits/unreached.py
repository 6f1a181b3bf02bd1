"""Edits whose reach is known: a workflow that must find nothing, and every place and choice of positions."""
import itertools
import subprocess
from pathlib import Path

import h5py
import numpy as np

from cases import EVERYWHERE, HEADED, HEADLESS, Case, Edit, width
from checks import Checks
from safetensors import Spec, make_model

IDS = [7, 3, 22, 12, 3, 9, 30]
POSITIONS = {"all": "all", "last": "last", "0": [0], "1 and 3": [1, 3], "2:4": "2:4"}
KEYED = [("attn.hook_attn_scores", "masked"), ("attn.hook_attn_scores", "zero"), ("attn.hook_pattern", "zero")]
QUERIES, KEYS = {"1:": "1:", "last": "last", "3": [3]}, {"0": [0], "2 and 4": [2, 4], "5:": "5:"}  # each query is left one
NO_DIFFERENCE = 1  # the note of a t-test without variance and without difference


def pizza(program, folder):
    """Runs unreached.yaml: 8 layers of 8 heads, 21 pairs of tokens that no edit reaches."""
    check, run = Checks("unreached.yaml"), folder / "unreached.h5"
    workflow = Path(__file__).with_name("unreached.yaml")
    subprocess.run([program, "run", workflow, "--out", run, "--quiet", "--force"], check=True, stdout=subprocess.DEVNULL)
    with h5py.File(run, "r") as file:
        change, test = file["/local/cosine_change"][()], file["/test"]
        check.equal("cosine_change", change, np.zeros((1, 1, 8, 8, 21)))
        check.equal("significant", test["cosine_change_significant"], np.zeros((1, 1, 8, 21, 3)))
        check.equal("note", test["cosine_change_note"], np.full((1, 1, 8, 21), NO_DIFFERENCE))
        check.equal("p", test["cosine_change_p"], np.ones((1, 1, 8, 21)))
    return check


def every_place(folder):
    """Layer 1 of 3 edited at each place, one head or whole, at several positions; measured everywhere."""
    spec = Spec(n_layer=3, n_head=4, n_embd=128, n_positions=9, vocab_size=37, seed=22)
    variants = {}
    for place, kind, positions in itertools.product(HEADED + HEADLESS, ("zero", "add", "mean_positions"), POSITIONS):
        if (place, kind) == ("attn.hook_attn_scores", "mean_positions"):
            continue  # refused
        for heads in ([1], None) if place in HEADED else (None,):
            vector = [(-1) ** i / (i % 9 + 2) for i in range(width(spec, place, heads, len(IDS)))] if kind == "add" else None
            edit = Edit(1, place, heads, POSITIONS[positions], kind, vector)
            variants[f"{kind} {place} of {'one head' if heads else 'all'} at {positions}"] = [edit]
    for (place, kind), queries, keys in itertools.product(KEYED, QUERIES, KEYS):
        for heads in ([1], None):
            name = f"{kind} {place} of {'one head' if heads else 'all'} at {queries} of keys {keys}"
            variants[name] = [Edit(1, place, heads, QUERIES[queries], kind, keys=KEYS[keys])]
    both = {"in": ["pass", "edited"], "positions": "all"}
    measures = {f"at_{i}": {"stage": "measure.activation", **both, "at": [hook]} for i, hook in enumerate(EVERYWHERE)}
    measures["cosine"] = {"stage": "measure.cosine", **both, "at": ["blocks.*.hook_resid_post"]}
    measures["scores"] = {"stage": "measure.prediction", **both, "metrics": "log_prob"}
    return Case(make_model(folder / "every_place", spec), [{"id": "one", "ids": IDS, "target": 5}], variants, measures)
