"""Edits, and runs of them: as a workflow of hookflow says them, and as the reference makes them."""
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import numpy as np

HEADED = [f"attn.hook_{name}" for name in ("q", "k", "v", "attn_scores", "pattern", "z")]
HEADLESS = ["hook_resid_pre", "hook_attn_out", "hook_resid_mid", "mlp.hook_post", "hook_mlp_out", "hook_resid_post"]
READ_ONLY = [f"attn.hook_{name}" for name in ("scores_raw", "result")] + [
    "ln1.hook_scale", "ln1.hook_normalized", "ln2.hook_scale", "ln2.hook_normalized", "mlp.hook_pre"]
EVERYWHERE = [f"blocks.*.{place}" for place in HEADED + HEADLESS + READ_ONLY] + ["ln_final.hook_normalized", "unembed.hook_out"]
SQUARES = ["attn.hook_attn_scores", "attn.hook_pattern"]
WRITTEN = {"zero": "zero", "mean_head": {"mean": "head"}, "mean_positions": {"mean": "positions"}, "masked": "masked"}


def width(spec, place, heads, keys):
    """How many numbers a vector has that is put at a place: as many as there are keys at scores and patterns, whichever heads;
    those of a head, or of the place as a whole."""
    if place in SQUARES:
        return keys
    if place == "mlp.hook_post":
        return spec.n_inner or 4 * spec.n_embd
    return spec.n_embd // spec.n_head if heads else spec.n_embd


def resolve(positions, length):
    """The indices in a prompt of so many tokens of positions as a workflow writes them."""
    if positions in ("all", "last"):
        return list(range(length))[0 if positions == "all" else -1:]
    if isinstance(positions, list):
        return [position % length for position in positions]
    return list(range(length))[slice(*(int(bound) if bound else None for bound in positions.split(":")))]


class RunFailed(Exception):
    """The program ended with another code than 0."""


@dataclass
class Edit:
    layer: int
    place: str  # hook_resid_mid, attn.hook_z
    heads: Optional[list]  # None: the place as a whole
    positions: object  # as a workflow writes them
    kind: str
    argument: object = None  # of value a number or numbers, of add numbers
    keys: object = None  # as positions; None: all

    def hook(self):
        return f"blocks.{self.layer}.{self.place}"

    def written(self):
        heads = "" if self.heads is None else str(self.heads).replace(" ", "")
        written = {"at": self.hook() + heads, "with": WRITTEN.get(self.kind, {self.kind: self.argument}), "positions": self.positions}
        return written if self.keys is None else {**written, "keys": self.keys}

    def interventions(self, length, n_head):
        """The reference's, of a prompt of so many tokens, whether an answer is fed behind it or not."""
        by_head = isinstance(self.argument, list) and self.heads is None and self.place in HEADED
        heads = range(n_head) if by_head else self.heads or [None]
        shares = [self.argument] * len(heads)
        if by_head and self.place not in SQUARES:
            shares = [part.tolist() for part in np.split(np.array(self.argument), n_head)]
        for head, argument in zip(heads, shares):
            key = "vector" if self.kind == "add" else "value"
            yield {"hook": self.hook(), "head": head, "prompt": length,
                   "positions": "all" if self.positions == "all" else resolve(self.positions, length),
                   "keys": "all" if self.keys in (None, "all") else resolve(self.keys, length),
                   "replacement": {"kind": self.kind, **({} if argument is None else {key: argument})}}


@dataclass
class Case:
    """A run: prompts {id, ids, …}, variants {name: edits}, and what is measured of them {name: stage}."""
    model: Path
    prompts: list
    variants: dict
    measures: dict
    rows: int = 1024
    batch_tokens: int = 256

    def interventions(self, name, length, n_head):
        return [made for edit in self.variants[name] for made in edit.interventions(length, n_head)]

    def run(self, program, path, prompts=None):
        """Runs the prompts, all by default; the run file's path is `path` with .h5."""
        variants = [{"name": name, "edits": [edit.written() for edit in edits]} for name, edits in self.variants.items()]
        stages = {"tokens": {"stage": "tokenize"}, "pass": {"stage": "forward", "in": "tokens"},
                  "edited": {"stage": "ablate", "in": "pass", "variants": variants, "rows": self.rows}, **self.measures}
        path.write_text(json.dumps({"workflow": "edits", "model": str(self.model), "prompts": prompts or self.prompts, "stages": stages,
                                    "keep": list(self.measures), "batch_tokens": self.batch_tokens}))
        run = path.with_suffix(".h5")
        ended = subprocess.run([program, "run", path, "--out", run, "--quiet", "--force"], capture_output=True, text=True)
        if ended.returncode:
            raise RunFailed(f"exit code {ended.returncode}: {ended.stderr.strip()}")
        return run
