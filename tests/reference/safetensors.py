"""Reads safetensors files, alone or sharded, into numpy arrays. The writer is the one in bench/make_model.py.

A file is 8 bytes of header length (little-endian), a JSON header {name: {dtype, shape, data_offsets}} and the
data; offsets count from the end of the header.
"""
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from make_model import Spec, make_model, write_safetensors  # noqa: E402, F401


def read_safetensors(path):
    """{name: float32 array} of an F32, F16 or BF16 file. F32 arrays are views of the mapped file."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    start = 8 + int.from_bytes(data[:8].tobytes(), "little")
    header = json.loads(data[8:start].tobytes())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = decode(data[start + begin:start + end], entry["dtype"], name).reshape(entry["shape"])
    return tensors


def decode(raw, dtype, name):
    """Bytes of one tensor -> float32 values."""
    if dtype == "F32":
        return raw.view("<f4")
    if dtype == "F16":
        return raw.view("<f2").astype(np.float32)
    if dtype == "BF16":  # the upper half of a float32
        return (raw.view("<u2").astype("<u4") << 16).view("<f4")
    raise ValueError(f"{name}: dtype {dtype} is not F32, F16 or BF16")


def write_tensors(path, tensors):
    """Writes {name: array} as F32."""
    write_safetensors(path, {name: value.shape for name, value in tensors.items()}, tensors.__getitem__)


def read_model(directory):
    """{name: float32 array} of a model directory, without the prefix `transformer.`."""
    directory = Path(directory)
    index = directory / "model.safetensors.index.json"
    if index.exists():
        files = sorted(set(json.loads(index.read_text())["weight_map"].values()))
    else:
        files = ["model.safetensors"]
    return {name.removeprefix("transformer."): tensor
            for file in files for name, tensor in read_safetensors(directory / file).items()}
