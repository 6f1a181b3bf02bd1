"""GPT-2 as PyTorch modules, named and shaped as Hugging Face's: the model that a PyTorch user puts hooks on.

Hook places are h.L.attn.c_attn, h.L.attn.c_proj, h.L.mlp.c_fc and so on. b = batch, p = position, d = model width.
A *past* is what past_key_values is there, but one for all rows of a batch: a list of (keys, values) of earlier
positions, a layer each, [heads, positions, head width]. The rows then stand behind it.
"""
import json
import sys
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "reference"))
from safetensors import read_model  # noqa: E402

ACTIVATIONS = {"gelu_new": partial(F.gelu, approximate="tanh"), "gelu": F.gelu, "relu": F.relu}


class Conv1D(nn.Module):
    """A linear layer with its weight stored [in, out]."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.empty(outputs))

    def forward(self, x):  # [b, p, in] -> [b, p, out]
        flat = torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight)
        return flat.view(*x.shape[:-1], -1)


class Attention(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        d, self.n_head = config["n_embd"], config["n_head"]
        self.c_attn, self.c_proj = Conv1D(d, 3 * d), Conv1D(d, d)
        by_layer = config.get("scale_attn_by_inverse_layer_idx", False)
        self.divisor = (d // self.n_head) ** 0.5 * (layer + 1 if by_layer else 1)
        size = config["n_positions"]
        self.register_buffer("causal", torch.ones(size, size, dtype=torch.bool).tril(), persistent=False)

    def forward(self, x, past=None):  # [b, p, d] -> [b, p, d]
        b, p, d = x.shape
        q, k, v = self.split_heads(self.c_attn(x))
        scores = q @ k.transpose(-1, -2) / self.divisor  # [b, h, p, p]
        scores = scores.masked_fill(~self.causal[:p, :p], torch.finfo(scores.dtype).min)
        if past is None:
            z = scores.softmax(-1) @ v
        else:
            keys, values = past
            before = self.times_past(q, keys.transpose(-1, -2)) / self.divisor  # [b, h, p, past]
            pattern = torch.cat([before, scores], -1).softmax(-1)
            own = pattern[..., keys.size(1):] @ v
            z = own + self.times_past(pattern[..., :keys.size(1)], values)
        return self.c_proj(z.transpose(1, 2).contiguous().view(b, p, d))

    def split_heads(self, qkv):  # c_attn's output [b, p, 3 * d] -> q, k, v of [b, h, p, w] each
        b, p, _ = qkv.shape
        return tuple(part.view(b, p, self.n_head, -1).transpose(1, 2) for part in qkv.chunk(3, dim=2))

    @staticmethod
    def times_past(x, past):
        """[b, h, p, m] · [h, m, n] -> [b, h, p, n], one product a head for all rows: no row has a copy of the past."""
        b, h, p, m = x.shape
        return (x.transpose(0, 1).reshape(h, b * p, m) @ past).view(h, b, p, -1).transpose(0, 1)


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        d, inner = config["n_embd"], config["n_inner"] or 4 * config["n_embd"]
        self.c_fc, self.c_proj = Conv1D(d, inner), Conv1D(inner, d)
        self.activation = ACTIVATIONS[config["activation_function"]]

    def forward(self, x):
        return self.c_proj(self.activation(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        norm = partial(nn.LayerNorm, config["n_embd"], eps=config["layer_norm_epsilon"])
        self.ln_1, self.attn, self.ln_2, self.mlp = norm(), Attention(config, layer), norm(), MLP(config)

    def forward(self, x, past=None):
        x = x + self.attn(self.ln_1(x), past)
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        d = config["n_embd"]
        self.wte, self.wpe = nn.Embedding(config["vocab_size"], d), nn.Embedding(config["n_positions"], d)
        self.h = nn.ModuleList(Block(config, layer) for layer in range(config["n_layer"]))
        self.ln_f = nn.LayerNorm(d, eps=config["layer_norm_epsilon"])

    def forward(self, ids, past=None):  # [b, p] -> [b, p, d]
        first = past[0][0].size(1) if past else 0
        x = self.wte(ids) + self.wpe(torch.arange(first, first + ids.size(1)))
        for layer, block in enumerate(self.h):
            x = block(x, past[layer] if past else None)
        return self.ln_f(x)


class LMHeadModel(nn.Module):
    def __init__(self, config, bias=False):
        super().__init__()
        self.config, self.transformer = config, Transformer(config)
        self.lm_head = nn.Linear(config["n_embd"], config["vocab_size"], bias=bias)

    def forward(self, ids):  # [b, p] -> [b, p, vocabulary]
        return self.lm_head(self.transformer(ids))


def load(directory):
    """A model directory -> LMHeadModel in eval mode, float32."""
    config = json.loads((Path(directory) / "config.json").read_text())
    weights = {name if name.startswith("lm_head.") else "transformer." + name: torch.from_numpy(value.copy())
               for name, value in read_model(directory).items() if not name.endswith(".attn.bias")}
    if config.get("tie_word_embeddings", True):
        weights["lm_head.weight"] = weights["transformer.wte.weight"]
    model = LMHeadModel(config, bias="lm_head.bias" in weights)
    for name, value in weights.items():  # shares storage, so that tied weights stay one tensor
        owner = model.get_submodule(name.rpartition(".")[0])
        assert getattr(owner, name.rpartition(".")[2]).shape == value.shape, name
        setattr(owner, name.rpartition(".")[2], nn.Parameter(value, requires_grad=False))
    return model.eval()
