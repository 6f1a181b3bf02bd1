#!/usr/bin/env python3
"""Runs the benchmark's table with a few variants a case, on a model as deep as GPT-2 small but narrow.

    sweep_test.py BUILD        the folder with hookflow and bench/sgemm_rate
"""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from safetensors import Spec, make_model

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))
from sweeps.cases import make_cases  # noqa: E402

BUILD = None


class SweepTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            model = make_model(work / "narrow", Spec(n_embd=48))
            done = subprocess.run([sys.executable, BENCH / "sweep.py", "--build", BUILD, "--model", model, "--quick",
                                   "--work", work, "--json", work / "all.json"], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            cls.table, cls.report = done.stdout, json.loads((work / "all.json").read_text())

    def test_every_case_has_a_row(self):
        cases = make_cases(quick=True)
        self.assertEqual(list(self.report["cases"]), list(cases))
        for case in cases.values():
            self.assertIn(f"| {case.title} | {case.passes:,} | ", self.table)

    def test_every_peer_finds_the_same_numbers(self):
        for name, case in self.report["cases"].items():
            cached = name.endswith("_last") or name.startswith(("positions_", "patch_")) or name == "few_shot"
            self.assertEqual(list(case["peers"]), ["loop", "batched"] + ["cached"] * cached)
            for rounds in case["peers"].values():
                self.assertLessEqual(rounds[0]["difference"], 1e-4)

    def test_what_is_timed_is_not_nothing(self):
        for case in self.report["cases"].values():
            ours = case["hookflow"][0]
            self.assertLess(0, ours["run"])
            self.assertLess(ours["run"], ours["whole"])
            self.assertLess(0, case["needed"])
            for rounds in case["peers"].values():
                self.assertLessEqual(rounds[0]["prepared"] + rounds[0]["seconds"], rounds[0]["total"])
        self.assertIn("times as fast", self.table)
        for each in self.report["start"]:
            self.assertLess(0, each["start"])
            self.assertLess(each["start"], each["whole"])


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1))
    unittest.main()
