"""Random models, prompts that share their beginnings, edits and measures; all from one seed."""
import numpy as np

from cases import EVERYWHERE, HEADED, HEADLESS, SQUARES, Case, Edit, resolve, width
from safetensors import Spec, make_model

VOCABULARY = 37
LONGEST = 40
VALUES = [0.125, -0.25, 0.0625]  # a row of one value has no variance: layer norm must find its mean exactly


class Draw:
    """Random choices of plain Python values."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def number(self, low, high):
        """A whole number, both ends included."""
        return int(self.random.integers(low, high + 1))

    def one(self, values):
        return values[self.number(0, len(values) - 1)]

    def some(self, values, most):
        """One or more, each once, in the order in which they stand."""
        count = self.number(1, min(most, len(values)))
        return [values[i] for i in sorted(self.random.permutation(len(values))[:count].tolist())]

    def vector(self, size):
        return [round(x, 3) for x in self.random.normal(0, 0.5, size).tolist()]

    def ids(self, count):
        return self.random.integers(0, VOCABULARY, count).tolist()


def spec(draw):
    heads, e = draw.number(1, 4), draw.one([6, 16, 64])
    return Spec(n_layer=draw.number(2, 4), n_head=heads, n_embd=heads * e, n_positions=LONGEST + 8, vocab_size=VOCABULARY,
                n_inner=draw.one([None, None, 20]), activation=draw.one(["gelu_new", "gelu", "relu"]),
                lm_head=draw.one(["tied", "untied_bias"]), inverse_layer_scale=draw.one([False, True]), seed=draw.number(0, 999))


def prompts(draw, answers):
    """Token ids of 3 to 9 prompts: new ones, others' beginnings with or without a new end, and equal ones."""
    shortest, longest = draw.one([(1, 6), (1, LONGEST), (2, 15), (5, LONGEST), (6, 6)])
    made = [draw.ids(draw.number(shortest, longest))]
    for _ in range(draw.number(2, 8)):
        shared = draw.one(made)
        shared = draw.one([[], shared, shared[:draw.number(0, len(shared))], shared[:draw.number(0, len(shared))]])
        end = draw.ids(draw.number(max(0, shortest - len(shared)), max(0, longest - len(shared)))) if draw.number(0, 2) else []
        made.append(shared + end if len(shared + end) >= shortest else shared + draw.ids(shortest))
    order = draw.random.permutation(len(made))
    return [{"id": f"p{i}", "ids": made[k][:longest], "target": draw.number(0, VOCABULARY - 1),
             **{name: draw.ids(draw.number(1, 5)) for name in answers}} for i, k in enumerate(order)]


def positions(draw, shortest):
    """As a workflow writes them, such that each prompt has one."""
    a = draw.number(0, shortest - 1)
    b = draw.number(a + 1, shortest)
    return draw.one(["all", "last", "last", draw.some(range(shortest), 3), [-b], f"{a}:", f":{b}", f"{-b}:", f"{a}:{b}", f":{-a or ''}"])


def edit(draw, made, lengths, answers):
    """An edit at any place, or None; a vector at a pattern only where all prompts are equally long."""
    place = draw.one(HEADED + HEADLESS)
    heads = draw.one([None, draw.some(range(made.n_head), 2)]) if place in HEADED else None
    kind = draw.one(["zero", "value", "vector", "add", "mean_positions"] + (["mean_head"] if heads else []))
    if answers and place in SQUARES:
        kind = "zero"
    layer = draw.number(0, made.n_layer - 1)
    if place == "attn.hook_attn_scores" and kind.startswith("mean"):  # hides one key a layer, which no query is left without
        return Edit(layer, place, heads, "1:", "masked", keys=[layer % 2]) if min(lengths) > 1 else None
    argument = None
    if kind == "value":
        argument = draw.one(VALUES)
    elif kind in ("vector", "add"):
        if place in SQUARES and len(lengths) > 1:
            return None
        argument = draw.vector(width(made, place, heads, lengths[0]))
    keys = positions(draw, min(lengths)) if place in SQUARES and draw.number(0, 1) else None
    return Edit(layer, place, heads, positions(draw, min(lengths)), kind.replace("vector", "value"), argument, keys)


def overlap(a, b, lengths):
    """Whether two edits would both change a value, which a workflow refuses."""
    heads = a.heads is None or b.heads is None or set(a.heads) & set(b.heads)
    return a.hook() == b.hook() and heads and any(set(resolve(a.positions, n)) & set(resolve(b.positions, n)) for n in lengths)


def variants(draw, made, lengths, answers=False):
    """{name: edits}, one to four of them. With `answers` patterns are edited by zero alone."""
    out = {}
    for i in range(draw.number(3, 7)):
        edits = []
        for _ in range(draw.number(1, 4)):
            new = edit(draw, made, lengths, answers)
            if new and not any(overlap(new, old, lengths) for old in edits):
                edits.append(new)
        if edits:
            out[f"v{i}"] = edits
    return out


def measures(draw, lengths):
    both, shortest = ["pass", "edited"], lengths[0]
    activation = lambda hook: {"stage": "measure.activation", "in": draw.one([both, both, "edited"]), "at": [hook],
                               "positions": positions(draw, shortest)}
    gather = {"stage": "gather", "at": [f"blocks.*.{draw.one(['attn.hook_q', 'attn.hook_v', 'attn.hook_z', 'hook_resid_post'])}"],
              "position": draw.number(-shortest, shortest - 1)}
    of_vectors = f"blocks.*.{draw.one(['attn.hook_k', 'attn.hook_z', 'hook_attn_out', 'mlp.hook_post', 'hook_resid_post'])}"
    every = {
        **({"cosine": {"stage": "measure.cosine", "in": both, "at": [of_vectors], "positions": "all"}} if shortest > 1 else {}),
        **{f"at_{i}": activation(hook) for i, hook in enumerate(draw.some(EVERYWHERE, 6))},
        "attention": {"stage": "measure.attention", "in": both, "at": ["blocks.*.attn.hook_pattern"], "queries": positions(draw, shortest)},
        "gathered": {**gather, "in": "edited"},
        "clean_gathered": {**gather, "in": "pass"},
        "scores": {"stage": "measure.prediction", "in": both, "metrics": "log_prob", "positions": positions(draw, shortest)},
        "words": {"stage": "measure.vocabulary", "in": "edited"},
    }
    chosen = draw.some([name for name in every if name != "clean_gathered"], len(every))
    return {name: stage for name, stage in every.items() if name.removeprefix("clean_") in chosen}


def random_case(seed, folder):
    """A Case that measures what a pass holds."""
    draw = Draw([seed, 0])
    made = spec(draw)
    asked = prompts(draw, [])
    lengths = sorted({len(prompt["ids"]) for prompt in asked})
    return Case(make_model(folder / f"model{seed}", made), asked, variants(draw, made, lengths), measures(draw, lengths),
                draw.one([1, 40, 200, 1024]), draw.one([1, 16, 64, 256, 4096]))


def random_answers(seed, folder):
    """A Case that measures answers."""
    draw = Draw([seed, 1])
    made = spec(draw)
    asked = prompts(draw, ["target", "contrast"])
    lengths = sorted({len(prompt["ids"]) for prompt in asked})
    scores = {"stage": "measure.answer", "in": ["pass", "edited"], "answers": ["target", "contrast"]}
    return Case(make_model(folder / f"model{seed}", made), asked, variants(draw, made, lengths, True), {"answers": scores},
                draw.one([1, 40, 1024]), draw.one([1, 64, 256, 4096]))
