#!/usr/bin/env python3
"""How fast hookflow is at GPT-2 small's shapes, beside PyTorch and beside the machine's own limit: one table.

Prints Markdown, as it stands in bench/README.md, which says how it is measured; progress goes to stderr.

    cmake --preset release && cmake --build --preset release && /usr/bin/python3 bench/sweep.py

Needs Debian's python3-torch and python3-h5py, and a quiet machine. Exit code 1 if a peer finds other numbers.
"""
import argparse
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from sweeps.cases import ROOT, make_cases
from sweeps.processes import Hookflow, Peers
from sweeps.table import markdown, row
from sweeps.turns import Machine, measure_case, measure_start, measure_threads

TOLERANCE = 1e-4  # of log-probabilities; of residuals, as a share of the largest magnitude


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--model", type=Path, help="directory; by default one with random weights is made")
    parser.add_argument("--tokenizer", type=Path, default=ROOT / "build/references/gpt2_tokenizer", metavar="DIR",
                        help="with GPT-2's vocab.json and merges.txt, which the model that is made is given where they "
                             "are there")
    parser.add_argument("--cases", nargs="+", metavar="NAME", help="some of " + ", ".join(make_cases(False))
                        + ", and of what stands below the table: threads, start")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3, help="in which hookflow, sgemm and the peers take turns")
    parser.add_argument("--enough", type=float, default=10, metavar="SECONDS",
                        help="of hookflow in a case, after which it has no further round")
    parser.add_argument("--peer-seconds", type=float, default=1.5, metavar="SECONDS",
                        help="of a peer in a round: so many variants as it comes to, the others are reckoned from them")
    parser.add_argument("--quick", action="store_true", help="a few prompts and variants a case, to try the script")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was measured, of each round")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench", help="where the files are made")
    options = parser.parse_args()
    options.sgemm_seconds = 1
    if options.quick:
        options.rounds, options.peer_seconds, options.sgemm_seconds = 1, 0.1, 0
    known = [*make_cases(False), "threads", "start"]
    options.cases = options.cases or known
    if unknown := set(options.cases) - set(known):
        parser.error(f"--cases: no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return options


def make_model(options):
    model, wanted, words = options.work / "gpt2_random", ["model.safetensors"], []
    if (options.tokenizer / "vocab.json").exists():
        wanted, words = [*wanted, "vocab.json"], ["--tokenizer", options.tokenizer]
    if not all((model / name).exists() for name in wanted):
        subprocess.run([sys.executable, ROOT / "bench/make_model.py", "--preset", "gpt2", model, *words], check=True,
                       stdout=subprocess.DEVNULL)
    return model


def about(machine, workflow):
    """What was measured on what, in a line. Ends the script if the two sides do not use the same kernels."""
    ours, theirs = machine.hookflow.blas(workflow), machine.peers.facts["blas"]
    if ours != theirs:
        sys.exit(f"hookflow computes with {ours}, PyTorch with {theirs}")
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "CPU")
    reads = "" if (machine.hookflow.model / "vocab.json").exists() else "out"
    return (f"{date.today()}, {cpu}, {machine.hookflow.threads} threads, {ours}, "
            f"PyTorch {machine.peers.facts['torch']}, model with{reads} a tokenizer's files.")


def main():
    options = parse()
    options.work.mkdir(parents=True, exist_ok=True)
    cases, model = make_cases(options.quick), options.model or make_model(options)
    machine = Machine(hookflow=Hookflow(options.build / "hookflow", model, options.threads),
                      peers=Peers(model, options.threads, options.quick), sgemm=options.build / "bench/sgemm_rate",
                      work=options.work, rounds=options.rounds, enough=options.enough,
                      peer_seconds=options.peer_seconds, sgemm_seconds=options.sgemm_seconds)
    first = cases["heads_6_last"]
    machine.hookflow.run(first.workflow(options.work))  # what is read comes from the disk once
    report = {"about": about(machine, first.workflow(options.work)), "cases": {}, "threads": None, "start": None}
    for name, case in cases.items():
        if name in options.cases:
            report["cases"][name] = measured = measure_case(machine, case)
            print(" | ".join(row(measured)), file=sys.stderr, flush=True)
    machine.peers.close()
    if "threads" in options.cases and options.threads > 1:
        report["threads"] = measure_threads(machine, cases["heads_38_all"])
    if "start" in options.cases:
        report["start"] = measure_start(machine, first)
    print(markdown(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))
    return 0 if all(each["difference"] <= TOLERANCE for case in report["cases"].values()
                    for rounds in case["peers"].values() for each in rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
