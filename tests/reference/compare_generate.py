#!/usr/bin/env python3
"""Holds how texts are continued, as run files have it, against plain PyTorch.

    compare_generate.py --hookflow PROGRAM

The reference runs the whole text anew for each token, by plain hooks. Each token is edited as the last of the text so
far. Greedy ids must be the same wherever the two most likely tokens are further apart than GAP, log-probabilities
and entropies within 1e-4 of their largest magnitude; where they are nearer, the text is compared up to there.
What is drawn is held against the softmax by chi-squared, and the tokens of top_p against numpy.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import scipy.stats
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "bench"), str(ROOT / "tests/reference/patching")]
from passes import Text, function, places, resolve, run  # noqa: E402

from checks import Checks  # noqa: E402
from gpt2 import GPT2  # noqa: E402
from make_model import Spec, make_model  # noqa: E402

GAP = 1e-3  # of logits
NANO = ROOT / "model/nano"
TEXTS = ["Berlin is the capital of", "When Sam and Sally went to the park, Sam gave", "Anna lost her keys.", "The opposite"]
IDS = [[45, 49, 73, 92, 7], [45, 49, 73, 30], [1, 9], [90, 17, 17, 5, 12, 8, 44]]


def edits(width, head_width):
    """Variants by name, of models of at least two layers and two heads."""
    random = np.random.default_rng(5)
    vector = lambda size, scale: (scale * random.normal(size=size)).round(3).tolist()
    return {
        "steered": [{"at": "blocks.1.hook_resid_pre", "with": {"add": vector(width, 0.8)}, "positions": "all"}],
        "steered_last": [{"at": "blocks.0.hook_resid_post", "with": {"add": vector(width, 0.8)}, "positions": "last"}],
        "steered_prompt": [{"at": "blocks.0.hook_resid_post", "with": {"add": vector(width, 3)}, "positions": [0]}],
        "open_slice": [{"at": "blocks.1.hook_mlp_out", "with": {"scale": 3}, "positions": "1:"}],
        "silenced": [{"at": "blocks.0.attn.hook_z[1]", "with": "zero", "positions": "all"}],
        "silenced_prompt": [{"at": "blocks.*.attn.hook_z", "with": "zero", "positions": ":1"}],
        "key": [{"at": "blocks.1.attn.hook_k[0]", "with": {"add": vector(head_width, 2)}, "positions": "all"}],
        "pattern": [{"at": "blocks.1.attn.hook_pattern[0]", "with": "zero", "positions": "all"}],
        "several": [{"at": "blocks.0.attn.hook_v[0]", "with": {"scale": -1}, "positions": "last"},
                    {"at": "blocks.1.hook_attn_out", "with": {"project_out": vector(width, 1)}, "positions": "all"}],
    }


def reached(positions, length, tokens):
    """Positions of a text of so many tokens, of which the prompt is `length`: each token as the last when it came."""
    found = set(resolve(positions, Text(list(range(length)), {}, None)))
    behind = [end - 1 for end in range(length + 1, tokens + 1) if end - 1 in resolve(positions, Text(list(range(end)), {}, None))]
    return sorted(found | set(behind))


def continued(model, ids, variant, count, stop):
    """Of each new token its id, log-probability, the entropy, and the gap between the two most likely."""
    text, rows = list(ids), []
    while len(rows) < count:
        functions = []
        for edit in variant:
            positions = reached(edit["positions"], len(ids), len(text))
            functions += [function(place, edit["with"], positions) for place in places(edit["at"], model)]
        logits = run(model, text, functions)["unembed.hook_out"][-1]
        log_probs = logits.log_softmax(-1)
        best = logits.topk(2)
        text.append(int(best.indices[0]))
        rows.append((text[-1], float(log_probs[text[-1]]), float(-(log_probs.exp() * log_probs).sum()), float(best.values[0] - best.values[1])))
        if text[-1] == stop:
            break
    return rows


def run_workflow(program, path, model, prompts, stages, keep):
    path.write_text(json.dumps({"workflow": "continued", "model": str(model), "prompts": prompts, "stages": stages, "keep": keep, "batch_tokens": 24}))
    file = path.with_suffix(".h5")
    subprocess.run([program, "run", path, "--out", file, "--quiet", "--force"], check=True, stdout=subprocess.DEVNULL)
    return file


def compare_rows(check, name, group, index, wanted, count):
    """Returns how many tokens were compared."""
    near = next((i for i, row in enumerate(wanted) if row[3] < GAP), len(wanted))
    end = count if near == len(wanted) else near  # what stands behind the end of a text counts, too
    for column, variable in enumerate(("token_id", "log_prob", "entropy")):
        missing = -1 if variable == "token_id" else np.nan
        want = np.array([row[column] for row in wanted] + [missing] * (count - len(wanted)))[:end]
        check.close(f"{name} {variable} {index}", group[variable][index][:end], want, 0 if column == 0 else 1e-4 * max(1, np.nanmax(np.abs(want), initial=0)))
    return end


def compare_greedy(program, folder, directory, prompts, count, stop):
    model, check = GPT2(directory, torch.float64), Checks(directory.name)
    width = model.weights["wte.weight"].shape[1]
    variants = edits(width, width // model.n_head)
    steering = lambda *added: [{"at": "blocks.1.hook_resid_post", "with": dict(zip(("add", "times"), added)), "positions": "all"}]
    stages = {"tokens": {"stage": "tokenize"}, "pass": {"stage": "forward", "in": "tokens"},
              "edited": {"stage": "ablate", "in": "pass", "variants": [{"name": name, "edits": made} for name, made in variants.items()]},
              "whole": {"stage": "forward", "in": "tokens", "edits": variants["steered"]},
              "silenced": {"stage": "ablate", "in": "whole", "at": "blocks.1.attn.hook_z[*]"},
              "moved": {"stage": "forward", "in": {"tokens": "tokens", "values": "mean_0.resid_post_mean[layer=0]"}, "edits": steering("values", 2)},
              "moved_on": {"stage": "ablate", "in": {"clean": "moved", "values": "mean_1.resid_post_mean[layer=1]"}, "at": "blocks.1.hook_resid_post", "with": {"add": "values", "times": -1}}}
    for layer in (0, 1):
        stages[f"held_{layer}"] = {"stage": "measure.activation", "in": "pass", "at": f"blocks.{layer}.hook_resid_post"}
        stages[f"mean_{layer}"] = {"stage": "aggregate.moments", "in": f"held_{layer}", "over": ["prompt", "position"], "statistics": ["mean"]}
    read = {"of_pass": "pass", "of_edited": {"edited": "edited"}, "of_whole": "whole", "of_silenced": {"edited": "silenced"}, "of_moved": "moved", "of_moved_on": {"edited": "moved_on"}}
    for name, given in read.items():
        stages[name] = {"stage": "generate", "in": given, "new_tokens": count}
    file = run_workflow(program, folder / f"{directory.name}.yaml", directory, prompts, stages, [*read, "mean_0", "mean_1"])
    compared = total = 0
    with h5py.File(file, "r") as h5:
        fed = [list(map(int, ids[:n])) for ids, n in zip(h5["tokens/ids"][()], h5["tokens/length"][()])]
        steps = [steering((h5[f"mean_{layer}/resid_post_mean"][()].reshape(-1) * times).tolist()) for layer, times in ((0, 2), (1, -1))]
        for i, ids in enumerate(fed):
            wanted = {("of_pass", ()): [], ("of_whole", ()): variants["steered"], ("of_moved", ()): steps[0], ("of_moved_on", ()): steps[0] + steps[1]}
            wanted |= {("of_edited", (v,)): made for v, made in enumerate(variants.values())}
            for head in range(model.n_head):
                wanted[("of_silenced", (head,))] = variants["steered"] + [{"at": f"blocks.1.attn.hook_z[{head}]", "with": "zero", "positions": "all"}]
            for (group, index), variant in wanted.items():
                between = (0,) * (h5[f"{group}/token_id"].ndim - 2 - len(index))  # axes of one step
                rows = continued(model, ids, variant, count, stop)
                compared += compare_rows(check, group, h5[group], (i, *between, *index), rows, count)
                total += count
    if compared < 0.9 * total:
        check.problems.append(f"{directory.name}: only {compared} of {total} tokens are far enough from a tie")
    return check


def softmax(logits, temperature, top_p):
    """Probabilities after temperature and top_p, by numpy."""
    scaled = np.asarray(logits, np.float64) / temperature
    probabilities = np.exp(scaled - scaled.max())
    probabilities /= probabilities.sum()
    order = np.argsort(-probabilities, kind="stable")
    before = np.cumsum(probabilities[order]) - probabilities[order]
    probabilities[order[before >= top_p]] = 0
    return probabilities / probabilities.sum()


def compare_drawn(program, folder):
    """The first two tokens of many samples."""
    check, model, samples = Checks("drawn"), GPT2(NANO, torch.float64), 2000
    settings = {"plain": (1, 1), "cool": (0.6, 1), "nucleus": (1.3, 0.8), "narrow": (1, 0.3)}
    stages = {"tokens": {"stage": "tokenize"}, "pass": {"stage": "forward", "in": "tokens"}}
    for name, (temperature, top_p) in settings.items():
        stages[name] = {"stage": "generate", "in": "pass", "new_tokens": 2, "temperature": temperature, "top_p": top_p, "seed": 7, "samples": samples}
    stages["again"] = stages["plain"]
    stages["other"] = {**stages["plain"], "seed": 8}
    prompts = [{"id": "a", "text": "Anna lost her"}, {"id": "b", "text": "We ate"}]
    with h5py.File(run_workflow(program, folder / "drawn.yaml", NANO, prompts, stages, list(stages)[2:]), "r") as h5:
        fed = [list(map(int, ids[:n])) for ids, n in zip(h5["tokens/ids"][()], h5["tokens/length"][()])]
        check.equal("again", h5["again/token_id"][()], h5["plain/token_id"][()])
        if (h5["other/token_id"][()] == h5["plain/token_id"][()]).all():
            check.problems.append("another seed draws the same")
        for (name, (temperature, top_p)), i in ((setting, i) for setting in settings.items() for i in range(2)):
            logits = run(model, fed[i])["unembed.hook_out"][-1].numpy()
            first, second = h5[f"{name}/token_id"][i].T
            compare_counts(check, f"{name} {i} first", first, softmax(logits, temperature, top_p))
            log_probs = logits - np.logaddexp.reduce(logits)
            check.close(f"{name} {i} log_prob", h5[f"{name}/log_prob"][i][:, 0], log_probs[first], 1e-4 * np.abs(log_probs).max())
            common = int(np.bincount(first).argmax())  # the second token, behind the commonest first one
            logits = run(model, fed[i] + [common])["unembed.hook_out"][-1].numpy()
            compare_counts(check, f"{name} {i} second", second[first == common], softmax(logits, temperature, top_p))
    return check


def compare_counts(check, name, tokens, probabilities):
    """Chi-squared of tokens against their probabilities, rare ones together; none outside of those that may be drawn."""
    check.compared += len(tokens)
    counts = np.bincount(tokens, minlength=len(probabilities))
    if counts[probabilities == 0].any():
        check.problems.append(f"{name}: drew {np.flatnonzero((probabilities == 0) & (counts > 0)).tolist()}, which top_p leaves out")
    likely = probabilities * len(tokens) >= 5
    got, want = np.append(counts[likely], counts[~likely].sum()), np.append(probabilities[likely], probabilities[~likely].sum()) * len(tokens)
    got, want = got[want > 0], want[want > 0]
    if len(want) < 2:
        return
    p = scipy.stats.chi2.sf(((got - want) ** 2 / want).sum(), len(want) - 1)
    if p < 1e-4:
        check.problems.append(f"{name}: chi-squared p = {p:.2g} for {len(tokens)} tokens")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hookflow", metavar="PROGRAM", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        made = folder / "random"
        make_model(made, Spec(n_layer=3, n_head=4, n_embd=64, n_positions=32, vocab_size=211, seed=3))
        ids = [{"id": str(i), "ids": ids} for i, ids in enumerate(IDS)]
        checks = [compare_greedy(options.hookflow, folder, ROOT / "tests/golden/three_heads", ids, 12, 96),
                  compare_greedy(options.hookflow, folder, made, ids, 16, 210),
                  compare_greedy(options.hookflow, folder, NANO, [{"id": str(i), "text": text} for i, text in enumerate(TEXTS)], 14, 3987),
                  compare_drawn(options.hookflow, folder)]
    for problem in (problem for check in checks for problem in check.problems):
        print(f"compare_generate: {problem}", file=sys.stderr)
    print(f"compare_generate: {sum(check.compared for check in checks)} values compared in {len(checks)} cases")
    return 1 if any(check.problems for check in checks) else 0


if __name__ == "__main__":
    sys.exit(main())
