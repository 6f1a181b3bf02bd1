"""What cannot be patched is refused, by validate and by run, with the place, the value and the rule."""
import copy
import json
import subprocess

from cases import NANO
from checks import Checks

SALLY = {"id": "a", "text": "When Sam and Sally went to the park, Sam gave a gift to", "subject": " Sally", "short": "When Sam",
         "corrupted": "When Sam and Sally went to the park, Sally gave a gift to", "target": " Sally"}
BERLIN = {"id": "b", "text": "Berlin is the capital of", "target": " Germany"}
ITSELF = {"x": {"stage": "forward", "in": "tokens", "edits": [{"at": "hook_embed", "with": {"from": "x"}}]}}
SCORES = "blocks.*.attn.hook_attn_scores"
CASES = [  # what is changed, and words of the message
    ({"prompts": [SALLY, BERLIN]}, ["prompt 'b'", "no column 'corrupted'"]),
    ({"column": "corupted"}, ["no column 'corupted'", "did you mean 'corrupted'"]),
    ({"column": "short"}, ["prompt 'a'", "2 tokens", "14 in 'clean'", "name the positions on both sides"]),
    ({"column": "short", "positions": "last"}, ["2 tokens", "14 in 'clean'"]),
    ({"positions": {"token": " Sally"}}, ["' Sally'", "occurs 2 times", "exactly once"]),
    ({"positions": {"column": "subject"}}, ["' Sally'", "occurs 2 times", "exactly once"]),
    ({"positions": {"token": " park", "occurrence": 2}}, ["' park'", "occurrence 2 is not there"]),
    ({"positions": {"token": " capital"}}, ["' capital'", "does not occur"]),
    ({"positions": [14]}, ["position 14", "14 tokens"]),
    ({"with": {"from": "clean", "positions": "last"}}, ["14 positions edited", "1 of the other pass"]),
    ({"keys": "last"}, ["keys: blocks.*.hook_resid_pre has no keys", "hook_attn_scores or hook_pattern"]),
    ({"with": "masked"}, ["with: masked: blocks.*.hook_resid_pre has no keys"]),
    ({"at": SCORES, "with": "masked"}, ["keys: is missing", "keys: {column: subject}"]),
    ({"at": SCORES, "with": "masked", "keys": [0]}, ["prompt 'a'", "the query at position 0 has no key left"]),
    ({"at": SCORES, "with": "masked", "positions": "last", "keys": {"token": " Sally"}}, ["keys", "occurs 2 times"]),
    ({"at": SCORES, "with": "masked", "positions": "last", "keys": [14]}, ["keys", "position 14", "14 tokens"]),
    ({"at": SCORES, "with": {"mean": "positions"}}, ["mean", "minus infinity"]),
    ({"at": "blocks.*.attn.hook_pattern", "with": "masked", "keys": [0]}, ["write zero", "hook_attn_scores"]),
    ({"with": {"from": "claen"}}, ["'claen'", "did you mean 'clean'"]),
    ({"with": {"from": "tokens"}}, ["'tokens' gives tokens"]),
    ({"stages": ITSELF, "with": {"from": "x"}}, ["cycle", "x <- x"]),
    ({"with": {"noise": {"seed": 1}}}, ["noise", "std"]),
    ({"with": {"noise": {"std": -1}}}, ["noise", "0 or more"]),
    ({"with": {"noise": {"std": 1, "samples": 0}}}, ["samples"]),
    ({"with": {"project_out": [0] * 128}}, ["project_out", "no direction"]),
    ({"with": {"project_out": [1, 2]}}, ["2 numbers", "128"]),
]


def changed(change):
    change = copy.deepcopy(change)
    patched = {"stage": "ablate", "in": "corrupted", "at": change.get("at", "blocks.*.hook_resid_pre"),
               "with": change.get("with", {"from": "clean"}), "positions": change.get("positions", "all")}
    if "keys" in change:
        patched["keys"] = change["keys"]
    stages = {"tokens": {"stage": "tokenize"}, "others": {"stage": "tokenize", "column": change.get("column", "corrupted")},
              "clean": {"stage": "forward", "in": "tokens"}, "corrupted": {"stage": "forward", "in": "others"},
              **change.get("stages", {}), "patched": patched, "scores": {"stage": "measure.prediction", "in": ["corrupted", "patched"]}}
    return {"workflow": "refused", "model": NANO, "prompts": change.get("prompts", [SALLY]), "stages": stages, "keep": ["scores"]}


def check_refusals(program, folder):
    check = Checks("refusals")
    path = folder / "refused.yaml"
    for change, words in CASES:
        path.write_text(json.dumps(changed(change), indent=1))
        for command in (["validate", path], ["run", path, "--out", path.with_suffix(".h5"), "--quiet", "--force"]):
            ended = subprocess.run([program, *command], capture_output=True, text=True)
            check.compared += 1
            if ended.returncode != 2 or any(word not in ended.stderr for word in words):
                check.problems.append(f"{command[0]} of {change}: exit code {ended.returncode}, says {ended.stderr!r}, expected 2 and {words}")
    return check
