"""What the tests of all launchers share: a workflow that is run in shards by an example of workflows/cluster/ as it stands,
one of which is killed, and whose merged file must equal that of one run."""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import Family, descendants, environment_of, wait_until

SOURCE = Path(__file__).resolve().parents[2]
EXAMPLES = SOURCE / "workflows/cluster"
SHARDS = 3
SKIPPED = 77
WAITS = 5  # how merge ends where something is missing
# Batches and aggregates enough, and long enough that a kill hits each shard.
WORKFLOW = """\
workflow: sweep
model: nano
prompts: {{file: {source}/model/nano/eval/indirect_object.jsonl}}
stages:
  tokens:   {{stage: tokenize}}
  pass:     {{stage: forward, in: tokens}}
  silenced: {{stage: ablate, in: pass, at: "blocks.*.attn.hook_z[*]", with: [zero, {{mean: head}}]}}
  scores:   {{stage: measure.prediction, in: [pass, silenced], tokens: [target, contrast], metrics: [logit, top_token]}}
  moved:    {{stage: aggregate.ttest, in: scores.logit_change, over: prompt, across: [layer, head]}}
  damage:   {{stage: aggregate.moments, in: scores.top_token_changed, over: prompt, statistics: [count, mean]}}
keep: [scores, moved, damage]
"""


class CannotStart(Exception):
    """A launcher does not come up here; the text says which, and what it said."""


def is_own(words, environment, is_shard):
    return bool(words) and words[0].endswith("hookflow") and "run" in words and is_shard(words, environment)


class Case:
    """A folder with sweep.yaml, and what is done there."""

    def __init__(self, hookflow, folder, family):
        self.family, self.folder = family, folder
        self.launcher = None  # of those that run here until all is done
        (folder / "sweep.yaml").write_text(WORKFLOW.format(source=SOURCE))
        programs = folder / "bin"
        programs.mkdir()
        (programs / "hookflow").symlink_to(Path(hookflow).resolve())
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "WORKFLOW": "sweep.yaml",
                            "OUT": "sweep.h5", "SHARDS": str(SHARDS), "THREADS": "1", "JOBS": str(SHARDS)}

    def start(self, *words):
        self.launcher = self.family.start(*words, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL)
        return self.launcher

    def run(self, *words, check=True, **options):
        """What a command prints."""
        done = subprocess.run([str(word) for word in words], cwd=self.folder, env=self.environment, text=True,
                              stdout=subprocess.PIPE, **options)
        assert not check or done.returncode == 0, f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def shard(self, number):
        return f"sweep.{number}-of-{SHARDS}.h5"

    def progress(self, number):
        """Of a shard: how many prompts are done and how many pending; nothing where there is no file."""
        told = self.run("hookflow", "inspect", self.shard(number), check=False, stderr=subprocess.DEVNULL)
        found = re.search(r"prompts: (.*)", told)
        counts = {state: int(count) for count, state in re.findall(r"(\d+) (\w+)", found[1])} if found else {}
        return counts.get("done", 0), counts.get("pending", 0)

    def wait_until_on_its_way(self, number):
        def has_something_done():
            assert not self.launcher or self.launcher.poll() is None, f"the launcher ended: {self.launcher.returncode}"
            return self.progress(number)[0]

        wait_until(has_something_done, f"shard {number} has something done", 300)

    def expect_unfinished(self, number):
        done, pending = self.progress(number)
        assert done and pending, f"shard {number} was not stopped on its way: {done} prompts done, {pending} pending"
        print(f"shard {number} was stopped with {done} prompts done, {pending} pending")

    def kill(self, number, is_shard):
        """Ends a process whose words and environment `is_shard` knows, when it has done some of its shard."""
        self.wait_until_on_its_way(number)
        [process] = [process for process in descendants() if is_own(*environment_of(process), is_shard)]
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{process}/exe").exists(), f"shard {number} ends")
        self.expect_unfinished(number)

    def expect_equal(self):
        """The merged file and that of one run."""
        self.run("hookflow", "run", "sweep.yaml", "--out", "single.h5", "--quiet")
        print(self.run("hookflow", "diff", "single.h5", "sweep.h5"))


def main(check, *programs):
    """Runs `check(case)`; skipped where this machine lacks one of the programs or cannot start them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("hookflow")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)

    def skip(why):
        print(f"{'failed' if must_run else 'skipped'}: {why}")
        sys.exit(1 if must_run else SKIPPED)

    must_run = os.environ.get("HOOKFLOW_REQUIRE_REFERENCES")
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    if lacks := [program for program in programs if not shutil.which(program, path=path)]:
        skip(f"this machine has no {', '.join(lacks)}")
    os.environ["PATH"] = path
    with tempfile.TemporaryDirectory(prefix="hookflow_", ignore_cleanup_errors=True) as folder, Family() as family:
        Path(folder).chmod(0o755)
        try:
            check(Case(options.hookflow, Path(folder), family))
        except CannotStart as why:
            skip(str(why))
