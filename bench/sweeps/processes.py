"""The processes that the table is made with: hookflow, sgemm alone, and PyTorch's."""
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import h5py

BENCH = Path(__file__).resolve().parents[1]
UNITS = {"FLOP": 1, "kFLOP": 1e3, "MFLOP": 1e6, "GFLOP": 1e9, "TFLOP": 1e12, "PFLOP": 1e15}


@dataclass(frozen=True)
class Hookflow:
    program: Path
    model: Path
    threads: int

    def run(self, workflow, threads=None):
        """Returns the seconds of the `whole` process, of the `run` (to map the weights, and from the new run file to the
        finished one), and of the `start` (from the process's start until the run file stands and work begins)."""
        out = self.run_file(workflow)
        before, clock = time.time(), time.perf_counter()
        done = self._call("run", workflow, "--out", out, "--force", "--json", "--threads", threads or self.threads)
        whole = time.perf_counter() - clock
        events = [json.loads(line) for line in done.stderr.splitlines()]
        with h5py.File(out) as file:
            started = file["/history/times"][0, 0]
        run = next(event["seconds"] for event in events if event["event"] == "times")
        return {"whole": whole, "run": run, "start": started - before}

    def needed_flop(self, workflow):
        """The operations that the run comes to, by its dry run."""
        lines = self._call("run", workflow, "--dry-run").stdout.splitlines()
        number, unit = next(line.split()[1:3] for line in lines if line.startswith("work "))
        return float(number) * UNITS[unit]

    def blas(self, workflow):
        """Of a run file: the BLAS library in use, and which of its kernels."""
        with h5py.File(self.run_file(workflow)) as file:
            return file.attrs["blas"]

    @staticmethod
    def run_file(workflow):
        return workflow.with_suffix(".h5")

    def _call(self, command, workflow, *words):
        done = subprocess.run([self.program, command, workflow, "--model", self.model, *map(str, words)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"hookflow {command} {workflow} ended with {done.returncode}:\n{done.stderr}")
        return done


def sgemm_rate(program, threads, seconds):
    """FLOP a second, over about so many."""
    done = subprocess.run([program, str(threads), str(seconds)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["flop_per_second"]


class Peers:
    """PyTorch in a process of its own, which has loaded the model and sleeps while it is not asked."""

    def __init__(self, model, threads, quick):
        count = str(threads)  # a BLAS with threads of its own does not hear PyTorch's set_num_threads
        environment = {"OMP_WAIT_POLICY": "passive",  # idle threads spin by default, and take the cores from such a BLAS
                       **os.environ, "OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count, "MKL_NUM_THREADS": count}
        self.process = subprocess.Popen([sys.executable, "-m", "peers.worker", Path(model).resolve(),
                                         *["--quick"] * quick], cwd=BENCH, env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.facts = self._answer()

    def time(self, case, peer, seconds, file):
        """The worker's answer; `file` is where it keeps residuals, if the case does."""
        self.process.stdin.write(json.dumps({"case": case.name, "peer": peer, "seconds": seconds,
                                             "file": str(file.resolve())}) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the PyTorch process ended with {self.process.wait()}")
        return json.loads(line)
