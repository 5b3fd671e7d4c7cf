"""What scipy says of correlations and of bootstrap intervals, for the tests of src/statistics.

    pip install -r packages/analysis/scripts/requirements.txt
    python3 packages/analysis/scripts/correlations.py            writes packages/analysis/fixtures/statistics.json
    python3 packages/analysis/scripts/correlations.py --check    exits 1 where the file is not what scipy says
"""

import json
import math
import sys
import warnings
from pathlib import Path

import numpy as np
from scipy import stats

FILE = Path(__file__).resolve().parent.parent / "fixtures" / "statistics.json"
PUBLISHED = {  # T. stddev of a published plot, to exercise a p that is small and a tie
    "x": [3.873, 3.873, 3.808, 3.734, 3.284, 3.388, 3.173, 2.905, 2.681],
    "y": [1.8377, 1.8379, 1.8346, 1.7932, 1.7310, 1.7757, 1.7259, 1.6556, 1.6237],
}


def inputs():
    """Named pairs of lists: every n from 3 to 30, without ties and with many, weakly and strongly related."""
    generator = np.random.default_rng(7)
    for n in range(3, 31):
        x = generator.normal(size=n)
        strength = [0.0, 0.8, 0.99, -0.6][n % 4]
        y = strength * x + math.sqrt(1 - strength**2) * generator.normal(size=n)
        yield f"{n} without ties", x, y
        if n > 3:
            # Few different values, and not one alone.
            a, b = np.round(x), np.round(2 * y) / 2
            if np.ptp(a) > 0 and np.ptp(b) > 0:
                yield f"{n} with ties", a, b
    yield "in one order", np.arange(8.0), np.exp(np.arange(8.0))
    yield "in opposite orders", np.arange(12.0), -np.arange(12.0) ** 3
    yield "far from zero", 1e6 + np.arange(9.0), 1e-6 * np.array([3, 1, 2, 5, 4, 6, 9, 8, 7.0])
    yield "all but one equal", np.array([1, 1, 1, 1, 2.0]), np.array([3, 1, 4, 1, 5.0])
    yield "published", np.array(PUBLISHED["x"]), np.array(PUBLISHED["y"])


def correlations(x, y):
    a, b = stats.rankdata(x), stats.rankdata(y)
    n = len(x)
    spearman = stats.spearmanr(x, y)
    result = {
        "pearson": list(map(float, stats.pearsonr(x, y))),
        "spearman": [float(spearman.statistic), float(spearman.pvalue)],
        "kendall": list(map(float, stats.kendalltau(x, y, method="exact" if len({*x}) == n == len({*y}) else "asymptotic"))),
    }
    if n <= 8:
        # All pairings: scipy counts them one by one.
        test = stats.permutation_test(
            (a,), lambda one, axis: (one * b).sum(axis=axis), permutation_type="pairings", vectorized=True, n_resamples=math.inf
        )
        result["spearmanExact"] = float(test.pvalue)
    if np.ptp(x) > 0:
        line = stats.linregress(x, y)
        result["line"] = [float(line.slope), float(line.intercept)]
    return result


def bootstraps():
    """Intervals from given values of the statistic, so that no random numbers need to agree."""
    generator = np.random.default_rng(11)
    for name, n, level in [("normal", 20, 0.95), ("exponential", 12, 0.9), ("few", 4, 0.95)]:
        draws = generator.exponential(size=n) if name == "exponential" else generator.normal(size=n)
        places = generator.integers(0, n, size=(400, n))
        deviation = lambda sample, axis=-1: np.std(sample, axis=axis, ddof=1)
        # scipy takes given values through the attribute of an earlier result.
        earlier = stats.bootstrap((draws,), deviation, n_resamples=2, method="percentile", rng=generator)
        earlier.bootstrap_distribution = deviation(draws[places])
        found = stats.bootstrap((draws,), deviation, n_resamples=0, bootstrap_result=earlier, method="percentile")
        error = found.standard_error * math.sqrt(n / (n - 1))
        yield {
            "name": name,
            "level": level,
            "draws": n,
            "value": float(deviation(draws)),
            "resampled": list(map(float, earlier.bootstrap_distribution)),
            "interval": list(map(float, stats.t.interval(level, n - 1, loc=deviation(draws), scale=error))),
        }


def paired():
    """Mean differences of pairs with their intervals, by the paired t test."""
    generator = np.random.default_rng(13)
    for n in [2, 3, 5, 12]:
        a, b = generator.normal(size=n), generator.normal(0.3, 0.2, size=n)
        found = stats.ttest_rel(a, b).confidence_interval(0.95)
        yield {"a": list(map(float, a)), "b": list(map(float, b)), "interval": [float(found.low), float(found.high)]}


def make():
    warnings.simplefilter("ignore")
    return {
        "correlations": [
            {"name": name, "x": list(map(float, x)), "y": list(map(float, y)), **correlations(x, y)} for name, x, y in inputs()
        ],
        "bootstraps": list(bootstraps()),
        "paired": list(paired()),
        "studentT": [[t, d, float(2 * stats.t.sf(t, d))] for d in [1, 2, 3, 4, 7, 8, 27, 28] for t in [0, 0.01, 0.3, 0.5, 1, 2.5, 6, 20, 300]],
        "normal": [[x, float(stats.norm.sf(x))] for x in [-9, -3, -1, -0.1, 0, 0.5, 1.7, 2.4, 2.6, 4, 8, 20, 35]],
        "quantileT": [[p, d, float(stats.t.ppf(p, d))] for d in [1, 2, 4, 19, 1563] for p in [0.5, 0.6, 0.95, 0.975, 0.9999]],
    }


def agree(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(agree(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(agree, one, other))
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-300)
    return one == other


if __name__ == "__main__":
    made = json.loads(json.dumps(make()))
    if "--check" in sys.argv:
        if not agree(made, json.loads(FILE.read_text())):
            sys.exit(f"{FILE.name} is not what scipy says")
    else:
        FILE.write_text(json.dumps(made, separators=(",", ":")) + "\n")
        print(f"{len(made['correlations'])} correlations, {FILE.stat().st_size} bytes")
