"""A workflow's passes, each prompt and variant by itself: an interpreter of `tokenize`, `forward` and `ablate`."""
import itertools

import torch

from passes import Text, function, places, resolve, rows_of, run


def listed(x):
    return x if isinstance(x, list) else [x]


def noisy(kind):
    return isinstance(kind, dict) and "noise" in kind


def choices(what, positions, text):
    """[(axis, label, positions)] that an edit is made at, one variant each; `what` is there: position or key."""
    if positions is None:
        return [(None, None, None)]
    if positions == "each":
        return [(what, i, [i]) for i in range(len(text.ids))]
    if isinstance(positions, dict) and "each_of" in positions:
        return [(f"{what}s", i, resolve(one, text)) for i, one in enumerate(positions["each_of"])]
    return [(None, None, resolve(positions, text))]


class Passes:
    """All passes of one prompt. `fed` gives the ids of a tokenizing stage, `noise` what a noised pass's embeddings were seen to be."""

    def __init__(self, model, stages, prompt, fed, words, noise=None):
        self.model, self.stages, self.prompt, self.fed, self.words = model, stages, prompt, fed, words
        self.noise, self.known = noise or {}, {}

    def text(self, name):
        """The text that a pass, or a tokenizing stage, is fed."""
        stage = self.stages[name]
        while stage["stage"] != "tokenize":
            name = stage["in"]
            stage = self.stages[name]
        return Text(self.fed(name), self.prompt, self.words)

    def forward(self, name):
        """{hook point: activation} of a pass."""
        if name not in self.known:
            self.known[name] = run(self.model, self.text(name).ids, self.edits(name))
        return self.known[name]

    def edits(self, name):
        """[(hook point, function)] that a forward stage is run with."""
        text, stage = self.text(name), self.stages[name]
        return [made for edit in listed(stage.get("edits", [])) for made in self.made(name, edit, text)]

    def made(self, name, edit, text):
        """The functions of one edit at all its places."""
        kind, positions = listed(edit.get("with", "zero"))[0], resolve(edit.get("positions", "all"), text)
        keys = resolve(edit["keys"], text) if "keys" in edit else None
        return [function(place, *self.filled(name, kind, place, positions), keys) for place in places(edit["at"], self.model)]

    def filled(self, name, kind, place, positions):
        """(kind, positions, what is put in)."""
        if noisy(kind):
            return {"from": name}, positions, self.noise[name][positions].unsqueeze(1)
        if not isinstance(kind, dict) or "from" not in kind:
            return kind, positions, None
        source = kind["from"]
        theirs = resolve(kind["positions"], self.text(source)) if "positions" in kind else positions
        assert len(theirs) == len(positions), f"{len(theirs)} positions for {len(positions)}"
        return kind, positions, rows_of(self.forward(source)[place.hook], place)[theirs]

    def variants(self, name):
        if name not in self.known:
            self.known[name] = list(self.run_variants(name))
        return self.known[name]

    def run_variants(self, name):
        """Yields ({axis: label or index}, activations) of an ablate stage; None where a prompt has no such position."""
        stage = self.stages[name]
        base, text = stage["in"], self.text(stage["in"])
        also = [made for edit in listed(stage.get("also", [])) for made in self.made(base, edit, text)]
        for (r, kind), place, of_position, of_key in itertools.product(
                enumerate(listed(stage.get("with", "zero"))), places(stage["at"], self.model),
                choices("position", stage.get("positions", "all"), text), choices("key", stage.get("keys"), text)):
            (axis, label, positions), (key_axis, key, keys) = of_position, of_key
            if kind == "masked" and any(set(range(position + 1)) <= set(keys) for position in positions):
                continue  # a query that is left no key has no pattern
            at = {"replacement": r, "layer": place.layer, "head": place.head, axis: label, key_axis: key}
            at = {axis: label for axis, label in at.items() if axis and label is not None}
            one = function(place, *self.filled(base, kind, place, positions), keys)
            yield at, run(self.model, text.ids, self.edits(base), also + [one])


def scores(activations, prompt, tokens, columns):
    """{metric: values} at the last position, of token ids [t]; logit_diff is of `columns`."""
    logits = activations["unembed.hook_out"][-1]
    log_probs = logits.log_softmax(-1)
    return {"logit": logits[tokens], "log_prob": log_probs[tokens], "prob": 100 * log_probs[tokens].exp(),
            "logit_diff": logits[columns[0]] - logits[columns[1]]}
