"""Edits and captures of activations as they pass their hook points.

An intervention is a dict:
  {"hook": "blocks.1.attn.hook_z", "head": 2 or None, "positions": "all" | "last" | [0, 2], "keys": "all" or [1] at scores and patterns,
   "replacement": {"kind": "zero"} | {"kind": "value", "value": x or [...]} | {"kind": "mean_head"}
                | {"kind": "mean_positions"} | {"kind": "add", "vector": [...]} | {"kind": "masked"}}

Head None is every head, each by itself, or a hook point without heads. Positions of scores and of a pattern are their queries;
keys behind a query stay hidden from it where scores are edited.
  mean_head       one scalar: the mean over all positions and dimensions of that head
  mean_positions  a vector: the mean over all positions, dimension by dimension
  value           x everywhere, or the vector at each position
  add             adds the vector (head width; model or MLP width; for a pattern, the number of keys)
Means are over the whole prompt, of the activation as it reaches the hook point in that very pass, before any
edit there; with "prompt": n they are over the first n positions, as an answer is fed behind those. Several edits at one hook point are made in the order given.
"""
import re

import torch

HEADED = re.compile(r"blocks\.\d+\.attn\.hook_([qkvz]|attn_scores|pattern)$")
HEADLESS = re.compile(r"blocks\.\d+\.(hook_(resid_pre|resid_mid|resid_post|attn_out|mlp_out)|mlp\.hook_post)$")


class Hooks:
    """Called with each hook point's name and activation; returns the activation to go on with."""

    def __init__(self, capture, interventions):
        self.capture, self.interventions = capture, interventions
        self.captured, self.met = {}, set()
        for edit in interventions:
            check(edit)

    def __call__(self, name, x):
        self.met.add(name)
        edits = [edit for edit in self.interventions if edit["hook"] == name]
        if edits:
            x = apply(edits, x)
        if self.capture == "all" or name in self.capture:
            self.captured[name] = x.clone()
        return x

    def wants(self, name):
        self.met.add(name)
        return self.capture == "all" or name in self.capture

    def check_all_met(self):
        asked = {edit["hook"] for edit in self.interventions}
        asked |= set() if self.capture == "all" else set(self.capture)
        if asked - self.met:
            raise ValueError(f"no such hook point: {sorted(asked - self.met)}")


def check(edit):
    """Refuses what has no meaning: heads where heads are mixed, and hook points that are only read."""
    name, kind = edit["hook"], edit["replacement"]["kind"]
    if HEADLESS.match(name):
        if edit["head"] is not None or kind == "mean_head":
            raise ValueError(f"{name} has no heads")
    elif not HEADED.match(name):
        raise ValueError(f"{name} cannot be edited")
    elif edit["head"] is None and kind == "add":
        raise ValueError(f"{name}: a vector is added to one head; name it")


def apply(edits, x):
    """x [p, d], [p, h, e] or [h, p, p] -> a new tensor of that shape."""
    name = edits[0]["hook"]
    if name.endswith("hook_pattern"):
        return apply_rows(edits, x.transpose(0, 1)).transpose(0, 1)
    if name.endswith("hook_attn_scores"):
        future = torch.ones_like(x, dtype=torch.bool).triu(1)
        return apply_rows(edits, x.transpose(0, 1)).transpose(0, 1).masked_fill(future, -torch.inf)
    if HEADED.match(name):
        return apply_rows(edits, x)
    return apply_rows(edits, x.unsqueeze(1)).squeeze(1)


def apply_rows(edits, original):
    """original [p, h, width]; a hook point without heads has h = 1."""
    x = original.clone()
    p, n_head, _ = x.shape
    for edit in edits:
        heads = range(n_head) if edit["head"] is None else [edit["head"]]
        for head in heads:
            for position in selected(edit["positions"], p):
                new = replaced(edit["replacement"], x[position, head], original[:edit.get("prompt"), head], position)
                keys = slice(None) if edit.get("keys", "all") == "all" else edit["keys"]
                x[position, head, keys] = new[keys]
    return x


def selected(positions, p):
    """"all", "last" or a list -> the positions, of p, that an edit touches."""
    if positions == "all":
        return range(p)
    return [p - 1] if positions == "last" else positions


def replaced(replacement, row, head, position):
    """The new value of one row [width], given its head's unedited rows [p, width]."""
    kind = replacement["kind"]
    if kind == "zero":
        return torch.zeros_like(row)
    if kind == "masked":
        return torch.full_like(row, -torch.inf)
    if kind == "value":
        return row.new_tensor(replacement["value"]).expand_as(row)
    if kind == "rows":  # for tests: a tensor [p, width] to put in
        return replacement["rows"][position]
    if kind == "mean_head":
        return head.mean().expand_as(row)
    if kind == "mean_positions":
        return head.mean(0)
    if kind == "add":
        return row + row.new_tensor(replacement["vector"])
    raise ValueError(f"unknown replacement '{kind}'")
