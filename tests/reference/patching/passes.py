"""Passes with edits, by plain PyTorch: what an edit puts in place of an activation, and where.

An edit is a dict of a workflow, {at, with, positions, keys}; `edits_of` makes of it functions of one hook point each, which
PyTorch's users would register as forward hooks. Shapes: p position, h head, d width.
"""
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import gpt2  # noqa: E402


class Capture:
    """In place of the reference's own hooks: runs functions on activations, and keeps all of them."""

    def __init__(self, sets):
        self.sets, self.captured = sets, {}

    def __call__(self, name, x):
        for functions in self.sets:
            before = x
            for function in (function for hook, function in functions if hook == name):
                x = function(x, before)
        self.captured[name] = x.clone()
        return x

    def wants(self, name):
        return True

    def check_all_met(self):
        met = set(self.captured)
        assert all(hook in met for functions in self.sets for hook, _ in functions), "an edit met no hook point"


def run(model, ids, *sets):
    """Token ids and sets of [(hook point, function)] -> {hook point: activation}; logits are unembed.hook_out.

    A function is given an activation as it is, and as it was before the edits of its set: means are of the latter.
    """
    hooks, gpt2.Hooks = gpt2.Hooks, lambda capture, interventions: Capture(sets)
    try:
        return model.run(ids)[1]
    finally:
        gpt2.Hooks = hooks


@dataclass
class Place:
    """One hook point, of one head or whole."""
    hook: str
    layer: Optional[int]
    head: Optional[int]


def places(at, model):
    """Every place that a pattern such as blocks.*.attn.hook_z[*] names, or several."""
    found = []
    for pattern in at if isinstance(at, list) else [at]:
        name, head = re.fullmatch(r"([^\[]*)(?:\[(.*)\])?", pattern).groups()
        layers, named = [None], name.split(".")
        if named[0] == "blocks":
            first, _, last = named[1].partition("-")
            layers = range(model.n_layer) if first == "*" else range(int(first), int(last or first) + 1)
        heads = [None] if head is None else range(model.n_head) if head == "*" else map(int, head.split(","))
        heads = list(heads)
        hook = lambda layer: ".".join(["blocks", str(layer), *named[2:]]) if named[0] == "blocks" else name
        found += [Place(hook(layer), layer, head) for layer in layers for head in heads]
    return found


@dataclass
class Text:
    """A prompt's text, as a pass is fed it."""
    ids: list
    prompt: dict
    words: Callable  # ids -> text, or the ids themselves where a prompt is given so

    def occurrences(self, wanted):
        """The spans of positions whose tokens are what is wanted: a text, or token ids."""
        n = len(self.ids)
        spans = [list(range(a, b)) for a in range(n) for b in range(a + 1, n + 1)]
        return [span for span in spans if self.words([self.ids[i] for i in span]) == wanted]


def resolve(positions, text):
    """The positions in a text that a workflow's `positions` names."""
    n = len(text.ids)
    if positions == "all":
        return list(range(n))
    if positions == "last":
        return [n - 1]
    if isinstance(positions, int):
        return [positions % n]
    if isinstance(positions, list):
        return [position % n for position in positions]
    if isinstance(positions, str):
        return list(range(n))[slice(*(int(bound) if bound else None for bound in positions.split(":")))]
    wanted = positions["token"] if "token" in positions else text.prompt[positions["column"]]
    wanted = [wanted] if isinstance(wanted, int) else wanted
    spans = text.occurrences(wanted)
    occurrence = positions.get("occurrence")
    span = spans[0] if occurrence is None else spans[occurrence - (occurrence > 0)]
    assert occurrence is not None or len(spans) == 1, f"{wanted} stands {len(spans)} times"
    return [position + positions.get("offset", 0) for position in span]


def rows_of(x, place):
    """A view [p, h or 1, width] of an activation; positions of scores and of a pattern are their queries."""
    if place.hook.endswith(("hook_pattern", "hook_attn_scores")):
        x = x.transpose(0, 1)
    elif x.dim() == 2:
        x = x.unsqueeze(1)
    return x if place.head is None else x[:, place.head:place.head + 1]


def replacement(kind, rows, before, positions, source):
    """rows [p, h, width] -> what stands at `positions` then, [positions, h, width]; means are of `before`."""
    here = rows[positions]
    if kind in ("zero", "masked"):
        return torch.full_like(here, 0 if kind == "zero" else -torch.inf)
    (name, argument), = ((k, v) for k, v in kind.items() if k not in ("positions", "name"))
    vector = lambda: rows.new_tensor(argument).view(rows.shape[1] if len(argument) != rows.shape[2] else 1, rows.shape[2])
    if name == "from":
        return source
    if name == "scale":
        return argument * here
    if name == "add":
        return here + vector()
    if name == "project_out":
        whole, direction = here.flatten(1), rows.new_tensor(argument)
        direction = direction / direction.norm()
        return (whole - (whole @ direction)[:, None] * direction).view(here.shape)
    if name == "value":
        return (vector() if isinstance(argument, list) else rows.new_tensor(argument)).expand_as(here)
    if name == "mean":
        return (before.mean((0, 2), keepdim=True) if argument == "head" else before.mean(0, keepdim=True)).expand_as(here)
    raise ValueError(f"unknown replacement {kind}")


def function(place, kind, positions, source=None, keys=None):
    """(hook point, function) of an edit at one place and its positions; `source` [positions, h, width] is what is put in, at
    some keys alone (None: at all). Keys behind a query stay hidden from it."""
    def edited(x, before):
        x = x.clone()
        rows = rows_of(x, place)
        new = replacement(kind, rows.clone(), rows_of(before, place), positions, source)
        some = slice(None) if keys is None else keys
        for i, position in enumerate(positions):
            rows[position][:, some] = new[i][:, some]
        if place.hook.endswith("hook_attn_scores"):
            x.masked_fill_(torch.ones_like(x, dtype=torch.bool).triu(1), -torch.inf)
        return x
    return place.hook, edited
