#!/usr/bin/env python3
"""Makes indirect_object_pairs.jsonl: each indirect-object sentence with its corrupted version, in which the other
name gives, so that the answer is the other name.

    python3 indirect_object_pairs.py > indirect_object_pairs.jsonl
"""
import json
import pathlib

SENTENCES = pathlib.Path(__file__).parents[2] / "model/nano/eval/indirect_object.jsonl"

for line in SENTENCES.read_text().splitlines():
    row = json.loads(line)
    before, giver, after = row["text"].rpartition(row["contrast"])
    assert giver and row["contrast"].strip() in before and row["target"].strip() in before, row
    row["corrupted"] = before + row["target"] + after
    print(json.dumps(row))
