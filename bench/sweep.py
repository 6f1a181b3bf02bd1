#!/usr/bin/env python3
"""The head sweep at GPT-2 small's shapes: hookflow beside PyTorch and beside the machine's own limit, in one run.

288 variants (zero and mean of 12 × 12 heads), 6 tokens, random weights. The PyTorch peers are timed without their
start and without loading the model. hookflow is timed twice: from the mapped model to the finished HDF5 file, which
compares like with like, and as a whole process, which is what a user waits for. The runs take turns, so that a machine
that changes its speed changes it for all.

    cmake --preset release && cmake --build --preset release && python3 bench/sweep.py

Needs Debian's python3-torch and python3-h5py, and a quiet machine.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IDS = [24814, 2815, 318, 262, 3139, 286]
TARGET = 4486
WORKFLOW = f"""workflow: bench_sweep
model: nano
prompts: [{{id: prompt, ids: {IDS}, target: {TARGET}}}]
stages:
  tokens:   {{stage: tokenize}}
  pass:     {{stage: forward, in: tokens}}
  silenced: {{stage: ablate, in: pass, at: "blocks.*.attn.hook_z[*]", with: [zero, {{mean: head}}]}}
  scores:   {{stage: measure.prediction, in: [pass, silenced]}}
keep: [scores]
"""


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=5, help="rounds of hookflow, sgemm and the peers")
    parser.add_argument("--loop-repeats", type=int, default=1, help="of the PyTorch loop, the slowest by far")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench", help="where the model is made")
    return parser.parse_args()


def hookflow(options, model, out):
    """Seconds of one whole process, and of the run in it."""
    start = time.perf_counter()
    done = subprocess.run([options.build / "hookflow", "run", options.work / "sweep.yaml", "--model", model, "--out",
                           out, "--force", "--json", "--threads", str(options.threads)],
                          check=True, capture_output=True, text=True)
    whole = time.perf_counter() - start
    events = [json.loads(line) for line in done.stderr.splitlines()]
    return whole, next(event["seconds"] for event in events if event["event"] == "times")


def json_of(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def planned_flop(options, model):
    """What the dry run says the sweep computes."""
    text = subprocess.run([options.build / "hookflow", "run", options.work / "sweep.yaml", "--model", model, "-n"],
                          check=True, capture_output=True, text=True).stdout
    line = next(line for line in text.splitlines() if line.startswith("work "))
    number, unit = line.split()[1:3]
    return float(number) * {"MFLOP": 1e6, "GFLOP": 1e9, "TFLOP": 1e12}[unit]


def largest_difference(run_file, peer):
    """Between hookflow's log-probabilities and the peer's [replacement][layer][head]."""
    import h5py
    with h5py.File(run_file) as file:
        ours = file["/scores/log_prob"][0, ..., 0]
    return abs(ours - peer).max()


def main():
    options = parse()
    options.work.mkdir(parents=True, exist_ok=True)
    model = options.work / "gpt2_random"
    if not (model / "model.safetensors").exists():
        subprocess.run([sys.executable, ROOT / "bench/make_model.py", "--preset", "gpt2", model], check=True,
                       stdout=subprocess.DEVNULL)
    (options.work / "sweep.yaml").write_text(WORKFLOW)
    run_file = options.work / "sweep.h5"

    hookflow(options, model, run_file)  # the file's pages come from the disk once
    ours, rates, peers = [], [], []
    for _ in range(options.repeats):
        ours.append(hookflow(options, model, run_file))
        rates.append(json_of([options.build / "bench/sgemm_rate", str(options.threads)])["flop_per_second"])
        peers.append(json_of([sys.executable, ROOT / "bench/peer_sweep.py", "--model", model, "--threads",
                              str(options.threads), "--repeats", "1", "--rows", "12", "--skip-loop"]))
        ours.append(hookflow(options, model, run_file))
    loop = json_of([sys.executable, ROOT / "bench/peer_sweep.py", "--model", model, "--threads",
                    str(options.threads), "--repeats", str(options.loop_repeats), "--rows", "12"])
    ours.append(hookflow(options, model, run_file))

    whole, run = (statistics.median(seconds) for seconds in zip(*ours))
    rate = statistics.median(rates)
    flop = planned_flop(options, model)
    difference = largest_difference(run_file, loop["log_prob"])

    def batched(last_only):
        return statistics.median(batch["seconds"] for peer in peers for batch in peer["batched"]
                                 if batch["last_only"] == last_only)

    def row(name, value):
        print(f"| {name} | {value:.2f} | {value / run:.1f} | {value / whole:.1f} |")

    print(f"threads {options.threads}, torch {loop['torch']}, hookflow's whole process {min(ours)[0]:.2f} to "
          f"{max(ours)[0]:.2f} s over {len(ours)} runs, largest difference of a log-probability {difference:.1e}\n")
    print("| the 288-variant sweep | seconds | times hookflow's run | times its whole process |")
    print("| --- | --- | --- | --- |")
    row("PyTorch, one pass a head with a forward pre-hook", loop["loop"]["seconds"])
    row("PyTorch, 12 heads a batch", batched(False))
    row("PyTorch, 12 heads a batch, logits of the last position alone", batched(True))
    row("hookflow, from the mapped model to the finished file", run)
    row("hookflow, whole process", whole)
    row(f"sgemm alone: {flop / 1e9:.0f} GFLOP at {rate / 1e9:.0f} GFLOP/s", flop / rate)
    print(f"\nhookflow's run is at {100 * flop / rate / run:.0f}% of the sgemm limit.")


if __name__ == "__main__":
    main()
