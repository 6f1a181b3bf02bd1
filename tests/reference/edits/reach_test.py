#!/usr/bin/env python3
"""PyTorch's own word on what an edit reaches: all else is equal to the clean pass to the bit."""
import itertools
import sys
import tempfile
import unittest
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from gpt2 import GPT2  # noqa: E402
from gpt2_by_position import GPT2ByPosition  # noqa: E402
from reach import reach  # noqa: E402
from safetensors import Spec, make_model  # noqa: E402

SPEC = Spec(n_layer=3, n_head=2, n_embd=12, n_positions=8, vocab_size=30, n_inner=20, seed=21)
IDS = [7, 3, 22, 12, 3, 9]
P = len(IDS)
HEADED = [f"attn.hook_{name}" for name in ("q", "k", "v", "attn_scores", "pattern", "z")]
HEADLESS = ["hook_resid_pre", "hook_attn_out", "hook_resid_mid", "mlp.hook_post", "hook_mlp_out", "hook_resid_post"]
KINDS = ["zero", "value", "mean_head", "mean_positions", "add"]
POSITIONS = ["all", "last", [0], [1, 3], [2, 3, 4]]


def width(place):
    return {"attn.hook_attn_scores": P, "attn.hook_pattern": P, "mlp.hook_post": SPEC.n_inner}.get(
        place, SPEC.n_embd // SPEC.n_head if place in HEADED else SPEC.n_embd)


def single_edits(layer):
    """Every place, replacement and choice of positions; of places with heads one head, or the whole place."""
    for place, kind, positions in itertools.product(HEADED + HEADLESS, KINDS, POSITIONS):
        more = {"value": {"value": 0.375}, "add": {"vector": [(-1) ** i / (i + 2) for i in range(width(place))]}}
        for head in [1, None] if place in HEADED else [None]:
            if head is None and (kind == "mean_head" or (kind == "add" and place in HEADED)):
                continue  # refused
            if place == "attn.hook_attn_scores" and kind.startswith("mean"):
                continue  # refused
            if (place, kind, positions) == ("attn.hook_k", "add", "all"):
                continue  # moves all scores of a query alike, which softmax undoes, but for rounding
            yield {"hook": f"blocks.{layer}.{place}", "head": head, "positions": positions,
                   "replacement": {"kind": kind, **more.get(kind, {})}}


def joint_edits():
    """Two edits of different layers, drawn from all the single ones."""
    first, second = list(single_edits(0)), list(single_edits(2))
    return [[first[i * 37 % len(first)], second[i * 53 % len(second)]] for i in range(60)]


def differing(a, b, mask):
    """Where a value of mask's cell differs; equal infinities do not."""
    return (a != b).flatten(mask.dim()).any(-1) if a.dim() > mask.dim() else a != b


class ReachTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)
        cls.folder = tempfile.TemporaryDirectory()
        cls.directory = make_model(Path(cls.folder.name) / "small", SPEC)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_positions_by_themselves_are_the_same_model(self):
        whole, single = (kind(self.directory, torch.float64) for kind in (GPT2, GPT2ByPosition))
        for edits in [[], *([edit] for edit in single_edits(1))]:
            expected = whole.run(IDS, "all", edits)[1]
            for name, x in single.run(IDS, "all", edits)[1].items():
                torch.testing.assert_close(x, expected[name], rtol=0, atol=1e-12)

    def test_a_prompt_is_the_beginning_of_a_longer_one_to_the_bit(self):
        for dtype in (torch.float32, torch.float64):
            model = GPT2ByPosition(self.directory, dtype)
            whole = model.run(IDS)[0]
            for length in range(1, P):
                self.assertTrue(torch.equal(model.run(IDS[:length])[0], whole[:length]))

    def compare(self, variants):
        """In float64 just what can differ does; in float32 nothing else does, as a change may be rounded away."""
        for dtype, everything in ((torch.float64, True), (torch.float32, False)):
            model = GPT2ByPosition(self.directory, dtype)
            clean = model.run(IDS, "all")[1]
            for edits in variants:
                edited, masks = model.run(IDS, "all", edits)[1], reach(edits, model.n_layer, model.n_head, P)
                self.assertEqual(masks.keys(), edited.keys())
                for name, mask in masks.items():
                    differs = differing(edited[name], clean[name], mask)
                    fine = torch.equal(differs, mask) if everything else not (differs & ~mask).any()
                    self.assertTrue(fine, f"{name} of {edits}:\n{differs}\nexpected\n{mask}")

    def test_what_one_edit_reaches(self):
        self.compare([[edit] for edit in single_edits(1)])

    def test_what_edits_of_several_layers_reach(self):
        self.compare(joint_edits())


if __name__ == "__main__":
    unittest.main()
