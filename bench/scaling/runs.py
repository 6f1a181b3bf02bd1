"""hookflow's own figures of large runs: what its dry run tells, and what planning and running take."""
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import h5py

UNITS = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
STARTED = 0  # column of /history/times
WORKFLOW = """workflow: {name}
model: {model}
prompts: {{file: {prompts}, limit: {count}}}
stages:
  tokens:   {{stage: tokenize}}
  pass:     {{stage: forward, in: tokens}}
  silenced: {{stage: ablate, in: pass, at: "blocks.*.attn.hook_z[*]", with: {edit}}}
  scores:   {{stage: measure.prediction, in: [pass, silenced], {measured}}}
  moved:    {{stage: aggregate.moments, in: scores.{moved}, over: prompt, statistics: [count, mean, std]}}
keep: [scores, moved]
"""
OF_TOKENS = {"measured": "tokens: [target, contrast], metrics: [logit_diff]", "moved": "logit_diff_change"}
OF_ALL = {"measured": "metrics: [entropy]", "moved": "entropy"}  # for nano, of which few names are one token
EDITS = {"all positions": "{mean: head}", "last position": "zero, positions: last"}


@dataclass(frozen=True)
class Planned:
    count: int
    batches: int
    passes: float
    flop: float
    file_bytes: float
    seconds: float
    peak_bytes: float  # of the process that planned
    longest: dict  # by the number of shards: the work of the longest, against their mean


@dataclass(frozen=True)
class Merged:
    prompts: int
    shards: int
    file_bytes: float
    seconds: float
    peak_bytes: float
    planning: float  # seconds of the whole that merge takes before it begins: those of a dry run


def number(text):
    """Of `34.5 TFLOP` and `1.2 GB`."""
    value, unit = re.match(r"([\d.e+]+) ([kMGTPE]?)(?:FLOP|B)", text).groups()
    return float(value) * UNITS[unit]


@dataclass(frozen=True)
class Hookflow:
    program: Path
    work: Path
    prompts: Path

    def workflow(self, model, count, edit):
        path = self.work / f"scale_{Path(model).name}_{edit.split()[0]}_{count}.yaml"
        place = model if model == "nano" else model.resolve()
        path.write_text(WORKFLOW.format(name=path.stem, model=place, prompts=self.prompts.resolve(),
                                        count=count, edit=EDITS[edit], **(OF_ALL if model == "nano" else OF_TOKENS)))
        return path

    def call(self, *words, threads=2):
        """(stdout, the events on stderr, seconds, peak memory in bytes)"""
        begin = time.perf_counter()
        process = subprocess.Popen([self.program, *map(str, words), "--threads", str(threads)], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        told = process.stderr.read()
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"hookflow {' '.join(map(str, words))} ended with {process.returncode}:\n{told}")
        return out, told, time.perf_counter() - begin, usage.ru_maxrss * 1024

    def plan(self, model, count, edit, shards):
        workflow = self.workflow(model, count, edit)
        text, _, seconds, peak = self.call("run", workflow, "--dry-run")
        batches = int(re.search(r"prompts? in (\d+) batch", text).group(1))

        def after(label):
            return re.search(rf"^{label} +(.*)$", text, re.MULTILINE).group(1)
        return Planned(count, batches, float(after("forward passes")), number(after("work")),
                       number(after("file size")), seconds, peak,
                       {shares: self.longest_to_mean(workflow, shares) for shares in shards})

    def longest_to_mean(self, workflow, shares):
        text = self.call("run", workflow, "--dry-run", "--shard", f"1/{shares}")[0]
        return float(re.search(r"the longest share has ([\d.e+-]+) times the mean", text).group(1))

    def merge(self, count, shards):
        """Makes shards on the built-in model, which has many prompts a second, and merges them."""
        workflow = self.workflow("nano", count, "last position")
        whole = workflow.with_suffix(".h5")
        for shard in range(1, shards + 1):
            self.call("run", workflow, "--out", whole, "--force", "--quiet", "--shard", f"{shard}/{shards}")
        whole.unlink(missing_ok=True)
        planning = self.call("run", workflow, "--dry-run")[2]
        files = [whole.with_suffix(f".{shard}-of-{shards}.h5") for shard in range(1, shards + 1)]
        _, _, seconds, peak = self.call("merge", whole, *files)
        return Merged(count, shards, whole.stat().st_size, seconds, peak, planning)

    def run(self, model, count, edit, threads):
        """Seconds until work began, and the shares of all threads' time, in the names of the program's own report."""
        workflow = self.workflow(model, count, edit)
        out, begin = workflow.with_suffix(".h5"), time.time()
        told = self.call("run", workflow, "--out", out, "--force", "--json", threads=threads)[1]
        with h5py.File(out) as file:
            start = file["/history/times"][0, STARTED] - begin
        times = next(event for event in map(json.loads, told.splitlines()) if event["event"] == "times")
        return {"start": start, "file": out, **times}


def in_parallel(hookflow, model, count, edit, processes):
    """Prompts a second of so many processes, of one thread each, each with a file of its own."""
    workflow = hookflow.workflow(model, count, edit)
    begin, running = time.perf_counter(), []
    for index in range(processes):
        out = workflow.with_name(f"{workflow.stem}_{index}.h5")
        running.append(subprocess.Popen([hookflow.program, "run", workflow, "--out", out, "--force", "--quiet",
                                         "--threads", "1"], stdout=subprocess.DEVNULL))
    if any(process.wait() for process in running):
        sys.exit("a process of several failed")
    return processes * count / (time.perf_counter() - begin)
