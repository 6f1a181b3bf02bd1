"""Installs a build into a folder, moves the folder, and uses it as somebody who has nothing else: every installed header
compiles alone, the example of a plugin is built from its installed files, and its stage is right. Takes the build's
folder."""
import csv
import io
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def call(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(source, prefix):
    call("cmake", "-S", source, "-B", source / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    call("cmake", "--build", source / "build", "-j", os.cpu_count())


def compile_headers(headers, scratch, prefix):
    """Each in a file of its own, against the installed ones alone."""
    for header in headers.rglob("*.hpp"):
        name = header.relative_to(headers)
        others = re.findall(r"^#include <(.*/.*)>", header.read_text(), re.M)
        assert not others, f"{name} includes {others}, which a plugin's author may not have"
        source = scratch / str(name).replace("/", "_").replace(".hpp", ".cpp")
        source.write_text(f'#include "{name}"\n')
    (scratch / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(headers CXX)\nfind_package(hookflow REQUIRED)\n"
        "file(GLOB sources *.cpp)\nadd_library(headers OBJECT ${sources})\n"
        "target_compile_options(headers PRIVATE -Wall -Wextra -Werror -fsyntax-only)\n"
        'set(CMAKE_CXX_COMPILE_OBJECT "${CMAKE_CXX_COMPILE_OBJECT} && ${CMAKE_COMMAND} -E touch <OBJECT>")\n'
        "target_link_libraries(headers PRIVATE hookflow::hookflow)\n"
    )
    build(scratch, prefix)


def rows(program, *words, folder):
    return list(csv.DictReader(io.StringIO(call(program, "inspect", *words, "--csv", cwd=folder))))


def check_example(example, program):
    assert len((example / "residual_norm.cpp").read_text().splitlines()) < 40
    workflow = example / "residual_norm.yaml"
    plugin = example / "build/libresidual_norm.so"
    call(program, "validate", workflow)
    assert "norm [layer]" in call(program, "describe", "mine.residual_norm", "--plugin", plugin)
    # Held against what hookflow says of the same vectors.
    text = workflow.read_text().replace("keep: [norms]", "keep: [norms, vectors]").replace(
        "  norms:", '  vectors:  {stage: measure.activation, in: pass, at: "blocks.*.hook_resid_post", positions: last}\n  norms:')
    workflow.with_name("both.yaml").write_text(text.replace("workflow: residual_norm", "workflow: both"))
    call(program, "run", "both.yaml", cwd=example)
    squares = {}
    for row in rows(program, "both.h5", "vectors.resid_post", folder=example):
        squares[row["layer"]] = squares.get(row["layer"], 0) + float(row["resid_post"]) ** 2
    norms = rows(program, "both.h5", "norms", folder=example)
    assert len(squares) == 8 and len(norms) == 64, (squares, len(norms))
    for row in norms:
        clean = float(row["norm"]) - float(row["norm_change"])
        assert math.isclose(clean, math.sqrt(squares[row["measured_layer"]]), rel_tol=1e-5), row
    call(program, "resume", "both.h5", cwd=example)


with tempfile.TemporaryDirectory() as folder:
    scratch = pathlib.Path(folder)
    call("cmake", "--install", sys.argv[1], "--prefix", scratch / "installed")
    prefix = (scratch / "installed").rename(scratch / "moved")
    (scratch / "headers").mkdir()
    compile_headers(prefix / "include/hookflow", scratch / "headers", prefix)
    example = shutil.copytree(prefix / "share/hookflow/examples/plugin", scratch / "example")
    build(example, prefix)
    check_example(example, prefix / "bin/hookflow")
