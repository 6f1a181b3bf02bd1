"""Types at bash and zsh, with the scripts that `hookflow completion` prints, and reads what a press of Tab makes of it.

    shells_test.py PROGRAM

A shell that is not installed is left out, unless HOOKFLOW_REQUIRE_REFERENCES is set.
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SETUP = {
    "bash": (["--norc", "--noprofile", "-i"], "bind 'set bell-style none'; source completion.bash"),
    "zsh": (["-f", "-i"], "bindkey -e; unsetopt beep auto_remove_slash; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D"),
}
# What is typed before Tab, and what stands there afterwards.
TYPED = {
    "hookflow insp": "hookflow inspect",
    "hookflow describe measure.cos": "hookflow describe measure.cosine",
    "hookflow run wor": "hookflow run work.yaml",
    "hookflow run fold": "hookflow run folder/",
    "hookflow run work.yaml --thr": "hookflow run work.yaml --threads",
    "hookflow run work.yaml --out o": "hookflow run work.yaml --out old.h5",
    "hookflow run work.yaml --out=o": "hookflow run work.yaml --out=old.h5",
    "hookflow run work.yaml --model na": "hookflow run work.yaml --model nano",
    "hookflow list st": "hookflow list stages",
    "hookflow inspect old.h5 sc": "hookflow inspect old.h5 scores",
    "hookflow inspect old.h5 scores --where rep": "hookflow inspect old.h5 scores --where replacement=",
    "hookflow inspect old.h5 scores --where replacement=z": "hookflow inspect old.h5 scores --where replacement=zero",
    "hookflow run 'wo": "hookflow run work.yaml",
    "hookflow run with": "hookflow run with spaces.yaml",
}
WORKFLOW = """workflow: work
model: nano
prompts: [{text: Berlin is}]
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  silenced: {stage: ablate, in: pass, at: blocks.0.hook_resid_post}
  scores: {stage: measure.replacement, in: silenced}
keep: [scores]
"""


def type_at(shell, lines, folder, environment):
    """What the shell prints while the lines are typed, up to the last one's answer."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execvpe(shell, [shell, *SETUP[shell][0]], environment)
    printed, deadline = "", time.monotonic() + 120
    for line in [*lines, "echo the''end"]:
        os.write(terminal, line.encode() + b"\n")
    while "theend" not in printed and time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            try:
                printed += os.read(terminal, 65536).decode(errors="replace")
            except OSError:
                break
    os.close(terminal)
    os.waitpid(process, 0)
    return printed


def main(program):
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "TERM": "dumb", "HOME": folder}
        for name, text in (("work.yaml", WORKFLOW), ("with spaces.yaml", WORKFLOW), ("other.txt", "")):
            (Path(folder) / name).write_text(text)
        (Path(folder) / "folder").mkdir()
        subprocess.run([program, "run", "work.yaml", "--out", "old.h5", "--quiet"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
        for shell, (_, setup) in SETUP.items():
            if not shutil.which(shell):
                missing = f"{shell} is not installed"
                print(missing)
                failures += [missing] if os.environ.get("HOOKFLOW_REQUIRE_REFERENCES") else []
                continue
            script = subprocess.run([program, "completion", shell], capture_output=True, text=True, check=True).stdout
            (Path(folder) / ("completion.bash" if shell == "bash" else "_hookflow")).write_text(script)
            # Ctrl-A goes to the line's begin: what Tab left there is then an argument of what prints its arguments.
            lines = [setup, *(f"{typed}\t\x01printf '<%s>' \x05" for typed in TYPED)]
            printed = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", type_at(shell, lines, folder, environment))
            answers = [" ".join(re.findall(r"<([^<>]*)>", line)) for line in re.split(r"[\r\n]+", printed)
                       if re.match(r"(<[^<>]*>)+", line)]
            for (typed, wanted), answer in zip(TYPED.items(), answers + ["nothing"] * len(TYPED)):
                if answer != wanted:
                    failures.append(f"{shell}: '{typed}' and Tab gave '{answer}', not '{wanted}'")
    print("\n".join(failures) or "every shell completes")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
