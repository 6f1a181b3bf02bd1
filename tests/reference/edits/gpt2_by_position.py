"""The reference with each position, head and query computed by itself.

No product's shape depends on the prompt's length, so that what is equal going in is equal to the bit coming out: a
difference is one of the model's, never one of rounding.
"""
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from gpt2 import GPT2  # noqa: E402


class GPT2ByPosition(GPT2):
    def linear(self, x, name):
        return torch.stack([row @ self.weights[name + ".weight"] for row in x]) + self.weights[name + ".bias"]

    def unembedded(self, x):
        return torch.stack([self.unembed @ row for row in x])

    def products(self, q, k):
        heads = range(q.shape[1])
        return torch.stack([torch.stack([torch.stack([query @ key for key in k[:, h]]) for query in q[:, h]]) for h in heads])

    def weights_of(self, scores):
        pattern = torch.zeros_like(scores)
        for head, of_head in enumerate(scores):
            for n, row in enumerate(of_head):
                pattern[head, n, :n + 1] = row[:n + 1].softmax(-1)
        return pattern

    def weighted(self, pattern, v):
        z = torch.empty_like(v)
        for head, of_head in enumerate(pattern):
            for n, row in enumerate(of_head):
                # Only an edited pattern gives weight to keys behind the query.
                keys = len(row) if row[n + 1:].any() else n + 1
                z[n, head] = row[:keys] @ v[:keys, head]
        return z
