#!/usr/bin/env python3
"""Writes tests/golden: tiny random models with every activation and many interventions' logits.

    tests/reference/make_golden.py            writes all of them anew
    tests/reference/make_golden.py --check    recomputes from the stored models and compares

Everything is computed in float64 and rounded to float32 at the end, so that the stored values are nearer the
exact ones than any float32 forward pass can be. A folder holds a model directory, golden.safetensors with
the values, and cases.json:
  prompts[i]   ids, and `clean`: the prefix of the prompt's tensors, one for each hook point: clean/0/hook_embed, …
  variants[i]  prompt (an index), interventions (as in interventions.py), `logits`: a tensor's name, and
               `logits_at`: "last" for [vocabulary], "all" for [p, vocabulary]; some have `captures`, which gives
               hook points' values after the edit: {hook point: tensor's name}
"""
import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

from golden_cases import MODELS, prompts_of, variants_of
from gpt2 import GPT2
from safetensors import make_model, read_safetensors, write_tensors

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def compute(directory, spec):
    """(cases, {tensor's name: float32 array}) of one model directory."""
    model, tensors = GPT2(directory, torch.float64), {}
    prompts, variants = prompts_of(spec), variants_of(spec)
    for i, prompt in enumerate(prompts):
        prompt["clean"] = f"clean/{i}/"
        _, captured = model.run(prompt["ids"], capture="all")
        tensors.update({prompt["clean"] + name: value for name, value in captured.items()})
    for i, variant in enumerate(variants):
        captures = variant.get("captures", [])
        logits, captured = model.run(prompts[variant["prompt"]]["ids"], captures, variant["interventions"])
        variant["logits"] = f"variant/{i}/logits"
        tensors[variant["logits"]] = logits[-1] if variant["logits_at"] == "last" else logits
        if captures:
            variant["captures"] = {name: f"variant/{i}/{name}" for name in captures}
            tensors.update({variant["captures"][name]: captured[name] for name in captures})
    return ({"prompts": prompts, "variants": variants},
            {name: value.float().contiguous().numpy() for name, value in tensors.items()})


def write_cases(path, cases, about):
    """One prompt or variant a line, so that the file can be read and its changes too."""
    lines = {key: ",\n".join("  " + json.dumps(item) for item in items) for key, items in cases.items()}
    path.write_text('{"about": %s,\n "golden": "golden.safetensors",\n "prompts": [\n%s],\n "variants": [\n%s]}\n'
                    % (json.dumps(about), lines["prompts"], lines["variants"]))


def differences(directory, spec):
    """Names of stored tensors that a new computation does not give."""
    cases, tensors = compute(directory, spec)
    stored = read_safetensors(directory / "golden.safetensors")
    stored_cases = json.loads((directory / "cases.json").read_text())
    wrong = sorted(stored.keys() ^ tensors.keys())
    wrong += [key for key, items in cases.items() if stored_cases[key] != items]
    for name in stored.keys() & tensors.keys():
        finite = np.abs(tensors[name][np.isfinite(tensors[name])]).max()
        if not np.allclose(stored[name], tensors[name], rtol=0, atol=1e-6 * finite):
            wrong.append(name)
    return wrong


def main():
    parser = argparse.ArgumentParser(description="Write the golden files, or check them.")
    parser.add_argument("--check", action="store_true", help="compare with what is stored; write nothing")
    check = parser.parse_args().check
    failed = False
    for name, (about, spec) in MODELS.items():
        directory = GOLDEN / name
        if check:
            wrong = differences(directory, spec)
            failed |= bool(wrong)
            print(f"{name}: {'differs at ' + ', '.join(wrong[:5]) if wrong else 'as stored'}")
            continue
        make_model(directory, spec)
        cases, tensors = compute(directory, spec)
        write_tensors(directory / "golden.safetensors", tensors)
        write_cases(directory / "cases.json", cases, about)
        size = sum(file.stat().st_size for file in directory.iterdir())
        print(f"{name}: {len(cases['variants'])} variants, {len(tensors)} tensors, {size // 1024} KiB")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
