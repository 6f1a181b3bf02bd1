#!/usr/bin/env python3
"""Makes a GPT-2 model directory with random weights: config.json and model.safetensors.

    bench/make_model.py OUT --preset gpt2
    bench/make_model.py OUT --n-layer 2 --n-head 3 --n-embd 48 --n-positions 24 --vocab-size 97

The directory is laid out as Hugging Face lays out GPT-2, so any reader of that layout can open it. The same
options give the same bytes: each tensor has a random stream of its own, from the seed and the tensor's name, so
that sharding, prefix and storage type do not change the numbers. Weights are scaled so that attention patterns
are far from uniform and layer norms far from the identity: a reader that skips one of them gets other logits.
"""
import argparse
import json
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import numpy as np

PRESETS = {  # n_layer, n_head, n_embd
    "distilgpt2": (6, 12, 768),
    "gpt2": (12, 12, 768),
    "gpt2-medium": (24, 16, 1024),
    "gpt2-large": (36, 20, 1280),
    "gpt2-xl": (48, 25, 1600),
}
ITEM_SIZE = {"F32": 4, "F16": 2, "BF16": 2}
TORCH_NAME = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
TOKENIZER_FILES = ("vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json")


@dataclass
class Spec:
    """What to make. `n_inner` None means 4 * n_embd; `lm_head` is tied, untied or untied_bias."""
    n_layer: int = 12
    n_head: int = 12
    n_embd: int = 768
    n_positions: int = 1024
    vocab_size: int = 50257
    n_inner: Optional[int] = None
    activation: str = "gelu_new"
    eps: float = 1e-5
    dtype: str = "F32"
    lm_head: str = "tied"
    prefix: bool = False
    mask_buffers: bool = False
    inverse_layer_scale: bool = False
    shards: int = 1
    seed: int = 0
    hollow: bool = False


def encode(values, dtype):
    """float32 array -> array of the storage type; BF16 is held as uint16, rounded to nearest even."""
    if dtype == "F32":
        return values.astype("<f4", copy=False)
    if dtype == "F16":
        return values.astype("<f2")
    bits = values.astype("<f4", copy=False).view("<u4")
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def write_safetensors(path, shapes, make, dtype="F32"):
    """Writes the tensors of `shapes` {name: shape}, asking make(name) for one float32 array at a time.

    Layout: header length (8 bytes, little-endian), JSON header, data. Only one tensor is in memory at once. Without
    `make` all are zeros that take no room on the disk, for who plans runs and never computes any.
    """
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shapes.items():
        end = offset + int(np.prod(shape, dtype=np.int64)) * ITEM_SIZE[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the data starts on a multiple of 8
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        if make is None:
            file.truncate(file.tell() + offset)
            return
        for name, shape in shapes.items():
            values = encode(np.ascontiguousarray(make(name), dtype=np.float32), dtype)
            assert values.shape == tuple(shape), (name, values.shape, shape)
            file.write(values.data)


def tensor_table(spec):
    """{name: (shape, mean, standard deviation)} of every tensor; linear weights are [in, out]."""
    d, inner = spec.n_embd, spec.n_inner or 4 * spec.n_embd
    qkv = (1.5 / d) ** 0.5  # scaled scores then spread by about 1.5, and patterns are peaked
    out = (2 * spec.n_layer) ** -0.5  # keeps the residual stream of deep models in bounds
    table = {
        "wte.weight": ((spec.vocab_size, d), 0.0, 0.1),
        "wpe.weight": ((spec.n_positions, d), 0.0, 0.05),
    }
    for layer in range(spec.n_layer):
        h = f"h.{layer}."
        table[h + "ln_1.weight"] = ((d,), 1.0, 0.2)
        table[h + "ln_1.bias"] = ((d,), 0.0, 0.1)
        if spec.mask_buffers:
            table[h + "attn.bias"] = ((1, 1, spec.n_positions, spec.n_positions), None, None)
        table[h + "attn.c_attn.weight"] = ((d, 3 * d), 0.0, qkv)
        table[h + "attn.c_attn.bias"] = ((3 * d,), 0.0, 0.1)
        table[h + "attn.c_proj.weight"] = ((d, d), 0.0, out * d ** -0.5)
        table[h + "attn.c_proj.bias"] = ((d,), 0.0, 0.05)
        table[h + "ln_2.weight"] = ((d,), 1.0, 0.2)
        table[h + "ln_2.bias"] = ((d,), 0.0, 0.1)
        table[h + "mlp.c_fc.weight"] = ((d, inner), 0.0, qkv)
        table[h + "mlp.c_fc.bias"] = ((inner,), 0.0, 0.1)
        table[h + "mlp.c_proj.weight"] = ((inner, d), 0.0, out * inner ** -0.5)
        table[h + "mlp.c_proj.bias"] = ((d,), 0.0, 0.05)
    table["ln_f.weight"] = ((d,), 1.0, 0.2)
    table["ln_f.bias"] = ((d,), 0.0, 0.1)
    if spec.prefix:
        table = {"transformer." + name: entry for name, entry in table.items()}
    if spec.lm_head != "tied":
        table["lm_head.weight"] = ((spec.vocab_size, d), 0.0, 0.1)
    if spec.lm_head == "untied_bias":
        table["lm_head.bias"] = ((spec.vocab_size,), 0.0, 0.5)
    return table


def random_tensor(name, entry, seed):
    """The float32 values of one tensor; a mask buffer is the lower triangle that old checkpoints carry."""
    shape, mean, spread = entry
    if mean is None:
        return np.tril(np.ones(shape, dtype=np.float32))
    stream = np.random.default_rng([seed, zlib.crc32(name.removeprefix("transformer.").encode())])
    values = stream.standard_normal(shape, dtype=np.float32)
    values *= np.float32(spread)
    values += np.float32(mean)
    return values


def split_evenly(table, parts):
    """Splits the table, in order, into `parts` tables of about as many bytes."""
    sizes = {name: int(np.prod(entry[0], dtype=np.int64)) for name, entry in table.items()}
    total, before, shards = sum(sizes.values()), 0, [{} for _ in range(parts)]
    for name, size in sizes.items():
        shards[min(parts - 1, (before + size // 2) * parts // total)][name] = table[name]
        before += size
    return [shard for shard in shards if shard]


def config_of(spec):
    """config.json with the keys that GPT-2's own has."""
    return {
        "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"],
        "n_layer": spec.n_layer, "n_head": spec.n_head, "n_embd": spec.n_embd, "n_inner": spec.n_inner,
        "n_positions": spec.n_positions, "n_ctx": spec.n_positions, "vocab_size": spec.vocab_size,
        "activation_function": spec.activation, "layer_norm_epsilon": spec.eps,
        "scale_attn_weights": True, "scale_attn_by_inverse_layer_idx": spec.inverse_layer_scale,
        "reorder_and_upcast_attn": False, "add_cross_attention": False,
        "tie_word_embeddings": spec.lm_head == "tied", "torch_dtype": TORCH_NAME[spec.dtype],
        "attn_pdrop": 0.1, "embd_pdrop": 0.1, "resid_pdrop": 0.1, "initializer_range": 0.02,
        "bos_token_id": spec.vocab_size - 1, "eos_token_id": spec.vocab_size - 1,
    }


def make_model(directory, spec, tokenizer=None):
    """Writes the model directory; returns its path."""
    if spec.n_embd % spec.n_head:
        raise ValueError(f"n_embd {spec.n_embd} is not a multiple of n_head {spec.n_head}")
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for old in [*directory.glob("*.safetensors"), *directory.glob("*.safetensors.index.json")]:
        old.unlink()
    (directory / "config.json").write_text(json.dumps(config_of(spec), indent=2) + "\n")

    table = tensor_table(spec)
    shards = split_evenly(table, spec.shards)
    names = ["model.safetensors"]
    if spec.shards > 1:
        names = [f"model-{i + 1:05}-of-{len(shards):05}.safetensors" for i in range(len(shards))]
        size = sum(int(np.prod(entry[0], dtype=np.int64)) for entry in table.values()) * ITEM_SIZE[spec.dtype]
        index = {"metadata": {"total_size": size},
                 "weight_map": {name: file for file, shard in zip(names, shards) for name in shard}}
        (directory / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")
    for file, shard in zip(names, shards):
        write_safetensors(directory / file, {name: entry[0] for name, entry in shard.items()},
                          None if spec.hollow else lambda name: random_tensor(name, table[name], spec.seed), spec.dtype)

    if tokenizer:
        copied = [shutil.copy(Path(tokenizer) / file, directory)
                  for file in TOKENIZER_FILES if (Path(tokenizer) / file).exists()]
        if not copied:
            raise FileNotFoundError(f"{tokenizer}: none of {', '.join(TOKENIZER_FILES)}")
    return directory


def main():
    parser = argparse.ArgumentParser(description="Make a GPT-2 model directory with random weights.")
    parser.add_argument("out", help="directory to write, made if missing")
    parser.add_argument("--preset", choices=PRESETS, help="layers, heads and width of a published size")
    for name in ("n-layer", "n-head", "n-embd"):
        parser.add_argument(f"--{name}", type=int, help="overrides the preset (default: those of gpt2)")
    parser.add_argument("--n-positions", type=int, default=1024)
    parser.add_argument("--vocab-size", type=int, default=50257)
    parser.add_argument("--n-inner", type=int, help="MLP width (default: 4 * n_embd)")
    parser.add_argument("--activation", choices=["gelu_new", "gelu", "relu"], default="gelu_new")
    parser.add_argument("--eps", type=float, default=1e-5, help="layer norm's epsilon")
    parser.add_argument("--dtype", choices=ITEM_SIZE, default="F32", help="storage type of every tensor")
    parser.add_argument("--lm-head", choices=["tied", "untied", "untied_bias"], default="tied")
    parser.add_argument("--prefix", action="store_true", help="name tensors transformer.h.0… instead of h.0…")
    parser.add_argument("--mask-buffers", action="store_true", help="add h.L.attn.bias, as old checkpoints have")
    parser.add_argument("--inverse-layer-scale", action="store_true", help="scale_attn_by_inverse_layer_idx")
    parser.add_argument("--shards", type=int, default=1, help="number of safetensors files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hollow", action="store_true", help="zeros that take no room on the disk: to plan runs with")
    parser.add_argument("--tokenizer", metavar="DIR", help="copy vocab.json and merges.txt from this directory")
    options = vars(parser.parse_args())
    out, tokenizer, preset = options.pop("out"), options.pop("tokenizer"), options.pop("preset") or "gpt2"
    for name, value in zip(("n_layer", "n_head", "n_embd"), PRESETS[preset]):
        if options[name] is None:
            options[name] = value
    print(make_model(out, Spec(**options), tokenizer))


if __name__ == "__main__":
    main()
