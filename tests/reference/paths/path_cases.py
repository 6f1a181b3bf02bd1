"""Workflows of paths: random models, prompts of two texts, senders and receivers; all from one seed."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "patching"))
import cases as patching  # noqa: E402

SENDERS = ["blocks.*.attn.hook_z[*]"] * 3 + ["blocks.*.attn.hook_z", "blocks.*.hook_mlp_out", "hook_embed", "blocks.0.attn.hook_z[0]",
                                            ["hook_embed", "blocks.*.attn.hook_z[*]", "blocks.*.hook_mlp_out"]]
RECEIVERS = ["blocks.*.attn.hook_q[*]", "blocks.*.attn.hook_k[*]", "blocks.*.attn.hook_v[*]", "blocks.*.attn.hook_k", "blocks.*.mlp.hook_post",
             "blocks.*.hook_mlp_out", "blocks.*.hook_resid_pre", "blocks.*.hook_resid_mid", "blocks.*.hook_resid_post"]


def kinds(draw, other, senders):
    """MLPs computed, frozen, or both in turn."""
    made = [{"path": other, "senders": senders}, {"path": other, "senders": senders, "mlps": "frozen"},
            {"path": other, "senders": senders, "mlps": "computed"}]
    return draw.one([made[:1], made[1:2], made[1:]])


def measures(name, base, place):
    """What is read of edited passes: logits at the last position, and a place of every layer."""
    return {f"scores_{name}": {"stage": "measure.prediction", "in": {"clean": base, "edited": name}, "tokens": ["target", "contrast"], "metrics": ["logit"]},
            f"seen_{name}": {"stage": "measure.activation", "in": {"edited": name}, "at": f"blocks.*.{place}"}}


def random_workflow(seed, folder):
    draw = patching.Draw([seed, 31])
    made = patching.spec(draw)
    width = made.n_embd
    stages = {
        "tokens": {"stage": "tokenize"}, "others": {"stage": "tokenize", "column": "corrupted"}, "longer": {"stage": "tokenize", "column": "longer"},
        "clean": {"stage": "forward", "in": "tokens"}, "corrupted": {"stage": "forward", "in": "others"}, "stretched": {"stage": "forward", "in": "longer"},
        "steered": {"stage": "forward", "in": "others", "edits": [
            {"at": "hook_embed", "with": {"add": draw.vector(width)}, "positions": [1]}, {"at": "blocks.0.attn.hook_z[0]", "with": {"scale": 2}}]}}
    read = {}
    for i in range(draw.number(2, 4)):
        name, base = f"sent{i}", draw.one(["clean", "corrupted", "steered"])
        other = draw.one([pass_ for pass_ in ("clean", "corrupted", "steered") if pass_ != base])
        stages[name] = {"stage": "ablate", "in": base, "at": draw.one(RECEIVERS), "with": kinds(draw, other, draw.one(SENDERS)),
                        "positions": patching.positions(draw, patching.FIXED + ["each"] * 2 + ["each_of"]), "rows": draw.one([1, 30, 1024])}
        if not draw.number(0, 3):
            stages[name].update({"with": [{"path": "stretched", "senders": draw.one(SENDERS), "positions": patching.positions(draw, patching.ONE)}],
                                 "positions": patching.positions(draw, patching.ONE)})
        if not draw.number(0, 3):
            stages[name]["with"] = kinds(draw, other, "blocks.*.attn.hook_z[*]")
            stages[name]["together"] = "sender_head"
        read.update(measures(name, base, draw.one(patching.READ)))
    path = {"path": "clean", "senders": ["blocks.*.attn.hook_z[0]", "blocks.0.hook_mlp_out", "hook_embed"]}
    stages["named"] = {"stage": "ablate", "in": "corrupted", "variants": [
        {"name": "all_to_keys", "edits": [{"at": "blocks.*.attn.hook_k", "with": path, "positions": draw.one([[0, 1], "all"])}]},
        {"name": "twice", "edits": [{"at": "blocks.1.attn.hook_q[0]", "with": path}, {"at": "blocks.1.hook_mlp_out", "with": {**path, "mlps": "frozen"}}]}]}
    read.update(measures("named", "corrupted", "hook_resid_post"))
    return {"workflow": f"paths{seed}", "model": str(patching.make_model(folder / f"model{seed}", made)),
            "prompts": patching.prompts(draw, draw.number(0, 2) == 0), "stages": {**stages, **read}, "keep": list(read),
            "batch_tokens": draw.one([1, 16, 64, 256])}


def nano_workflow():
    """Sentences of two lengths: which heads send to the logits, and to keys of a head, past MLPs of either kind."""
    texts = [("When Sam and Sally went to the park, {} gave a gift to", " Sally", " Sam"), ("Sam and Sally went, and {} gave it to", " Sally", " Sam")]
    prompts = [{"id": f"p{i}", "text": text.format("Sam"), "corrupted": text.format("Sally"), "target": target, "contrast": contrast}
               for i, (text, target, contrast) in enumerate(texts)]
    stages = {"tokens": {"stage": "tokenize"}, "others": {"stage": "tokenize", "column": "corrupted"},
              "clean": {"stage": "forward", "in": "tokens"}, "corrupted": {"stage": "forward", "in": "others"},
              "logits": {"stage": "ablate", "in": "corrupted", "at": "blocks.7.hook_resid_post", "positions": "last",
                         "with": [{"path": "clean", "senders": "blocks.*.attn.hook_z[*]", "mlps": how} for how in ("frozen", "computed")]},
              "keys": {"stage": "ablate", "in": "clean", "at": "blocks.3.attn.hook_k[5]",
                       "with": [{"path": "corrupted", "senders": ["hook_embed", "blocks.*.hook_mlp_out"]}]}}
    read = {**measures("logits", "corrupted", "hook_resid_post"), **measures("keys", "clean", "attn.hook_z")}
    return {"workflow": "nano_paths", "model": patching.NANO, "prompts": prompts, "stages": {**stages, **read}, "keep": list(read)}
