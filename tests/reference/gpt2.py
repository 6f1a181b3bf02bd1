"""A plain PyTorch GPT-2 with named hook points and interventions, for tests to compare with.

One prompt at a time, no batching, no caching. Shapes: p = position, h = head, d = model width, e = head width,
f = MLP width. Hook names and shapes are those of TransformerLens. Its conventions, without weight folding:
  ln*.hook_scale       sqrt(variance + eps), [p, 1]
  ln*.hook_normalized  after multiplying by the weight and adding the bias
  hook_attn_scores     scaled by 1/sqrt(e), and by 1/(layer + 1) where the config says so; masked entries are -inf
"""
import json
import math
from pathlib import Path

import torch

from interventions import Hooks
from safetensors import read_model

ACTIVATIONS = {
    "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))),
    "gelu": lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2))),
    "relu": lambda x: x.clamp(min=0),
}


class GPT2:
    """A model directory in Hugging Face's layout, computed in `dtype`."""

    def __init__(self, directory, dtype=torch.float32):
        config = json.loads((Path(directory) / "config.json").read_text())
        if not config.get("scale_attn_weights", True):
            raise ValueError(f"{directory}: only scaled attention is supported")
        self.inverse_layer_scale = config.get("scale_attn_by_inverse_layer_idx", False)
        self.n_layer, self.n_head, self.eps = config["n_layer"], config["n_head"], config["layer_norm_epsilon"]
        self.activation = ACTIVATIONS[config["activation_function"]]
        self.weights = {name: torch.from_numpy(value.copy()).to(dtype)
                        for name, value in read_model(directory).items()}
        tied = config.get("tie_word_embeddings", True)
        self.unembed = self.weights["wte.weight" if tied else "lm_head.weight"]  # [vocabulary, d]

    def linear(self, x, name):
        """x [p, in] times weight [in, out], plus bias."""
        return x @ self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def layer_norm(self, x, name, hook, point):
        """x [p, d] -> [p, d]; `point` is the hook points' prefix, such as blocks.0.ln1."""
        centred = x - x.mean(-1, keepdim=True)
        scale = (centred.pow(2).mean(-1, keepdim=True) + self.eps).sqrt()
        if point != "ln_final":
            scale = hook(f"{point}.hook_scale", scale)
        normalized = centred / scale * self.weights[name + ".weight"] + self.weights[name + ".bias"]
        return hook(f"{point}.hook_normalized", normalized)

    def products(self, q, k):
        """q, k [p, h, e] -> [h, query, key]."""
        return torch.einsum("qhe,khe->hqk", q, k)

    def weights_of(self, scores):
        """[h, query, key], with -inf at keys behind the query -> what adds up to 1 over the keys."""
        return scores.softmax(-1)

    def weighted(self, pattern, v):
        """pattern [h, query, key], v [p, h, e] -> [p, h, e]."""
        return torch.einsum("hqk,khe->qhe", pattern, v)

    def attention(self, x, layer, hook):
        """x [p, d], normalised -> [p, d]."""
        block, weights = f"blocks.{layer}.attn.", f"h.{layer}.attn."
        p, d = x.shape
        q, k, v = self.linear(x, weights + "c_attn").view(p, 3, self.n_head, -1).unbind(1)  # each [p, h, e]
        q, k, v = hook(block + "hook_q", q), hook(block + "hook_k", k), hook(block + "hook_v", v)

        raw = hook(block + "hook_scores_raw", self.products(q, k))
        future = torch.ones(p, p, dtype=torch.bool).triu(1)
        scores = raw / math.sqrt(d // self.n_head) / (layer + 1 if self.inverse_layer_scale else 1)
        scores = scores.masked_fill(future, -math.inf)
        scores = hook(block + "hook_attn_scores", scores)
        pattern = hook(block + "hook_pattern", self.weights_of(scores))  # [h, query, key]
        z = hook(block + "hook_z", self.weighted(pattern, v))

        if hook.wants(block + "hook_result"):
            by_head = self.weights[weights + "c_proj.weight"].view(self.n_head, -1, d)  # [h, e, d]
            hook(block + "hook_result", torch.einsum("phe,hed->phd", z, by_head))
        return self.linear(z.reshape(p, d), weights + "c_proj")

    def mlp(self, x, layer, hook):
        """x [p, d], normalised -> [p, d]."""
        pre = hook(f"blocks.{layer}.mlp.hook_pre", self.linear(x, f"h.{layer}.mlp.c_fc"))
        post = hook(f"blocks.{layer}.mlp.hook_post", self.activation(pre))
        return self.linear(post, f"h.{layer}.mlp.c_proj")

    def unembedded(self, x):
        """x [p, d] -> [p, vocabulary], without a bias."""
        return x @ self.unembed.T

    @torch.no_grad()
    def run(self, ids, capture=(), interventions=()):
        """Token ids -> (logits [p, vocabulary], {hook point: tensor}). capture="all" captures every hook point.

        An activation is edited first and captured then, so a capture sees the edited value.
        """
        hook = Hooks(capture, interventions)
        embed = hook("hook_embed", self.weights["wte.weight"][torch.tensor(ids)])
        residual = embed + hook("hook_pos_embed", self.weights["wpe.weight"][:len(ids)])
        for layer in range(self.n_layer):
            block = f"blocks.{layer}."
            residual = hook(block + "hook_resid_pre", residual)
            normalized = self.layer_norm(residual, f"h.{layer}.ln_1", hook, block + "ln1")
            residual = residual + hook(block + "hook_attn_out", self.attention(normalized, layer, hook))
            residual = hook(block + "hook_resid_mid", residual)
            normalized = self.layer_norm(residual, f"h.{layer}.ln_2", hook, block + "ln2")
            residual = residual + hook(block + "hook_mlp_out", self.mlp(normalized, layer, hook))
            residual = hook(block + "hook_resid_post", residual)
        final = self.layer_norm(residual, "ln_f", hook, "ln_final")
        logits = self.unembedded(final)
        if "lm_head.bias" in self.weights:
            logits = logits + self.weights["lm_head.bias"]
        logits = hook("unembed.hook_out", logits)
        hook.check_all_met()
        return logits, hook.captured
