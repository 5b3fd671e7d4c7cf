"""The four criteria by which CutMixPick keeps rows of its pool, and which rows each keeps."""

import numpy as np
import torch
from torch.nn import functional

from fixture import Fixture
from generator import bell

TEMPERATURE = 4.0  # of kld only; the other three work at 1
# (rows of the original batch, rows of the pool, rows to keep, classes)
CASES = {
    "classes-10": (8, 16, 8, 10),
    "classes-100": (16, 32, 16, 100),
    "pool-of-three": (5, 15, 5, 10),
    "keep-all": (4, 8, 8, 10),  # a last batch smaller than the batch size, whose whole pool is kept
}


def entropy(logits: torch.Tensor) -> torch.Tensor:
    log_probabilities = functional.log_softmax(logits, dim=1)
    return -(log_probabilities.exp() * log_probabilities).sum(dim=1)


def divergence(teacher: torch.Tensor, student: torch.Tensor) -> torch.Tensor:
    """KL(teacher || student) of each row at the temperature, without T²: it would change no order."""
    teacher = functional.log_softmax(teacher / TEMPERATURE, dim=1)
    student = functional.log_softmax(student / TEMPERATURE, dim=1)
    return (teacher.exp() * (teacher - student)).sum(dim=1)


def dissimilarity(pool: torch.Tensor, original: torch.Tensor) -> torch.Tensor:
    """The smallest squared distance of a row's probabilities to those of any original image."""
    difference = functional.softmax(pool, dim=1)[:, None] - functional.softmax(original, dim=1)[None]
    return difference.square().sum(dim=2).min(dim=1).values


def criteria(given: dict[str, np.ndarray], dtype: torch.dtype) -> dict[str, np.ndarray]:
    teacher, student, original = (
        torch.from_numpy(given[name]).to(dtype)
        for name in ("pool.teacher.logits", "pool.student.logits", "original.teacher.logits")
    )
    values = {
        "teacher-entropy": entropy(teacher), "student-entropy": entropy(student),
        "kld": divergence(teacher, student), "dissimilarity": dissimilarity(teacher, original),
    }
    return {name: value.double().numpy() for name, value in values.items()}


def distinct(values: dict[str, np.ndarray]) -> bool:
    """Neighbours in order differ by a thousand roundings at least: every implementation keeps the same rows."""
    return all(np.diff(np.sort(v)).min() > 1e-4 * v.max() for v in values.values())


def inputs(case: str) -> dict[str, np.ndarray]:
    rows, pool, _, classes = CASES[case]
    attempt = 0
    while True:
        name = f"picking.{case}.{attempt}"
        given = {
            "pool.teacher.logits": bell(f"{name}.teacher", (pool, classes), 2.5),
            "pool.student.logits": bell(f"{name}.student", (pool, classes), 1.5),
            "original.teacher.logits": bell(f"{name}.original", (rows, classes), 2.5),
        }
        if distinct(criteria(given, torch.float64)):
            return given
        attempt += 1


def make(float32: bool) -> list[Fixture]:
    fixtures = []
    for case, (_, _, keep, _) in CASES.items():
        given = Fixture(f"picking/{case}.inputs.safetensors")
        for name, values in inputs(case).items():
            given.store(name, values)
        expected = Fixture(f"picking/{case}.expected.safetensors", {"keep": keep, "temperature": TEMPERATURE})
        exact = criteria(given.tensors, torch.float64)
        rounded = criteria(given.tensors, torch.float32) if float32 else exact
        for name, values in exact.items():
            expected.expect_tensor(f"{name}.values", values, rounded[name])
            expected.store(f"{name}.indices", np.argsort(-values, kind="stable")[:keep].astype(np.int32))
        fixtures += [given, expected]
    return fixtures
