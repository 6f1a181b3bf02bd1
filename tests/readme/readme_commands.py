"""Runs every command of the code blocks of README.md and of the pages for users, in order, as a reader would.

    readme_commands.py BUILD_DIR

The reader's folder is a copy of the source tree, with the program where the quickstart leaves it and a model of
random weights called gpt2 in the Hugging Face cache. Left out are the two commands that set a machine up, and builds.
What a block in another language prints, a block of Python
must have printed. Then every workflow that ships is run from an installed tree. Nothing here names a command or an option: what README
comes to say is run without touching this file. A comment `exit code N` behind a command is what it must end with.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SETUP = re.compile(r"bash (workflows/quickstart\.sh|tests/run\.sh)|cmake ")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
COMMANDS, STATE = ("", "sh", "bash"), ("export ", "cd ")
PAGES = ("README.md", "workflows/README.md", "pipeline/run_file/README.md", "pipeline/session/README.md",
         "pipeline/shards/README.md", "stages/README.md")
NUMBER = re.compile(r"-?\d+\.\d+")
# What shows that a language is here, and runs a block of it; blocks of others are not run.
LANGUAGES = {"r": (["Rscript", "-e", "library(hdf5r)"], "block.R", "Rscript block.R"),
             "octave": (["octave-cli", "--version"], "block.m", "octave-cli block.m")}


def starts(command):
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def numbers_in(text):
    return {float(f"{float(number):.4g}") for number in NUMBER.findall(text)}


def has(*modules):
    tried = subprocess.run([sys.executable, "-c", "import " + ", ".join(modules)], capture_output=True)
    return tried.returncode == 0


def make_reader_folder(folder, program):
    """A clone's content, and build/release/hookflow in it."""
    skipped = shutil.ignore_patterns("build*", ".git", "runs", "*.h5", "__pycache__", "node_modules")
    shutil.copytree(SOURCE, folder, ignore=skipped)
    (folder / "build/release").mkdir(parents=True)
    shutil.copy(program, folder / "build/release/hookflow")


def make_cached_model(cache):
    """GPT-2's layers and heads, narrow, with nano's vocabulary."""
    snapshot = cache / "models--gpt2/snapshots/0123456789abcdef"
    shape = ["--n-layer", "12", "--n-head", "12", "--n-embd", "48", "--n-positions", "128", "--vocab-size", "3988"]
    subprocess.run([sys.executable, SOURCE / "bench/make_model.py", snapshot, *shape,
                    "--tokenizer", SOURCE / "model/nano"], check=True, stdout=subprocess.DEVNULL)
    (cache / "models--gpt2/refs").mkdir()
    (cache / "models--gpt2/refs/main").write_text(snapshot.name)


class Reader:
    """Types commands in one shell, so to say: what is exported, and where it went, stays."""

    def __init__(self, folder, environment):
        self.folder, self.environment, self.state, self.failed = folder, environment, "", 0
        self.printed = set()  # numbers, by Python

    def type(self, command):
        wanted = re.search(r"#.*\bexit code (\d+)", command)
        code = int(wanted[1]) if wanted else 0
        print(f"$ {command}", flush=True)
        done = subprocess.run(["bash", "-c", self.state + command], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != code:
            self.failed += 1
            print(f"{done.stdout}FAILED: exit code {done.returncode}, not {code}\n", flush=True)
        if command.startswith(STATE):
            self.state += command + "\n"
        return done.stdout

    def run_python(self, text):
        if not has("xarray", "h5netcdf"):
            return print("(no xarray here: a block of Python is left out)")
        if not has("matplotlib"):
            text = re.sub(r"\.plot\(.*\)$", "", text, flags=re.M)
        self.printed |= numbers_in(self.write_and_type("block.py", text, f"{sys.executable} block.py"))

    def run_language(self, language, text):
        probe, name, command = LANGUAGES[language]
        if not starts(probe):
            self.failed += bool(os.environ.get("HOOKFLOW_REQUIRE_REFERENCES"))
            return print(f"(no {language} here: a block of it is left out)")
        numbers = numbers_in(self.write_and_type(name, text, command))
        if not numbers or numbers - self.printed:
            self.failed += 1
            print(f"FAILED: {language} prints {numbers}, and Python {self.printed}")

    def write_and_type(self, name, text, command):
        (self.folder / name).write_text(text)
        return self.type(command)


def run_page(reader, page):
    for language, text in BLOCK.findall((SOURCE / page).read_text()):
        if language in COMMANDS:
            for line in text.splitlines():
                if line.strip() and not SETUP.match(line):
                    reader.type(line)
        elif language == "python":
            reader.run_python(text)
        elif language in LANGUAGES:
            reader.run_language(language, text)
        elif language == "yaml":
            reader.write_and_type("shown.yaml", text, "build/release/hookflow run shown.yaml --out shown.h5 --quiet --force")


def run_installed(reader, build, prefix):
    reader.type(f"cmake --install {build} --prefix {prefix}")
    for workflow in sorted((prefix / "share/hookflow/workflows").glob("*.yaml")):
        reader.type(f"{prefix}/bin/hookflow run {workflow} --out installed_{workflow.stem}.h5 --quiet")


def main(build):
    if not has("numpy"):
        print("no numpy here, which makes the model of random weights")
        return 1 if os.environ.get("HOOKFLOW_REQUIRE_REFERENCES") else 77
    with tempfile.TemporaryDirectory() as temporary:
        folder, cache = Path(temporary) / "hookflow", Path(temporary) / "cache"
        make_reader_folder(folder, build / "hookflow")
        make_cached_model(cache)
        reader = Reader(folder, {**os.environ, "HF_HUB_CACHE": str(cache)})
        for page in PAGES:
            run_page(reader, page)
        run_installed(reader, build, Path(temporary) / "installed")
        print(f"{reader.failed} commands failed" if reader.failed else "every command ended as the pages say")
        return int(reader.failed > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
