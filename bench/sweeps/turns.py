"""What is measured: hookflow, sgemm and the peers in turn, so that a machine that changes its speed does so for all."""
import statistics
from dataclasses import dataclass
from pathlib import Path

import h5py

from sweeps.processes import Hookflow, Peers, sgemm_rate

STARTS_A_ROUND = 4


@dataclass
class Machine:
    """What the turns are between, and how long they may take."""
    hookflow: Hookflow
    peers: Peers
    sgemm: Path
    work: Path
    rounds: int
    enough: float  # seconds of hookflow, after which there is no further round
    peer_seconds: float
    sgemm_seconds: float

    def sgemm_rate(self, threads):
        return sgemm_rate(self.sgemm, threads, self.sgemm_seconds)


def median_of(rounds, name):
    return statistics.median(each[name] for each in rounds)


def largest_difference(case, run_file, answer, residuals):
    """Between what hookflow measures and a peer does; or between residuals, as a share of the largest magnitude."""
    with h5py.File(run_file) as file:
        if case.variants:
            ours = file[f"/scores/{case.metric}"][:].reshape(len(case.prompts), -1)
            return float(max(abs(ours[prompt, variant] - value) for prompt, variant, value in answer["results"]))
        prompts = sorted({prompt for prompt, _, _ in answer["results"]})
        ours = file["/residuals/resid_post"][prompts]
    with h5py.File(residuals) as file:
        return float(abs(ours - file["resid_post"][prompts]).max() / abs(ours).max())


def measure_case(machine, case):
    """A row of the table: all figures of all rounds."""
    workflow, residuals = case.workflow(machine.work), machine.work / "peer_residuals.h5"
    names = ["loop", "batched"] + ["cached"] * case.prefix_helps
    ours, peers = [], {name: [] for name in names}
    rates = [machine.sgemm_rate(machine.hookflow.threads)]
    while len(ours) < machine.rounds and sum(each["run"] for each in ours) < machine.enough:
        ours.append(machine.hookflow.run(workflow))
        for name in names:
            answer = machine.peers.time(case, name, machine.peer_seconds, residuals)
            answer["difference"] = largest_difference(case, machine.hookflow.run_file(workflow), answer, residuals)
            del answer["results"]
            peers[name].append(answer)
        rates.append(machine.sgemm_rate(machine.hookflow.threads))
    return {"title": case.title, "passes": case.passes, "clean": not case.variants, "sgemm": rates, "hookflow": ours,
            "needed": machine.hookflow.needed_flop(workflow), "peers": peers}


def measure_threads(machine, case):
    """The same run on one thread and on all, {threads: rounds}."""
    workflow = case.workflow(machine.work)
    measured = {1: [], machine.hookflow.threads: []}
    for _ in range(machine.rounds):
        for threads, rounds in measured.items():
            rounds.append({**machine.hookflow.run(workflow, threads), "sgemm": machine.sgemm_rate(threads)})
    return {"title": case.title, "rounds": measured}


def measure_start(machine, case):
    workflow = case.workflow(machine.work)
    return [machine.hookflow.run(workflow) for _ in range(STARTS_A_ROUND * machine.rounds)]
