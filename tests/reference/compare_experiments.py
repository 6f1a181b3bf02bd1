#!/usr/bin/env python3
"""Holds the experiments, as their workflows leave them in run files, and sets of edits as named variants against the
independent reference.

    compare_experiments.py --hookflow PROGRAM              on nano and on a random model of GPT-2 small's shapes
    compare_experiments.py --hookflow PROGRAM --models nano --experiments cosine_ripple

Tensors must agree within 1e-4 of their largest magnitude, statistics of the stored values within 1e-6 of scipy's,
counts and significance marks exactly. The token ids are those that the run file says were fed.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
import torch

import experiment_measures
import experiment_variants
import experiments
from checks import Checks
from compare_measures import direct_contributions, induction, logit_lens, measures
from experiment_cosine import pizza as pizza_by_hooks
from experiment_qkv import pair_values, similarity
from gpt2 import GPT2
from run_files import labels, only, prompts, token_texts, width
from safetensors import Spec, make_model
from statistics_oracle import adjust, count_bounds, density, histogram, ttest

ROOT = Path(__file__).resolve().parents[2]
T_TEST = ("t", "df", "p", "mean_difference", "ci_low", "ci_high", "cohens_d")
BLOCKS = ["q-q", "k-k", "v-v", "q-k", "q-v", "k-v"]  # the order of experiments' QQ, KK, VV, QK, QV, KV


def predictions(check, file, want, layers):
    """The scores [replacement, layer, head, token] at the layers that `want` has."""
    for name in ("log_prob", "prob", "log_prob_change", "prob_change"):
        # A change is a difference of two tensors: its error is theirs.
        scale = np.abs(want[name.replace("_change", "")]).max()
        check.close(f"scores/{name}", only(file, f"/scores/{name}")[:, layers], want[name], 1e-4 * scale)
    check.equal("scores/top_token", only(file, "/scores/top_token")[:, layers], want["argmax"])
    check.tensor("clean/log_prob", only(file, "/clean/log_prob"), want["clean_log_prob"])
    check.equal("clean/top_token", only(file, "/clean/top_token"), want["clean_argmax"])


def target_tokens(file):
    return only(file, "/clean/token_id").tolist()


def head_ablation(check, file, model):
    want = experiments.head_ablation(model, prompts(file)[0], target_tokens(file))
    for name in ("log_prob", "prob", "log_prob_change", "prob_change", "argmax"):
        want[name] = want[name][None, None]  # one replacement, one layer
    predictions(check, file, want, [0])
    check.tensor("clean_vocabulary", only(file, "/clean_vocabulary/log_prob"), want["clean_vocabulary"])
    check.tensor("silenced_vocabulary", only(file, "/silenced_vocabulary/log_prob")[0, 0], want["vocabulary"])


def head_sweep(check, file, model):
    # The reference runs a pass a head; of a large model some layers do, as compare_gpt2_shapes.py has them all.
    layers = list(range(model.n_layer)) if width(model) < 768 else [0, model.n_layer // 2, model.n_layer - 1]
    want = experiments.head_sweep(model, prompts(file)[0], target_tokens(file), layers)
    predictions(check, file, want, layers)
    replaced_by = only(file, "/means/replaced_by")[:, layers]  # [replacement, layer, head]
    check.equal("means/replaced_by of zero", replaced_by[0], np.zeros_like(replaced_by[0]))
    check.tensor("means/replaced_by of mean", replaced_by[1], want["head_mean"])
    change = only(file, "/scores/prob_change").astype(np.float64)  # [replacement, layer, head, token]
    check.statistic("by_layer/prob_change_mean", only(file, "/by_layer/prob_change_mean"), change.mean(2), np.abs(change).max())
    check.statistic("by_layer/prob_change_std", only(file, "/by_layer/prob_change_std"), change.std(2, ddof=1))


def attention_scores(check, file, model):
    ids = prompts(file)[0]
    want = experiments.attention_scores(model, ids, from_position=0)
    heads, keys = model.n_head, len(ids) - 2
    for name in "qkv":
        spread = want[name + "_std"].max()
        check.close(f"{name} means", only(file, f"/qkv_by_head/{name}_mean"), want[name + "_mean"], 1e-4 * spread)
        check.tensor(f"{name} stds", only(file, f"/qkv_by_head/{name}_std"), want[name + "_std"])
        check.equal(f"{name} counts", only(file, f"/qkv_by_head/{name}_count"),
                    np.full((model.n_layer, heads), (len(ids) - 1) * width(model) // heads))
    raw, cross = only(file, "/raw/raw"), only(file, "/raw/raw_cross")
    own = np.eye(heads, dtype=bool)
    check.tensor("raw/raw", raw, want["raw_scores"][:, own])
    check.tensor("raw/raw_cross", cross[:, ~own], want["raw_scores"][:, ~own])
    check.equal("no cross score of a head with itself", np.isnan(cross[:, own]).all(), True)
    for name, scores, count in (("same_head", raw, heads * keys), ("cross_head", cross[:, ~own], heads * (heads - 1) * keys)):
        variable = "raw" if name == "same_head" else "raw_cross"
        check.equal(f"{name} count", only(file, f"/{name}/{variable}_count"), np.full(model.n_layer, count))
        values = scores.reshape(model.n_layer, -1).astype(np.float64)
        check.equal(f"{name} share of negatives", only(file, f"/{name}/{variable}_negative_share"), (values < 0).mean(1))
        check.statistic(f"{name} mean", only(file, f"/{name}/{variable}_mean"), values.mean(1), np.abs(values).max())
        check.tensor(f"{name} mean of the reference", only(file, f"/{name}/{variable}_mean"), want[name + "_mean"])
        bins(check, file, f"{name}_histogram", variable, values)
    weights(check, file, want)


def bins(check, file, group, variable, values):
    """A histogram of each layer's values [layer, n] over the edges that the file has."""
    edges = file[f"/{group}/{variable}_edges"][()]
    check.statistic(f"{group} edges", edges, np.linspace(values.min(), values.max(), len(edges)), np.abs(values).max())
    for layer, (counts, dense) in enumerate(zip(only(file, f"/{group}/{variable}_count"), only(file, f"/{group}/{variable}_density"))):
        low, high = count_bounds(values[layer], edges, 1e-9 * np.abs(values).max())
        check.equal(f"{group} of layer {layer}", (low <= counts) & (counts <= high), np.ones(len(counts)))
        check.equal(f"{group} of layer {layer} total", counts.sum(), values.shape[1])
        check.statistic(f"{group} density of layer {layer}", dense, counts / np.diff(edges) / counts.sum())


def weights(check, file, want):
    to_earlier, to_self = only(file, "/to_earlier/pattern"), only(file, "/to_self/pattern")
    check.tensor("to_earlier", to_earlier, want["last_to_earlier"])
    check.tensor("to_self", to_self, want["to_itself"])
    first = only(file, "/first/pattern")
    check.equal("the first position's weight", first, np.ones_like(first))
    grid = np.linspace(0, 1, 300)
    for name, stored, key in (("to_earlier", to_earlier, "density_last"), ("to_self", to_self, "density_itself")):
        for layer, values in enumerate(stored):
            got = only(file, f"/{name}_density/pattern_density")[layer]
            exact = density(values.ravel().astype(np.float64), grid)["density"]
            check.statistic(f"{name} density of layer {layer}", got, exact, exact.max())
            check.close(f"{name} density of layer {layer} of the reference", got, want[key][layer], 1e-3 * exact.max())


def similarity_tests(check, file, group, variable, want, kind, samples):
    """The stored t-tests [layer] against scipy's of the stored samples, and their marks against the reference's."""
    def stored(name):
        return only(file, f"/{group}/{variable}_{name}").reshape(len(samples), -1).squeeze(-1)
    untouched = np.array([not sample.any() for sample in samples])
    for name in T_TEST:
        expected = [0.0 if untouched[i] else ttest("one_sample", sample)[name] for i, sample in enumerate(samples)]
        if name in ("p", "df"):
            expected = [{"p": 1.0, "df": len(samples[0]) - 1.0}[name] if untouched[i] else value for i, value in enumerate(expected)]
        scale = None if name in ("p", "df") else np.abs(expected).max()
        check.statistic(f"{group} {name}", stored(name), np.array(expected), scale)
    dataset = file[f"/{group}/{variable}_significant"]
    marks = dataset[()].reshape(len(samples), -1)
    for i, name in enumerate(labels(dataset, dataset.ndim - 1)):
        suffix = "" if name == "none" else "_" + name
        check.equal(f"{group} significant, {name}", marks[:, i], want["significant" + suffix])
    check.equal(f"{group} p of layers that nothing reaches", stored("p")[untouched], np.ones(untouched.sum()))
    check.equal(f"{group} NaN", sum(np.isnan(stored(name)).sum() for name in T_TEST), 0)


def cosine_ripple(check, file, model):
    ids = prompts(file)[0]
    pairs = (len(ids) - 1) * (len(ids) - 2) // 2
    clean = experiments.clean_similarity(model, ids)
    got = only(file, "/clean/cosine")  # [layer, pair]
    check.equal("pairs", got.shape[1], pairs)
    check.tensor("clean", got, clean["similarity"])
    check.tensor("clean after ln_f", only(file, "/clean_final/cosine"), clean["similarity_ln_f"])
    check.statistic("clean mean", only(file, "/clean_by_layer/cosine_mean"), got.astype(np.float64).mean(1))
    each = experiments.silence_each_layer(model, ids)
    local = only(file, "/local/cosine").reshape(got.shape)
    check.tensor("local", local, each["similarity"])
    similarity_tests(check, file, "local_test", "cosine", each, "paired", local.astype(np.float64) - got)
    once = experiments.silence_once(model, ids)
    ripple, change = only(file, "/ripple/cosine")[0], only(file, "/ripple/cosine_change")[0]
    check.tensor("ripple", ripple, once["similarity"])
    check.equal("layers below the silenced one", change[:3], np.zeros_like(change[:3]))
    check.close("ripple's change", change, once["difference"], 1e-4 * np.abs(clean["similarity"]).max())
    check.tensor("ripple after ln_f", only(file, "/ripple_final/cosine")[0], once["similarity_ln_f"])
    similarity_tests(check, file, "ripple_test", "cosine_change", once, "one_sample", change.astype(np.float64))


def pizza(check, file, model):
    ids, texts = prompts(file)[0], token_texts(file)
    words = [texts[i] for i in ids]
    places = {"butter": words.index(" butter"), "pizza": words.index(" pizza"),
              "fruit": range(words.index(" and") + 1, words.index(" taste"))}
    layers = list(range(model.n_layer)) if width(model) < 768 else [0, model.n_layer // 2, model.n_layer - 1]
    want = pizza_by_hooks(model, ids, places, layers)
    check.equal("pairs", labels(file["/clean/cosine"], 2) == ["butter-pizza", "fruit-pizza"], True)
    check.tensor("clean", only(file, "/clean/cosine"), want["clean"])
    change = only(file, "/local/cosine_change")[0].astype(np.float64)  # [layer, head, pair]
    check.close("change", change[layers], want["difference"], 1e-4)
    check.equal("butter and pizza", change[..., 0], np.zeros(change.shape[:2]))
    tested = {name: only(file, f"/local_test/cosine_change_{name}")[0] for name in (*T_TEST, "significant")}
    for name in T_TEST:
        check.equal(f"{name} of butter and pizza", tested[name][:, 0],
                    np.full(len(change), {"p": 1, "df": model.n_head - 1}.get(name, 0)))
        expected = np.array([ttest("one_sample", sample)[name] for sample in change[..., 1]])
        check.statistic(f"{name} of the fruit and pizza", tested[name][:, 1], expected, None if name in ("p", "df") else np.abs(expected).max())
    adjusted = adjust(tested["p"][:, 1])
    marks = np.stack([tested["p"][:, 1], adjusted["bonferroni"], adjusted["benjamini_hochberg"]], 1) < 0.05
    check.equal("significant", tested["significant"], np.stack([np.zeros_like(marks), marks], 1))


def qkv_layers(check, file, model):
    sentences, d = prompts(file), width(model)
    counts = [d * (d - 1) // 2] * 3 + [d * d] * 3
    for layer in (range(model.n_layer) if d < 768 else [0, model.n_layer // 2, model.n_layer - 1]):
        for gathered in ("her", "before"):
            vectors = np.concatenate([file[f"/{gathered}/{name}"][:, layer].reshape(len(sentences), -1) for name in "qkv"], 1)
            own = similarity(vectors)
            neurons(check, file, f"{gathered}_neurons", own, counts, layer)
            beyond(check, file, f"{gathered}_neurons", own, layer)
    for measure in ("cosine", "correlation"):
        check.equal(f"shuffled {measure} pairs", file[f"/shuffled_neurons/{measure}_pairs"][()], [counts] * model.n_layer)


def beyond(check, file, group, want, layer):
    """The pairs beyond ±0.9; one that is a rounding away from it may be counted or not."""
    for measure in ("cosine", "correlation"):
        sizes = [np.abs(values) for values in pair_values(want[measure]).values()]
        low, high = (np.array([(size > 0.9 + margin).sum() for size in sizes]) for margin in (1e-9, -1e-9))
        counts = file[f"/{group}/{measure}_beyond_count"][layer]
        check.equal(f"{group} {measure} beyond, layer {layer}", (low <= counts) & (counts <= high), np.ones(6))
        check.statistic(f"{group} {measure} beyond share, layer {layer}", file[f"/{group}/{measure}_beyond_share"][layer],
                        counts / np.array([len(size) for size in sizes]), 1)


def qkv_similarity(check, file, model):
    sentences = prompts(file)
    check.equal("sentences", len(sentences), 54)
    positions = file["/her/position"][()]
    token = {sentence[position] for sentence, position in zip(sentences, positions)}
    check.equal("tokens at the positions", len(token), 1)
    want = experiments.qkv_similarity(model, sentences, token.pop())
    d = width(model)
    counts = [d * (d - 1) // 2] * 3 + [d * d] * 3
    for gathered, group, key in (("her", "her_neurons", "target"), ("before", "before_neurons", "control")):
        vectors = np.concatenate([file[f"/{gathered}/{name}"][()].reshape(len(sentences), -1) for name in "qkv"], 1)
        check.tensor(f"{gathered} vectors", vectors, want[key]["vectors"])
        own = similarity(vectors)
        neurons(check, file, group, own, counts)
        sentences_group = f"/{gathered}_sentences/cosine"
        check.tensor(sentences_group, file[sentences_group][()], own["sentence_cosine"])
        check.tensor(sentences_group + " of the reference", file[sentences_group][()], want[key]["sentence_cosine"])
    for measure in ("cosine", "correlation"):
        check.equal(f"shuffled {measure} pairs", file[f"/shuffled_neurons/{measure}_pairs"][()], counts)
    # Without its alignment a correlation is chance: mean 0, spread 1 / sqrt(n - 1).
    spread = 1 / np.sqrt(len(sentences) - 1)
    shuffled = file["/shuffled_neurons/correlation_mean"][()], file["/shuffled_neurons/correlation_std"][()]
    check.close("shuffled correlation mean", shuffled[0], np.zeros(6), 0.05 * spread)
    check.close("shuffled correlation std", shuffled[1], np.full(6, spread), 0.05 * spread)


def neurons(check, file, group, want, counts, layer=...):
    """All that is stored of the pairs of neurons, of one layer where there are several."""
    dataset = file[f"/{group}/cosine_count"]
    check.equal(f"{group} blocks", labels(dataset, dataset.ndim - 2) == BLOCKS, True)
    for measure in ("cosine", "correlation"):
        check.equal(f"{group} {measure} pairs", file[f"/{group}/{measure}_pairs"][layer], counts)
        got = file[f"/{group}/{measure}_count"][layer]
        check.equal(f"{group} {measure} total", got.sum(1), counts)
        # A value a rounding away from an edge may be in either bin.
        moved = np.abs(got - want[measure + "_counts"]).sum(1)
        check.equal(f"{group} {measure} counts", moved <= 4, np.ones(6))
        check.close(f"{group} {measure} density", file[f"/{group}/{measure}_density"][layer], want[measure + "_density"], 4 * 50 / min(counts))
        check.statistic(f"{group} {measure} mean", file[f"/{group}/{measure}_mean"][layer], want[measure + "_mean"], 1)
        check.statistic(f"{group} {measure} std", file[f"/{group}/{measure}_std"][layer], want[measure + "_std"])
    check.statistic(f"{group} edges", file[f"/{group}/edges"][()], want["edges"], 1)


def variants(check, file, model):
    want = experiment_variants.variants(model, prompts(file)[0], target_tokens(file)[0])
    dataset = file["/scores/log_prob_change"]  # [prompt, variant, token]
    check.equal("names", labels(dataset, 1) == want["names"], True)
    check.tensor("vocabulary", only(file, "/vocabulary_of_variants/log_prob"), want["vocabulary"])
    scale = np.abs(want["vocabulary"]).max()
    check.close("log_prob_change", only(file, "/scores/log_prob_change")[:, 0], want["log_prob_change"], 1e-4 * scale)


EXPERIMENTS = (head_ablation, head_sweep, attention_scores, cosine_ripple, qkv_similarity, pizza, qkv_layers, variants, logit_lens,
               direct_contributions, induction, measures)
# Workflows that do not ship, with vectors as wide as the model.
MADE = {variants: experiment_variants.workflow, measures: experiment_measures.workflow}


def workflow_of(experiment, model, folder):
    """The workflow that ships, or one that is made for the model."""
    if experiment not in MADE:
        return ROOT / f"workflows/{experiment.__name__}.yaml"
    path = folder / f"{experiment.__name__}.yaml"
    path.write_text(MADE[experiment](model))
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hookflow", metavar="PROGRAM", required=True)
    parser.add_argument("--models", nargs="+", choices=("nano", "gpt2"), default=("nano", "gpt2"))
    parser.add_argument("--experiments", nargs="+", choices=[function.__name__ for function in EXPERIMENTS])
    parser.add_argument("--tokenizer", metavar="DIR", default=os.environ.get("HOOKFLOW_GPT2_TOKENIZER"))
    options = parser.parse_args()
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        torch.set_num_threads(1)  # the passes are small, and the other tests run beside this one
        for name in options.models:
            made = Path(folder) / name
            model = ROOT / "model/nano" if name == "nano" else make_model(made, Spec(seed=12), options.tokenizer)
            reference = GPT2(str(model))
            for experiment in EXPERIMENTS:
                if options.experiments and experiment.__name__ not in options.experiments:
                    continue
                run, start = Path(folder) / f"{experiment.__name__}_{name}.h5", time.time()
                subprocess.run([options.hookflow, "run", workflow_of(experiment, reference, Path(folder)), "--model",
                                str(model), "--out", run, "--quiet"], check=True, stdout=subprocess.DEVNULL)
                ran, check = time.time(), Checks(f"{experiment.__name__} on {name}")
                with h5py.File(run, "r") as file, torch.no_grad():
                    experiment(check, file, reference)
                problems += check.problems
                print(f"{check.where}: {check.compared} values compared, {len(check.problems)} problems; hookflow "
                      f"{ran - start:.1f} s, reference {time.time() - ran:.1f} s", flush=True)
                run.unlink()
    for problem in problems:
        print(f"compare_experiments: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
