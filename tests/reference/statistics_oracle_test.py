#!/usr/bin/env python3
"""Checks the statistics that the C++ is held against: by exact fractions, definitions and scipy's own words."""
import json
import math
import unittest
from fractions import Fraction

import numpy as np
from scipy import stats

import statistics_cases as cases
from make_statistics import PATH, compute, differences, same
from statistics_oracle import adjust, count_bounds, density, histogram, ttest


def mean(x):
    return sum(x) / len(x)


def variance(x):
    return sum((value - mean(x)) ** 2 for value in x) / (len(x) - 1)


def exact_t(kind, a, b, popmean):
    """t and Cohen's d by rational arithmetic, from squares so that only the last step rounds."""
    a, b = [Fraction(x) for x in a], b and [Fraction(x) for x in b]
    if kind == "independent":
        difference, spread = mean(a) - mean(b), (variance(a) + variance(b)) / 2
        error = variance(a) / len(a) + variance(b) / len(b)
    else:
        x = [u - v for u, v in zip(a, b)] if b else [u - Fraction(popmean) for u in a]
        difference, spread = mean(x), variance(x)
        error = spread / len(x)
    return [math.copysign(math.sqrt(difference ** 2 / square), difference) for square in (error, spread)]


def ranks(x):
    """Average ranks, by counting."""
    return [sum(v < u for v in x) + Fraction(sum(v == u for v in x) + 1, 2) for u in x]


def exact_r(method, a, b):
    a, b = (ranks(x) if method == "spearman" else [Fraction(v) for v in x] for x in (a, b))
    ma, mb = mean(a), mean(b)
    top = sum((u - ma) * (v - mb) for u, v in zip(a, b))
    return math.copysign(math.sqrt(top ** 2 / (sum((u - ma) ** 2 for u in a) * sum((v - mb) ** 2 for v in b))), top)


class StatisticsOracleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.computed = compute()

    def cases(self, key):
        return [case for case in self.computed[key] if not case["name"].startswith("degenerate_")]

    def close(self, a, b, tolerance, case):
        self.assertLessEqual(abs(a - b), tolerance * (abs(b) or 1), case["name"])

    def test_t_is_exact(self):
        for case in self.cases("ttest"):
            t, d = exact_t(case["kind"], case["a"], case["b"], case["mean"])
            self.close(case["t"], t, 1e-9, case)
            self.close(case["cohens_d"], d, 1e-9, case)

    def test_the_interval_meets_zero_where_p_meets_its_level(self):
        for case in self.cases("ttest"):
            if 1e-12 < case["p"] < 0.99:  # 1 - p must be neither 1 nor an interval of no width
                with_level = ttest(case["kind"], case["a"], case["b"], case["mean"], confidence=1 - case["p"])
                edge = with_level["ci_low" if case["t"] > 0 else "ci_high"]
                self.assertLessEqual(abs(edge), 1e-4 * (with_level["ci_high"] - with_level["ci_low"]),
                                     case["name"])

    def test_intervals_are_scipys(self):
        for case in self.cases("ttest"):
            if case["kind"] == "paired":
                low, high = stats.ttest_rel(case["a"], case["b"]).confidence_interval()
                self.close(case["ci_low"], low, 1e-7, case)
                self.close(case["ci_high"], high, 1e-7, case)

    def test_correlations_are_exact(self):
        for case in self.cases("correlation"):
            self.close(case["r"], exact_r(case["method"], case["a"], case["b"]), 1e-9, case)

    def test_adjusted_p_values_follow_their_definitions(self):
        for case in self.cases("corrections"):
            p, n = case["p"], len(case["p"])
            for i, value in enumerate(p):
                self.close(case["bonferroni"][i], min(1, n * value), 1e-12, case)
                holm = max((n - sum(q < x for q in p)) * x for x in p if x <= value)
                self.close(case["holm"][i], min(1, holm), 1e-12, case)
                benjamini_hochberg = min(n * x / sum(q <= x for q in p) for x in p if x >= value)
                self.close(case["benjamini_hochberg"][i], min(1, benjamini_hochberg), 1e-12, case)
        if hasattr(stats, "false_discovery_control"):
            for p in (case["p"] for case in self.cases("corrections") if case["p"]):
                theirs = stats.false_discovery_control(p)
                np.testing.assert_allclose(adjust(p)["benjamini_hochberg"], theirs, rtol=1e-12)

    def test_densities_are_sums_of_normal_curves(self):
        for case in self.cases("density"):
            values = np.asarray(case["values"])
            width = case["factor"] * values.std(ddof=1)
            curves = stats.norm.pdf(np.linspace(*case["grid"])[:, None], values, width)
            np.testing.assert_allclose(case["density"], curves.mean(1), rtol=1e-8, atol=1e-290)
        self.assertAlmostEqual(density(cases.ATTENTION, [0.5])["factor"], 36 ** -0.2, 15)

    def test_every_bin_holds_what_counting_finds(self):
        for case in self.computed["histogram"]:
            values = [float(x) for x in case["values"]]
            edges = case["edges_out"]
            for i, (low, high) in enumerate(zip(edges, edges[1:])):
                last = i == len(edges) - 2
                expected = sum(low <= x < high or (last and x == high) for x in values)
                self.assertEqual(case["counts"][i], expected, case["name"])

    def test_counts_of_moved_values_are_within_the_bounds(self):
        random = np.random.default_rng(0)
        values, edges = random.uniform(-1, 1, 500), np.linspace(-1, 1, 21)
        low, high = count_bounds(values, edges, 0.01)
        self.assertGreater(high.sum(), low.sum())
        for _ in range(20):
            counts = histogram(values + random.uniform(-0.01, 0.01, 500), edges.tolist())["counts"]
            self.assertTrue(((low <= counts) & (counts <= high)).all())
        exact = histogram(values, edges.tolist())["counts"]
        self.assertTrue(all((bound == exact).all() for bound in count_bounds(values, edges, 0.0)))

    def test_the_check_sees_a_changed_value(self):
        stored = json.loads(PATH.read_text())
        self.assertEqual(differences(stored, self.computed), [])
        stored["ttest"][0]["t"] *= 1 + 1e-8
        stored["corrections"].pop()
        self.assertEqual(len(differences(stored, self.computed)), 2)
        self.assertFalse(same(None, 1.0) or same("nan", 0.0) or same([1.0], [1.0, 2.0]))
        self.assertLess(PATH.stat().st_size, 100_000)


if __name__ == "__main__":
    unittest.main()
