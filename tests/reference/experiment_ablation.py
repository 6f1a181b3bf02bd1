"""Experiments 1 and 2: replace one head at a time in c_proj's input and look at the last position's prediction.

Axes: token = the asked tokens in their order (target, contrast), replacement = zero, mean_head. Log-softmax is
natural; prob is in percent; a change is edited minus clean. Computed in float64 from the model's logits.
"""
import numpy as np
import torch

REPLACEMENTS = ("zero", "mean_head")


def head_edit(layer, head, kind="zero"):
    """An intervention that replaces one head's output at all positions."""
    return {"hook": f"blocks.{layer}.attn.hook_z", "head": head, "positions": "all", "replacement": {"kind": kind}}


def last_log_softmax(model, ids, interventions=()):
    """[vocabulary], float64, of the last position."""
    logits = model.run(ids, interventions=interventions)[0][-1]
    return logits.to(torch.float64).log_softmax(-1).numpy()


def clean_prediction(model, ids, tokens):
    """clean_log_prob [token], clean_prob [token], clean_argmax, and clean_vocabulary [vocabulary]: log-softmax."""
    vocabulary = last_log_softmax(model, ids)
    log_prob = vocabulary[list(tokens)]
    return {"clean_log_prob": log_prob, "clean_prob": 100 * np.exp(log_prob),
            "clean_argmax": int(vocabulary.argmax()), "clean_vocabulary": vocabulary}


def head_ablation(model, ids, tokens, layer=5):
    """Experiment 1: the heads of one layer, zeroed one by one.

    clean_log_prob, clean_prob [token], clean_argmax (scalar), clean_vocabulary [vocabulary];
    log_prob, prob, log_prob_change, prob_change [head, token]; argmax [head]; vocabulary [head, vocabulary];
    argmax_unchanged: how many heads leave the argmax as it is.
    """
    out = clean_prediction(model, ids, tokens)
    vocabulary = np.stack([last_log_softmax(model, ids, [head_edit(layer, head)]) for head in range(model.n_head)])
    out["vocabulary"] = vocabulary
    add_predictions(out, vocabulary[:, list(tokens)], vocabulary.argmax(-1))
    out["argmax_unchanged"] = int((out["argmax"] == out["clean_argmax"]).sum())
    return out


def head_sweep(model, ids, tokens, layers=None):
    """Experiment 2: every head of every layer (or of `layers`), by zero and by the head's one scalar mean.

    clean_*: as in head_ablation; log_prob, prob, log_prob_change, prob_change [replacement, layer, head, token];
    argmax [replacement, layer, head]; argmax_unchanged [replacement]: of how many heads;
    head_mean [layer, head]: what mean_head puts in, the mean over positions and dimensions of the clean head;
    layer_mean [layer]: its mean over heads.
    """
    layers = range(model.n_layer) if layers is None else layers
    out = clean_prediction(model, ids, tokens)
    shape = (len(REPLACEMENTS), len(layers), model.n_head)
    log_prob, argmax = np.empty(shape + (len(tokens),)), np.empty(shape, np.int64)
    for r, i, head in np.ndindex(shape):
        vocabulary = last_log_softmax(model, ids, [head_edit(layers[i], head, REPLACEMENTS[r])])
        log_prob[r, i, head], argmax[r, i, head] = vocabulary[list(tokens)], vocabulary.argmax()
    add_predictions(out, log_prob, argmax)
    out["argmax_unchanged"] = (argmax == out["clean_argmax"]).sum((1, 2))
    out["head_mean"] = head_means(model, ids)[list(layers)]
    out["layer_mean"] = out["head_mean"].mean(1)
    return out


def add_predictions(out, log_prob, argmax):
    """Adds log_prob [..., token], what follows from it, and argmax [...]."""
    out["log_prob"], out["prob"], out["argmax"] = log_prob, 100 * np.exp(log_prob), argmax
    out["log_prob_change"] = out["log_prob"] - out["clean_log_prob"]
    out["prob_change"] = out["prob"] - out["clean_prob"]


def head_means(model, ids):
    """[layer, head]: mean over positions and dimensions of each head's clean output, float64."""
    names = [f"blocks.{layer}.attn.hook_z" for layer in range(model.n_layer)]
    seen = model.run(ids, names)[1]
    return np.stack([seen[name].numpy().astype(np.float64).mean((0, 2)) for name in names])
