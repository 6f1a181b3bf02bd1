"""Experiments 4 and 7: silence a head and see how alike the tokens' residual streams are, layer by layer.

pair = the M(M-1)/2 unique pairs of M = p - 1 positions (position 0 is left out), in order (1, 2), (1, 3) … (p-2, p-1).
Similarities and tests in float64 from the model's residual stream after each block (hook_resid_post). What ends
in _ln_f is the last layer's again, after the final layer norm. Differences are silenced minus clean.
"""
import numpy as np

from experiment_ablation import head_edit
from statistics_oracle import adjust, ttest


def pair_similarity(x):
    """Cosine similarity [pair] of x's rows [p, d], without row 0."""
    x = np.asarray(x, np.float64)[1:]
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    return (x @ x.T)[np.triu_indices(len(x), 1)]


def similarities(model, ids, interventions=()):
    """(after each block [layer, pair], after ln_f [pair])."""
    names = [f"blocks.{layer}.hook_resid_post" for layer in range(model.n_layer)] + ["ln_final.hook_normalized"]
    seen = model.run(ids, names, interventions)[1]
    values = np.stack([pair_similarity(seen[name].numpy()) for name in names])
    return values[:-1], values[-1]


def clean_similarity(model, ids):
    """(a): similarity [layer, pair], mean and std (unbiased) [layer]; similarity_ln_f [pair], mean_ln_f, std_ln_f."""
    return summary(*similarities(model, ids))


def silence_each_layer(model, ids, head=1, alpha=0.05):
    """(b): row L has head `head` silenced in layer L alone, measured after block L; paired t-tests.

    As clean_similarity, with the silenced similarities; difference [layer, pair] and difference_ln_f [pair], the
    last layer's; and what layer_tests gives of them.
    """
    clean = similarities(model, ids)
    silenced = [similarities(model, ids, [head_edit(layer, head)]) for layer in range(model.n_layer)]
    own = np.stack([similarity[layer] for layer, (similarity, _) in enumerate(silenced)])
    return compared(clean, (own, silenced[-1][1]), alpha, "paired")


def silence_once(model, ids, layer=3, head=1, alpha=0.05):
    """(c): one head of one layer silenced, measured after every block; one-sample t-tests of the differences.

    The same keys and shapes as silence_each_layer; differences in layers below are exactly 0.
    """
    return compared(similarities(model, ids), similarities(model, ids, [head_edit(layer, head)]), alpha, "one_sample")


def pizza(model, ids, places, layers):
    """Experiment 7: each head of these layers silenced at the fruit's tokens alone, measured after its own block.

    places: {"butter": position, "fruit": positions, "pizza": position}. The pairs are butter and pizza, and the fruit's
    last token and pizza: clean [layer, pair] of all layers, difference [layer, head, pair] of those asked for.
    """
    names = [f"blocks.{layer}.hook_resid_post" for layer in range(model.n_layer)]

    def pairs(x):
        x = np.asarray(x, np.float64)
        x = x / np.linalg.norm(x, axis=1, keepdims=True)
        return np.array([x[places["butter"]] @ x[places["pizza"]], x[places["fruit"][-1]] @ x[places["pizza"]]])

    seen = model.run(ids, names)[1]
    clean = np.stack([pairs(seen[name]) for name in names])

    def changed(layer, head):
        edits = [{**head_edit(layer, head), "positions": list(places["fruit"])}]
        return pairs(model.run(ids, [names[layer]], edits)[1][names[layer]]) - clean[layer]

    return {"clean": clean, "difference": np.stack([[changed(layer, head) for head in range(model.n_head)]
                                                    for layer in layers])}


def summary(similarity, similarity_ln_f):
    return {"similarity": similarity, "mean": similarity.mean(1), "std": similarity.std(1, ddof=1),
            "similarity_ln_f": similarity_ln_f, "mean_ln_f": similarity_ln_f.mean(),
            "std_ln_f": similarity_ln_f.std(ddof=1)}


def compared(clean, silenced, alpha, kind):
    """clean and silenced: (similarity [layer, pair], after ln_f [pair])."""
    out = summary(*silenced)
    out["difference"], out["difference_ln_f"] = silenced[0] - clean[0], silenced[1] - clean[1]
    out.update(layer_tests(silenced[0], clean[0], alpha, kind))
    out.update({name + "_ln_f": value for name, value in pair_test(silenced[1], clean[1], kind).items()})
    return out


def pair_test(silenced, clean, kind):
    """One t-test [pair] against [pair]. Differences that are all exactly 0: t = 0, p = 1, as nothing was touched."""
    if not (silenced - clean).any():
        return {"t": 0.0, "df": len(clean) - 1.0, "p": 1.0, "mean_difference": 0.0, "ci_low": 0.0, "ci_high": 0.0,
                "cohens_d": 0.0}
    return ttest("paired", silenced, clean) if kind == "paired" else ttest("one_sample", silenced - clean)


def layer_tests(silenced, clean, alpha, kind):
    """Tests of [layer, pair] against [layer, pair], all layers being one family for the corrections.

    t, df, p, mean_difference, ci_low, ci_high, cohens_d [layer] (as statistics_oracle.ttest); bonferroni, holm,
    benjamini_hochberg [layer], adjusted p-values; significant, significant_bonferroni, … [layer], bool.
    """
    rows = [pair_test(a, b, kind) for a, b in zip(silenced, clean)]
    out = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    adjusted = adjust(out["p"])
    out.update(adjusted)
    out["significant"] = out["p"] < alpha
    out.update({"significant_" + name: p < alpha for name, p in adjusted.items()})
    return out
