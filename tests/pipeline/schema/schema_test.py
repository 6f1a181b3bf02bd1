"""What `hookflow schema` says of workflows, judged by python3-jsonschema, against what `hookflow validate` does.

    schema_test.py PROGRAM

All that validate lets pass must pass the schema: every workflow that ships, stands in README or in a test, and each
kind of parameter with values of many types. What broken.yaml lists is refused by both.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import jsonschema
    import yaml
except ImportError:
    print("no jsonschema or no yaml here")
    sys.exit(1 if os.environ.get("HOOKFLOW_REQUIRE_REFERENCES") else 77)

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
        try:
            document = yaml.load(text, Workflow)
        except yaml.YAMLError as error:
            return [str(error)]
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
    """What may be a workflow in the tests' sources."""
    for path in sorted((SOURCE / "tests").rglob("*")):
        if path.suffix in (".yaml", ".cpp", ".hpp") and path.name != "broken.yaml":
            source = path.read_text()
            texts = [source] if path.suffix == ".yaml" else [raw[1] for raw in RAW_STRING.findall(source)]
            for text in texts:
                if "stages:" in text and "keep:" in text:
                    yield text


STAGES = """
  tokens: {stage: tokenize%s}
  pass: {stage: forward, in: tokens}
  cut: {stage: ablate, in: pass, at: "blocks.0.attn.hook_z[*]"}
  scores: {stage: measure.prediction, in: [pass, cut]}
  vectors: {stage: gather, in: pass, at: blocks.0.attn.hook_q, position: 0}
"""
# What each stage is given beside the parameter that is tried; in place of `at`, `variants`, and of `position`, `token`.
AXES = {"in": "scores", "over": "head"}
GIVEN = {
    "ablate": {"in": "pass", "at": '"blocks.0.attn.hook_z[*]"'},
    "aggregate.correlation": {"in": "{a: scores.prob, b: scores.prob}", "over": "head"},
    "aggregate.density": {**AXES, "grid": "{from: 0, to: 1}"},
    "aggregate.histogram": {**AXES, "bins": "3"},
    "aggregate.moments": AXES,
    "aggregate.similarity": {"in": "vectors", "between": "neuron"},
    "aggregate.ttest": {"in": "{a: scores.prob}", "over": "head", "kind": "one_sample"},
    "forward": {"in": "tokens"},
    "gather": {"in": "pass", "at": "blocks.0.attn.hook_q", "position": "0"},
    "generate": {"in": "pass", "new_tokens": "2", "temperature": "1"},
    "measure.activation": {"in": "pass", "at": "blocks.0.attn.hook_q"},
    "measure.contribution": {"in": "pass", "direction": "target"},
    "measure.cosine": {"in": "[pass, cut]", "at": "blocks.*.hook_resid_post"},
}
INSTEAD = {"variants": "at", "token": "position", "edges": "bins"}
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


def with_value(stage, name, value):
    """A workflow in which a parameter of a stage has the value."""
    given = {key: text for key, text in GIVEN.get(stage, {"in": "pass"}).items() if key != INSTEAD.get(name)}
    given[name] = value
    params = "".join(f", {key}: {text}" for key, text in given.items())
    stages = STAGES % (f", {name}: {value}" if stage == "tokenize" else "")
    keep = "scores"
    if stage != "tokenize":
        stages += f"  tried: {{stage: {stage}{params}}}\n"
        keep = "tried"
    if stage in ("ablate", "forward"):
        stages += "  edited: {stage: measure.activation, in: tried, at: blocks.7.hook_resid_post}\n"
        keep = "edited"
    prompts = ", ".join('{text: "%s is the", target: " capital"}' % city for city in ("Berlin", "Paris"))
    return f"workflow: w\nmodel: nano\nprompts: [{prompts}]\nstages:{stages}keep: [{keep}]\n"


def probes(schema):
    """(stage and parameter, workflows with each of many values); what is declared alike is tried once."""
    tried = set()
    for rule in schema["properties"]["stages"]["additionalProperties"]["allOf"]:
        stage = rule["if"]["properties"]["stage"]["const"]
        for name, said in rule["then"]["properties"].items():
            declared = json.dumps([name, {key: part for key, part in said.items() if key not in ("description", "default")}])
            if name not in ("stage", "in") and declared not in tried:
                tried.add(declared)
                values = dict.fromkeys([*VALUES, *words_of(said)])
                yield f"{stage}: {name}", [with_value(stage, name, value) for value in values]


def disagreements(judges, place, texts):
    """Workflows that are valid and refused by the schema; and what the schema takes, of which some must be valid."""
    passed = [text for text in texts if not judges.errors(text)]
    failures = [f"{place} is valid, and refused by the schema: {judges.errors(text)}\n{text}"
                for text in texts if text not in passed and not judges.refusal(text)]
    if not any(not judges.refusal(text) for text in passed):
        failures.append(f"{place}: nothing that the schema takes is valid: {judges.refusal(passed[0]) if passed else texts[0]}")
    return failures


def main(program):
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        judges = Judges(program, folder)
        for name, text in shipped(program):
            failures += [f"{name} is refused by the schema: {error}" for error in judges.errors(text)]
        groups = [("in tests", list(in_tests())), *probes(judges.schema)]
        for place, texts in groups:
            failures += disagreements(judges, place, texts)
        print(f"tried: {sum(len(texts) for _, texts in groups)} workflows, of {len(groups)} kinds")
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
    sys.exit(main(Path(sys.argv[1]).resolve()))
