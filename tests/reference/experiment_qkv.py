"""Experiment 5: how alike the dimensions of q, k and v are over sentences, taken at one token of each sentence.

n sentences, d model width; a sentence's vector [3d] is c_attn's output there: q, then k, then v, each in order of
head, dimension. Matrices and statistics in float64. `similarity` takes any such [n, 3d], so also a stored control's.
"""
import numpy as np

from statistics_oracle import histogram

GROUPS = ("QQ", "KK", "VV", "QK", "QV", "KV")  # the order of every axis called group


def token_positions(sentences, token):
    """[n]: where the token is in each sentence; it must be there exactly once."""
    for i, ids in enumerate(sentences):
        if list(ids).count(token) != 1:
            raise ValueError(f"sentence {i}: token {token} occurs {list(ids).count(token)} times, not once")
    return np.array([list(ids).index(token) for ids in sentences])


def sentence_vectors(model, sentences, token, layer=6, offset=0):
    """[n, 3d], float64, at the token's position plus `offset` (-1: the token before).

    Padding to the right cannot reach earlier positions, so sentences are run as they are.
    """
    names = [f"blocks.{layer}.attn.hook_{name}" for name in "qkv"]
    rows = []
    for i, (ids, position) in enumerate(zip(sentences, token_positions(sentences, token) + offset)):
        if not 0 <= position < len(ids):
            raise ValueError(f"sentence {i}: no position {position} in {len(ids)} tokens")
        seen = model.run(list(ids), names)[1]
        rows.append(np.concatenate([seen[name][position].reshape(-1).numpy() for name in names]))
    return np.stack(rows).astype(np.float64)


def qkv_similarity(model, sentences, token, layer=6):
    """{"target": …, "control": …}: what `similarity` gives at the token and at the one before it."""
    return {name: similarity(sentence_vectors(model, sentences, token, layer, offset))
            for name, offset in (("target", 0), ("control", -1))}


def similarity(x, bins=100):
    """Of x [n, 3d]: everything that the experiment keeps.

    vectors [n, 3d]: x itself; cosine, correlation [3d, 3d]; sentence_cosine [3, n, n] at q, k, v; edges [bins + 1];
    pair_count [group]; and for either matrix cosine_counts, cosine_density [group, bins], cosine_mean, cosine_std
    (unbiased) [group], and the same with correlation_.
    """
    x = np.asarray(x, np.float64)
    out = {"vectors": x, "cosine": column_cosine(x), "correlation": column_cosine(centred(x))}
    thirds = np.split(x, 3, axis=1)
    out["sentence_cosine"] = np.stack([column_cosine(third.T) for third in thirds])
    for name in ("cosine", "correlation"):
        values = list(pair_values(out[name]).values())
        found = [histogram(group, {"from": -1.0, "to": 1.0, "count": bins}) for group in values]
        out[name + "_counts"] = np.stack([one["counts"] for one in found])
        out[name + "_density"] = np.stack([one["density"] for one in found])
        out[name + "_mean"] = np.array([group.mean() for group in values])
        out[name + "_std"] = np.array([group.std(ddof=1) for group in values])
    out["edges"], out["pair_count"] = found[0]["edges_out"], np.array([len(group) for group in values])
    return out


def centred(x):
    """x [n, m] less each column's mean; a column of one value is exactly 0, whatever its mean rounds to."""
    return np.where((x == x[0]).all(0), 0.0, x - x.mean(0))


def column_cosine(x):
    """[m, m]: cosines between the columns of x [n, m]; a column of zeros has none: NaN. Rounding is cut at ±1."""
    with np.errstate(invalid="ignore"):
        x = x / np.linalg.norm(x, axis=0)
    return np.clip(x.T @ x, -1, 1)


def pair_values(matrix):
    """matrix [3d, 3d] -> {group: values}: QQ, KK, VV the d(d-1)/2 pairs i < j, the others all d * d pairs."""
    d = len(matrix) // 3
    third = {"Q": slice(0, d), "K": slice(d, 2 * d), "V": slice(2 * d, 3 * d)}
    upper = np.triu_indices(d, 1)
    blocks = {group: matrix[third[group[0]], third[group[1]]] for group in GROUPS}
    return {group: block[upper] if group[0] == group[1] else block.ravel() for group, block in blocks.items()}


def is_column_shuffle(x, shuffled):
    """Whether each column of `shuffled` [n, m] holds exactly the values of that column of x, in any order."""
    return x.shape == shuffled.shape and bool((np.sort(x, axis=0) == np.sort(shuffled, axis=0)).all())
