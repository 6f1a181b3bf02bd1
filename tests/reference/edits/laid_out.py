"""What a measure stores of a pass, as the run file lays it out."""
import re

import numpy as np

from cases import resolve

LOG_PROBS = "log_probs"  # [p, vocabulary] of the next token, beside the hook points
SQUARE = ("hook_scores_raw", "hook_attn_scores", "hook_pattern")  # [h, query, key]


def variable(stage):
    """(name, hook point with * for the layer) of what a measure of one hook point stores, beside the change."""
    if stage["stage"] in ("measure.prediction", "measure.vocabulary"):
        return "log_prob", LOG_PROBS
    hook = stage["at"][0]
    if stage["stage"] == "measure.cosine":
        return "cosine", hook
    return hook.replace("blocks.*.", "").replace("attn.", "").replace("hook_", "").replace(".", "_"), hook


def chosen(stage, length):
    """The positions that a measure stores, of a prompt of so many tokens."""
    if stage["stage"] == "measure.vocabulary":
        return [length - 1]
    if stage["stage"] == "gather":
        return resolve([stage["position"]], length)
    return resolve(stage.get("queries" if stage["stage"] == "measure.attention" else "positions", "all"), length)


class Layout:
    """Of a dataset of a run file: the names of its axes, such as prompt, variant, layer, position, dimension; its shape;
    the labels of its axis of positions, and its pairs of them, None where it has no such axis."""

    def __init__(self, dataset):
        self.names = [dimension[0].name.rsplit("/", 1)[-1] for dimension in dataset.dims]
        self.shape, self.of_variants = dataset.shape, "variant" in self.names
        axis = next((i for i, name in enumerate(self.names) if name in ("position", "query")), None)
        self.labels = None if axis is None else dataset.dims[axis][0][()].tolist()
        self.pairs = None
        if self.names[-1] == "pair":
            texts = dataset.dims[len(self.names) - 1][0][()]
            self.pairs = [tuple(map(int, re.fullmatch(rb"(-?\d+)-(-?\d+)", text).groups())) for text in texts]


def pick(x, axis, labels, positions):
    """x along its axis of positions as labels have it, negative ones from the end; NaN where none of `positions` is meant."""
    length = x.shape[axis]
    places = [label + length if label < 0 else label for label in labels]
    nothing = np.full(x.take(0, axis).shape, np.nan)
    return np.stack([x.take(place, axis) if place in positions else nothing for place in places], axis)


def cosine(a, b):
    """Of vectors along the last axis, NaN where one is zero; of masks of them, whether either holds anything."""
    if a.dtype == bool:
        return (a | b).any(-1)
    with np.errstate(invalid="ignore"):
        return (a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1))


def cosines(x, pairs):
    """x [layer, p, ..., d] -> [layer, ..., pair] of pairs of positions, NaN where the prompt has not both."""
    nothing = np.full(x.shape[:1] + x.shape[2:-1], np.nan)
    return np.stack([cosine(x[:, i], x[:, j]) if max(i, j) < x.shape[1] else nothing for i, j in pairs], -1)


def laid_out(seen, stage, layout, prompt):
    """Of a pass's values {hook point: array} those that the file has behind the axes prompt and variant, NaN where none is."""
    _, hook = variable(stage)
    names = [hook.replace("*", str(layer)) for layer in range(len(seen))] if "*" in hook else [hook]
    x = np.stack([seen[name] for name in names if name in seen])  # [layer or 1, ...]
    if layout.pairs:
        return cosines(x, layout.pairs)
    x = x.astype(np.float64)
    if stage["stage"] == "measure.prediction":
        x = x[..., [prompt["target"]]]
    length, axis = len(prompt["ids"]), 2 if hook.endswith(SQUARE) else 1
    positions = chosen(stage, length)
    x = x.take(positions[-1], axis) if layout.labels is None else pick(x, axis, layout.labels, positions)
    if "key" in layout.names:
        x = np.concatenate([x, np.full(x.shape[:-1] + (layout.shape[-1] - length,), np.nan)], -1)
    return x.reshape(layout.shape[2 if layout.of_variants else 1:])
