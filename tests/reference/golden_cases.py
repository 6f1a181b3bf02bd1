"""The golden files' models, prompts and variants. Deterministic: random choices come from the model's seed."""
import itertools

import numpy as np

from safetensors import Spec

MODELS = {
    "three_heads": ("3 heads of 16, gelu_new, tied, names with the prefix transformer.", Spec(
        n_layer=2, n_head=3, n_embd=48, n_positions=24, vocab_size=97, prefix=True, seed=1)),
    "one_head": ("1 layer, 1 head, mask buffers among the weights, a prompt of n_positions", Spec(
        n_layer=1, n_head=1, n_embd=20, n_positions=11, vocab_size=31, mask_buffers=True, seed=2)),
    "untied_relu": ("5 heads of 8, relu, an unembedding of its own with a bias, n_inner 64", Spec(
        n_layer=2, n_head=5, n_embd=40, n_positions=16, vocab_size=53, n_inner=64, activation="relu",
        lm_head="untied_bias", seed=3)),
    "gelu_bf16": ("2 heads of 12, gelu by erf, eps 1e-3, BF16, n_inner 50", Spec(
        n_layer=3, n_head=2, n_embd=24, n_positions=16, vocab_size=61, n_inner=50, activation="gelu", eps=1e-3,
        dtype="BF16", seed=4)),
    "sharded_f16": ("4 heads of 8, F16, untied without a bias, three files and an index", Spec(
        n_layer=3, n_head=4, n_embd=32, n_positions=16, vocab_size=41, dtype="F16", lm_head="untied",
        prefix=True, shards=3, seed=5)),
    "inverse_scale": ("2 heads of 8, scores of layer l divided by l + 1 too", Spec(
        n_layer=3, n_head=2, n_embd=16, n_positions=12, vocab_size=29, inverse_layer_scale=True, seed=6)),
}
HEADED = ["attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_z", "attn.hook_pattern"]
HEADLESS = ["hook_resid_pre", "hook_resid_mid", "hook_resid_post", "hook_attn_out", "hook_mlp_out",
            "mlp.hook_post"]
POSITIONS = ["all", "last", [0, 2]]


def prompts_of(spec):
    """Three prompts: one of 7 tokens for the variants, a single token, and one that fills n_positions or 10."""
    random = np.random.default_rng([spec.seed, 0])
    lengths = [7, 1, min(10, spec.n_positions)] if spec.n_head > 1 else [7, 1, spec.n_positions]
    return [{"ids": random.integers(0, spec.vocab_size, length).tolist()} for length in lengths]


def variants_of(spec):
    """Each hook point × replacement × positions, at layers and heads in turn; then edits that come together."""
    random = np.random.default_rng([spec.seed, 1])
    turn = itertools.count()

    def edit(hook, kind, positions, layer=None, head="turn"):
        i = next(turn)
        layer = i % spec.n_layer if layer is None else layer % spec.n_layer
        if hook in HEADLESS:
            head = None
        elif head == "turn":
            head = (i // spec.n_layer) % spec.n_head
        elif head is not None:
            head %= spec.n_head
        replacement = {"kind": kind}
        if kind == "value":
            replacement["value"] = round(float(random.normal(0, 0.5)), 3)
            if "resid" in hook:  # a constant row has no variance: layer norm magnifies rounding by 1/sqrt(eps),
                replacement["value"] = [0.125, -0.25, 0.0625][i % 3]  # so take values whose mean is exact
        if kind == "add":
            width = {"attn.hook_pattern": 7, "mlp.hook_post": spec.n_inner or 4 * spec.n_embd}.get(
                hook, spec.n_embd // spec.n_head if hook in HEADED else spec.n_embd)
            replacement["vector"] = [round(float(x), 3) for x in random.normal(0, 0.5, width)]
        return {"hook": f"blocks.{layer}.{hook}", "head": head, "positions": positions, "replacement": replacement}

    def variant(*edits, captures=(), prompt=0, logits_at=None):
        if logits_at is None:
            logits_at = "last" if edits[0]["positions"] == "all" else "all"
        made = {"prompt": prompt, "interventions": list(edits), "logits_at": logits_at}
        if captures:
            made["captures"] = [edits[0]["hook"], *captures]
        return made

    full = spec.seed == 1  # one model has the whole product; the others take positions in turn
    variants = []
    for hook in HEADED + HEADLESS:
        kinds = ["zero", "value", "mean_head", "mean_positions", "add"]
        for kind in [kind for kind in kinds if hook in HEADED or kind != "mean_head"]:
            for positions in POSITIONS if full else [POSITIONS[next(turn) // 2 % 3]]:
                variants.append(variant(edit(hook, kind, positions)))

    z, last = "attn.hook_z", spec.n_layer - 1
    resid = f"blocks.{last}.hook_resid_post"
    variants += [
        # every head at once; with mean_head each head by its own mean
        variant(edit(z, "zero", "all", head=None), captures=[resid]),
        variant(edit(z, "mean_head", "all", head=None), captures=[resid]),
        variant(edit(z, "mean_positions", "last", head=None)),
        variant(edit("attn.hook_pattern", "mean_head", [1], head=None)),
        # two heads of a layer, two layers, the later layer named first
        variant(edit(z, "zero", "all", layer=0, head=0), edit(z, "mean_head", "all", layer=0, head=1)),
        variant(edit(z, "mean_head", "all", layer=1, head=2), edit(z, "zero", "all", layer=0, head=1)),
        variant(edit("hook_resid_post", "add", [1, 3], layer=1), edit("attn.hook_q", "value", "last", layer=0)),
        # the whole path of one head
        variant(edit("attn.hook_q", "zero", "all", layer=1, head=0),
                edit("attn.hook_k", "add", "last", layer=1, head=0),
                edit("attn.hook_v", "mean_head", [0], layer=1, head=0), captures=[f"blocks.{last}.attn.hook_pattern"]),
        variant(edit("attn.hook_pattern", "zero", [2], layer=0), edit(z, "add", "all", layer=0)),
        # one head edited twice: the mean is still that of the unedited activation, and add adds to what is there
        variant(edit(z, "zero", [0, 1], layer=0, head=1), edit(z, "mean_head", "last", layer=0, head=1)),
        variant(edit(z, "zero", "all", layer=0, head=1), edit(z, "add", [2, 5], layer=0, head=1), captures=[resid]),
        # every kind of place in one pass
        variant(edit("hook_resid_pre", "add", [1], layer=0), edit("hook_attn_out", "mean_positions", [4], layer=0),
                edit("hook_resid_mid", "value", [0], layer=0), edit("mlp.hook_post", "zero", "last", layer=0),
                edit("hook_mlp_out", "add", "all", layer=1), edit("hook_resid_post", "mean_positions", [3], layer=1),
                captures=[resid]),
        # prompts of one token and of many
        variant(edit(z, "zero", "all", head=0), prompt=1),
        variant(edit(z, "mean_head", "last", head=0), prompt=1),
        variant(edit("attn.hook_pattern", "zero", "all", head=0), prompt=1),
        variant(edit("attn.hook_q", "mean_head", "all", head=0), prompt=2),
        variant(edit(z, "mean_head", "all", head=0), prompt=2),
        variant(edit("hook_resid_pre", "mean_positions", "last", layer=0), prompt=2),
        # no edit at all, and an addition of zeros: the clean logits
        {"prompt": 0, "interventions": [], "logits_at": "all"},
        variant({"hook": "blocks.0.hook_resid_mid", "head": None, "positions": "all",
                 "replacement": {"kind": "add", "vector": [0.0] * spec.n_embd}}),
    ]
    return variants
