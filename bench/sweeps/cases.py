"""What the table has a row of: prompts of token ids, and the edits of their variants."""
import json
import random
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional, Sequence

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = ROOT / "model/nano/eval/indirect_object.jsonl"
PAIRS = ROOT / "workflows/data/indirect_object_pairs.jsonl"
LAYERS, HEADS, VOCABULARY = 12, 12, 50257  # GPT-2 small's
FIRST_OF_14 = 4  # of the pairs, as long as the sentences of ioi_patching.yaml


@dataclass(frozen=True)
class Edit:
    """The hook_z of one head is replaced, at one position (-1: the last) or at all (None)."""
    layer: int
    head: Optional[int]  # None: not a head's, but the residual stream before the layer
    position: Optional[int]
    replacement: str  # zero; mean: the head's, over all positions; source: what the pass of the other text has there


@dataclass(frozen=True)
class Case:
    """A row of the table. Each prompt is run with each variant; without variants, clean, and its residuals are kept."""
    name: str
    title: str
    prompts: Sequence[Sequence[int]]
    targets: Sequence[int]
    ablate: Optional[dict] = None  # the stage's parameters
    variants: Sequence[Edit] = ()  # the same, in the order of the run file
    shared: int = 0  # first positions that all prompts have in common
    sources: Sequence[Sequence[int]] = ()  # each prompt's other text, as long, where activations are taken from
    contrasts: Sequence[int] = ()  # what is measured is the logit of the target less that of these; none: its log_prob

    @property
    def prefix_helps(self):
        """Whether any variant has a position that its edit does not reach."""
        return any(edit.position is not None for edit in self.variants)

    @property
    def metric(self):
        return "logit_diff" if self.contrasts else "log_prob"

    @property
    def passes(self):
        return len(self.prompts) * max(1, len(self.variants))

    def workflow(self, folder):
        """Writes the workflow, as JSON is YAML, and its prompts; returns its path."""
        prompts = folder / f"{self.name}.jsonl"
        rows = [{"ids": list(ids), "target": target} for ids, target in zip(self.prompts, self.targets)]
        stages = {"tokens": {"stage": "tokenize"}, "pass": {"stage": "forward", "in": "tokens"}}
        if self.sources:
            rows = [{**row, "source": list(ids)} for row, ids in zip(rows, self.sources)]
            stages["other_tokens"] = {"stage": "tokenize", "column": "source"}
            stages["source"] = {"stage": "forward", "in": "other_tokens"}
        measured = {"stage": "measure.prediction"}
        if self.contrasts:
            rows = [{**row, "contrast": contrast} for row, contrast in zip(rows, self.contrasts)]
            measured.update(metrics=[self.metric], tokens=["target", "contrast"])
        prompts.write_text("".join(json.dumps(row) + "\n" for row in rows))
        if self.ablate:
            stages["silenced"] = {"stage": "ablate", "in": "pass", **self.ablate}
            stages["scores"] = {**measured, "in": ["pass", "silenced"]}
        else:
            stages["scores"] = {**measured, "in": "pass"}
            stages["residuals"] = {"stage": "measure.activation", "in": "pass", "at": "blocks.*.hook_resid_post"}
        keep = [name for name in ("scores", "residuals") if name in stages]
        path = folder / f"{self.name}.yaml"
        path.write_text(json.dumps({"workflow": self.name, "model": "nano", "prompts": {"file": prompts.name},
                                    "stages": stages, "keep": keep}, indent=1))
        return path


def head_grid(layers, heads, positions, replacements=("zero",)):
    """(ablate's parameters, its variants): every replacement of every head, at all positions or the last."""
    kinds = {"zero": "zero", "mean": {"mean": "head"}}
    ablate = {"at": [f"blocks.{layer}.attn.hook_z[{','.join(map(str, heads))}]" for layer in layers],
              "with": [kinds[replacement] for replacement in replacements], "positions": positions}
    position = {"all": None, "last": -1}[positions]
    return ablate, [Edit(layer, head, position, replacement)
                    for replacement in replacements for layer in layers for head in heads]


def each_position(layers, positions, head=0):
    """(ablate's parameters, its variants): one head of every layer by zero, at one position after the other."""
    edits = [Edit(layer, head, position, "zero") for layer in layers for position in positions]
    return {"variants": [{"name": f"L{edit.layer}.P{edit.position}",
                          "edits": {"at": f"blocks.{edit.layer}.attn.hook_z[{head}]", "positions": [edit.position]}}
                         for edit in edits]}, edits


def random_prompts(count, tokens, shared=0):
    """(prompts, targets) of random ids, whose first so many are the same."""
    chosen = random.Random(f"{count} x {tokens}")
    prefix = [chosen.randrange(VOCABULARY) for _ in range(shared)]
    prompts = [prefix + [chosen.randrange(VOCABULARY) for _ in range(tokens - shared)] for _ in range(count)]
    return prompts, [chosen.randrange(VOCABULARY) for _ in range(count)]


def patches(layers, heads=None, length=0):
    """(ablate's parameters, its variants), of what the pass of the other text has: every head's at the last position, or
    the residual stream's before each layer at each position of prompts of that length."""
    where = {"with": {"from": "source"}}
    if heads is not None:
        ablate, edits = head_grid(layers, heads, "last")
        return {**ablate, **where}, [replace(edit, replacement="source") for edit in edits]
    return ({"at": [f"blocks.{layer}.hook_resid_pre" for layer in layers], "positions": "each", **where},
            [Edit(layer, None, position, "source") for layer in layers for position in range(length)])


def sentences(path, columns, count):
    """Columns of the first rows, each text as ids, one a word or mark."""
    rows = [json.loads(line) for line in path.read_text().splitlines()[:count]]
    ids = {}

    def ids_of(text):
        return [ids.setdefault(word, 1000 + 7 * len(ids)) for word in re.findall(r"\w+|[^\w\s]", text)]
    return [[ids_of(row[column]) for row in rows] for column in columns]


def sentence_prompts(count):
    """(prompts, targets) as long and as much alike as the indirect-object sentences."""
    texts, targets = sentences(SENTENCES, ("text", "target"), count)
    return texts, [target[0] for target in targets]


def pair_prompts(count, first=0):
    """(prompts, targets, the other texts, contrasts) of pairs of indirect-object sentences that differ in who gives."""
    names = ("corrupted", "target", "text", "contrast")
    prompts, targets, others, contrasts = (column[first:] for column in sentences(PAIRS, names, first + count))
    return prompts, [target[0] for target in targets], others, [contrast[0] for contrast in contrasts]


def make_cases(quick):
    """All of them, {name: case}; with `quick` of a few prompts and variants each, to try the script."""
    layers, heads = (range(9, LAYERS, 2), (0, 7)) if quick else (range(LAYERS), range(HEADS))
    cases = []

    def sweep(name, title, prompts, grid, shared=0):
        prompts, targets, sources, contrasts = (*prompts, (), ())[:4]
        cases.append(Case(name, title, prompts, targets, *grid, shared, sources, contrasts))

    sweep("heads_6_all", "6 tokens, heads by zero and mean, all positions", random_prompts(1, 6),
          head_grid(layers, heads, "all", ("zero", "mean")))
    sweep("heads_6_last", "6 tokens, heads, last position", random_prompts(1, 6), head_grid(layers, heads, "last"))
    for tokens in (38, 256):
        for positions, where in (("all", "all positions"), ("last", "last position")):
            sweep(f"heads_{tokens}_{positions}", f"{tokens} tokens, heads, {where}", random_prompts(1, tokens),
                  head_grid(layers, heads, positions))
    sweep("heads_1024_all", "1,024 tokens, two heads a layer, all positions", random_prompts(1, 1024),
          head_grid(layers, (0, 7), "all"))
    sweep("heads_1024_last", "1,024 tokens, heads, last position", random_prompts(1, 1024),
          head_grid(layers, heads, "last"))
    for tokens, step, which in ((6, 1, "each position"), (38, 1, "each position"), (256, 8, "every eighth position")):
        positions = range(step - 1, tokens, step)
        sweep(f"positions_{tokens}", f"{tokens} tokens, a head of every layer, {which}", random_prompts(1, tokens),
              each_position(layers, positions[-2:] if quick else positions))
    sweep("few_shot", "few-shot prompts of 60 + 8 tokens, heads, last position",
          random_prompts(3 if quick else 32, 68, 60), head_grid(layers, heads, "last"), shared=60)
    sweep("indirect_object", "indirect-object sentences, heads by mean, all positions",
          sentence_prompts(4 if quick else 200), head_grid(layers, heads, "all", ("mean",)))
    sweep("patch_residuals", "a pair of 14 tokens, the residual stream patched, each layer and position",
          pair_prompts(1, FIRST_OF_14), patches(layers, length=14))
    sweep("patch_heads", "pairs of indirect-object sentences, heads patched, last position",
          pair_prompts(3 if quick else 200), patches(layers, heads))
    cases.append(Case("residuals", "prompts of 32 tokens, clean, every residual kept",
                      *random_prompts(4 if quick else 512, 32)))
    return {case.name: case for case in cases}
