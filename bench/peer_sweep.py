#!/usr/bin/env python3
"""The head sweep as PyTorch users write it: the peers that hookflow's speed is measured against.

Every head of every layer is silenced at c_proj's input, by zero and by its mean: layers × heads × 2 variants.
  loop     one forward pass a variant with a forward pre-hook, logits of all positions, as such scripts do
  batched  several variants as the rows of one batch, each row edited by itself; logits of all positions, as the
           model gives them, and again with those of the last position alone
Both give the target's log-softmax at the last position. Prints one JSON object; log_prob is
[replacement][layer][head], and max_difference is the largest between the two peers.
"""
import argparse
import itertools
import json
import os
import resource
import statistics
import sys
import time


def parse():
    parser = argparse.ArgumentParser(description="Time the head sweep in PyTorch.")
    parser.add_argument("--model", required=True, metavar="DIR")
    parser.add_argument("--ids", type=int, nargs="+", default=[24814, 2815, 318, 262, 3139, 286])
    parser.add_argument("--prompt-tokens", type=int, metavar="P", help="repeat or cut the ids to this many")
    parser.add_argument("--target", type=int, default=4486)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=3, help="the median of so many is reported")
    parser.add_argument("--rows", type=int, nargs="+", help="variants a batch (default: one layer's heads, once "
                                                            "and twice)")
    parser.add_argument("--skip-loop", action="store_true", help="time the clean pass and the batches alone")
    return parser.parse_args()


def log_prob(logits, target):
    """logits [..., vocabulary] -> [...]"""
    return logits.log_softmax(-1)[..., target]


def silence(x, head, width, replacement):
    """Edits one head of x [p, d], c_proj's input, in place."""
    part = x[:, head * width:(head + 1) * width]
    part[:] = 0 if replacement == "zero" else part.mean()


def run_loop(model, ids, variants, width, target):
    results = []
    for replacement, layer, head in variants:
        def edit(module, inputs):
            x = inputs[0].clone()  # [1, p, d]
            silence(x[0], head, width, replacement)
            return (x,)
        handle = model.transformer.h[layer].attn.c_proj.register_forward_pre_hook(edit)
        try:
            results.append(log_prob(model(ids)[0, -1], target).item())
        finally:
            handle.remove()
    return results


def run_batched(model, ids, variants, width, target, rows, last_only):
    results = []
    for start in range(0, len(variants), rows):
        chunk = variants[start:start + rows]
        edits = {}  # layer -> rows to edit there
        for row, (replacement, layer, head) in enumerate(chunk):
            edits.setdefault(layer, []).append((row, head, replacement))

        def edit(module, inputs, here):
            x = inputs[0].clone()  # [rows, p, d]
            for row, head, replacement in here:
                silence(x[row], head, width, replacement)
            return (x,)
        handles = [model.transformer.h[layer].attn.c_proj.register_forward_pre_hook(
            lambda module, inputs, here=here: edit(module, inputs, here)) for layer, here in edits.items()]
        try:
            batch = ids.expand(len(chunk), -1)
            logits = model.lm_head(model.transformer(batch)[:, -1]) if last_only else model(batch)[:, -1]
            results += log_prob(logits, target).tolist()  # [rows, vocabulary]
        finally:
            for handle in handles:
                handle.remove()
    return results


def timed(function, repeats):
    """(last result, median seconds, all seconds)"""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return result, statistics.median(seconds), seconds


def main():
    options = parse()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(options.threads)  # a BLAS with threads of its own does not hear set_num_threads
    # OpenMP's idle threads spin by default and take the cores from such a BLAS.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import torch
    import torch_gpt2
    torch.set_num_threads(options.threads)

    ids = options.ids
    if options.prompt_tokens:
        ids = (ids * (options.prompt_tokens // len(ids) + 1))[:options.prompt_tokens]
    model, ids = torch_gpt2.load(options.model), torch.tensor([ids])
    n_layer, n_head = model.config["n_layer"], model.config["n_head"]
    width = model.config["n_embd"] // n_head
    kinds = ["zero", "mean"]
    by_layer = [(kind, layer, head) for layer in range(n_layer) for kind in kinds for head in range(n_head)]

    def nested(values):  # in the order of by_layer -> [replacement][layer][head]
        table = dict(zip(by_layer, values))
        return [[[table[kind, layer, head] for head in range(n_head)] for layer in range(n_layer)] for kind in kinds]

    report = {"model": options.model, "torch": torch.__version__, "threads": options.threads,
              "omp_wait_policy": os.environ["OMP_WAIT_POLICY"], "tokens": ids.size(1), "variants": len(by_layer),
              "repeats": options.repeats, "target": options.target}
    with torch.no_grad():
        model(ids)
        clean, report["clean_seconds"], _ = timed(lambda: log_prob(model(ids)[0, -1], options.target).item(),
                                                  max(options.repeats, 5))
        report["clean_log_prob"] = clean
        results = []
        if not options.skip_loop:
            values, seconds, every = timed(lambda: run_loop(model, ids, by_layer, width, options.target),
                                           options.repeats)
            report["loop"] = {"seconds": seconds, "all_seconds": every}
            results.append(values)
        report["batched"] = []
        for rows, last_only in itertools.product(options.rows or [n_head, 2 * n_head], (False, True)):
            def run(variants):
                return run_batched(model, ids, variants, width, options.target, rows, last_only)
            run(by_layer[:rows])
            values, seconds, every = timed(lambda: run(by_layer), options.repeats)
            report["batched"].append({"rows": rows, "last_only": last_only, "seconds": seconds, "all_seconds": every})
            results.append(values)
    report["max_difference"] = max(abs(a - b) for values in results for a, b in zip(values, results[0]))
    report["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    report["log_prob"] = nested(results[0])
    json.dump(report, sys.stdout)
    print()


if __name__ == "__main__":
    main()
