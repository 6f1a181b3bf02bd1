#!/usr/bin/env python3
"""Holds edited passes, as run files have them, against the reference: what an edit reaches, and what it does not.

    compare_edits.py --hookflow PROGRAM                    the product of places and positions, and random workflows
    compare_edits.py --hookflow PROGRAM --seeds 500        more of the random ones
    compare_edits.py --hookflow PROGRAM --only 17          one of them

Values must agree within 1e-4 of their largest magnitude with a float64 pass of each prompt and variant by itself; what
an edit cannot reach must not differ from the clean pass at all; a prompt that is run alone must give what it gives
among the others within 1e-5.
"""
import argparse
import itertools
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from cases import RunFailed  # noqa: E402
from checks import TENSOR, Checks, magnitude  # noqa: E402
from compare_answers import log_prob  # noqa: E402
from gpt2 import GPT2  # noqa: E402
from laid_out import LOG_PROBS, Layout, laid_out, variable  # noqa: E402
from random_cases import random_answers, random_case  # noqa: E402
from reach import reach  # noqa: E402
from unreached import every_place, pizza  # noqa: E402

ALONE = 1e-5  # of the largest magnitude: the same float32 pass, with other rows beside it


class Passes:
    """What the reference's passes hold, and what of it edits can change: {hook point: values or their mask}."""

    def __init__(self, case):
        self.case, self.model = case, GPT2(case.model, torch.float64)

    def clean(self, prompt):
        return self.values(prompt, [])

    def edited(self, prompt, name):
        """(values, masks of the same shapes)."""
        p, model = len(prompt["ids"]), self.model
        edits = self.case.interventions(name, p, model.n_head)
        values, masks = self.values(prompt, edits), reach(edits, model.n_layer, model.n_head, p)
        masks[LOG_PROBS] = masks["unembed.hook_out"]
        wide = {hook: mask.reshape(mask.shape + (1,) * (values[hook].ndim - mask.dim())).numpy() for hook, mask in masks.items()}
        return values, {hook: np.broadcast_to(mask, values[hook].shape) for hook, mask in wide.items()}

    def values(self, prompt, edits):
        logits, seen = self.model.run(prompt["ids"], "all", edits)
        return {name: x.numpy() for name, x in {**seen, LOG_PROBS: logits.log_softmax(-1)}.items()}


def compare_measures(check, case, file):
    passes = Passes(case)
    clean = [passes.clean(prompt) for prompt in case.prompts]
    edited = [[passes.edited(prompt, name) for name in case.variants] for prompt in case.prompts]
    for name, stage in case.measures.items():
        where = f"{name}/{variable(stage)[0]}"
        dataset, layout = file[where], Layout(file[where])
        before = np.stack([laid_out(seen, stage, layout, prompt) for seen, prompt in zip(clean, case.prompts)])
        if not layout.of_variants:
            check.tensor(where, dataset[()], before)
            continue
        want, mask = (np.stack([[laid_out(of_variant[i], stage, layout, prompt) for of_variant in of_prompt]
                                for of_prompt, prompt in zip(edited, case.prompts)]) for i in (0, 1))
        check.tensor(where, dataset[()], want)
        if f"{where}_change" in file:
            change = file[f"{where}_change"][()]
        elif f"clean_{where}" in file:
            change = dataset[()] - file[f"clean_{where}"][()][:, None]
        else:
            continue
        shown = np.isfinite(want)
        cleanly = np.broadcast_to(before[:, None], want.shape)
        check.close(f"{where}, the change", change[shown], want[shown] - cleanly[shown], TENSOR * magnitude(want))
        unreached = np.where(shown & (mask == 0), change, 0)
        wrong = [name for i, name in enumerate(case.variants) if unreached[:, i].any()]
        some = ", ".join(wrong[:2]) + (f" and {len(wrong) - 2} more" if len(wrong) > 2 else "")
        check.equal(f"{where}, the change where {some} cannot reach", unreached, np.zeros(change.shape))


def compare_answers(check, case, file):
    """log_prob [prompt, variant, answer], by its definition: a pass for each token of an answer."""
    model, names = GPT2(case.model, torch.float64), case.measures["answers"]["answers"]
    shape = (len(case.prompts), len(case.variants), len(names))
    before, want, reached = np.empty(shape), np.empty(shape), np.empty(shape, bool)
    for (p, prompt), (v, variant), (a, answer) in itertools.product(*map(enumerate, (case.prompts, case.variants, names))):
        ids, n = prompt[answer], len(prompt["ids"])
        edits = case.interventions(variant, n, model.n_head)
        before[p, v, a] = log_prob(model, prompt["ids"], ids)
        want[p, v, a] = log_prob(model, prompt["ids"], ids, lambda fed: edits)
        logits = reach(edits, model.n_layer, model.n_head, n + len(ids) - 1)["unembed.hook_out"]
        reached[p, v, a] = logits[n - 1:].any()
    change = file["/answers/log_prob_change"][()]
    check.tensor("log_prob", file["/answers/log_prob"][()], want)
    check.close("log_prob_change", change, want - before, TENSOR * magnitude(want))
    check.equal("log_prob_change where no edit reaches", np.where(reached, 0, change), np.zeros(shape))


def compare_alone(check, case, file, run_alone):
    """Each prompt by itself, whose file has no cells of others."""
    for i, prompt in enumerate(case.prompts):
        with h5py.File(run_alone(prompt), "r") as alone:
            for cells in (cells for name in case.measures for cells in file[name].values()):
                if cells.dtype.kind == "f":  # no axis, no index
                    among, by_itself = (x[~np.isnan(x)] for x in (cells[i], alone[cells.name][0]))
                    scale = magnitude(file[cells.name.removesuffix("_change")][()])  # a change errs as the values do
                    check.close(f"{cells.name} of {prompt['id']} alone", by_itself, among, ALONE * scale)


def check_case(program, where, case, folder, compare=compare_measures):
    check, name = Checks(where), where.replace(" ", "_")
    try:
        with h5py.File(case.run(program, folder / f"{name}.yaml"), "r") as file:
            compare(check, case, file)
            if len(case.prompts) > 1:
                alone = lambda prompt: case.run(program, folder / f"{name}_{prompt['id']}.yaml", [prompt])
                compare_alone(check, case, file, alone)
    except RunFailed as error:
        check.problems.append(f"{where}: {error}")
    return check


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hookflow", metavar="PROGRAM", required=True)
    parser.add_argument("--seeds", type=int, default=30, help="how many random workflows; a third as many of answers")
    parser.add_argument("--only", type=int, metavar="SEED", help="the random workflows of this seed alone")
    parser.add_argument("--keep", metavar="DIR", help="leave models, workflows and run files there")
    options = parser.parse_args()
    torch.set_num_threads(1)
    checks, seeds = [], range(options.seeds) if options.only is None else [options.only]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(options.keep or name)
        if options.only is None:
            checks.append(pizza(options.hookflow, folder))
            checks.append(check_case(options.hookflow, "every place", every_place(folder), folder))
        for seed in seeds:
            checks.append(check_case(options.hookflow, f"seed {seed}", random_case(seed, folder), folder))
            if options.only is not None or seed % 3 == 0:
                answers = random_answers(seed, folder)
                checks.append(check_case(options.hookflow, f"answers of seed {seed}", answers, folder, compare_answers))
    for check in checks:
        for problem in check.problems:
            print(f"compare_edits: {problem}", file=sys.stderr)
    failed = sum(bool(check.problems) for check in checks)
    compared = sum(check.compared for check in checks)
    print(f"compare_edits: {compared} values compared in {len(checks)} cases, {failed} of which have problems")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
