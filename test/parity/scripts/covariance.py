"""Covariances of cross-entropies, covariance and correlation matrices of probabilities, entropies: by NumPy's cov and corrcoef."""

import numpy as np

from fixture import Fixture
from generator import bell, unit

ROLES = ("teacher", "student")
VIEWS = ("original", "augmented")
# (steps, rows of each view, classes, values of a draw, draws)
CASES = {"even": (60, 8, 10, 48, 20), "across-steps": (47, 5, 4, 37, 12)}


def inputs(case: str) -> dict[str, np.ndarray]:
    steps, rows, classes, *_ = CASES[case]
    given = {}
    for role in ROLES:
        # A drift of each step, which its images share, gives them a covariance well above rounding.
        drift = 2 * unit(f"covariance.{case}.{role}.drift", (steps, 1, classes)).astype(np.float32)
        for view in VIEWS:
            given[f"steps.{view}.{role}.logits"] = bell(f"covariance.{case}.{role}.{view}", (steps, rows, classes), 1.5) + drift
    return given


def log_softmax(logits: np.ndarray, dtype: type) -> np.ndarray:
    shifted = logits.astype(dtype) - logits.astype(dtype).max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def joined(given: dict[str, np.ndarray], role: str, dtype: type) -> np.ndarray:
    """[steps, rows of both views, classes]: log probabilities, the original view's first."""
    return np.concatenate([log_softmax(given[f"steps.{view}.{role}.logits"], dtype) for view in VIEWS], axis=1)


def of_draws(values: np.ndarray, length: int, draws: int) -> dict[str, float]:
    table = values.reshape(-1)[: length * draws].reshape(draws, length)
    normalized = table / table.max(axis=0)
    below = [np.tril(np.cov(one, rowvar=False), -1).sum() / length**2 for one in (normalized, table)]
    return {"Covariance": below[0], "CovarianceRaw": below[1], "MeanVariance": table.mean(axis=1).var(ddof=1)}


def figures(given: dict[str, np.ndarray], case: str, dtype: type) -> dict[str, float]:
    *_, length, draws = CASES[case]
    teacher, student = (joined(given, role, dtype) for role in ROLES)
    found = {}
    for prefix, other in (("crossEntropy", student), ("entropy", teacher)):
        q = -(np.exp(teacher) * other).sum(axis=-1)
        found |= {f"{prefix}{name}": value for name, value in of_draws(q, length, draws).items()}
    probabilities = np.exp(teacher)
    for name, matrix in (("Covariance", np.cov), ("Correlation", np.corrcoef)):
        for kind, by_rows in (("image", True), ("class", False)):
            entries = np.stack([matrix(step, rowvar=by_rows).mean() for step in probabilities])
            absolute = np.stack([np.abs(matrix(step, rowvar=by_rows)).mean() for step in probabilities])
            found[f"absolute{kind.capitalize()}{name}"] = absolute.mean()
            # Between classes the entries of a covariance add up to 0.
            if (kind, name) != ("class", "Covariance"):
                found[f"{kind}{name}"] = entries.mean()
    entropies = -(probabilities * teacher).sum(axis=-1)
    rows = entropies.shape[1] // 2
    found |= {"teacherEntropy": entropies.mean(), "originalEntropy": entropies[:, :rows].mean(), "augmentedEntropy": entropies[:, rows:].mean()}
    return found


def make(float32: bool) -> list[Fixture]:
    fixtures = []
    for case, (_, _, _, length, draws) in CASES.items():
        given = Fixture(f"covariance/{case}.inputs.safetensors")
        for name, values in inputs(case).items():
            given.store(name, values)
        expected = Fixture(f"covariance/{case}.expected.safetensors", {"valuesPerDraw": length, "draws": draws})
        exact = figures(given.tensors, case, np.float64)
        rounded = figures(given.tensors, case, np.float32) if float32 else exact
        for name, value in exact.items():
            expected.expect_value(name, value, rounded[name])
        expected.store("none", np.zeros(1))  # a file of metadata alone would hold no tensor
        fixtures += [given, expected]
    return fixtures
