"""Inputs of tests/golden/statistics.json. Deterministic: random values come from fixed seeds and are rounded.

Values of any scale are small integers times a power of two or a rounded decimal, so that sums and differences
are nearly exact and scipy's own answer is good to 1e-9 (statistics_oracle_test.py checks that by fractions).
Cases whose name starts with degenerate_ hold what scipy says where the question has no answer: NaN, an infinity,
or null where it refuses. Where it starts with perfect_, |r| is 1 up to rounding and p is 0: compare it absolutely.
"""
import numpy as np

NAN, INF = float("nan"), float("inf")


def drawn(seed, n, mean=0.0, spread=1.0):
    """n normal values, rounded to 4 digits after the point."""
    return np.round(np.random.default_rng(seed).normal(mean, spread, n), 4).tolist()


def steps(seed, n, offset, step):
    """offset + k * step for integers k of about -1000 … 1000; exact where offset and step are dyadic and near."""
    return (offset + step * np.random.default_rng(seed).integers(-1000, 1000, n)).tolist()


def scaled(values, factor):
    return [x * factor for x in values]


def line(seed, noise_seed, slope, noise):
    """Values about slope times those of drawn(seed, 30)."""
    return np.round(slope * np.asarray(drawn(seed, 30)) + noise * np.asarray(drawn(noise_seed, 30)), 4).tolist()


TINY, SMALL, LARGE, HUGE = 1e-30, 1e-12, 1e12, 1e30
PAIR = (drawn(1, 28, 0.6, 0.1), drawn(2, 28, 0.62, 0.12))  # like 28 cosine similarities, clean and silenced
TIES = [1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5]
OTHER_TIES = [2, 1, 1, 3, 5, 3, 3, 4, 4, 6, 6, 2]

TTESTS = [  # name, kind, a, b, mean
    ("normal", "one_sample", drawn(3, 28, 0.1), None, 0.0),
    ("against_a_mean", "one_sample", drawn(4, 40, 3.0, 2.0), None, 2.5),
    ("two_values", "one_sample", [0.25, 1.5], None, 0.0),
    ("three_values", "one_sample", [-1.0, -1.5, -2.75], None, 0.0),
    ("ties", "one_sample", TIES, None, 3.0),
    ("mean_exactly_met", "one_sample", [-3.0, -1.0, 0.0, 1.0, 3.0], None, 0.0),
    ("one_differs_from_zeros", "one_sample", [0.0] * 27 + [0.125], None, 0.0),
    ("far_tail", "one_sample", drawn(5, 28, 50.0), None, 0.0),
    ("very_far_tail", "one_sample", drawn(6, 100, 400.0), None, 0.0),
    ("many_values", "one_sample", drawn(7, 150, 0.1), None, 0.0),
    ("tiny", "one_sample", scaled(drawn(8, 20, 0.4), TINY), None, 0.0),
    ("small", "one_sample", scaled(drawn(9, 28, 0.3), SMALL), None, 0.0),
    ("large", "one_sample", scaled(drawn(10, 20, 0.3), LARGE), None, 0.0),
    ("huge", "one_sample", scaled(drawn(11, 20, -0.4), HUGE), None, 0.0),
    ("magnitudes_mixed", "one_sample", [1e-30, 1e-12, 1e-3, 1.0, 2.0, 1e3], None, 0.0),
    ("large_offset_tiny_variance", "one_sample", steps(12, 32, 2.0 ** 20, 2.0 ** -20), None, 2.0 ** 20),
    ("very_large_offset_tiny_variance", "one_sample", steps(13, 32, 2.0 ** 40, 2.0 ** -7), None, 2.0 ** 40),
    ("normal", "paired", *PAIR, 0.0),
    ("ties", "paired", TIES, OTHER_TIES, 0.0),
    ("small_differences", "paired", steps(14, 28, 0.5, 2.0 ** -40), steps(15, 28, 0.5, 2.0 ** -40), 0.0),
    ("tiny", "paired", scaled(PAIR[0], TINY), scaled(PAIR[1], TINY), 0.0),
    ("large", "paired", scaled(PAIR[0], LARGE), scaled(PAIR[1], LARGE), 0.0),
    ("huge", "paired", scaled(PAIR[0], HUGE), scaled(PAIR[1], HUGE), 0.0),
    ("large_offset_tiny_variance", "paired", steps(16, 30, 2.0 ** 30, 2.0 ** -12), steps(17, 30, 2.0 ** 30, 2.0 ** -12),
     0.0),
    ("two_pairs", "paired", [1.0, 2.0], [0.5, 3.25], 0.0),
    ("sizes_alike", "independent", *PAIR, 0.0),
    ("sizes_differ", "independent", drawn(18, 12, 1.0), drawn(19, 31, 0.3, 3.0), 0.0),
    ("two_against_many", "independent", [0.5, 2.0], drawn(20, 50), 0.0),
    ("ties", "independent", TIES, OTHER_TIES[:7], 0.0),
    ("one_side_constant", "independent", [2.0] * 6, drawn(21, 9, 1.5), 0.0),
    ("variances_far_apart", "independent", drawn(22, 15, 0.0, 100.0), scaled(drawn(23, 20), 2.0 ** -20), 0.0),
    ("far_tail", "independent", drawn(24, 25, 30.0), drawn(25, 35, -30.0), 0.0),
    ("tiny", "independent", scaled(drawn(26, 10, 1.0), TINY), scaled(drawn(27, 14), TINY), 0.0),
    ("small", "independent", scaled(drawn(28, 10, 1.0), SMALL), scaled(drawn(29, 14), SMALL), 0.0),
    ("large", "independent", scaled(drawn(30, 10, 1.0), LARGE), scaled(drawn(31, 14), LARGE), 0.0),
    ("huge", "independent", scaled(drawn(32, 10, 1.0), HUGE), scaled(drawn(33, 14), HUGE), 0.0),
    ("large_offset_tiny_variance", "independent", steps(34, 16, 2.0 ** 20, 2.0 ** -20),
     steps(35, 32, 2.0 ** 20, 2.0 ** -20), 0.0),
    ("degenerate_all_zero", "one_sample", [0.0] * 28, None, 0.0),
    ("degenerate_constant", "one_sample", [2.0] * 8, None, 0.0),
    ("degenerate_constant_below", "one_sample", [-2.0] * 8, None, 0.0),
    ("degenerate_constant_at_mean", "one_sample", [2.0] * 8, None, 2.0),
    ("degenerate_single_value", "one_sample", [3.0], None, 0.0),
    ("degenerate_equal_samples", "paired", PAIR[0], PAIR[0], 0.0),
    ("degenerate_constant_difference", "paired", [1.0, 2.0, 3.0, 4.0], [0.5, 1.5, 2.5, 3.5], 0.0),
    ("degenerate_single_pair", "paired", [3.0], [1.0], 0.0),
    ("degenerate_both_constant_alike", "independent", [1.0, 1.0], [1.0, 1.0, 1.0], 0.0),
    ("degenerate_both_constant", "independent", [1.0, 1.0], [2.0, 2.0, 2.0], 0.0),
    ("degenerate_single_value", "independent", [1.0], [1.0, 2.0, 3.0], 0.0),
]

CORRECTIONS = [  # name, p-values
    ("six", [0.01, 0.04, 0.03, 0.005, 0.2, 0.5]),
    ("layers", [1.0, 1.0, 1.0, 0.0031, 0.21, 0.048, 0.0009, 0.73, 1e-5, 0.012, 0.0021, 0.049, 2e-7, 0.33, 0.0008, 0.05,
                1e-9, 0.0019, 0.6, 4e-12, 0.00208, 1e-15, 3e-20, 1e-30]),
    ("ties", [0.02, 0.02, 0.02, 0.04, 0.04, 0.9]),
    ("one", [0.03]),
    ("all_one", [1.0, 1.0, 1.0]),
    ("all_zero", [0.0, 0.0, 0.0]),
    ("zero_tiny_and_one", [0.0, 1e-300, 1e-30, 1e-12, 1.0]),
    ("ascending", [0.001, 0.002, 0.003, 0.004, 0.005]),
    ("descending", [0.9, 0.5, 0.1, 0.05, 0.01]),
    ("holm_stays_up", [0.01, 0.011, 0.012, 0.0101]),
    ("none", []),
]

LINE = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
NOISY = (drawn(40, 25), drawn(41, 25))
LINKED = (drawn(42, 30), line(42, 43, 0.7, 1.0))
CLOSE = (drawn(44, 30), line(44, 45, -2.0, 0.01))
CORRELATIONS = [(name, method, a, b) for name, a, b in [
    ("unrelated", *NOISY),
    ("linked", *LINKED),
    ("nearly_a_falling_line", *CLOSE),
    ("three_values", [1.0, 2.0, 4.0], [3.0, 1.0, 2.0]),
    ("ties", TIES, OTHER_TIES),
    ("many_ties", [0, 0, 0, 0, 1, 1, 1, 1, 1, 0], [0, 0, 1, 0, 1, 1, 0, 1, 1, 0]),
    ("no_correlation", [-2.0, -1.0, 0.0, 1.0, 2.0], [4.0, 1.0, 0.0, 1.0, 4.0]),
    ("curve", LINE, [x ** 3 for x in LINE[:7]] + [500.0]),
    ("tiny", scaled(LINKED[0], TINY), scaled(LINKED[1], TINY)),
    ("tiny_against_huge", scaled(LINKED[0], TINY), scaled(LINKED[1], HUGE)),
    ("small", scaled(LINKED[0], SMALL), scaled(LINKED[1], SMALL)),
    ("large", scaled(LINKED[0], LARGE), scaled(LINKED[1], LARGE)),
    ("huge", scaled(LINKED[0], HUGE), scaled(LINKED[1], HUGE)),
    ("magnitudes_mixed", [1e-30, 1e-12, 1e-3, 1.0, 2.0, 1e3], [3.0, 1e-12, 1e12, 5.0, -1.0, 2.0]),
    ("large_offset_tiny_variance", steps(46, 32, 2.0 ** 20, 2.0 ** -20), steps(47, 32, 2.0 ** 20, 2.0 ** -20)),
    ("perfect_line", LINE, [2 * x + 1 for x in LINE]),
    ("perfect_falling_line", LINE, [-0.5 * x for x in LINE]),
    ("degenerate_two_values", [1.0, 2.0], [3.0, 7.0]),
    ("degenerate_constant", [2.0] * 5, [1.0, 2.0, 3.0, 4.0, 5.0]),
    ("degenerate_both_constant", [2.0] * 5, [3.0] * 5),
    ("degenerate_single_value", [1.0], [2.0]),
] for method in ("pearson", "spearman")]

ATTENTION = np.round(np.random.default_rng(50).beta(0.4, 8.0, 36), 6).tolist()  # most weights near 0, some large
MODES = drawn(51, 20, -2.0, 0.3) + drawn(52, 30, 3.0, 0.8)
DENSITIES = [  # name, values, bandwidth, [from, to, count]
    ("attention", ATTENTION, "scott", [0.0, 1.0, 300]),
    ("attention", ATTENTION, "silverman", [0.0, 1.0, 31]),
    ("attention", ATTENTION, 0.1, [0.0, 1.0, 31]),
    ("two_modes", MODES, "scott", [-5.0, 7.0, 41]),
    ("two_modes", MODES, "silverman", [-5.0, 7.0, 41]),
    ("two_modes", MODES, 1.0, [-5.0, 7.0, 31]),
    ("ties", TIES, "scott", [0.0, 6.0, 31]),
    ("two_values", [1.0, 2.0], "scott", [0.0, 3.0, 31]),
    ("all_but_one_alike", [0.0] * 20 + [1.0], "scott", [0.0, 1.0, 31]),
    ("far_from_the_values", drawn(53, 10), 0.05, [-2.0, 2.0, 21]),
    ("tiny", scaled(drawn(54, 15), TINY), "scott", [-3 * TINY, 3 * TINY, 21]),
    ("small", scaled(drawn(55, 15), SMALL), "scott", [-3 * SMALL, 3 * SMALL, 21]),
    ("large", scaled(drawn(56, 15), LARGE), "scott", [-3 * LARGE, 3 * LARGE, 21]),
    ("huge", scaled(drawn(57, 15), HUGE), "silverman", [-3 * HUGE, 3 * HUGE, 21]),
    ("large_offset_tiny_variance", steps(58, 32, 2.0 ** 10, 2.0 ** -20), "scott",
     [2.0 ** 10 - 2.0 ** -10, 2.0 ** 10 + 2.0 ** -10, 17]),
    ("one_grid_point", drawn(59, 12), "scott", [0.5, 0.5, 1]),
    ("degenerate_constant", [2.0] * 6, "scott", [0.0, 4.0, 5]),
    ("degenerate_single_value", [1.0], "scott", [0.0, 2.0, 5]),
]

COSINES = np.round(np.tanh(np.random.default_rng(60).normal(0, 1.2, 300)), 3).tolist()
HISTOGRAMS = [  # name, values, edges
    ("hundred_bins", COSINES, {"from": -1.0, "to": 1.0, "count": 100}),
    ("on_every_edge_of_hundred_bins", np.linspace(-1, 1, 101).tolist(), {"from": -1.0, "to": 1.0, "count": 100}),
    ("below_edges_by_one_unit", np.nextafter(np.linspace(-1, 1, 21), -2).tolist(), {"from": -1.0, "to": 1.0,
                                                                                    "count": 20}),
    ("above_edges_by_one_unit", np.nextafter(np.linspace(-1, 1, 21), 2).tolist(), {"from": -1.0, "to": 1.0,
                                                                                   "count": 20}),
    ("on_edges_of_tenths", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], {"from": 0.0, "to": 1.0,
                                                                                    "count": 10}),
    ("from_min_to_max", MODES, {"count": 12}),
    ("some_outside", drawn(61, 60, 0.0, 2.0), {"from": -1.0, "to": 3.0, "count": 8}),
    ("uneven_edges", drawn(62, 60), [-3.0, -1.0, -0.5, 0.0, 0.1, 2.0]),
    ("uneven_edges_ties_on_edges", TIES, [1.0, 2.0, 4.0, 5.0]),
    ("one_bin", TIES, {"count": 1}),
    ("ties", TIES, {"count": 4}),
    ("single_value", [0.25], {"from": 0.0, "to": 1.0, "count": 4}),
    ("tiny", scaled(drawn(63, 30), TINY), {"count": 7}),
    ("small", scaled(drawn(64, 30), SMALL), {"from": -2 * SMALL, "to": 2 * SMALL, "count": 5}),
    ("large", scaled(drawn(65, 30), LARGE), {"count": 7}),
    ("huge", scaled(drawn(66, 30), HUGE), {"from": -2 * HUGE, "to": 2 * HUGE, "count": 5}),
    ("large_offset_tiny_variance", steps(67, 32, 2.0 ** 20, 2.0 ** -20), {"count": 6}),
    ("infinities_are_outside", [-INF, -0.5, 0.5, 0.75, INF], {"from": -1.0, "to": 1.0, "count": 4}),
    ("degenerate_constant", [2.0] * 6, {"count": 4}),
    ("degenerate_single_value", [3.0], {"count": 2}),
    ("degenerate_no_value", [], {"from": 0.0, "to": 1.0, "count": 3}),
    ("degenerate_all_outside", [5.0, 6.0], {"from": 0.0, "to": 1.0, "count": 3}),
    ("degenerate_nan_is_outside", [NAN, 0.5, 0.25], {"from": 0.0, "to": 1.0, "count": 4}),
]
