"""Sets of edits that are made together: as a workflow of hookflow says them, and as the reference makes them."""
import json

import numpy as np

from experiment_ablation import head_edit, last_log_softmax

def edit(hook, kind, head=None, positions="all", **more):
    """An intervention; more: the value or vector of its kind."""
    return {"hook": hook, "head": head, "positions": positions, "replacement": {"kind": kind, **more}}


def named_variants(model):
    """{name: (edits of the workflow, interventions of the reference)}; needs 8 layers of 6 heads."""
    random = np.random.default_rng(5)
    width = model.weights["wte.weight"].shape[1]
    of_head, of_model = ([round(x, 3) for x in random.normal(0, 0.5, size)] for size in (width // model.n_head, width))
    heads = [(layer, head) for layer in range(model.n_layer) for head in range(model.n_head)]
    return {
        "both": (
            [{"at": "blocks.0.attn.hook_z[3]"}, {"at": "blocks.7.attn.hook_z[5]", "with": {"mean": "head"}, "positions": "last"}],
            [head_edit(0, 3), edit("blocks.7.attn.hook_z", "mean_head", 5, "last")]),
        "all_but_one": (
            [{"at": "blocks.*.attn.hook_z[*]", "except": "blocks.7.attn.hook_z[5]"}],
            [head_edit(layer, head) for layer, head in heads if (layer, head) != (7, 5)]),
        "value": (
            [{"at": "blocks.2.attn.hook_z[1]", "with": {"value": of_head}}],
            [edit("blocks.2.attn.hook_z", "value", 1, value=of_head)]),
        "mean and add": (
            [{"at": "blocks.4.hook_resid_mid", "with": {"add": of_model, "name": "rome"}, "positions": [1, 2]},
             {"at": "blocks.1.attn.hook_z[0]", "with": {"mean": "positions"}}],
            [edit("blocks.4.hook_resid_mid", "add", None, [1, 2], vector=of_model),
             edit("blocks.1.attn.hook_z", "mean_positions", 0)]),
        "one layer": (
            [{"at": ["blocks.3.hook_mlp_out", "blocks.3.attn.hook_q[0,2]"]}, {"at": "blocks.3.attn.hook_pattern[1]", "positions": 0},
             {"at": "blocks.3.attn.hook_z[4]", "with": {"value": 0.25}}],
            [edit("blocks.3.hook_mlp_out", "zero"), edit("blocks.3.attn.hook_q", "zero", 0), edit("blocks.3.attn.hook_q", "zero", 2),
             edit("blocks.3.attn.hook_pattern", "zero", 1, [0]), edit("blocks.3.attn.hook_z", "value", 4, value=0.25)]),
    }


def workflow(model):
    """The workflow, as YAML, whose results variants() gives."""
    variants = [{"name": name, "edits": edits} for name, (edits, _) in named_variants(model).items()]
    return json.dumps({
        "workflow": "variants", "model": "nano",
        "prompts": [{"id": "berlin", "text": "Berlin is the capital of", "target": " Germany"}],
        "stages": {
            "tokens": {"stage": "tokenize"},
            "pass": {"stage": "forward", "in": "tokens"},
            "edited": {"stage": "ablate", "in": "pass", "variants": variants},
            "clean": {"stage": "measure.prediction", "in": "pass", "tokens": "target"},
            "scores": {"stage": "measure.prediction", "in": ["pass", "edited"], "tokens": "target"},
            "vocabulary_of_variants": {"stage": "measure.vocabulary", "in": "edited"}},
        "keep": ["clean", "scores", "vocabulary_of_variants"]})


def variants(model, ids, token):
    """names; vocabulary [variant, vocabulary]: log-softmax; log_prob_change [variant] of the token."""
    sets = named_variants(model)
    vocabulary = np.stack([last_log_softmax(model, ids, interventions) for _, interventions in sets.values()])
    clean = last_log_softmax(model, ids)
    return {"names": list(sets), "vocabulary": vocabulary, "log_prob_change": vocabulary[:, token] - clean[token]}
