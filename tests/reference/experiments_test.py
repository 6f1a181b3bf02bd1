#!/usr/bin/env python3
"""Checks the experiments' reference values: what must hold exactly, GPT-2's counts, and plain loops over entries."""
import math
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

import experiments
from experiment_ablation import head_ablation, head_edit, head_sweep
from experiment_cosine import clean_similarity, silence_each_layer, silence_once
from experiment_qkv import GROUPS, is_column_shuffle, qkv_similarity, sentence_vectors, similarity
from experiment_scores import attention_scores
from gpt2 import GPT2
from safetensors import Spec, make_model

SPEC = Spec(n_layer=4, n_head=3, n_embd=24, n_positions=40, vocab_size=50, seed=7)
IDS = [7, 3, 44, 12, 3, 9, 21, 30, 5]  # 9 tokens: 28 pairs without the first
TOKENS = [17, 29]


def loop_cosine(x, y):
    """Cosine of two lists of floats, term by term."""
    dot = math.fsum(float(a) * float(b) for a, b in zip(x, y))
    return dot / math.sqrt(math.fsum(float(a) ** 2 for a in x) * math.fsum(float(b) ** 2 for b in y))


class ExperimentsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.directory = make_model(Path(cls.folder.name) / "small", SPEC)
        cls.model = GPT2(cls.directory)
        _, cls.seen = cls.model.run(IDS, capture="all")
        cls.resid = [cls.seen[f"blocks.{layer}.hook_resid_post"].numpy() for layer in range(SPEC.n_layer)]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def seen_at(self, layer, name):
        return self.seen[f"blocks.{layer}.attn.hook_{name}"].numpy()

    def test_ablation_by_loops(self):
        out = head_ablation(self.model, IDS, TOKENS, layer=2)
        for head in range(SPEC.n_head):
            logits = self.model.run(IDS, interventions=[head_edit(2, head)])[0][-1].tolist()
            total = math.log(math.fsum(math.exp(x) for x in logits))
            for t, token in enumerate(TOKENS):
                self.assertAlmostEqual(out["log_prob"][head, t], logits[token] - total, 12)
                self.assertAlmostEqual(out["prob"][head, t], 100 * math.exp(logits[token] - total), 10)
                change = out["log_prob"][head, t] - out["clean_vocabulary"][token]
                self.assertEqual(out["log_prob_change"][head, t], change)
                self.assertNotEqual(change, 0)
                change = out["prob"][head, t] - 100 * math.exp(out["clean_log_prob"][t])
                self.assertAlmostEqual(out["prob_change"][head, t], change, 12)
            self.assertEqual(out["argmax"][head], logits.index(max(logits)))
        np.testing.assert_allclose(np.exp(out["vocabulary"]).sum(1), 1, rtol=1e-12)

    def test_the_sweep_holds_the_ablation_and_puts_the_mean_in(self):
        one, sweep = head_ablation(self.model, IDS, TOKENS, layer=2), head_sweep(self.model, IDS, TOKENS)
        self.assertEqual(sweep["log_prob"].shape, (2, SPEC.n_layer, SPEC.n_head, 2))
        for name in ("log_prob", "prob", "log_prob_change", "prob_change", "argmax"):
            np.testing.assert_array_equal(sweep[name][0, 2], one[name])
        self.assertEqual(sweep["argmax_unchanged"].tolist(),
                         [(sweep["argmax"][r] == one["clean_argmax"]).sum() for r in range(2)])
        for layer, head in np.ndindex(SPEC.n_layer, SPEC.n_head):
            z = self.seen_at(layer, "z")[:, head]
            mean = math.fsum(map(float, z.ravel())) / z.size
            self.assertAlmostEqual(sweep["head_mean"][layer, head], mean, 15)
            edit = dict(head_edit(layer, head), replacement={"kind": "value", "value": mean})
            log_prob = self.model.run(IDS, interventions=[edit])[0][-1].double().log_softmax(-1)[TOKENS]
            np.testing.assert_allclose(sweep["log_prob"][1, layer, head], log_prob, atol=1e-5)
        self.assertGreater(np.abs(sweep["log_prob"][0] - sweep["log_prob"][1]).max(), 1e-4)

    def test_scores_by_loops(self):
        out = attention_scores(self.model, IDS, points=41)
        p, e = len(IDS), SPEC.n_embd // SPEC.n_head
        for layer, i, j in np.ndindex(SPEC.n_layer, SPEC.n_head, SPEC.n_head):
            q, k = self.seen_at(layer, "q"), self.seen_at(layer, "k")
            for key in range(1, p - 1):
                dot = math.fsum(float(q[p - 1, i, x]) * float(k[key, j, x]) for x in range(e))
                self.assertAlmostEqual(out["raw_scores"][layer, i, j, key - 1], dot, 12)
        for layer, head in np.ndindex(SPEC.n_layer, SPEC.n_head):
            own = out["raw_scores"][layer, head, head]
            scores = np.append(self.seen_at(layer, "scores_raw")[head, -1, 0], own) / math.sqrt(e)
            scores = np.exp(np.append(scores, self.seen_at(layer, "scores_raw")[head, -1, -1] / math.sqrt(e)))
            np.testing.assert_allclose(out["last_to_earlier"][layer, head], scores[:-1] / scores.sum(), rtol=1e-4)
            values = [float(x) for x in self.seen_at(layer, "v")[1:, head].ravel()]
            mean = math.fsum(values) / len(values)
            self.assertAlmostEqual(out["v_mean"][layer, head], mean, 12)
            variance = math.fsum((x - mean) ** 2 for x in values) / (len(values) - 1)
            self.assertAlmostEqual(out["v_std"][layer, head], math.sqrt(variance), 12)
        self.assertTrue((out["first_to_itself"] == 1).all())
        self.assertTrue((out["to_itself"][:, :, 0] == 1).all())
        self.assertTrue((out["to_itself"][:, :, 1:] < 1).all())

    def test_score_lists_and_densities(self):
        out = attention_scores(self.model, IDS, points=41)
        for layer in range(SPEC.n_layer):
            heads = range(SPEC.n_head)
            cross = [out["raw_scores"][layer, i, j, key] for i in heads for j in heads if i != j for key in range(7)]
            self.assertEqual(out["cross_head"][layer].tolist(), cross)
            self.assertEqual(out["cross_head_negative"][layer], sum(x < 0 for x in cross) / len(cross))
            self.assertEqual(out["cross_head_counts"][layer].sum(), len(cross))
            values = out["last_to_earlier"][layer, 1, 1:]
            width = len(values) ** -0.2 * values.std(ddof=1)
            curves = [math.exp(-((0.5 - x) / width) ** 2 / 2) / width / math.sqrt(2 * math.pi) for x in values]
            self.assertAlmostEqual(out["density_last_by_head"][layer, 1, 20], math.fsum(curves) / len(curves), 9)
        self.assertEqual(out["density_grid"][20], 0.5)
        wide = attention_scores(self.model, IDS, bandwidth=2.0, points=41, from_position=0)
        self.assertFalse(np.isclose(wide["density_last"], out["density_last"]).all())
        short = attention_scores(self.model, IDS[:3], points=5)  # one earlier position but 0: no density of one value
        self.assertTrue(np.isnan(short["density_last_by_head"]).all())

    def test_counts_of_gpt2_small(self):
        model = GPT2(make_model(Path(self.folder.name) / "heads", Spec(1, 12, 24, 40, 50)))
        out = attention_scores(model, list(range(38)), points=3)
        self.assertEqual(out["raw_scores"].shape, (1, 12, 12, 36))
        self.assertEqual((out["same_head"].shape, out["cross_head"].shape), ((1, 432), (1, 4752)))
        pairs = similarity(np.random.default_rng(0).normal(size=(5, 3 * 768)))
        self.assertEqual(pairs["pair_count"].tolist(), [294528] * 3 + [589824] * 3)
        self.assertEqual(pairs["cosine_counts"].sum(1).tolist(), pairs["pair_count"].tolist())
        self.assertEqual(clean_similarity(self.model, IDS)["similarity"].shape, (SPEC.n_layer, 28))

    def test_similarities_by_loops(self):
        out = clean_similarity(self.model, IDS)
        final = self.seen["ln_final.hook_normalized"].numpy()
        pairs = [(i, j) for i in range(1, len(IDS)) for j in range(i + 1, len(IDS))]
        for pair, (i, j) in enumerate(pairs):
            for layer in range(SPEC.n_layer):
                expected = loop_cosine(self.resid[layer][i], self.resid[layer][j])
                self.assertAlmostEqual(out["similarity"][layer, pair], expected, 12)
            self.assertAlmostEqual(out["similarity_ln_f"][pair], loop_cosine(final[i], final[j]), 12)

    def test_layers_below_a_silenced_one_are_untouched(self):
        clean = clean_similarity(self.model, IDS)
        for layer in range(SPEC.n_layer):
            out = silence_once(self.model, IDS, layer=layer, head=1)
            np.testing.assert_array_equal(out["similarity"][:layer], clean["similarity"][:layer])
            self.assertTrue((out["difference"][:layer] == 0).all() and (out["difference"][layer:] != 0).any(1).all())
            for name, untouched in (("t", 0), ("p", 1), ("bonferroni", 1), ("holm", 1), ("mean_difference", 0),
                                    ("benjamini_hochberg", 1), ("ci_low", 0), ("ci_high", 0), ("cohens_d", 0)):
                self.assertTrue((out[name][:layer] == untouched).all(), name)
            self.assertFalse(out["significant"][:layer].any() or out["significant_benjamini_hochberg"][:layer].any())
            self.assertTrue((out["p"][layer:] < 1).all() and (out["df"] == 27).all())
            self.assertFalse(any(np.isnan(value).any() for value in out.values()))

    def test_silencing_each_layer_is_silencing_once_measured_there(self):
        each = silence_each_layer(self.model, IDS, head=2)
        for layer in range(SPEC.n_layer):
            once = silence_once(self.model, IDS, layer=layer, head=2)
            for name in ("similarity", "difference"):
                np.testing.assert_array_equal(each[name][layer], once[name][layer])
            for name in ("t", "p", "ci_low", "ci_high", "cohens_d"):  # paired, and one sample of differences
                np.testing.assert_allclose(each[name][layer], once[name][layer], rtol=1e-9)
        np.testing.assert_array_equal(each["difference_ln_f"], once["difference_ln_f"])
        x = [float(value) for value in each["difference"][1]]
        mean = math.fsum(x) / 28
        spread = math.sqrt(math.fsum((value - mean) ** 2 for value in x) / 27)
        self.assertAlmostEqual(each["t"][1], mean / (spread / math.sqrt(28)), 9)
        self.assertAlmostEqual(each["cohens_d"][1], mean / spread, 9)
        self.assertTrue((each["bonferroni"] == np.minimum(1, SPEC.n_layer * each["p"])).all())

    def test_qkv_similarity_by_loops(self):
        random = np.random.default_rng(1)
        sentences = [random.integers(0, 40, n).tolist() for n in random.integers(5, 9, 11)]
        for ids in sentences:
            ids[random.integers(1, len(ids))] = 45
        out = qkv_similarity(self.model, sentences, 45, layer=1)
        for name, offset in (("target", 0), ("control", -1)):
            ids = sentences[3]
            seen = self.model.run(ids, [f"blocks.1.attn.hook_{x}" for x in "qkv"])[1]
            row = np.concatenate([x[ids.index(45) + offset].flatten().numpy() for x in seen.values()])
            np.testing.assert_array_equal(out[name]["vectors"][3], row)
        x, d = out["target"]["vectors"], SPEC.n_embd
        for i, j in ((0, 1), (3, d + 3), (d - 1, 3 * d - 1), (2 * d, 2 * d + 5), (7, 7)):
            a, b = x[:, i].tolist(), x[:, j].tolist()
            self.assertAlmostEqual(out["target"]["cosine"][i, j], loop_cosine(a, b), 12)
            a, b = ([value - math.fsum(v) / len(v) for value in v] for v in (a, b))
            self.assertAlmostEqual(out["target"]["correlation"][i, j], loop_cosine(a, b), 12)
        for third in range(3):
            rows = [x[i, third * d:(third + 1) * d] for i in (2, 5)]
            self.assertAlmostEqual(out["target"]["sentence_cosine"][third, 2, 5], loop_cosine(*rows), 12)
        np.testing.assert_allclose(out["target"]["correlation"], np.corrcoef(x.T), atol=1e-12)
        cosine, group = out["target"]["cosine"], GROUPS.index("KV")
        values = [cosine[d + i, 2 * d + j] for i in range(d) for j in range(d)]
        self.assertAlmostEqual(out["target"]["cosine_mean"][group], math.fsum(values) / d ** 2, 12)
        self.assertAlmostEqual(out["target"]["cosine_density"][group].sum() * 0.02, 1, 12)
        values = [cosine[d + i, d + j] for i in range(d) for j in range(i + 1, d)]
        self.assertAlmostEqual(out["target"]["cosine_mean"][GROUPS.index("KK")], math.fsum(values) / len(values), 12)

    def test_qkv_edges(self):
        for ids in ([1, 2, 3], [1, 45, 45]):
            with self.assertRaisesRegex(ValueError, "sentence 1: token 45 occurs [02] times"):
                sentence_vectors(self.model, [[1, 45], ids], 45, 1)
        with self.assertRaisesRegex(ValueError, "sentence 0: no position -1"):
            sentence_vectors(self.model, [[45, 1]], 45, 1, offset=-1)
        x = np.random.default_rng(2).normal(size=(9, 12))
        self.assertTrue(is_column_shuffle(x, np.random.default_rng(3).permuted(x, axis=0)))
        self.assertFalse(is_column_shuffle(x, x[:, ::-1]))
        x[:, 4] = 0.1  # of one value: the correlation with it does not exist, and is not rounding's
        self.assertTrue(np.isnan(similarity(x)["correlation"][4]).all())

    def test_computing_by_name_flattens(self):
        arrays = experiments.flat(experiments.compute("qkv_similarity", self.directory, torch.float64,
                                                      sentences=[[1, 45], [2, 45, 3]], token=45, layer=1))
        self.assertEqual(arrays["control/vectors"].shape, (2, 3 * SPEC.n_embd))
        self.assertIn("clean_argmax", experiments.compute("head_sweep", self.directory, ids=IDS, tokens=TOKENS,
                                                          layers=[1]))


if __name__ == "__main__":
    unittest.main()
