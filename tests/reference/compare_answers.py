#!/usr/bin/env python3
"""Holds answers of several tokens, and the BOS token, as a run leaves them in its file, against the reference.

    compare_answers.py --hookflow PROGRAM

By the definition: each token of an answer is predicted by a pass of its own, over the prompt and the answer's tokens
before it. What takes a head's place is computed of the prompt alone. Values must agree within 1e-4 of the largest.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import torch

from checks import Checks
from gpt2 import GPT2

NANO = Path(__file__).resolve().parents[2] / "model/nano"
LAYERS = [0, 3, 7]
WORKFLOW = """
workflow: answers
model: nano
prompts:
  - {id: berlin, text: "Berlin is the capital of", target: " Germany and Paris is", contrast: " France"}
  - {id: paris, text: "The capital of Germany is Berlin, and Paris is", target: " the capital of France", contrast: " in"}
stages:
  tokens:   {stage: tokenize, bos: true}
  pass:     {stage: forward, in: tokens}
  silenced: {stage: ablate, in: pass, at: "blocks.0,3,7.attn.hook_z[*]", with: [zero, {mean: head}, {mean: positions}],
             positions: POSITIONS}
  clean:    {stage: measure.answer, in: pass, answers: [target, contrast]}
  scores:   {stage: measure.answer, in: [pass, silenced], answers: [target, contrast]}
keep: [clean, scores]
"""


def log_prob(model, prompt, answer, edits=lambda fed: []):
    """Sum over the answer's tokens; `edits`: from the number of tokens that are fed to interventions."""
    total = 0.0
    for i, token in enumerate(answer):
        ids = prompt + answer[:i]
        logits = model.run(ids, interventions=edits(len(ids)))[0][-1]
        total += logits.double().log_softmax(-1)[token].item()
    return total


def edits(model, prompt, positions):
    """Of each replacement, layer and head in turn, as log_prob takes them."""
    names = [f"blocks.{layer}.attn.hook_z" for layer in LAYERS]
    clean = model.run(prompt, names)[1]
    for kind in ("zero", "mean_head", "mean_positions"):
        for name in names:
            for head in range(model.n_head):
                z = clean[name][:, head]  # [position of the prompt, e]
                row = {"zero": torch.zeros_like(z[0]), "mean_head": z.mean().expand_as(z[0]), "mean_positions": z.mean(0)}[kind]
                yield lambda fed, name=name, head=head, row=row: [{
                    "hook": name, "head": head, "positions": "all" if positions == "all" else [len(prompt) - 1],
                    "replacement": {"kind": "rows", "rows": row.expand(fed, -1)}}]


def compare(check, file, model, positions):
    bos = json.loads((NANO / "config.json").read_text())["bos_token_id"]
    for p, (ids, length) in enumerate(zip(file["/tokens/ids"][()], file["/tokens/length"][()])):
        prompt = list(map(int, ids[:length]))
        check.equal("the BOS token, once", [prompt[0], prompt.count(bos)], [bos, 1])
        for a in range(2):
            count = file["/scores/token_count"][p, a]
            answer = list(map(int, file["/scores/token_id"][p, a, :count]))
            before = log_prob(model, prompt, answer)
            want = np.array([log_prob(model, prompt, answer, edit) for edit in edits(model, prompt, positions)])
            scale = 1e-4 * np.abs(want).max()
            check.close("clean", file["/clean/log_prob"][p, a], before, scale)
            check.close("clean per token", file["/clean/log_prob_per_token"][p, a], before / count, scale)
            check.close("edited", file["/scores/log_prob"][p, ..., a].ravel(), want, scale)
            check.close("change", file["/scores/log_prob_change"][p, ..., a].ravel(), want - before, scale)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hookflow", metavar="PROGRAM", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    problems, model = [], GPT2(str(NANO))
    with tempfile.TemporaryDirectory() as folder:
        for positions in ("all", "last"):
            workflow, run = Path(folder) / "w.yaml", Path(folder) / f"{positions}.h5"
            workflow.write_text(WORKFLOW.replace("POSITIONS", positions))
            subprocess.run([options.hookflow, "run", workflow, "--out", run, "--quiet"], check=True, stdout=subprocess.DEVNULL)
            check = Checks(f"edits at {positions}")
            with h5py.File(run, "r") as file:
                compare(check, file, model, positions)
            problems += check.problems
            print(f"{check.where}: {check.compared} values compared, {len(check.problems)} problems", flush=True)
    for problem in problems:
        print(f"compare_answers: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
