#!/usr/bin/env python3
"""What a long run costs and can lose: a sweep over 20,000 prompts on nano, beside the same over 200.

Peak memory (getrusage of the process), the share of the run's time that commits take, the time from a process's
start until a resumed file's work begins, and how much work a SIGKILL at a random moment loses.

    cmake --preset release && cmake --build --preset release --target hookflow && /usr/bin/python3 bench/long_runs.py

Needs python3-h5py. Exit code 1 if a figure misses its limit.
"""
import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import h5py

ROOT = Path(__file__).resolve().parent.parent
LENGTHS = (5, 6, 8, 9, 11)  # of the prompts, in tokens: those of short sentences
VOCABULARY = 3900  # ids below it stand in nano's
STARTED, LAST_COMMIT = 0, 1  # columns of /history/times
DONE_BEFORE, DONE = 0, 1  # and of /history/counts
KILL_AFTER = (0.0, 3.0)  # seconds, behind the first one of work
WORKFLOW = """workflow: long_runs
model: nano
prompts: {{file: {prompts}}}
stages:
  tokens:   {{stage: tokenize}}
  pass:     {{stage: forward, in: tokens}}
  silenced: {{stage: ablate, in: pass, at: "blocks.*.attn.hook_z[{heads}]", with: [zero, {{mean: head}}]}}
  scores:   {{stage: measure.prediction, in: [pass, silenced]}}
  by_layer: {{stage: aggregate.moments, in: scores.prob_change, over: head}}
keep: [scores, by_layer]
"""


@dataclass
class Outcome:
    seconds: float
    peak_kib: int
    events: list

    def event(self, name):
        return next(event for event in self.events if event["event"] == name)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--few", type=int, default=200, help="prompts of the short run")
    parser.add_argument("--many", type=int, default=20000, help="prompts of the long run")
    parser.add_argument("--heads", default="0,1", help="that are silenced in each layer")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--commit-every", default="1", help="seconds")
    parser.add_argument("--seed", type=int, default=1, help="of the prompts and of the moments of the kills")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench", help="where the files are made")
    return parser.parse_args()


def write_workflow(options, count):
    """A workflow over so many prompts of random tokens; returns its path."""
    chosen = random.Random(options.seed)
    prompts = options.work / f"long_runs_{count}.jsonl"
    with open(prompts, "w", encoding="utf-8") as file:
        for _ in range(count):
            ids = [chosen.randrange(VOCABULARY) for _ in range(chosen.choice(LENGTHS))]
            file.write(json.dumps({"ids": ids, "target": chosen.randrange(VOCABULARY)}) + "\n")
    workflow = prompts.with_suffix(".yaml")
    workflow.write_text(WORKFLOW.format(prompts=prompts.name, heads=options.heads))
    return workflow


def start(options, *words):
    return subprocess.Popen([options.build / "hookflow", *words, "--json", "--threads", str(options.threads),
                             "--commit-every", options.commit_every],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(process, begin):
    """Waits, and asks what that one child took: peak memory in KiB, and what it told."""
    text = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"hookflow ended with {process.returncode}:\n{text}")
    return Outcome(seconds, usage.ru_maxrss, [json.loads(line) for line in text.splitlines()])


def whole_run(options, workflow):
    begin = time.perf_counter()
    return finish(start(options, "run", workflow, "--out", workflow.with_suffix(".h5"), "--force"), begin)


def last_session(run_file):
    """(times, counts) of the last process that worked on the file."""
    with h5py.File(run_file) as file:
        counts = file["/history/counts"][:]
        row = int((counts[:, DONE_BEFORE] >= 0).sum()) - 1
        return file["/history/times"][row], counts[row]


def killed_sessions(options, workflow):
    """Resumes a run and kills it, again and again. Returns for each kill the seconds from the process's start until
    its work began, the seconds of work that were not in the file, and the parts done."""
    run_file = workflow.with_name(workflow.stem + "_killed.h5")
    chosen = random.Random(options.seed)
    rows = []
    for kill in range(options.kills + 1):
        words = ["resume", run_file] if kill else ["run", workflow, "--out", run_file, "--force"]
        begin = time.time()
        process = start(options, *words)
        process.stderr.readline()  # progress: a second of work
        time.sleep(chosen.uniform(*KILL_AFTER))
        moment = time.time()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode != -signal.SIGKILL:
            sys.exit(f"hookflow ended with {process.returncode} before it was killed; take more prompts")
        times, counts = last_session(run_file)
        committed = times[LAST_COMMIT] if times[LAST_COMMIT] > 0 else times[STARTED]
        rows.append((times[STARTED] - begin, moment - committed, int(counts[DONE] - counts[DONE_BEFORE])))
    return rows[1:]  # the first made the file


def main():
    options = parse()
    options.work.mkdir(parents=True, exist_ok=True)
    few, many = (write_workflow(options, count) for count in (options.few, options.many))
    whole_run(options, few)  # the program's and the model's pages come from the disk once
    short, long = whole_run(options, few), whole_run(options, many)
    kills = killed_sessions(options, many)

    times, end = long.event("times"), long.event("end")
    memory = long.peak_kib / short.peak_kib
    commits = times["committing"] / times["seconds"]
    starts, losses = [row[0] for row in kills], [row[1] for row in kills]
    size = many.with_suffix(".h5").stat().st_size
    print(f"{options.many} prompts, {end['total']} parts of prompts, run file {size / 2**20:.0f} MiB, "
          f"{options.threads} threads, {long.seconds:.1f} s: {end['total'] / long.seconds:.0f} parts a second; "
          f"shares {times['shares']}; {len(kills)} kills, each after {1 + KILL_AFTER[0]:g} to {1 + KILL_AFTER[1]:g} s of work\n")
    print("| a long run | seen | limit |\n| --- | --- | --- |")
    print(f"| peak memory, {options.many} prompts against {options.few} | {long.peak_kib / 1024:.1f} MiB against "
          f"{short.peak_kib / 1024:.1f} MiB: {memory:.2f} times | 1.2 times |")
    print(f"| commits (marks, and waiting for the disk), of the run's time | {times['committing']:.2f} s of "
          f"{times['seconds']:.1f} s: {100 * commits:.2f}% | 3% |")
    print(f"| resumed: from the process's start until work begins | {min(starts):.2f} to {max(starts):.2f} s | 2 s |")
    print(f"| work lost by a SIGKILL | {min(losses):.2f} to {max(losses):.2f} s | --commit-every "
          f"{options.commit_every} s, and a commit |")
    return 0 if memory <= 1.2 and commits < 0.03 and max(starts) < 2 else 1


if __name__ == "__main__":
    sys.exit(main())
