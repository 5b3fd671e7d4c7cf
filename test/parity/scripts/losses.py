"""Hinton's distillation loss as kdf weighs it, and cross-entropy: values and gradients."""

import math

import numpy as np
import torch
from torch.nn import functional

from fixture import Fixture
from generator import bell, integers

TEMPERATURE = 4.0
WEIGHTS = {"crossEntropy.original": 0.1, "divergence.original": 0.9, "divergence.augmented": 0.9}
INPUTS = ["original.student.logits", "original.teacher.logits", "augmented.student.logits", "augmented.teacher.logits"]


def divergence(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """KL(teacher || student) at the temperature: a sum over classes, a mean over the batch, times T²."""
    return functional.kl_div(
        functional.log_softmax(student / TEMPERATURE, dim=1),
        functional.softmax(teacher / TEMPERATURE, dim=1),
        reduction="batchmean",
    ) * TEMPERATURE**2


def distillation(inputs: dict[str, np.ndarray], dtype: torch.dtype) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    labels = torch.from_numpy(inputs["labels"]).long()
    logits = {name: torch.from_numpy(inputs[name]).to(dtype).requires_grad_("student" in name) for name in INPUTS}
    terms = {
        "crossEntropy.original": functional.cross_entropy(logits["original.student.logits"], labels),
        "divergence.original": divergence(logits["original.student.logits"], logits["original.teacher.logits"]),
        "divergence.augmented": divergence(logits["augmented.student.logits"], logits["augmented.teacher.logits"]),
    }
    total = sum(WEIGHTS[name] * term for name, term in terms.items())
    total.backward()
    gradients = {f"grad.{name}": x.grad.double().numpy() for name, x in logits.items() if "student" in name}
    return {name: term.item() for name, term in (terms | {"total": total}).items()}, gradients


def logits(name: str, batch: int, classes: int, scale: float) -> np.ndarray:
    return bell(f"kd.{name}", (batch, classes), scale)


# Scale 60 makes one-hot teachers and losses in the hundreds; 2000 underflows every probability but the largest,
# also in float64 and at temperature 4.
CASES = {
    "batch-1-classes-2": (1, 2, 2.0), "batch-1-classes-100": (1, 100, 4.0),
    "batch-5-classes-2": (5, 2, 3.0), "batch-5-classes-10": (5, 10, 4.0),
    "batch-64-classes-10": (64, 10, 4.0), "batch-64-classes-100": (64, 100, 5.0),
    "large-logits": (5, 10, 60.0), "extreme-logits": (5, 10, 2000.0), "offset-logits": (5, 10, 3.0),
}


def make_kd(float32: bool) -> list[Fixture]:
    fixtures = []
    for case, (batch, classes, scale) in CASES.items():
        given = Fixture(f"kd/{case}.inputs.safetensors")
        given.store("labels", integers(f"kd.{case}.labels", batch, classes))
        for name in INPUTS:
            values = logits(f"{case}.{name}", batch, classes, scale)
            # A constant added to a row changes no loss: an implementation without the usual maximum overflows.
            given.store(name, values + np.float32(500) if case == "offset-logits" else values)
        expected = Fixture(f"kd/{case}.expected.safetensors", {"temperature": TEMPERATURE, "weights": WEIGHTS})
        terms, gradients = distillation(given.tensors, torch.float64)
        rounded_terms, rounded = distillation(given.tensors, torch.float32) if float32 else (terms, gradients)
        for name, value in terms.items():
            expected.expect_value(name, value, rounded_terms[name])
        for name, value in gradients.items():
            expected.expect_tensor(name, value, rounded[name])
        fixtures += [given, expected]
    return fixtures


CROSS_ENTROPY_CASES = {
    "small": (1, 2, 2.0), "odd": (5, 10, 3.0), "large": (64, 100, 4.0), "extreme": (7, 10, 500.0),
}


def cross_entropy(values: np.ndarray, labels: np.ndarray, dtype: torch.dtype) -> tuple[float, np.ndarray]:
    x = torch.from_numpy(values).to(dtype).requires_grad_()
    loss = functional.cross_entropy(x, torch.from_numpy(labels).long())
    loss.backward()
    return loss.item(), x.grad.double().numpy()


def make_cross_entropy(float32: bool) -> list[Fixture]:
    fixture = Fixture("cross-entropy.safetensors", {"cases": list(CROSS_ENTROPY_CASES)})
    for case, (batch, classes, scale) in CROSS_ENTROPY_CASES.items():
        values = bell(f"cross-entropy.{case}", (batch, classes), scale)
        labels = integers(f"cross-entropy.{case}.labels", batch, classes)
        fixture.store(f"{case}.logits", values)
        fixture.store(f"{case}.labels", labels)
        loss, gradient = cross_entropy(values, labels, torch.float64)
        rounded = cross_entropy(values, labels, torch.float32) if float32 else (loss, gradient)
        assert math.isfinite(loss) and np.linalg.norm(gradient) > 1e-3, case
        fixture.expect_value(f"{case}.loss", loss, rounded[0])
        fixture.expect_tensor(f"{case}.grad", gradient, rounded[1])
    return [fixture]
