#!/usr/bin/env python3
"""Checks the reference implementation itself: against PyTorch's own functions, modules, and known properties."""
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F

from golden_cases import MODELS, prompts_of, variants_of
from gpt2 import ACTIVATIONS, GPT2
from safetensors import make_model, read_model, read_safetensors, write_tensors

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from peers import torch_gpt2  # noqa: E402
from peers.sweep_peers import PEERS, batches_of, rows_of  # noqa: E402
from sweeps.cases import Case, Edit  # noqa: E402


def zero_head(layer, head, positions="all"):
    return {"hook": f"blocks.{layer}.attn.hook_z", "head": head, "positions": positions,
            "replacement": {"kind": "zero"}}


class ReferenceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.directories = {name: make_model(Path(cls.folder.name) / name, spec)
                           for name, (_, spec) in MODELS.items()}
        cls.models = {name: GPT2(path, torch.float64) for name, path in cls.directories.items()}
        cls.ids = {name: prompts_of(spec)[0]["ids"] for name, (_, spec) in MODELS.items()}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def each(self):
        for name, model in self.models.items():
            with self.subTest(name):
                yield model, self.ids[name], self.directories[name]

    def close(self, a, b, tolerance=1e-12):
        self.assertEqual(a.shape, b.shape)
        self.assertLessEqual((a - b).abs().max().item(), tolerance * b.abs().max().item())

    def test_activations_are_pytorchs(self):
        x = torch.linspace(-6, 6, 1001, dtype=torch.float64)
        self.close(ACTIVATIONS["gelu"](x), F.gelu(x))
        self.close(ACTIVATIONS["gelu_new"](x), F.gelu(x, approximate="tanh"))
        gelu_fast = 0.5 * x * (1 + torch.tanh(x * 0.7978845608 * (1 + 0.044715 * x * x)))  # as transformers has it
        self.close(ACTIVATIONS["gelu_new"](x), gelu_fast, 1e-9)
        self.close(ACTIVATIONS["relu"](x), F.relu(x))

    def test_logits_are_those_of_the_modules(self):
        for model, ids, directory in self.each():
            with torch.no_grad():
                modules = torch_gpt2.load(directory).double()(torch.tensor([ids]))[0]
            self.close(model.run(ids)[0], modules)

    def test_silenced_heads_are_those_of_a_module_hook(self):
        for model, ids, directory in self.each():
            modules, layer, head = torch_gpt2.load(directory).double(), model.n_layer - 1, model.n_head - 1
            width = modules.config["n_embd"] // model.n_head
            c_proj = modules.transformer.h[layer].attn.c_proj
            c_proj.weight[head * width:(head + 1) * width] = 0  # silences what the head writes
            with torch.no_grad():
                expected = modules(torch.tensor([ids]))[0]
            self.close(model.run(ids, interventions=[zero_head(layer, head)])[0], expected)

    def close_to_reference(self, peers, model, directory, case):
        """Log-probabilities of the case by the benchmark's peers, in batches of one row and of a few positions."""
        def log_prob(row):
            edits = []
            if row.edit:
                positions = "all" if row.edit.position is None else [row.edit.position % len(case.prompts[row.prompt])]
                kind = {"zero": "zero", "mean": "mean_head"}[row.edit.replacement]
                edits = [dict(zero_head(row.edit.layer, row.edit.head, positions), replacement={"kind": kind})]
            logits = model.run(case.prompts[row.prompt], interventions=edits)[0]
            return logits[-1].log_softmax(-1)[case.targets[row.prompt]]
        expected = {row: log_prob(row) for row in rows_of(case)}
        modules = torch_gpt2.load(directory).double()
        for name in peers:
            peer = PEERS[name](modules, case)
            with torch.no_grad():
                peer.prepare()
                for positions in (1, 35):
                    batches = batches_of(peer, expected, positions)
                    self.assertEqual(sum(map(len, batches)), len(expected))
                    for batch in batches:
                        self.close(torch.tensor(peer.run(batch), dtype=torch.float64),
                                   torch.stack([expected[row] for row in batch]))

    def test_the_benchmarks_peers_compute_the_same_sweep(self):
        for model, ids, directory in self.each():
            edits = [Edit(layer, head, None, kind) for kind in ("zero", "mean") for layer in range(model.n_layer)
                     for head in range(model.n_head)]
            prompts = [ids, ids[:3], ids[::-1]]
            self.close_to_reference(["loop", "batched"], model, directory,
                                    Case("all", "", prompts, [9, 3, 4], variants=edits))
            self.close_to_reference(["loop", "batched"], model, directory, Case("clean", "", prompts, [9, 3, 4]))

    def test_the_benchmarks_cache_is_the_clean_pass(self):
        for model, ids, directory in self.each():
            prompts = [ids, ids[:2] + ids[:1:-1]]
            for shared, positions in ((2, (-1, 2)), (0, (-1, 0, 3))):
                edits = [Edit(layer, head, position, "zero") for layer in range(model.n_layer)
                         for head in range(model.n_head) for position in positions]
                self.close_to_reference(["loop", "batched", "cached"], model, directory,
                                        Case("some", "", prompts, [9, 3], variants=edits, shared=shared))

    def test_hook_points_agree_with_each_other(self):
        for model, ids, _ in self.each():
            logits, seen = model.run(ids, capture="all")
            w, p = model.weights, len(ids)
            self.assertEqual(len(seen), 4 + 19 * model.n_layer)
            for i in range(model.n_layer):
                block = {name.split(".", 2)[2]: x for name, x in seen.items() if name.startswith(f"blocks.{i}.")}
                d = block["hook_resid_pre"].shape[-1]
                ln1 = F.layer_norm(block["hook_resid_pre"], (d,), w[f"h.{i}.ln_1.weight"], w[f"h.{i}.ln_1.bias"],
                                   model.eps)
                self.close(block["ln1.hook_normalized"], ln1)
                variance = block["hook_resid_mid"].var(-1, unbiased=False, keepdim=True)
                self.close(block["ln2.hook_scale"], (variance + model.eps).sqrt())

                qkv = ln1 @ w[f"h.{i}.attn.c_attn.weight"] + w[f"h.{i}.attn.c_attn.bias"]
                together = [block[f"attn.hook_{name}"].reshape(p, d) for name in "qkv"]
                self.close(torch.cat(together, 1), qkv)
                divisor = (d // model.n_head) ** 0.5 * (i + 1 if model.inverse_layer_scale else 1)
                scaled = block["attn.hook_scores_raw"] / divisor
                lower = torch.ones(p, p, dtype=torch.bool).tril()
                self.close(block["attn.hook_attn_scores"][:, lower], scaled[:, lower])
                self.assertTrue((block["attn.hook_attn_scores"][:, ~lower] == -torch.inf).all())
                self.close(block["attn.hook_pattern"].sum(-1), torch.ones(model.n_head, p, dtype=torch.float64))
                self.assertTrue((block["attn.hook_pattern"][:, 0, 0] == 1).all())

                out = block["attn.hook_result"].sum(1) + w[f"h.{i}.attn.c_proj.bias"]
                self.close(block["hook_attn_out"], out)
                self.close(block["hook_resid_mid"], block["hook_resid_pre"] + block["hook_attn_out"])
                self.close(block["hook_resid_post"], block["hook_resid_mid"] + block["hook_mlp_out"])
            self.close(seen["unembed.hook_out"], logits)
            self.close(seen["blocks.0.hook_resid_pre"], seen["hook_embed"] + seen["hook_pos_embed"])

    def test_replacing_an_activation_by_itself_changes_nothing(self):
        for model, ids, _ in self.each():
            logits, seen = model.run(ids, capture="all")
            for name, x in seen.items():
                if not name.endswith(("resid_pre", "resid_mid", "resid_post", "_out", "hook_q", "hook_k", "hook_v",
                                      "hook_z", "hook_attn_scores", "hook_pattern", "hook_post")) or name == "unembed.hook_out":
                    continue
                by_head = x.transpose(0, 1) if name.endswith(("attn_scores", "pattern")) else x
                head = model.n_head - 1 if by_head.dim() == 3 else None
                rows = by_head if head is None else by_head[:, head]
                edit = {"hook": name, "head": head, "positions": "all",
                        "replacement": {"kind": "rows", "rows": rows}}
                self.assertTrue(torch.equal(model.run(ids, interventions=[edit])[0], logits), name)

    def test_layers_below_and_positions_before_an_edit_are_untouched(self):
        for model, ids, _ in self.each():
            _, clean = model.run(ids, capture="all")
            edit = zero_head(model.n_layer - 1, 0, [3])
            logits, edited = model.run(ids, capture="all", interventions=[edit])
            for name, x in clean.items():
                if name.startswith("blocks.") and int(name.split(".")[1]) < model.n_layer - 1:
                    self.assertTrue(torch.equal(edited[name], x), name)
            self.assertTrue(torch.equal(logits[:3], clean["unembed.hook_out"][:3]))
            self.assertFalse(torch.equal(logits[3], clean["unembed.hook_out"][3]))
            self.assertTrue((edited[edit["hook"]][3, 0] == 0).all())

    def test_means_are_of_the_unedited_activation(self):
        model, ids = self.models["three_heads"], self.ids["three_heads"]
        name = "blocks.1.attn.hook_z"
        z = model.run(ids, [name])[1][name]
        mean = dict(zero_head(1, 2, "last"), replacement={"kind": "mean_head"})
        _, seen = model.run(ids, [name], [zero_head(1, 2, [0, 1]), mean])
        self.close(seen[name][-1, 2], z[:, 2].mean().expand(16))
        each = dict(mean, head=None, positions=[4], replacement={"kind": "mean_positions"})
        self.close(model.run(ids, [name], [each])[1][name][4], z.mean(0))

    def test_what_has_no_meaning_is_refused(self):
        model, ids = self.models["one_head"], self.ids["one_head"]
        for change in ({"hook": "blocks.0.hook_attn_out"}, {"hook": "blocks.0.ln1.hook_scale"},
                       {"hook": "blocks.9.attn.hook_z"}, {"replacement": {"kind": "cube"}}):
            with self.assertRaises(ValueError):
                model.run(ids, interventions=[{**zero_head(0, 0), **change}])

    def test_weights_do_not_depend_on_sharding_or_prefix(self):
        spec = MODELS["untied_relu"][1]
        expected = read_model(self.directories["untied_relu"])
        other = read_model(make_model(Path(self.folder.name) / "other", replace(spec, shards=4, prefix=True)))
        self.assertEqual(expected.keys(), other.keys())
        for name, value in expected.items():
            self.assertTrue((value == other[name]).all(), name)

    def test_storage_types_round_as_pytorch_does(self):
        spec = replace(MODELS["one_head"][1], seed=7)
        full = read_model(make_model(Path(self.folder.name) / "f32", spec))
        for dtype, kind in (("F16", torch.float16), ("BF16", torch.bfloat16)):
            stored = read_model(make_model(Path(self.folder.name) / dtype, replace(spec, dtype=dtype)))
            for name, value in full.items():
                rounded = torch.from_numpy(value.copy()).to(kind).float()
                self.assertTrue(torch.equal(torch.from_numpy(stored[name].copy()), rounded), name)

    def test_float32_is_within_the_tolerance_of_float64(self):
        for name, directory in self.directories.items():
            single = GPT2(directory)
            for variant in variants_of(MODELS[name][1]):
                ids = prompts_of(MODELS[name][1])[variant["prompt"]]["ids"]
                exact = self.models[name].run(ids, interventions=variant["interventions"])[0]
                self.close(single.run(ids, interventions=variant["interventions"])[0].double(), exact, 5e-6)

    def test_written_tensors_read_back(self):
        path, values = Path(self.folder.name) / "t.safetensors", {"a/b": torch.randn(3, 2).numpy()}
        write_tensors(path, values)
        self.assertTrue((read_safetensors(path)["a/b"] == values["a/b"]).all())


if __name__ == "__main__":
    unittest.main()
