"""A process with the model in PyTorch, which times a peer when it is asked to: a line of JSON in, a line out.

    python3 -m peers.worker MODEL [--quick]

Asked {case, peer, seconds, file}, it runs the peer's batches in a random order, always the same, for so many seconds.
Which size of batches is best it finds before, when it is asked for the first time.
"""
import argparse
import ctypes
import json
import os
import random
import sys
import time
from contextlib import nullcontext

import h5py
import torch

from peers import torch_gpt2
from peers.sweep_peers import batches_of, peer_of, rows_of
from sweeps.cases import make_cases


class Residuals:
    """While this stands, what every block gives is kept: `write` puts it into an HDF5 file."""

    def __init__(self, model, case, path):
        self.blocks, self.path = model.transformer.h, path
        self.shape = (len(case.prompts), len(self.blocks), len(case.prompts[0]), model.config["n_embd"])
        self.seen = []

    def __enter__(self):
        self.file = h5py.File(self.path, "w")
        self.dataset = self.file.create_dataset("resid_post", self.shape, "f4")
        self.handles = [block.register_forward_hook(lambda module, inputs, out: self.seen.append(out))
                        for block in self.blocks]
        return self

    def write(self, rows):  # of neighbouring prompts
        self.dataset[rows[0].prompt:rows[-1].prompt + 1] = torch.stack(self.seen, 1).numpy()
        self.seen.clear()

    def __exit__(self, *error):
        for handle in self.handles:
            handle.remove()
        self.file.close()


class Timing:
    """One peer on one case."""

    def __init__(self, model, case, peer):
        self.model, self.case, self.peer = model, case, peer_of(peer, model, case)
        self.rows = rows_of(case)
        self.batches = None

    def choose_batches(self, request):
        """The fastest, by half as many seconds of each."""
        tried = {}  # by the rows of the largest batch: two sizes may come to the same
        for positions in self.peer.sizes:
            batches = batches_of(self.peer, self.rows, positions)
            tried[max(map(len, batches))] = random.Random(0).sample(batches, len(batches))
        request = {**request, "seconds": request["seconds"] / 2}
        if len(tried) == 1:
            self.batches, = tried.values()
            return
        self.peer.prepare()
        self.batches = min(tried.values(), key=lambda batches: self.run(batches, request)["total"])

    def answer(self, request):
        if self.batches is None:
            self.choose_batches(request)
        start = time.perf_counter()
        self.peer.prepare()
        return self.run(self.batches, request, time.perf_counter() - start)

    def run(self, batches, request, prepared=0):
        """Returns `prepared`, seconds before the first batch; `seconds` of the batches that were run; their `share` of
        all that is computed; `total`, the seconds of all at that rate; and of each row [prompt, variant, value]."""
        done, results = 0, []
        start = time.perf_counter()
        with nullcontext() if self.case.variants else Residuals(self.model, self.case, request["file"]) as residuals:
            for batch in batches:
                values = self.peer.run(batch)
                if residuals:
                    residuals.write(batch)
                done += sum(map(self.peer.work, batch))
                results += [[row.prompt, row.variant, value] for row, value in zip(batch, values)]
                if time.perf_counter() - start > request["seconds"]:
                    break
        seconds = time.perf_counter() - start
        share = done / sum(map(self.peer.work, self.rows))
        return {"rows": max(map(len, batches)), "prepared": prepared, "seconds": seconds, "share": share,
                "total": prepared + seconds / share, "results": results}


def blas():
    """The BLAS library in use, and which of its kernels."""
    try:
        config = ctypes.CDLL("libopenblas.so.0").openblas_get_config
    except OSError:
        return "not OpenBLAS"
    config.restype = ctypes.c_char_p
    return config().decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    cases, timings = make_cases(options.quick), {}
    with torch.no_grad():
        model = torch_gpt2.load(options.model)
        model(torch.tensor([[1, 2, 3]]))
        print(json.dumps({"torch": torch.__version__, "blas": blas()}), flush=True)
        for line in sys.stdin:
            request = json.loads(line)
            key = request["case"], request["peer"]
            if key not in timings:
                timings[key] = Timing(model, cases[key[0]], key[1])
            print(json.dumps(timings[key].answer(request)), flush=True)


if __name__ == "__main__":
    main()
