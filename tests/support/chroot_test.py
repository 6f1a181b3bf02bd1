"""Packs a build as `cmake --build BUILD --target package` does, unpacks it where there is nothing but the C library, and
works there: the folder is the root of all that the program can see.

    chroot_test.py BUILD_DIR HOOKFLOW

Needs root, as chroot does; else it is skipped.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
CHROOT = "/usr/sbin/chroot"
# Of each the licence must be there.
LIBRARIES = ("tbb", "hdf5", "openblas", "boost-program-options", "yaml-cpp", "pcre2", "ssl", "zlib1g", "stdc++", "gfortran",
             "nlohmann-json", "utfcpp")


def call(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def c_library_files():
    return [file for file in map(pathlib.Path, call("dpkg", "-L", "libc6").splitlines()) if file.is_file()]


def make_root(root):
    """The files of the C library's package at their places."""
    for name in ("lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for file in c_library_files():
        copy = root / file.relative_to("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy, follow_symlinks=False)
    tried = subprocess.run([CHROOT, root, "/nothing"], capture_output=True, text=True)
    if tried.returncode == 125:
        print(f"skipped: {tried.stderr.strip()}")
        sys.exit(SKIPPED)


def unpack(build, scratch, root):
    """The tarball, in a folder whose name says nothing of where it was built. Returns that."""
    call("cpack", "--config", pathlib.Path(build) / "CPackConfig.cmake", "-B", scratch / "packed")
    [tarball] = (scratch / "packed").glob("*.tar.gz")
    assert re.fullmatch(r"hookflow-\d+\.\d+\.\d+-Linux-\w+\.tar\.gz", tarball.name), tarball
    folder = root / "any/where"
    folder.mkdir(parents=True)
    call("tar", "-xzf", tarball, "-C", folder, "--strip-components=1")
    print(f"{tarball.name}: {tarball.stat().st_size / 1e6:.1f} MB")
    return folder


def check_contents(folder):
    packed = {file.name for file in (folder / "lib/hookflow").iterdir()}
    assert not packed & {file.name for file in c_library_files()}, packed
    licences = folder / "share/doc/hookflow/licences"
    texts = {file.parent.name for file in licences.glob("*/copyright") if file.stat().st_size > 0}
    missing = [name for name in LIBRARIES if not any(name in package for package in texts)]
    assert not missing, f"no licence of {missing} in {texts}"
    assert (licences / "common-licenses/GPL-3").is_file()
    assert (folder / "share/doc/hookflow/LICENSE").is_file()


def check_that_others_stay_out(folder):
    """The libraries of this machine are no choice, even where a user's environment offers them."""
    offered = {"LD_LIBRARY_PATH": "/usr/lib/x86_64-linux-gnu", "LD_TRACE_LOADED_OBJECTS": "1"}
    loaded = dict(re.findall(r"(\S+) => (\S+)", call(folder / "bin/hookflow", env=offered)))
    own = {file.name for file in c_library_files()}
    outside = {name: path for name, path in loaded.items() if name not in own and str(folder) not in path}
    assert len(loaded) > len(LIBRARIES) and not outside, outside


with tempfile.TemporaryDirectory() as scratch_name:
    scratch = pathlib.Path(scratch_name)
    root = scratch / "root"
    make_root(root)
    folder = unpack(sys.argv[1], scratch, root)
    check_contents(folder)
    check_that_others_stay_out(folder)
    # Every machine has /proc, by which the program finds itself; to mount it here is a right that root may lack.
    program = f"/{folder.relative_to(root)}/bin/hookflow"
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/exe").symlink_to(program)

    def inside(*words):
        return call(CHROOT, root, program, *words, env={})

    outside = pathlib.Path(sys.argv[2]).resolve()
    workflow = "share/hookflow/workflows/head_sweep.yaml"
    assert inside("--version") == call(outside, "--version")
    inside("run", f"/any/where/{workflow}", "--out", "/sweep.h5")
    assert "complete" in inside("inspect", "/sweep.h5")
    if (folder / "share/hookflow/vega").is_dir():
        inside("report", "/sweep.h5")
        assert "vega" in (root / "sweep.html").read_text()
    else:
        print("without vega, which this build has not fetched: no report")
    call(outside, "run", folder / workflow, "--out", "outside.h5", cwd=scratch)
    print(call(outside, "diff", root / "sweep.h5", scratch / "outside.h5"))
