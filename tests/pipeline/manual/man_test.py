"""The manual page: correct for groff, and all that the program says of itself elsewhere is in it.

    man_test.py PROGRAM
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
OPTION = re.compile(r"^  (?:-(\w) \[ )?--([\w-]+)", re.M)


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, check=True, **more)


def shown(page):
    """The page's text, on endless lines, without bold and italics."""
    done = run("groff", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=1000n", input=page)
    return re.sub(r"\.\b", ".", done.stdout), done.stderr


def sections(text, title):
    """The parts of the page under headings that `title` matches."""
    parts = re.split(rf"^ *({title})$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def environment_read():
    """Variables that the sources read: names in capitals where files ask for the environment."""
    for path in [*SOURCE.glob("model/**/*.cpp"), *SOURCE.glob("pipeline/**/*.cpp"), *SOURCE.glob("stages/**/*.cpp")]:
        source = path.read_text()
        if "getenv(" in source or 'environment("' in source:
            yield from re.findall(r'"([A-Z][A-Z0-9_]{3,})"', source)


def main(program):
    if not shutil.which("groff"):
        print("no groff here")
        return 1 if os.environ.get("HOOKFLOW_REQUIRE_REFERENCES") else 77
    page = run(program, "man").stdout
    text, warnings = shown(page)
    failures = [f"groff: {line}" for line in warnings.splitlines()]
    commands = sections(text, r"hookflow \w+")
    for line in run(program, "list", "commands").stdout.splitlines()[1:]:
        name = line.split()[0]
        told = commands.get(f"hookflow {name}", "")
        help_text = run(program, "help", name).stdout
        usage = re.search(r"^usage: +(.*)$", help_text, re.M)[1]
        for word in [usage, *(f"--{option}" for _, option in OPTION.findall(help_text)),
                     *(f"-{letter}, " for letter, _ in OPTION.findall(help_text) if letter)]:
            if word not in told:
                failures.append(f"{name}: the page lacks '{word}'")
        # A value is shown by the name that help has for it.
        for option, value in re.findall(r"--([\w-]+)(?: \])? ([A-Z]\S*)", help_text.split("options:")[1]):
            if f"--{option} {value}" not in told:
                failures.append(f"{name}: the page lacks '--{option} {value}'")
    for variable in set(environment_read()):
        if not re.search(rf"^ *{variable}\b", text[text.index("ENVIRONMENT"):], re.M):
            failures.append(f"the environment's {variable} is read, and not on the page")
    codes = re.findall(r"k\w+ = (\d+);", (SOURCE / "pipeline/exit_code.hpp").read_text())
    for code in [*codes, "129", "130", "143"]:
        if not re.search(rf"^ *(\d+, )*{code}\b", text[text.index("EXIT STATUS"):], re.M):
            failures.append(f"exit code {code} is not on the page")
    print("\n".join(failures) or "the manual page has it all")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
