"""Statistics by scipy and numpy in float64, for stored results and the C++ to be held against.

Every function takes plain sequences and returns a dict of floats or float64 arrays. What scipy cannot answer
(too few values, no spread) comes back as scipy's NaN or infinity, or as None where scipy refuses.
"""
import warnings

import numpy as np
from scipy import stats


def ttest(kind, a, b=None, mean=0.0, confidence=0.95):
    """Two-sided t-test: one_sample (a against `mean`), paired (a - b) or independent (Welch: unequal variances).

    mean_difference is mean(a) - mean, mean(a - b) or mean(a) - mean(b); ci_low and ci_high bound it.
    cohens_d is mean_difference over the unbiased standard deviation of a or of a - b; for independent samples over
    sqrt((s1^2 + s2^2) / 2), which weighs both alike whatever their sizes.
    """
    a = np.asarray(a, np.float64)
    b = None if b is None else np.asarray(b, np.float64)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # scipy warns of what the names of degenerate cases say already
        if kind == "independent":
            return welch(a, b, confidence)
        if kind == "paired":
            result, differences = stats.ttest_rel(a, b), a - b
        elif kind == "one_sample":
            result, differences = stats.ttest_1samp(a, mean), a - mean
        else:
            raise ValueError(f"no such t-test: {kind}")
        difference, spread = np.mean(differences), np.std(differences, ddof=1)
        half = t_quantile((1 + confidence) / 2, result.df) * spread / np.sqrt(len(differences))
        return answer(result.statistic, result.df, result.pvalue, difference, half, spread)


def welch(a, b, confidence):
    """As ttest; degrees of freedom by Welch and Satterthwaite. scipy 1.10 gives neither them nor an interval."""
    result = stats.ttest_ind(a, b, equal_var=False)
    va, vb = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    df = (va + vb) ** 2 / (va ** 2 / (len(a) - np.float64(1)) + vb ** 2 / (len(b) - np.float64(1)))
    half = t_quantile((1 + confidence) / 2, df) * np.sqrt(va + vb)
    spread = np.sqrt((np.var(a, ddof=1) + np.var(b, ddof=1)) / 2)
    return answer(result.statistic, df, result.pvalue, np.mean(a) - np.mean(b), half, spread)


def t_quantile(probability, df):
    """scipy's quantile of Student's t, good to 1e-8, after a Newton step, which makes it good to rounding."""
    x = stats.t.ppf(probability, df)
    return x - (stats.t.cdf(x, df) - probability) / stats.t.pdf(x, df)


def answer(t, df, p, difference, half, spread):
    return {"t": float(t), "df": float(df), "p": float(p), "mean_difference": float(difference),
            "ci_low": float(difference - half), "ci_high": float(difference + half),
            "cohens_d": float(np.float64(difference) / spread)}


def adjust(p):
    """Adjusted p-values [n] as R's p.adjust gives them: a test is significant where its value is below alpha."""
    p = np.asarray(p, np.float64)
    n, order = len(p), np.argsort(p, kind="stable")
    rank = np.arange(1, n + 1)
    holm, benjamini_hochberg = np.empty(n), np.empty(n)
    holm[order] = np.minimum(1, np.maximum.accumulate((n - rank + 1) * p[order]))
    benjamini_hochberg[order] = np.minimum(1, np.minimum.accumulate((n / rank * p[order])[::-1])[::-1])
    return {"bonferroni": np.minimum(1, n * p), "holm": holm, "benjamini_hochberg": benjamini_hochberg}


def correlation(method, a, b):
    """Pearson's or Spearman's (ties get their average rank) correlation and its two-sided p-value."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            r, p = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[method](a, b)
        except ValueError:  # fewer than two values
            return {"r": None, "p": None}
    return {"r": float(r), "p": float(p)}


def density(values, grid, bandwidth="scott"):
    """Gaussian kernel density of values [n] at grid [m]. `bandwidth` is scott, silverman or the factor itself.

    The kernels' standard deviation is factor times the values' unbiased one. Values without spread: None.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            kernels = stats.gaussian_kde(np.asarray(values, np.float64), bw_method=bandwidth)
        except (ValueError, np.linalg.LinAlgError):
            return {"density": None, "factor": None}
        return {"density": kernels(grid), "factor": float(kernels.factor)}


def histogram(values, edges):
    """numpy's counts, density and edges_out. `edges`: a list, {from, to, count}, or {count} from min to max.

    A bin holds its lower edge; the last one its upper edge too. Values outside are left out of both results.
    """
    if isinstance(edges, dict):
        span = (edges["from"], edges["to"]) if "from" in edges else None
        counts, out = np.histogram(values, bins=edges["count"], range=span)
    else:
        counts, out = np.histogram(values, bins=edges)
    with np.errstate(invalid="ignore"):  # no value in any bin: 0 / 0
        return {"counts": counts, "density": counts / np.diff(out) / counts.sum(), "edges_out": out}


def count_bounds(values, edges, tolerance):
    """(lowest, highest) [bins]: the counts of values that may each be off by `tolerance`.

    A value nearer than that to an edge may be in either bin; one outside by no more may be in or out.
    """
    values = np.sort(np.asarray(values, np.float64))

    def inside(from_edge, to_edge):
        found = np.searchsorted(values, to_edge, "right") - np.searchsorted(values, from_edge, "left")
        return np.maximum(found, 0)

    edges = np.asarray(edges, np.float64)
    low, high = edges[:-1], edges[1:]
    return inside(low + tolerance, high - tolerance), inside(low - tolerance, high + tolerance)
