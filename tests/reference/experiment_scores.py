"""Experiment 3: what single heads' queries, keys and values look like, and the scores they make, in every layer.

p positions, h heads, e head width. Position 0 is left out where said. Scores and statistics in float64 from the
model's q, k and v; patterns are the model's own.
"""
import numpy as np

from statistics_oracle import density, histogram


def attention_scores(model, ids, bandwidth="scott", points=300, from_position=1, edges=None):
    """Everything below for every layer; each array has the layer as its first axis.

    (a) q_mean, q_std, k_mean, k_std, v_mean, v_std [layer, head]; unbiased; over positions 1 … p-1 and dimensions
    (b) raw_scores [layer, query head, key head, p-2], and what score_lists gives of them
    (c) last_to_earlier [layer, head, p-1]: the last position to 0 … p-2; to_itself [layer, head, p];
        first_to_itself [layer, head], which is exactly 1
    (d) density_grid [points], and density_last, density_itself [layer, points] of all heads' values together and
        density_last_by_head, density_itself_by_head [layer, head, points] of (c)'s from `from_position` on (1: without
        position 0; 0: with it). NaN where the values have no spread or are too few.
    """
    names = [f"hook_{name}" for name in ("q", "k", "v", "pattern")]
    blocks = [f"blocks.{layer}.attn." for layer in range(model.n_layer)]
    seen = model.run(ids, [block + name for block in blocks for name in names])[1]
    layers = []
    for block in blocks:
        q, k, v, pattern = (seen[block + name].numpy().astype(np.float64) for name in names)
        scores = last_raw_scores(q, k)
        layers.append({**moments(q, k, v), "raw_scores": scores, **score_lists(scores, edges), **weights(pattern)})
        layers[-1].update(weight_densities(layers[-1], bandwidth, points, from_position))
    out = {key: np.stack([layer[key] for layer in layers]) for key in layers[0]}
    out["density_grid"] = np.linspace(0, 1, points)
    return out


def moments(q, k, v):
    """q, k, v [p, h, e] -> means and unbiased standard deviations [h], without position 0."""
    out = {}
    for name, x in {"q": q, "k": k, "v": v}.items():
        out[name + "_mean"] = x[1:].mean((0, 2))
        out[name + "_std"] = x[1:].transpose(1, 0, 2).reshape(x.shape[1], -1).std(1, ddof=1)
    return out


def last_raw_scores(q, k):
    """[query head, key head, p-2]: the last query against keys 1 … p-2; neither scaled nor masked."""
    return np.einsum("ie,pje->ijp", q[-1], k[1:-1])


def score_lists(scores, edges=None):
    """scores [h, h, keys] -> the values with query head = key head, and the others, as lists and in summary.

    same_head [h * keys] in order of head, key; cross_head [h * (h-1) * keys] in order of query head, key head, key.
    For either: _negative (share below 0), _mean, _counts, _density [bins], _edges [bins + 1]; `edges` as
    statistics_oracle.histogram takes them, 50 bins from the list's own minimum to its maximum if None.
    """
    own = np.eye(len(scores), dtype=bool)
    out = {}
    for name, values in {"same_head": scores[own].ravel(), "cross_head": scores[~own].ravel()}.items():
        bins = histogram(values, edges or {"count": 50})
        out.update({name: values, name + "_negative": (values < 0).mean(), name + "_mean": values.mean(),
                    name + "_counts": bins["counts"], name + "_density": bins["density"],
                    name + "_edges": bins["edges_out"]})
    return out


def weights(pattern):
    """pattern [h, query, key] -> the three groups of attention weights."""
    return {"last_to_earlier": pattern[:, -1, :-1], "to_itself": np.diagonal(pattern, axis1=1, axis2=2),
            "first_to_itself": pattern[:, 0, 0]}


def weight_densities(groups, bandwidth, points, from_position):
    """Densities over [0, 1] of last_to_earlier and to_itself, for all heads together and for each."""
    def estimate(values):
        found = density(values.ravel(), np.linspace(0, 1, points), bandwidth)["density"]
        return np.full(points, np.nan) if found is None else found

    out = {}
    for name, key in (("density_last", "last_to_earlier"), ("density_itself", "to_itself")):
        values = groups[key][:, from_position:]
        out[name] = estimate(values)
        out[name + "_by_head"] = np.stack([estimate(head) for head in values])
    return out
