"""Workflows that patch: random models, prompts of several texts that share beginnings, and edits; all from one seed."""
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from safetensors import Spec, make_model  # noqa: E402

NANO = str(Path(__file__).resolve().parents[3] / "model" / "nano")
MARK, TWICE, ORDINARY = 36, 35, 30  # token ids: once in every text, twice in every text, all below this
VOCABULARY = 37
HEADED = [f"attn.hook_{name}" for name in ("q", "k", "v", "z")]
WIDE = ["hook_resid_pre", "hook_attn_out", "hook_resid_mid", "hook_mlp_out", "hook_resid_post"]
EMBEDDINGS = ["hook_embed", "hook_pos_embed"]
MLP = ["mlp.hook_post"]
READ = WIDE + HEADED + ["mlp.hook_pre", "mlp.hook_post", "attn.hook_pattern", "attn.hook_attn_scores"]


class Draw:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def number(self, low, high):
        """A whole number, both ends included."""
        return int(self.random.integers(low, high + 1))

    def one(self, values):
        return values[self.number(0, len(values) - 1)]

    def ids(self, count):
        return self.random.integers(0, ORDINARY, count).tolist()

    def vector(self, size):
        return [round(x, 3) for x in self.random.normal(0, 0.5, size).tolist()]

    def text(self, length, begin=()):
        """Ids of which one is MARK and two are TWICE, behind a beginning that holds neither."""
        ids = list(begin) + self.ids(length - len(begin))
        spots = self.random.permutation(range(len(begin), length))[:3]
        for spot, special in zip(spots.tolist(), (MARK, TWICE, TWICE)):
            ids[spot] = special
        return ids


def spec(draw):
    heads, e = draw.number(1, 3), draw.one([6, 16])
    return Spec(n_layer=draw.number(2, 3), n_head=heads, n_embd=heads * e, n_positions=24, vocab_size=VOCABULARY,
                n_inner=draw.one([None, 20]), activation=draw.one(["gelu_new", "gelu", "relu"]),
                lm_head=draw.one(["tied", "untied_bias"]), inverse_layer_scale=draw.one([False, True]), seed=draw.number(0, 999))


def prompts(draw, equal):
    """With a corrupted text as long as the text, and another that is not; all of one length if `equal`."""
    begin, made = draw.ids(draw.number(0, 4)), []
    for i in range(draw.number(2, 5)):
        length = 8 if equal else len(begin) + draw.number(3, 9)
        shared = begin if draw.number(0, 3) else []
        other = [] if draw.number(0, 1) else shared
        made.append({"id": f"p{i}", "ids": draw.text(length, shared), "corrupted": draw.text(length, other),
                     "longer": draw.text(length + 1 + draw.number(0, 2), shared), "mark": [MARK],
                     "target": draw.number(0, ORDINARY), "contrast": draw.number(0, ORDINARY)})
    return made


def positions(draw, forms):
    every = {"all": "all", "last": "last", "list": [0, 2], "negative": [-2], "slice": "1:", "token": {"token": MARK},
             "second": {"token": TWICE, "occurrence": 2}, "final": {"token": TWICE, "occurrence": -1}, "column": {"column": "mark"},
             "each": "each", "each_of": {"each_of": ["all", "last", {"token": MARK}]}}
    return draw.one([every[name] for name in forms])


FIXED = ["all", "last", "list", "negative", "slice", "token", "second", "final", "column"]
ONE = ["last", "negative", "token", "second", "final", "column"]


def place(draw, made):
    """(at, width of a vector there)."""
    name = draw.one(EMBEDDINGS + WIDE * 2 + HEADED * 2 + MLP + ["attn.hook_pattern"])
    layers = draw.one(["*", str(draw.number(0, made.n_layer - 1))])
    if name in EMBEDDINGS:
        return name, made.n_embd
    if name in HEADED and draw.number(0, 1):
        return f"blocks.{layers}.{name}" + draw.one(["[*]", f"[{draw.number(0, made.n_head - 1)}]"]), made.n_embd // made.n_head
    width = {"attn.hook_pattern": None}.get(name, (made.n_inner or 4 * made.n_embd) if name in MLP else made.n_embd)
    return f"blocks.{layers}.{name}", width


def kinds(draw, width, sources, means=True):
    """What is put in: labels differ, so that each is a replacement of its own."""
    found = [{"from": source} for source in sources] + [{"scale": draw.one([0.5, -1, 2])}, "zero"]
    if means:
        found.append({"mean": "positions"})
    if width:
        found += [{"add": draw.vector(width)}, {"project_out": draw.vector(width)}]
    order = draw.random.permutation(len(found))[:draw.number(1, 3)]
    return [found[i] for i in sorted(order.tolist())]


def one_edit(draw, made, forms, sources, means=True):
    at, width = place(draw, made)
    return {"at": at, "with": draw.one(kinds(draw, width, sources, means)), "positions": positions(draw, forms)}


def random_workflow(seed, folder):
    draw = Draw([seed, 7])
    made = spec(draw)
    stages = {
        "tokens": {"stage": "tokenize"}, "others": {"stage": "tokenize", "column": "corrupted"},
        "longer": {"stage": "tokenize", "column": "longer"},
        "clean": {"stage": "forward", "in": "tokens"}, "corrupted": {"stage": "forward", "in": "others"},
        "stretched": {"stage": "forward", "in": "longer"},
        "noised": {"stage": "forward", "in": "tokens", "edits": [
            {"at": "hook_embed", "with": {"noise": {"embedding_std": 1, "seed": seed}}, "positions": positions(draw, FIXED)}]},
    }
    sources = ["clean", "corrupted", "noised"]
    stages["steered"] = {"stage": "forward", "in": draw.one(["tokens", "others"]), "edits": [one_edit(draw, made, FIXED, sources, means=False)]}
    sources.append("steered")
    measures = {"noise_seen": {"stage": "measure.activation", "in": "noised", "at": "hook_embed"}}
    for i in range(draw.number(3, 6)):
        name, base = f"edited{i}", draw.one(sources)
        at, width = place(draw, made)
        stages[name] = {"stage": "ablate", "in": base, "at": at, "with": kinds(draw, width, sources),
                        "positions": positions(draw, FIXED + ["each"] * 4 + ["each_of"] * 2), "rows": draw.one([1, 30, 1024])}
        if at.endswith("hook_pattern") is False and not draw.number(0, 4):
            stages[name].update({"with": [{"from": "stretched", "positions": positions(draw, ONE)}], "positions": positions(draw, ONE)})
        if not draw.number(0, 2):
            stages[name]["also"] = [one_edit(draw, made, FIXED, sources)]
        other = "corrupted" if base != "corrupted" else "clean"
        measures[f"scores{i}"] = {"stage": "measure.prediction", "in": {"clean": other, "edited": name, "corrupted": base},
                                  "tokens": ["target", "contrast"], "metrics": ["logit", "prob", "log_prob", "logit_diff"]}
        measures[f"seen{i}"] = {"stage": "measure.activation", "in": {"edited": name}, "at": f"blocks.*.{draw.one(READ)}"}
    return {"workflow": f"patching{seed}", "model": str(make_model(folder / f"model{seed}", made)),
            "prompts": prompts(draw, draw.number(0, 2) == 0), "stages": {**stages, **measures}, "keep": list(measures),
            "batch_tokens": draw.one([1, 16, 64, 256])}


def nano_workflow():
    """Sentences of three lengths with two givers: residual streams position by position, heads, and noise that is taken back."""
    sentences = [("When Sam and Sally went to the park, {} gave a gift to", " Sally", " Sam"), ("Sam and Sally went, and {} gave it to", " Sally", " Sam"),
                 ("When Sam and Sally went to the park, {} said", " Sally", " Sam")]
    asked = [{"id": f"p{i}", "text": text.format("Sam"), "corrupted": text.format("Sally"), "subject": " Sally", "place": " and",
              "target": target, "contrast": contrast} for i, (text, target, contrast) in enumerate(sentences)]
    noise = {"at": "hook_embed", "with": {"noise": {"embedding_std": 3, "seed": 1}}, "positions": {"column": "subject", "occurrence": 1}}
    stages = {
        "tokens": {"stage": "tokenize"}, "others": {"stage": "tokenize", "column": "corrupted"},
        "clean": {"stage": "forward", "in": "tokens"}, "corrupted": {"stage": "forward", "in": "others"},
        "noised": {"stage": "forward", "in": "tokens", "edits": [noise]},
        "noise_seen": {"stage": "measure.activation", "in": "noised", "at": "hook_embed"},
        "residual": {"stage": "ablate", "in": "corrupted", "at": "blocks.*.hook_resid_pre", "with": [{"from": "clean"}], "positions": "each"},
        "heads": {"stage": "ablate", "in": "corrupted", "at": "blocks.*.attn.hook_z[*]", "with": [{"from": "clean"}], "positions": "last"},
        "traced": {"stage": "ablate", "in": "noised", "at": "blocks.*.hook_resid_post", "with": [{"from": "clean"}], "positions": "each"},
        "patterns": {"stage": "ablate", "in": "corrupted", "at": "blocks.*.attn.hook_pattern", "with": [{"from": "clean"}],
                     "positions": {"each_of": ["all", {"token": " and", "occurrence": 1}]}},
    }
    measures = {}
    for name, base, place in (("residual", "corrupted", "hook_resid_post"), ("heads", "corrupted", "attn.hook_z"),
                              ("traced", "noised", "attn.hook_pattern"), ("patterns", "corrupted", "hook_attn_out")):
        measures[f"{name}_scores"] = {"stage": "measure.prediction", "in": {"clean": "clean", "edited": name, "corrupted": base},
                                      "tokens": ["target", "contrast"], "metrics": ["logit", "prob", "log_prob", "logit_diff"]}
        measures[f"{name}_seen"] = {"stage": "measure.activation", "in": {"edited": name}, "at": f"blocks.*.{place}"}
    return {"workflow": "nano", "model": NANO, "prompts": asked, "stages": {**stages, **measures}, "keep": ["noise_seen", *measures]}
