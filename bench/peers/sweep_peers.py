"""The sweeps as PyTorch users write them: the peers that hookflow's speed is measured against.

Each gives the target's log-softmax at the last position of every row: a prompt with one of its variants, or clean.
p = position, d = model width.
"""
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Optional

import torch

from sweeps.cases import Edit


@dataclass(frozen=True)
class Row:
    """A prompt and a variant of it, by their places in the case."""
    prompt: int
    variant: int
    edit: Optional[Edit]  # None: clean


def rows_of(case):
    """In the order of hookflow's run file."""
    return [Row(prompt, variant, edit) for prompt in range(len(case.prompts))
            for variant, edit in enumerate(case.variants or [None])]


def silence(x, edit, width):
    """Edits one head of x [p, d], c_proj's input, in place."""
    head = x[:, edit.head * width:(edit.head + 1) * width]
    with_what = head.mean() if edit.replacement == "mean" else 0
    if edit.position is None:
        head[:] = with_what
    else:
        head[edit.position] = with_what


@contextmanager
def edited(model, edits):
    """While this stands, a forward pre-hook makes edit i, where there is one, in row i of the batch."""
    width = model.config["n_embd"] // model.config["n_head"]
    by_layer = {}
    for row, edit in enumerate(edits):
        if edit is not None:
            by_layer.setdefault(edit.layer, []).append((row, edit))

    def hook(here):
        def edit_rows(module, inputs):
            x = inputs[0].clone()  # [rows, p, d]
            for row, edit in here:
                silence(x[row], edit, width)
            return (x,)
        return edit_rows
    handles = [model.transformer.h[layer].attn.c_proj.register_forward_pre_hook(hook(here))
               for layer, here in by_layer.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class Batched:
    """Several variants as the rows of one batch, each row edited by itself; logits of the last position alone."""

    sizes = (144, 576, 2304)  # rows times positions of the batches that are tried

    def __init__(self, model, case):
        self.model, self.case = model, case
        self.targets = torch.tensor(case.targets)

    def prepare(self):
        """What is computed before the first batch."""

    def alike(self, row):
        """Rows for which this is equal can be one batch."""
        return len(self.case.prompts[row.prompt])

    def tokens(self, row):
        """How many positions of a row are computed."""
        return len(self.case.prompts[row.prompt])

    def run(self, rows):
        ids = torch.tensor([self.case.prompts[row.prompt] for row in rows])
        with edited(self.model, [row.edit for row in rows]):
            return self.log_probs(rows, self.last_logits(ids))

    def last_logits(self, ids, past=None):  # [rows, p] -> [rows, vocabulary]
        return self.model.lm_head(self.model.transformer(ids, past)[:, -1])

    def log_probs(self, rows, logits):
        return logits.log_softmax(-1)[range(len(rows)), self.targets[[row.prompt for row in rows]]].tolist()


class Loop(Batched):
    """One forward pass a variant, with logits of all positions, as the model gives them and such scripts take them."""

    sizes = (1,)

    def last_logits(self, ids, past=None):
        return self.model(ids)[:, -1]


class Cached(Batched):
    """Batched, with keys and values of the positions that an edit does not reach taken from one clean pass of all
    prompts, which itself takes those of the positions that they share from the first prompt's."""

    def prepare(self):
        ids, shared = torch.tensor(self.case.prompts), self.case.shared
        self.shared = [(k[0], v[0]) for k, v in self.keys_and_values(ids[:1, :shared], None)] if shared else None
        self.own = self.keys_and_values(ids[:, shared:], self.shared)

    def keys_and_values(self, ids, past):
        """ids [rows, p] behind the past -> (keys, values) a layer, [rows, heads, p, head width] each."""
        seen = []

        def keep(attention, c_attn, inputs, qkv):
            seen.append(attention.split_heads(qkv)[1:])
        handles = [block.attn.c_attn.register_forward_hook(lambda *given, attention=block.attn: keep(attention, *given))
                   for block in self.model.transformer.h]
        try:
            self.model.transformer(ids, past)
        finally:
            for handle in handles:
                handle.remove()
        return seen

    def first(self, row):
        return row.edit.position % len(self.case.prompts[row.prompt])

    def alike(self, row):
        return row.prompt, self.first(row)

    def tokens(self, row):
        return len(self.case.prompts[row.prompt]) - self.first(row)

    def past(self, row):
        """(keys, values) of all positions before the row's edit, a layer each."""
        own = self.first(row) - self.case.shared
        parts = [tuple(part[row.prompt, :, :own] for part in layer) for layer in self.own]
        if self.shared is None:
            return parts
        return [tuple(torch.cat(pair, 1) for pair in zip(*layers)) for layers in zip(self.shared, parts)]

    def run(self, rows):
        ids = torch.tensor(self.case.prompts[rows[0].prompt][self.first(rows[0]):]).expand(len(rows), -1)
        with edited(self.model, [replace(row.edit, position=0) for row in rows]):
            return self.log_probs(rows, self.last_logits(ids, self.past(rows[0])))


PEERS = {"loop": Loop, "batched": Batched, "cached": Cached}


def batches_of(peer, rows, positions):
    """Lists of rows that the peer can run as one batch, of up to so many positions or one row."""
    groups = {}
    for row in rows:
        groups.setdefault(peer.alike(row), []).append(row)
    batches = []
    for group in groups.values():
        size = max(1, positions // peer.tokens(group[0]))
        batches += [group[start:start + size] for start in range(0, len(group), size)]
    return batches
