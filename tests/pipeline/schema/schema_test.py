"""What `hookflow schema` says of workflows, judged by python3-jsonschema, against what `hookflow validate` does.

    schema_test.py --hookflow PROGRAM

All that validate lets pass must pass the schema: every workflow that ships, stands in README or in a test, and each
parameter of each stage with values of many types. What broken.yaml lists is refused by both.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema
import yaml

SOURCE = Path(__file__).resolve().parents[3]
RAW_STRING = re.compile(r'R"(\w*)\((.*?)\)\1"', re.S)
YAML_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.M | re.S)


class Workflow(yaml.SafeLoader):
    """YAML 1.2 as hookflow and language servers read it: `no`, `1:30` and dates are texts, `1e3` is a number."""

    yaml_implicit_resolvers = {}


PLAIN = {"null": r"~|null|Null|NULL|", "bool": r"true|false", "int": r"-?(0|[1-9]\d*)",
         "float": r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?"}
for kind, pattern in PLAIN.items():
    Workflow.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(f"^({pattern})$"), None)


class Judges:
    """The schema and the program, each asked by itself whether a workflow is right."""

    def __init__(self, program, folder):
        self.program, self.folder = program, Path(folder)
        printed = subprocess.run([program, "schema"], capture_output=True, text=True, check=True).stdout
        self.schema = json.loads(printed)
        jsonschema.Draft7Validator.check_schema(self.schema)
        self.validator = jsonschema.Draft7Validator(self.schema)

    def errors(self, text):
        """Of the schema, by place."""
        document = yaml.load(text, Workflow)
        return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in self.validator.iter_errors(document)]

    def refusal(self, text, name="w.yaml"):
        """What validate says; empty: it lets the workflow pass."""
        (self.folder / name).write_text(text)
        done = subprocess.run([self.program, "validate", name], cwd=self.folder, capture_output=True, text=True)
        if done.returncode not in (0, 2, 3):
            raise SystemExit(f"validate ended with {done.returncode}:\n{done.stderr}\n{text}")
        return done.stderr if done.returncode else ""


def shipped(program):
    """(name, text) of the workflows that a user is shown."""
    for path in sorted((SOURCE / "workflows").glob("*.yaml")):
        done = subprocess.run([program, "validate", path], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{path}: {done.stderr}")
        yield path.name, path.read_text()
    for i, text in enumerate(YAML_BLOCK.findall((SOURCE / "README.md").read_text())):
        yield f"README.md, block {i + 1}", text


def in_tests():
    """(place, text) of what may be a workflow in the tests' sources."""
    for path in sorted((SOURCE / "tests").rglob("*")):
        if path.suffix in (".yaml", ".cpp", ".hpp") and path.name != "broken.yaml":
            source = path.read_text()
            texts = [source] if path.suffix == ".yaml" else [raw[1] for raw in RAW_STRING.findall(source)]
            for text in texts:
                if "stages:" in text and "keep:" in text:
                    yield path.relative_to(SOURCE), text


STAGES = """
  tokens: {stage: tokenize%(tokenize)s}
  pass: {stage: forward, in: tokens}
  cut: {stage: ablate, in: pass, at: "blocks.0.attn.hook_z[*]"}
  scores: {stage: measure.prediction, in: [pass, cut]}
"""
# What a stage is given beside the parameter that is tried.
GIVEN = {"at": '"blocks.0.attn.hook_pattern"', "over": "head", "between": "head", "grid": "{from: 0, to: 1}",
         "kind": "one_sample", "bins": "3", "position": "0"}
VALUES = ["null", "true", '"true"', "no", "0", "1", "-1", "0.5", "5.0", "1e3", "1000001", '"5"', '""', "[]", "[[]]", "{}",
          "{a: 1}", "layer", "head", "prompt", "target", "[head, head]", "[layer, head]", "[0, 1]", "[-1, 0.5, 1]",
          "[[1, 2]]", "all", "last", "self", "earlier", '"1:"', '":"', '":-1"', '"-2:-1"', "1:", "unique", "scott", "zero", "{zero, name: off}",
          "{value: 1, name: a b}", "{value: 0.5}", "{add: [1]}", "{mean: head}", "{column: target}", '" is"', "prob", "argmax", "rank",
          "{from: 0, to: 1, count: 5}", "blocks.0.hook_resid_post", "[blocks.0.attn.hook_q]",
          "{name: a, edits: {at: blocks.0.hook_resid_post}}",
          "[{name: a, edits: [{at: blocks.0.hook_resid_post, with: zero, positions: last, except: []}]}]"]


def words_of(schema):
    """Every word that the schema lists."""
    for key, value in schema.items():
        if key in ("enum", "const", "default"):
            yield from (json.dumps(word) for word in (value if key == "enum" else [value]))
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield from words_of(part)


def probes(schema):
    """(place, workflow) for each parameter of each stage and each of many values."""
    for rule in schema["properties"]["stages"]["additionalProperties"]["allOf"]:
        stage = rule["if"]["properties"]["stage"]["const"]
        keys = rule["then"]["properties"]
        needed = rule["then"].get("required", [])
        ports = "scores" if stage.startswith("aggregate") else "cut" if stage == "measure.replacement" else "pass"
        inputs = "{a: scores.prob, b: scores.prob}" if stage == "aggregate.correlation" else ports
        inputs = "{a: scores.prob}" if stage == "aggregate.ttest" else inputs
        for name in keys:
            if name in ("stage", "in"):
                continue
            beside = [key for key in GIVEN if key in keys and key != name and
                      (key in needed or key in ("kind", "bins") or stage == "gather" and name == "offset" or key == "at" and name != "variants")]
            values = VALUES + [word for word in words_of(keys[name]) if word not in VALUES]
            for value in values:
                if stage == "tokenize":
                    stages = STAGES % {"tokenize": f", {name}: {value}"}
                else:
                    params = "".join(f", {key}: {GIVEN[key]}" for key in beside)
                    stages = STAGES % {"tokenize": ""} + f"  tried: {{stage: {stage}, in: {inputs}{params}, {name}: {value}}}\n"
                keep = "tried" if not stage in ("tokenize", "forward", "ablate") else "scores, edited"
                if keep != "tried":
                    stages += "  edited: {stage: measure.activation, in: %s, at: blocks.7.hook_resid_post}\n" % (
                        "tried" if stage != "tokenize" else "pass")
                yield (f"{stage}: {name}: {value}",
                       'workflow: w\nmodel: nano\nprompts: [{text: "Berlin is the", target: " capital"}]\nstages:'
                       f"{stages}keep: [{keep}]\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hookflow", required=True, type=Path)
    program = parser.parse_args().hookflow.resolve()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        judges = Judges(program, folder)
        for name, text in shipped(program):
            failures += [f"{name} is refused by the schema: {error}" for error in judges.errors(text)]
        tried = {"passed": 0, "refused by both": 0}
        for place, text in [*in_tests(), *probes(judges.schema)]:
            errors = judges.errors(text)
            if errors and not judges.refusal(text):
                failures.append(f"{place} is valid, and refused by the schema: {errors}\n{text}")
            tried["refused by both" if errors else "passed"] += 1
        print(f"of workflows in tests, and with values of many types: {tried}")
        broken = yaml.load((Path(__file__).parent / "broken.yaml").read_text(), yaml.SafeLoader)
        if judges.refusal(broken["workflow"]) or judges.errors(broken["workflow"]):
            failures.append("the workflow that is to be broken is refused as it is")
        for case in broken["cases"]:
            text = broken["workflow"].replace(case["replace"], case["by"])
            if text == broken["workflow"]:
                failures.append(f"{case['wrong']}: nothing is replaced")
            if not judges.errors(text):
                failures.append(f"{case['wrong']}: the schema lets it pass")
            if not judges.refusal(text):
                failures.append(f"{case['wrong']}: validate lets it pass")
        print(f"broken: {len(broken['cases'])}")
    print("\n".join(failures))
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
