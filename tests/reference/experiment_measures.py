"""What is read of a pass: the lens, direct contributions, the loss, attention to relative keys; by plain hooks.

Axes: layer, position p, head, token = the asked tokens in their order. All that follows a pass is float64.
"""
import json

import numpy as np
import torch

from checks import TENSOR, magnitude
from experiment_variants import edit

LENS_PLACES = ("resid_pre", "resid_mid", "attn_out", "mlp_out")


def numbers(tensor):
    return tensor.to(torch.float64).numpy()


def captured(model, ids, interventions=()):
    """(logits [p, vocabulary], {hook point: array}), float64."""
    logits, seen = model.run(ids, capture="all", interventions=interventions)
    return numbers(logits), {name: numbers(value) for name, value in seen.items()}


def log_softmax(logits):
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def weights(model, name):
    return numbers(model.weights[name])


def lens(model, vectors):
    """vectors [..., d], each by its own mean and variance -> logits [..., vocabulary]."""
    centred = vectors - vectors.mean(-1, keepdims=True)
    scale = np.sqrt((centred ** 2).mean(-1, keepdims=True) + model.eps)
    normalized = centred / scale * weights(model, "ln_f.weight") + weights(model, "ln_f.bias")
    logits = normalized @ numbers(model.unembed).T
    return logits + weights(model, "lm_head.bias") if "lm_head.bias" in model.weights else logits


def lens_metrics(model, vectors, logits, tokens):
    """vectors [layer, p, d], logits [p, vocabulary] of the same pass.

    log_prob [layer, p, token], and the lowest and highest rank that rounding allows; top_token, entropy, logit_diff,
    kl_to_final [layer, p].
    """
    final, here = log_softmax(logits), log_softmax(lens(model, vectors))
    of_tokens = here[..., tokens]
    near = TENSOR * magnitude(here)
    return {"log_prob": of_tokens, "top_token": here.argmax(-1), "entropy": -(np.exp(here) * here).sum(-1),
            "logit_diff": of_tokens[..., 0] - of_tokens[..., 1],
            "lowest_rank": (here[..., None, :] > of_tokens[..., None] + near).sum(-1),
            "highest_rank": (here[..., None, :] > of_tokens[..., None] - near).sum(-1) - 1,  # but for itself
            "kl_to_final": (np.exp(final) * (final - here)).sum(-1)}


def contributions(model, logits, seen, tokens, position):
    """Of the logit of tokens[0] less that of tokens[1], at one position: each part, layer-normed as a part of the whole.

    embed, pos_embed, norm_bias, total; attention_biases, mlps [layer]; heads [layer, head].
    """
    residual = seen[f"blocks.{model.n_layer - 1}.hook_resid_post"][position]
    scale = np.sqrt(residual.var() + model.eps)
    direction = numbers(model.unembed[tokens[0]] - model.unembed[tokens[1]])

    def adds(vector):
        return (vector - vector.mean(-1, keepdims=True)) / scale * weights(model, "ln_f.weight") @ direction

    layers = range(model.n_layer)
    bias = weights(model, "lm_head.bias") if "lm_head.bias" in model.weights else np.zeros(len(model.unembed))
    return {"embed": adds(seen["hook_embed"][position]), "pos_embed": adds(seen["hook_pos_embed"][position]),
            "heads": np.stack([adds(seen[f"blocks.{layer}.attn.hook_result"][position]) for layer in layers]),
            "attention_biases": np.array([adds(weights(model, f"h.{layer}.attn.c_proj.bias")) for layer in layers]),
            "mlps": np.array([adds(seen[f"blocks.{layer}.hook_mlp_out"][position]) for layer in layers]),
            "norm_bias": weights(model, "ln_f.bias") @ direction + bias[tokens[0]] - bias[tokens[1]],
            "total": logits[position, tokens[0]] - logits[position, tokens[1]]}


def losses(logits, ids):
    """[p - 1]: of each next token."""
    return -log_softmax(logits)[np.arange(len(ids) - 1), ids[1:]]


def pattern_at(seen, model, ids, key_of):
    """[layer, head, query]: the weight of the key key_of(query); NaN where that is None or not in the prompt."""
    out = np.full((model.n_layer, model.n_head, len(ids)), np.nan)
    for layer in range(model.n_layer):
        for query in range(len(ids)):
            key = key_of(query)
            if key is not None and 0 <= key < len(ids):
                out[layer, :, query] = seen[f"blocks.{layer}.attn.hook_pattern"][:, query, key]
    return out


def behind_previous(ids):
    """The key one behind where a query's token stood before."""
    def key_of(query):
        before = [position for position in range(query) if ids[position] == ids[query]]
        return before[-1] + 1 if before else None
    return key_of


def pattern_entropy(seen, model):
    """[layer, head, query]."""
    pattern = np.stack([seen[f"blocks.{layer}.attn.hook_pattern"] for layer in range(model.n_layer)])
    return -np.where(pattern > 0, pattern * np.log(np.where(pattern > 0, pattern, 1)), 0).sum(-1)


def named_variants(model):
    """{name: (edits of the workflow, interventions of the reference)}; needs 4 layers of 2 heads."""
    shift = [round(x, 3) for x in np.random.default_rng(6).normal(0, 0.5, model.unembed.shape[1])]
    return {
        "head": ([{"at": "blocks.1.attn.hook_z[1]"}], [edit("blocks.1.attn.hook_z", "zero", 1)]),
        "mean": ([{"at": "blocks.3.attn.hook_z[0]", "with": {"mean": "head"}}],
                 [edit("blocks.3.attn.hook_z", "mean_head", 0)]),
        "stream": ([{"at": "blocks.2.hook_resid_mid", "with": {"add": shift, "name": "shift"}, "positions": [1]},
                    {"at": "blocks.0.hook_attn_out", "positions": "last"}],
                   [edit("blocks.2.hook_resid_mid", "add", None, [1], vector=shift),
                    edit("blocks.0.hook_attn_out", "zero", None, "last")]),
    }


def workflow(model):
    """Every measure of clean and of edited passes, as YAML."""
    variants = [{"name": name, "edits": edits} for name, (edits, _) in named_variants(model).items()]
    both, tokens = ["pass", "edited"], ["target", "contrast"]
    places = [f"blocks.*.hook_{place}" for place in LENS_PLACES]
    return json.dumps({
        "workflow": "measures", "model": "nano",
        "prompts": [{"id": "berlin", "text": "Berlin is the capital of", "target": " Germany", "contrast": " France"}],
        "stages": {
            "tokens": {"stage": "tokenize"},
            "pass": {"stage": "forward", "in": "tokens"},
            "edited": {"stage": "ablate", "in": "pass", "variants": variants},
            "scores": {"stage": "measure.prediction", "in": both, "tokens": tokens, "metrics": ["logit_diff"]},
            "lens": {"stage": "measure.lens", "in": both, "tokens": tokens, "at": places, "positions": "all",
                     "metrics": ["log_prob", "logit_diff", "entropy", "kl_to_final"]},
            "parts": {"stage": "measure.contribution", "in": both, "direction": tokens, "positions": "all"},
            "loss": {"stage": "measure.loss", "in": both},
            "before": {"stage": "measure.attention", "in": both, "keys": {"offset": -1}, "values": ["each_key", "entropy"]},
        },
        "keep": ["scores", "lens", "parts", "loss", "before"],
    })
