#!/usr/bin/python3
"""Opens a run file with the programs that people use: xarray on both its engines, h5py, netCDF4, h5dump, ncdump.

usage: run_file_test.py RUN_FILE_SAMPLE    (the program of tests/run_file_sample.cpp)
"""
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import h5py
    import netCDF4
    import numpy as np
    import xarray as xr
except ImportError as missing:
    if os.environ.get("HOOKFLOW_REQUIRE_REFERENCES"):
        raise
    print(f"skipped: {missing}")
    sys.exit(77)

PROMPTS = ["berlin", "køln", "東京"]
ENGINES = ("h5netcdf", "netcdf4")
REASON = "the prompt is longer than the model's context — 2 > 1"


def first_number(digest):
    return int.from_bytes(digest.digest()[:8], "little", signed=True)


class RunFile(unittest.TestCase):
    sample = ""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.path = os.path.join(cls.folder, "run.h5")
        subprocess.run([cls.sample, cls.path], check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def groups(self, name):
        """The group as each of xarray's engines reads it."""
        return [xr.load_dataset(self.path, group=name, engine=engine) for engine in ENGINES]

    def test_scores_have_named_axes_with_labels(self):
        for scores in self.groups("scores"):
            self.assertEqual(scores.log_prob.dims, ("prompt", "replacement", "layer", "head"))
            self.assertEqual(scores.log_prob.dtype, np.float32)
            self.assertEqual(list(scores.prompt.values), PROMPTS)
            self.assertEqual(list(scores.replacement.values), ["zero", "mean"])
            self.assertEqual(list(scores.layer.values), [0, 1])
            self.assertEqual(float(scores.log_prob.sel(prompt="東京", replacement="mean", layer=0, head=2)), 208)
            self.assertEqual(scores.log_prob.attrs["units"], "nat")
            self.assertEqual(scores.log_prob.attrs["long_name"], "Log-probability")
            self.assertEqual(list(scores.log_prob.attrs["axes"]), list(scores.log_prob.dims))
            self.assertEqual(scores.prompt.attrs["long_name"], "Prompt")

    def test_missing_cells_are_nan_and_ids_stay_integers(self):
        for scores in self.groups("scores"):
            self.assertTrue(np.isnan(scores.log_prob.sel(prompt="køln")).all())
            self.assertEqual(scores["argmax"].dtype, np.int64)
            self.assertTrue((scores["argmax"].sel(prompt="køln") == -1).all())
            self.assertTrue((scores["argmax"].sel(prompt="berlin") == 5).all())

    def test_folds_and_scalars(self):
        for by_layer in self.groups("by_layer"):
            self.assertEqual(list(by_layer["mean"].values), [1, 2])
            self.assertEqual(by_layer.total.dims, ())
            self.assertEqual(list(by_layer.bin.values), [-0.5, 0, 0.5])
            self.assertEqual(by_layer.bin.attrs["units"], "nat")

    def test_texts_and_constants(self):
        for prompts in self.groups("prompts"):
            self.assertEqual(list(prompts.text.values), ["Berlin is", "Køln is", "東京 is"])
            self.assertEqual(prompts.token_ids.dims, ("prompt", "position"))
            self.assertEqual(prompts.token_ids.sel(prompt="berlin").values.tolist(), [4, 5, -1, -1])
            self.assertEqual(list(prompts.length.values), [2, 4, 1])
        for vocabulary in self.groups("vocabulary"):
            self.assertEqual(list(vocabulary.token.values), ["!", " the", r"\xe6\x9d", r"\x00", ""])

    def test_history(self):
        for history in self.groups("history"):
            self.assertEqual(history.counts.sel(session=0, count="failed"), 5)
            self.assertEqual(history.counts.sel(session=0, count="threads"), 2)
            self.assertGreater(history.times.values[0, 0], np.datetime64("2024-01-01"))
            self.assertTrue(np.isnat(history.times.values[1, 0]))
            self.assertEqual(history.ended_by.values[0].decode(), "complete")
            self.assertEqual(history.program_version.values[0].decode(), "1.2.3")

    def test_checkpoint(self):
        for checkpoint in self.groups("checkpoint"):
            self.assertEqual(checkpoint.done_silenced.dtype, np.uint8)
            self.assertEqual(checkpoint.done_silenced.values.tolist(), [[1] * 4, [2] * 4, [1] * 4])
            self.assertEqual(checkpoint.done_items.attrs["flag_meanings"], "pending done failed")
            self.assertEqual(list(checkpoint.folds.values), [1])
            self.assertEqual(checkpoint.failed_stage.dims, ("prompt",))
            self.assertEqual(checkpoint.failed_stage.values.tolist(), [b"", b"tokens", b""])
            self.assertEqual(checkpoint.failed_reason.values[1].decode(), REASON)

    def test_checksums_can_be_made_again_from_what_the_file_says_of_them(self):
        with h5py.File(self.path) as file:
            checkpoint = file["checkpoint"]
            for lane in checkpoint.attrs["lanes"]:
                check, done = checkpoint["check_" + lane], checkpoint["done_" + lane]
                for (prompt, part), stored in np.ndenumerate(check):
                    state = done.attrs["flag_meanings"].split()[done[prompt, part]]
                    digest = hashlib.sha256(f"{lane} {prompt} {part} {state}\n".encode())
                    for name in check.attrs["variables"]:
                        pieces = file[name][prompt].reshape(check.attrs["variants"], -1)
                        step = check.attrs["variants_a_part"]
                        digest.update(pieces[part * step:(part + 1) * step].tobytes())
                    if state == "failed":
                        for name in ("failed_stage", "failed_reason"):
                            digest.update(checkpoint[name][prompt].tobytes())
                    self.assertEqual(first_number(digest), stored, f"{lane} {prompt} {part}")
            check = checkpoint["fold_check"]
            for fold, stored in zip(checkpoint["fold"].asstr(), check):
                digest = hashlib.sha256(f"{fold}\n".encode())
                for name in check.attrs["variables"]:
                    if name.startswith(fold + "/"):
                        digest.update(file[name][()].tobytes())
                self.assertEqual(first_number(digest), stored, fold)

    def test_root_attributes(self):
        for root in self.groups("/"):
            self.assertEqual(root.attrs["program"], "hookflow")
            self.assertEqual(root.attrs["format_version"], 8)
            self.assertEqual(root.attrs["identity_model_sha256"], "bb22")
            self.assertNotIn("complete", root.attrs)

    def test_status(self):
        for status in self.groups("status"):
            self.assertEqual(status.complete, 1)
            self.assertEqual(status.ended.values.item().decode(), "2024-01-01T01:00:00Z")
            self.assertEqual(set(status.variables), {"complete", "ended"})

    def test_the_default_plot_is_found_as_nexus_does(self):
        with h5py.File(self.path) as file:
            self.assertEqual(file.attrs["NX_class"], "NXroot")
            group = file[file.attrs["default"]]
            self.assertEqual(group.attrs["NX_class"], "NXdata")
            signal = group[group.attrs["signal"]]
            axes = list(group.attrs["axes"])
            self.assertEqual(axes, [".", ".", "layer", "head"])
            self.assertEqual(len(axes), signal.ndim)
            for size, axis in zip(signal.shape, axes):
                if axis != ".":
                    self.assertEqual(group[axis].shape, (size,))
                    self.assertTrue(np.issubdtype(group[axis].dtype, np.number))

    def test_scales_are_attached(self):
        with h5py.File(self.path) as file:
            for name, group in file.items():
                for dataset in group.values():
                    if h5py.h5ds.is_scale(dataset.id):
                        continue
                    for axis, dimension in zip(dataset.attrs.get("axes", []), dataset.dims):
                        self.assertEqual(dimension[0].name, f"/{name}/{axis}")

    def test_everything_is_contiguous_and_filled(self):
        with h5py.File(self.path) as file:
            self.assertTrue(np.isnan(file["scores/log_prob"].fillvalue))
            self.assertEqual(file["scores/argmax"].fillvalue, -1)
            self.assertIsNone(file["scores/log_prob"].chunks)

    def test_netcdf_sees_every_group(self):
        with netCDF4.Dataset(self.path) as file:
            self.assertEqual(set(file.groups), {"scores", "by_layer", "prompts", "vocabulary", "checkpoint", "history", "seal", "status", "warnings"})
            self.assertEqual(file["scores/log_prob"].dimensions, ("prompt", "replacement", "layer", "head"))

    def test_command_line_tools(self):
        for words in (["h5dump", "-A", self.path], ["ncdump", "-h", self.path]):
            if shutil.which(words[0]) is None:
                continue
            done = subprocess.run(words, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("log_prob", done.stdout)

    def test_equal_runs_leave_equal_bytes_but_for_times(self):
        again = os.path.join(self.folder, "again.h5")
        subprocess.run([self.sample, again], check=True)
        with h5py.File(self.path) as file:
            times = file["history/times"].id
            start, size = times.get_offset(), times.get_storage_size()
        with open(self.path, "rb") as first, open(again, "rb") as second:
            one, other = first.read(), second.read()
        self.assertNotEqual(one[start:start + size], other[start:start + size])
        self.assertEqual(one[:start], other[:start])
        self.assertEqual(one[start + size:], other[start + size:])

    def test_every_group_opens(self):
        with h5py.File(self.path) as file:
            names = ["/", *file]
        for name in names:
            self.groups(name)

    def test_readers_come_in_while_a_run_goes_on_and_writers_do_not(self):
        busy = os.path.join(self.folder, "busy.h5")
        with subprocess.Popen([self.sample, busy, "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
            self.assertEqual(run.stdout.readline(), b"half done\n")
            for engine in ENGINES:
                with xr.open_dataset(busy, group="scores", engine=engine) as scores:
                    self.assertEqual(float(scores.clean.sel(prompt="berlin")), -0.25)
            with self.assertRaises(OSError):
                h5py.File(busy, "r+")
            run.stdin.close()
        self.assertEqual(run.returncode, 0)
        with h5py.File(busy, "r+") as file:
            self.assertEqual(file["status/complete"][()], 1)


if __name__ == "__main__":
    RunFile.sample = sys.argv.pop()
    unittest.main()
