"""Makes the pictures of README's gallery again and compares what they show with those that ship.

    gallery.py HOOKFLOW [--write]

A picture names each of its marks by its labels and its value, to readers who cannot see it; these are compared, numbers
within a tolerance, since they round differently on another CPU. With --write the pictures are replaced.
"""
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
GALLERY = SOURCE / "workflows/gallery"
# Of each workflow, by the name of its picture, what is drawn.
PICTURES = {
    "head_ablation": ["scores.log_prob_change"],
    "head_sweep": ["scores.prob_change", "--where", "token=target"],
    "attention_scores": ["same_head.raw_negative_share"],
    "cosine_ripple": ["ripple_test.cosine_change_mean_difference"],
    "qkv_similarity": ["her_neurons.cosine_density"],
    "pizza": ["local_test.cosine_change_mean_difference"],
    "qkv_layers": ["her_neurons.cosine_beyond_share"],
    "logit_lens": ["lens.log_prob"],
    "direct_contributions": ["heads.heads_mean_difference"],
    "induction": ["induction_by_head.pattern_mean"],
    "indirect_object": ["moved.logit_change_mean_difference"],
    "residual_patching": ["scores.logit_diff_restored"],
    "ioi_patching": ["scores.logit_diff"],
    "path_patching": ["logits_test.logit_diff_change_mean_difference"],
    "ioi_head_patching": ["heads_test.logit_diff_change_mean_difference"],
    "causal_tracing": ["restored.prob_mean"],
    "head_sweep_last": ["scores.prob_change"],
    "ablation_kinds": ["effect.logit_diff_change_mean"],
    "steering": ["effect.prob_mean"],
    "attention_knockout": ["by_layer.prob_from_clean_mean"],
}
LABEL = re.compile(r'aria-label="([^"]*)"')
NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def draw(hookflow, workflow, picture, folder):
    run_file, drawn = folder / f"{workflow}.h5", folder / f"{workflow}.svg"
    run = [hookflow, "run", SOURCE / f"workflows/{workflow}.yaml", "--out", run_file, "--quiet"]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([hookflow, "plot", run_file, *picture, "--out", drawn], check=True)
    return drawn


def marks(path):
    return LABEL.findall(path.read_text())


def agree(one, other):
    """Two labels: the same words, and numbers that are nearly the same."""
    if NUMBER.split(one) != NUMBER.split(other):
        return False
    numbers = zip(NUMBER.findall(one.replace("−", "-")), NUMBER.findall(other.replace("−", "-")))
    return all(math.isclose(float(a), float(b), rel_tol=1e-3, abs_tol=1e-4) for a, b in numbers)


def problems(shipped, drawn):
    if not shipped.exists():
        return [f"{shipped} is missing"]
    old, new = marks(shipped), marks(drawn)
    if not new:
        return [f"{drawn.name} names no mark"]
    if len(old) != len(new):
        return [f"{shipped.name} has {len(old)} marks, and {len(new)} when it is made again"]
    return [f"{shipped.name}: {a}\n  and made again: {b}" for a, b in zip(old, new) if not agree(a, b)]


def main(hookflow, write):
    if shutil.which("node") is None:
        print("no node here, which draws the pictures")
        return 1 if os.environ.get("HOOKFLOW_REQUIRE_REFERENCES") else 77
    found = [f"{path.name} is drawn by nothing" for path in GALLERY.glob("*.svg") if path.stem not in PICTURES]
    readme = (SOURCE / "README.md").read_text()
    with tempfile.TemporaryDirectory() as temporary:
        for workflow, picture in PICTURES.items():
            drawn, shipped = draw(hookflow, workflow, picture, Path(temporary)), GALLERY / f"{workflow}.svg"
            if write:
                shutil.copy(drawn, shipped)
            found += problems(shipped, drawn)
            if f"(workflows/gallery/{workflow}.svg)" not in readme:
                found.append(f"README.md does not show {shipped.name}")
    print("\n".join(found[:20]) or f"{len(PICTURES)} pictures show what they did")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), "--write" in sys.argv[2:]))
