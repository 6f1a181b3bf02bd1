"""Workflows that edit what queries see of keys: scores and patterns, of one head, of all and of several layers, by what stands there."""
from cases import FIXED, MARK, ONE, TWICE, Draw, positions, prompts, spec
from safetensors import make_model

SQUARES = ["attn.hook_attn_scores", "attn.hook_pattern"]
READ = SQUARES + ["attn.hook_z", "hook_resid_post"]
KEYS = [{"token": MARK}, {"token": TWICE, "occurrence": 2}, [0], [0, 2], {"column": "mark"}, "1:"]
EACH_OF = {"each_of": [{"token": MARK}, {"token": TWICE, "occurrence": -1}, [0]]}


def edit(draw, made, sources):
    """Such that no query is left without a key: what is masked is not its own, or it stands behind another."""
    square = draw.one(SQUARES)
    layers = draw.one(["*", "0-1", str(draw.number(0, made.n_layer - 1))])
    heads = draw.one(["", "[*]", f"[{draw.number(0, made.n_head - 1)}]"])
    at = f"blocks.{layers}.{square}{heads}"
    if square == "attn.hook_attn_scores" and draw.number(0, 1):
        return {"at": at, "with": "masked", "positions": draw.one(["each", "last"]), "keys": draw.one(["each", {"token": MARK}])}
    kinds = [{"from": source} for source in sources] + [{"scale": draw.one([0.5, 2])}, "zero", {"value": 0.25}]
    return {"at": at, "with": [draw.one(kinds)], "positions": positions(draw, FIXED + ["each", "each_of"]),
            "keys": draw.one(KEYS + [EACH_OF, EACH_OF, "each", "each"])}


def masking(draw, made):
    """Of a pass below: the last query does not see the token."""
    return {"at": f"blocks.{draw.number(0, made.n_layer - 1)}.attn.hook_attn_scores", "with": "masked", "positions": [2], "keys": [draw.number(0, 1)]}


def random_knockout(seed, folder):
    draw = Draw([seed, 11])
    made = spec(draw)
    stages = {
        "tokens": {"stage": "tokenize"}, "others": {"stage": "tokenize", "column": "corrupted"},
        "clean": {"stage": "forward", "in": "tokens"}, "corrupted": {"stage": "forward", "in": "others"},
        "masked": {"stage": "forward", "in": draw.one(["tokens", "others"]), "edits": [masking(draw, made)]},
    }
    sources, measures = ["clean", "corrupted", "masked"], {}
    for i in range(3):
        base = draw.one(sources)
        stages[f"edited{i}"] = {"stage": "ablate", "in": base, **edit(draw, made, sources), "rows": draw.one([1, 30, 1024])}
        other = "corrupted" if base != "corrupted" else "clean"
        measures[f"scores{i}"] = {"stage": "measure.prediction", "in": {"clean": other, "edited": f"edited{i}", "corrupted": base},
                                  "tokens": ["target", "contrast"], "metrics": ["logit", "prob", "log_prob", "logit_diff"]}
        measures[f"seen{i}"] = {"stage": "measure.activation", "in": {"edited": f"edited{i}"}, "at": f"blocks.*.{draw.one(READ)}"}
    return {"workflow": f"knockout{seed}", "model": str(make_model(folder / f"knocked{seed}", made)),
            "prompts": prompts(draw, draw.number(0, 2) == 0), "stages": {**stages, **measures}, "keep": list(measures),
            "batch_tokens": draw.one([1, 16, 64, 256])}
