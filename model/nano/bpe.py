"""Byte-level byte-pair encoding as GPT-2 has it: its byte alphabet, its split pattern, and a small trainer."""
import json
from collections import Counter, defaultdict

import regex

SPLIT = regex.compile(r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+""")
END = "<|endoftext|>"


def byte_alphabet():
    """GPT-2's table: printable bytes stand for themselves, the others for the characters from 256 on."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(others)}}


BYTES = byte_alphabet()


def spell(word):
    return tuple(BYTES[b] for b in word.encode())


def join(symbols, pair):
    joined, i = [], 0
    while i < len(symbols):
        if symbols[i:i + 2] == pair:
            joined.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            joined.append(symbols[i])
            i += 1
    return tuple(joined)


def train(weights, entries):
    """weights: word -> weight. Returns the merges in order; stops when every word is one token or at `entries`."""
    words = {word: spell(word) for word in weights}
    pairs, where = Counter(), defaultdict(set)

    def count(word, sign):
        for pair in zip(words[word], words[word][1:]):
            pairs[pair] += sign * weights[word]
            where[pair].add(word)

    for word in words:
        count(word, 1)
    merges = []
    while len(merges) < entries - 257:
        best = max(pairs, key=lambda p: (pairs[p], p))
        if pairs[best] <= 0:
            break
        merges.append(best)
        for word in sorted(where.pop(best)):
            count(word, -1)
            words[word] = join(words[word], best)
            count(word, 1)
    return merges


class Tokenizer:
    def __init__(self, merges):
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.tokens = [*BYTES.values(), *(a + b for a, b in merges), END]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.end = self.ids[END]
        self.bytes = {c: b for b, c in BYTES.items()}
        self.cache = {}

    def encode_word(self, word):
        if word not in self.cache:
            symbols = spell(word)
            while len(symbols) > 1:
                best = min(zip(symbols, symbols[1:]), key=lambda p: self.ranks.get(p, len(self.ranks)))
                if best not in self.ranks:
                    break
                symbols = join(symbols, best)
            self.cache[word] = [self.ids[s] for s in symbols]
        return self.cache[word]

    def encode(self, text):
        return [i for word in SPLIT.findall(text) for i in self.encode_word(word)]

    def decode(self, ids):
        text = "".join(self.tokens[i] for i in ids if i != self.end)
        return bytes(self.bytes[c] for c in text).decode(errors="replace")

    def save(self, folder):
        (folder / "vocab.json").write_text(json.dumps(self.ids, ensure_ascii=False, separators=(",", ":")) + "\n")
        lines = [f"{a} {b}" for a, b in self.ranks]
        (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *lines]) + "\n")
