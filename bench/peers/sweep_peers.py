"""The sweeps as PyTorch users write them: the peers that hookflow's speed is measured against.

Each gives what the case measures at the last position of every row: a prompt with one of its variants, or clean. That is
the target's log-softmax, or the logit of the target less that of the contrast.
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


def place_of(model, edit):
    """The module whose input is edited, [rows, p, d]."""
    block = model.transformer.h[edit.layer]
    return block if edit.head is None else block.attn.c_proj


def make_edit(model, x, edit, source=None):
    """Edits x [p, d], what the edit's module is given, in place; source [p, d]: what it was given by the other text."""
    width = model.config["n_embd"] // model.config["n_head"]
    part = slice(None) if edit.head is None else slice(edit.head * width, (edit.head + 1) * width)
    where = slice(None) if edit.position is None else edit.position
    if edit.replacement == "source":
        x[where, part] = source[where, part]
    else:
        x[where, part] = x[:, part].mean() if edit.replacement == "mean" else 0


@contextmanager
def hooked(modules, hook):
    """While this stands, a forward pre-hook a module: hook(i, its inputs) is what the module i is given instead."""
    handles = [module.register_forward_pre_hook(lambda _, inputs, i=i: hook(i, inputs))
               for i, module in enumerate(modules)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def edited(model, edits, sources=None):
    """While this stands, edit i, where there is one, is made in row i of the batch; sources [rows][layer], as make_edit."""
    by_module = {}
    for row, edit in enumerate(edits):
        if edit is not None:
            by_module.setdefault(place_of(model, edit), []).append((row, edit))

    def edit_rows(i, inputs):
        x = inputs[0].clone()  # [rows, p, d]
        for row, edit in list(by_module.values())[i]:
            make_edit(model, x[row], edit, sources and sources[row][edit.layer])
        return (x, *inputs[1:])
    with hooked(list(by_module), edit_rows):
        yield


def inputs_of(model, modules, ids):
    """[module][p, d]: what each is given in a pass of one prompt."""
    seen = []
    with hooked(modules, lambda i, inputs: seen.append(inputs[0][0])):
        model.transformer(torch.tensor([ids]))
    return seen


class Batched:
    """Several variants as the rows of one batch, each row edited by itself; logits of the last position alone."""

    sizes = (144, 576, 2304)  # rows times positions of the batches that are tried

    def __init__(self, model, case):
        self.model, self.case = model, case
        self.targets, self.contrasts = torch.tensor(case.targets), torch.tensor(case.contrasts)

    def prepare(self):
        """What is computed before the first batch: where edits take from another text, one pass of each."""
        places = [place_of(self.model, replace(self.case.variants[0], layer=layer))
                  for layer in range(len(self.model.transformer.h))] if self.case.sources else []
        self.sources = [inputs_of(self.model, places, ids) for ids in self.case.sources]

    def sources_of(self, rows):
        return [self.sources[row.prompt] for row in rows] if self.sources else None

    def alike(self, row):
        """Rows for which this is equal can be one batch."""
        return len(self.case.prompts[row.prompt])

    def tokens(self, row):
        """How many positions of a row are computed."""
        return len(self.case.prompts[row.prompt])

    def work(self, row):
        """In proportion to which rows take time."""
        return self.tokens(row)

    def run(self, rows):
        ids = torch.tensor([self.case.prompts[row.prompt] for row in rows])
        with edited(self.model, [row.edit for row in rows], self.sources_of(rows)):
            return self.measure(rows, ids)

    def measure(self, rows, ids, past=None):
        return self.measured(rows, self.model.transformer(ids, past)[:, -1])

    def measured(self, rows, final):
        """Of what the final norm gave, [rows, d]. Where two logits are all that is asked for, no others are made."""
        if not self.case.contrasts:
            return self.metric(rows, self.model.lm_head(final))
        prompts = [row.prompt for row in rows]
        weight = self.model.lm_head.weight
        return (final * (weight[self.targets[prompts]] - weight[self.contrasts[prompts]])).sum(-1).tolist()

    def metric(self, rows, logits):  # [rows, vocabulary]
        each, prompts = range(len(rows)), [row.prompt for row in rows]
        if self.case.contrasts:
            return (logits[each, self.targets[prompts]] - logits[each, self.contrasts[prompts]]).tolist()
        return logits.log_softmax(-1)[each, self.targets[prompts]].tolist()


class Loop(Batched):
    """One forward pass a variant, with logits of all positions, as the model gives them and such scripts take them."""

    sizes = (1,)

    def measure(self, rows, ids, past=None):
        return self.metric(rows, self.model(ids)[:, -1])


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
            return self.measure(rows, ids, self.past(rows[0]))


class FromLayer(Cached):
    """Patches of one layer as one batch, which begins at that layer, with what one pass of the prompt had there, and at
    the first position that any row patches, behind the keys and values of those before."""

    sizes = (2304,)

    def prepare(self):
        Batched.prepare(self)
        self.passes = [self.whole_pass(ids) for ids in self.case.prompts]

    def whole_pass(self, ids):
        """A layer: the residual stream before it and c_proj's input, [p, d], and (keys, values), [heads, p, head width]."""
        seen = []
        places = [place for block in self.model.transformer.h for place in (block, block.attn.c_proj)]
        with hooked(places, lambda i, inputs: seen.append(inputs[0][0])):
            past = self.keys_and_values(torch.tensor([ids]), None)
        return [(*seen[2 * layer:2 * layer + 2], (k[0], v[0])) for layer, (k, v) in enumerate(past)]

    def alike(self, row):
        return row.prompt, row.edit.layer

    def first(self, row):
        """Of the positions that are computed: rows whose positions differ share all of them."""
        return 0 if row.edit.head is None else row.edit.position % len(self.case.prompts[row.prompt])

    def tokens(self, row):
        return len(self.case.prompts[row.prompt]) - self.first(row)

    def work(self, row):
        return self.tokens(row) * (len(self.model.transformer.h) - row.edit.layer)

    def run(self, rows):
        prompt, layer, first = rows[0].prompt, rows[0].edit.layer, self.first(rows[0])
        blocks, seen = self.model.transformer.h, self.passes[prompt]
        of_heads, length = rows[0].edit.head is not None, len(self.case.prompts[prompt])
        stream, z = (x[first:].repeat(len(rows), 1, 1) for x in seen[layer][:2])
        for row, x in zip(rows, z if of_heads else stream):
            make_edit(self.model, x, replace(row.edit, position=row.edit.position % length - first),
                      self.sources[prompt][layer][first:])
        if of_heads:
            stream = stream + blocks[layer].attn.c_proj(z)
            stream = stream + blocks[layer].mlp(blocks[layer].ln_2(stream))
        for later in range(layer + of_heads, len(blocks)):
            past = [part[:, :first] for part in seen[later][2]] if first else None
            stream = blocks[later](stream, past)
        return self.measured(rows, self.model.transformer.ln_f(stream[:, -1]))


PEERS = {"loop": Loop, "batched": Batched, "cached": Cached}


def peer_of(name, model, case):
    return (FromLayer if case.sources and name == "cached" else PEERS[name])(model, case)


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
