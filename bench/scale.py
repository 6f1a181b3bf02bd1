#!/usr/bin/env python3
"""What a run of a million prompts takes, on this machine, cut into shards, and on many cores: one table.

Prints Markdown, as it stands in bench/README.md, which says what is measured and what is reckoned.

    cmake --preset release && cmake --build --preset release && /usr/bin/python3 bench/scale.py

Needs Debian's python3-numpy and python3-h5py, GPT-2's vocab.json and merges.txt, and room for --disk on the disk.
"""
import argparse
import sys
from pathlib import Path

from make_model import PRESETS, Spec, make_model
from make_prompts import write_prompts
from scaling.machine import measure_machine
from scaling.runs import EDITS, Hookflow, in_parallel
from scaling.table import markdown, row

ROOT = Path(__file__).resolve().parents[1]
SHARDS = (8, 64, 1024)
MERGED_SHARDS = 8
RUN = "last position"  # in which the store has the most to do beside the passes


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--tokenizer", type=Path, default=ROOT / "build/references/gpt2_tokenizer", metavar="DIR")
    parser.add_argument("--prompts", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=1_000_000,
                        help="prompts that are planned, where fewer than all; figures are then reckoned for all")
    parser.add_argument("--merged", type=int, default=20_000, help="prompts whose shards are merged")
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=("gpt2", "gpt2-xl"))
    parser.add_argument("--run", type=int, default=48,
                        help="prompts that are run, to see which share of the time is whose")
    parser.add_argument("--disk", type=int, default=1024, metavar="MIB", help="that are written to measure the disk")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench", help="where the files are made")
    return parser.parse_args()


def main():
    options = parse()
    options.work.mkdir(parents=True, exist_ok=True)
    prompts = options.work / "scale_prompts.jsonl"
    write_prompts(prompts, options.prompts)
    hookflow = Hookflow(options.build / "hookflow", options.work, prompts)
    machine = measure_machine(options.build / "bench/sgemm_rate", options.work, options.disk)
    merged = hookflow.merge(options.merged, MERGED_SHARDS)
    rows = []
    for preset in options.presets:
        model = make_model(options.work / f"hollow_{preset}", Spec(*PRESETS[preset], hollow=True), options.tokenizer)
        for edit in EDITS:
            planned = hookflow.plan(model, min(options.sample, options.prompts), edit, SHARDS)
            rows.append(row(f"{preset}, {edit}", planned, options.prompts, machine, merged))
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)

    model = options.work / "gpt2_random"
    if not (model / "vocab.json").exists():
        make_model(model, Spec(*PRESETS["gpt2"]), options.tokenizer)
    runs = {threads: hookflow.run(model, options.run, RUN, threads) for threads in (1, 2)}
    rates = {count: in_parallel(hookflow, model, options.run // 2, RUN, count) for count in (1, 2, 4)}
    print(markdown(rows, SHARDS, machine, merged, runs, rates))


if __name__ == "__main__":
    main()
