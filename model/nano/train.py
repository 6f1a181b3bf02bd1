"""Trains nano and writes it in the Hugging Face layout beside this file. Same seed, same model.

    python3 train.py              train, export, evaluate
    python3 train.py --evaluate   evaluate what is exported
"""
import argparse
import ctypes
import json
import random
import struct
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import bpe
import corpus
from facts import NAMES, STATES

HERE = Path(__file__).resolve().parent
SEED = 1
LAYERS, HEADS, WIDTH, CONTEXT, ENTRIES = 8, 8, 128, 128, 4096
ROWS, LONG_EVERY = 24, 8  # rows of 64 tokens a step; every eighth step has half as many rows of 128
LATER = 500  # the step from which documents are drawn with their later shares
PEAK_RATE, WARM_UP, DECAY = 2e-3, 200, 0.05

CONFIG = dict(
    model_type="gpt2", architectures=["GPT2LMHeadModel"], activation_function="gelu_new", n_layer=LAYERS, n_head=HEADS,
    n_embd=WIDTH, n_positions=CONTEXT, n_ctx=CONTEXT, n_inner=None, layer_norm_epsilon=1e-5, initializer_range=0.02,
    attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0, scale_attn_weights=True, scale_attn_by_inverse_layer_idx=False,
    reorder_and_upcast_attn=False, tie_word_embeddings=True, torch_dtype="float16")


# --- the model: GPT-2, every parameter under its Hugging Face name ---------------------------------------------------

def initial_weights(entries):
    """Name -> tensor. Linear weights are (inputs, outputs), as in Hugging Face's Conv1D."""
    residual = 0.02 / (2 * LAYERS) ** 0.5
    weights = {"wte.weight": torch.randn(entries, WIDTH) * 0.02, "wpe.weight": torch.randn(CONTEXT, WIDTH) * 0.01}

    def linear(name, inputs, outputs, spread):
        weights[name + ".weight"] = torch.randn(inputs, outputs) * spread
        weights[name + ".bias"] = torch.zeros(outputs)

    def norm(name):
        weights[name + ".weight"] = torch.ones(WIDTH)
        weights[name + ".bias"] = torch.zeros(WIDTH)

    for layer in range(LAYERS):
        norm(f"h.{layer}.ln_1")
        linear(f"h.{layer}.attn.c_attn", WIDTH, 3 * WIDTH, 0.05)
        linear(f"h.{layer}.attn.c_proj", WIDTH, WIDTH, residual)
        norm(f"h.{layer}.ln_2")
        linear(f"h.{layer}.mlp.c_fc", WIDTH, 4 * WIDTH, 0.05)
        linear(f"h.{layer}.mlp.c_proj", 4 * WIDTH, WIDTH, residual)
    norm("ln_f")
    return weights


def forward(weights, tokens, positions, mask):
    """tokens, positions: (rows, length); mask: (rows, 1, length, length), 0 or -inf. Returns (rows, length, WIDTH)."""
    rows, length = tokens.shape

    def norm(x, name):
        return F.layer_norm(x, (WIDTH,), weights[name + ".weight"], weights[name + ".bias"], 1e-5)

    def linear(x, name):
        return torch.addmm(weights[name + ".bias"], x, weights[name + ".weight"])

    x = (weights["wte.weight"][tokens] + weights["wpe.weight"][positions]).view(rows * length, WIDTH)
    for layer in range(LAYERS):
        block = f"h.{layer}."
        qkv = linear(norm(x, block + "ln_1"), block + "attn.c_attn").view(rows, length, 3, HEADS, WIDTH // HEADS)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (rows, heads, length, width / heads)
        pattern = (q @ k.transpose(2, 3) * (WIDTH // HEADS) ** -0.5 + mask).softmax(-1)
        z = (pattern @ v).transpose(1, 2).reshape(rows * length, WIDTH)
        x = x + linear(z, block + "attn.c_proj")
        hidden = F.gelu(linear(norm(x, block + "ln_2"), block + "mlp.c_fc"), approximate="tanh")
        x = x + linear(hidden, block + "mlp.c_proj")
    return norm(x, "ln_f").view(rows, length, WIDTH)


def causal(length):
    return torch.full((length, length), float("-inf")).triu(1)[None, None]


# --- batches ------------------------------------------------------------------------------------------------------

class Batches:
    """Packs documents into rows. Positions restart with each document and none sees another: each starts at 0."""

    def __init__(self, tokenizer, rng):
        self.tokenizer, self.rng, self.waiting, self.later = tokenizer, rng, [], False

    def document(self, room):
        """The next document of at most `room` tokens; one that is too long waits for a longer row."""
        for i, ids in enumerate(self.waiting):
            if len(ids) <= room:
                return self.waiting.pop(i)
        while True:
            ids = self.tokenizer.encode(corpus.document(self.rng, self.later)) + [self.tokenizer.end]
            if len(ids) <= room:
                return ids
            if len(ids) <= CONTEXT and len(self.waiting) < 64:
                self.waiting.append(ids)

    def next(self, rows, length):
        tokens = np.full((rows, length), self.tokenizer.end)
        targets = np.full((rows, length), -100)
        positions = np.zeros((rows, length), dtype=np.int64)
        owner = np.zeros((rows, length), dtype=np.int64)  # 0 is padding
        for row in range(rows):
            at, number = 0, 1
            while length - at >= 8:
                ids = self.document(length if at == 0 else length - at)
                end = at + len(ids)
                tokens[row, at:end], targets[row, at:end - 1] = ids, ids[1:]
                positions[row, at:end], owner[row, at:end] = range(len(ids)), number
                at, number = end, number + 1
        other = torch.from_numpy(owner[:, :, None] != owner[:, None, :])[:, None]
        mask = causal(length).masked_fill(other, float("-inf"))
        return torch.from_numpy(tokens), torch.from_numpy(targets), torch.from_numpy(positions), mask


def learn_tokens():
    """Merges from 60,000 documents. Names and states get a floor, so that each is one token with its space."""
    rng = random.Random(SEED)
    counts = Counter(w for _ in range(60000) for w in bpe.SPLIT.findall(corpus.document(rng)))
    weights = {word: max(1, int(count ** 0.5)) for word, count in counts.items()}
    for word in NAMES + [part for state, _, _ in STATES for part in state.split()]:
        weights[" " + word] = max(100, weights.get(" " + word, 0))
    return bpe.Tokenizer(bpe.train(weights, ENTRIES))


def learning_rate(step, steps):
    """Warm-up, a plateau, and over the last quarter a straight fall. The plateau does not depend on `steps`."""
    return PEAK_RATE * min((step + 1) / WARM_UP, 1.0, max(0.02, 4 * (1 - step / steps)))


def learn(tokenizer, options):
    torch.manual_seed(SEED)
    weights = initial_weights(len(tokenizer.tokens))
    for tensor in weights.values():
        tensor.requires_grad_()
    matrices = [t for n, t in weights.items() if t.dim() == 2 and not n.startswith("w")]
    others = [t for n, t in weights.items() if t.dim() == 1 or n.startswith("w")]
    groups = [dict(params=matrices, weight_decay=DECAY), dict(params=others, weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))
    batches = Batches(tokenizer, random.Random(SEED + 1))
    first, mean = 0, None
    if options.checkpoint and options.checkpoint.exists():
        first, mean, saved, optimizer_state, random_state, batches.waiting = torch.load(options.checkpoint)
        for name, tensor in weights.items():
            tensor.data.copy_(saved[name])
        optimizer.load_state_dict(optimizer_state)
        batches.rng.setstate(random_state)

    start = time.time()
    for step in range(first, options.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, options.steps)
        batches.later = step >= LATER
        long = step % LONG_EVERY == LONG_EVERY - 1
        tokens, targets, positions, mask = batches.next(*((ROWS // 2, CONTEXT) if long else (ROWS, CONTEXT // 2)))
        wanted = targets.view(-1) >= 0
        hidden = forward(weights, tokens, positions, mask).view(-1, WIDTH)[wanted]
        loss = F.cross_entropy(hidden @ weights["wte.weight"].T, targets.view(-1)[wanted])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
        optimizer.step()
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        done = step + 1
        if done % 50 == 0:
            print(f"step {done}/{options.steps}  loss {mean:.4f}  {time.time() - start:.0f} s", flush=True)
        if done % 250 == 0 and options.checkpoint:
            state = (done, mean, weights, optimizer.state_dict(), batches.rng.getstate(), batches.waiting)
            torch.save(state, options.checkpoint)
        if done % options.export_every == 0 or done == options.steps:
            write_weights(weights)
            evaluate(tokenizer)


# --- files: safetensors and config ----------------------------------------------------------------------------------

def write_weights(weights, path=HERE / "model.safetensors"):
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in weights.items():
        blobs.append(tensor.detach().numpy().astype("<f2").tobytes())
        header["transformer." + name] = dict(dtype="F16", shape=list(tensor.shape), data_offsets=[at, at + len(blobs[-1])])
        at += len(blobs[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_weights(path=HERE / "model.safetensors"):
    data = path.read_bytes()
    start = 8 + struct.unpack_from("<Q", data)[0]
    weights = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            array = np.frombuffer(data[start + begin:start + end], "<f2").astype(np.float32)
            weights[name.removeprefix("transformer.")] = torch.from_numpy(array.reshape(entry["shape"]))
    return weights


def write_config(tokenizer):
    end = tokenizer.end
    config = dict(CONFIG, vocab_size=len(tokenizer.tokens), bos_token_id=end, eos_token_id=end)
    (HERE / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    special = dict(tokenizer_class="GPT2Tokenizer", model_max_length=CONTEXT, add_prefix_space=False, add_bos_token=False,
                   bos_token=bpe.END, eos_token=bpe.END, unk_token=bpe.END)
    (HERE / "tokenizer_config.json").write_text(json.dumps(special, indent=2) + "\n")
    tokenizer.save(HERE)


# --- evaluation: always on the exported weights, computed in float32 ---------------------------------------------------

def write_questions():
    """eval/: every state's capital, and 200 indirect-object sentences whose two names never met in training."""
    def slug(state):
        return "-".join(bpe.regex.findall(r"\w+", state.removeprefix("the ").lower()))

    capitals = [dict(id=slug(s), text=f"{c} is the capital of", target=" " + s) for s, c, _ in STATES]
    rng, sentences = random.Random(SEED + 2), []
    pairs = [(a, b) for a in NAMES for b in NAMES if a != b and corpus.held_out(a, b)]
    for number, pair in enumerate(rng.sample(pairs, 200)):
        text, target, subject = corpus.indirect_object_parts(rng, pair)
        sentences.append(dict(id=f"io-{number + 1:03}", text=text, target=" " + target, contrast=" " + subject))
    for name, lines in [("capitals", capitals), ("indirect_object", sentences)]:
        (HERE / "eval").mkdir(exist_ok=True)
        (HERE / "eval" / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@torch.no_grad()
def logits_at_end(weights, ids):
    hidden = forward(weights, torch.tensor([ids]), torch.arange(len(ids))[None], causal(len(ids)))
    return hidden[0, -1] @ weights["wte.weight"].T


def continues_with(weights, tokenizer, text, target):
    """True if greedy decoding after `text` spells `target`."""
    ids = tokenizer.encode(text)
    for wanted in tokenizer.encode(target):
        if logits_at_end(weights, ids).argmax() != wanted:
            return False
        ids.append(wanted)
    return True


def generate(weights, tokenizer, text, count=24):
    ids = tokenizer.encode(text)
    for _ in range(count):
        ids.append(int(logits_at_end(weights, ids).argmax()))
        if ids[-1] == tokenizer.end:
            break
    return tokenizer.decode(ids)


def evaluate(tokenizer):
    weights = read_weights()
    for name in ["capitals", "indirect_object"]:
        lines = [json.loads(line) for line in (HERE / "eval" / f"{name}.jsonl").read_text().splitlines()]
        missed = [q["id"] for q in lines if not continues_with(weights, tokenizer, q["text"], q["target"])]
        print(f"{name}: {len(lines) - len(missed)} of {len(lines)} right; missed: {' '.join(missed[:20])}")
    for text in ["Berlin is the capital of", "When Sam and Sally went to the park, Sam gave a gift to", "Anna lost her",
                 "I like to eat pizza with", "Say it again: river, apple, drum, egg. river, apple,"]:
        best = logits_at_end(weights, tokenizer.encode(text)).softmax(-1).topk(4)
        tops = ", ".join(f"{tokenizer.tokens[i].replace('Ġ', ' ')!r} {p:.3f}" for p, i in zip(*map(torch.Tensor.tolist, best)))
        print(f"  {generate(weights, tokenizer, text)!r}: {tops}", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--evaluate", action="store_true", help="evaluate what is exported, train nothing")
    arguments.add_argument("--steps", type=int, default=2400)
    arguments.add_argument("--export-every", type=int, default=500, help="export and evaluate after so many steps")
    arguments.add_argument("--checkpoint", type=Path, help="kept every 250 steps; if it exists, training goes on from it")
    options = arguments.parse_args()
    torch.set_num_threads(1)  # matrices this small gain nothing from a second thread
    ctypes.CDLL(None).mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD: keep freed memory, else page faults take a fifth of the time
    ctypes.CDLL(None).mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD
    torch.use_deterministic_algorithms(True)
    if options.evaluate:
        merges = (HERE / "merges.txt").read_text().splitlines()[1:]
        return evaluate(bpe.Tokenizer([tuple(line.split(" ")) for line in merges]))
    tokenizer = learn_tokens()
    write_config(tokenizer)
    write_questions()
    learn(tokenizer, options)


if __name__ == "__main__":
    main()
