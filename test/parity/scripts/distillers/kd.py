"""Hinton's distillation loss as kdf weighs it (Hinton et al. 2015; the weights of Wang et al. 2022)."""

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers

TEMPERATURE = 4.0
WEIGHTS = {"crossEntropy.original": 0.1, "divergence.original": 0.9, "divergence.augmented": 0.9}
OUTPUTS = ["original.student.logits", "original.teacher.logits", "augmented.student.logits", "augmented.teacher.logits"]

# Scale 60 makes one-hot teachers and losses in the hundreds; 2000 underflows every probability but the largest,
# also in float64 and at temperature 4.
SHAPES = {
    "batch-1-classes-2": (1, 2, 2.0), "batch-1-classes-100": (1, 100, 4.0),
    "batch-5-classes-2": (5, 2, 3.0), "batch-5-classes-10": (5, 10, 4.0),
    "batch-64-classes-10": (64, 10, 4.0), "batch-32-classes-100": (32, 100, 5.0),
    "large-logits": (5, 10, 60.0), "extreme-logits": (5, 10, 2000.0), "offset-logits": (5, 10, 3.0),
}


def divergence(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """KL(teacher || student) at the temperature: a sum over classes, a mean over the batch, times T²."""
    return functional.kl_div(
        functional.log_softmax(student / TEMPERATURE, dim=1),
        functional.softmax(teacher / TEMPERATURE, dim=1),
        reduction="batchmean",
    ) * TEMPERATURE**2


def terms(given: Tensors) -> Tensors:
    return {
        "crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"]),
        "divergence.original": divergence(given["original.student.logits"], given["original.teacher.logits"]),
        "divergence.augmented": divergence(given["augmented.student.logits"], given["augmented.teacher.logits"]),
    }


def inputs(case: str) -> Tensors:
    batch, classes, scale = SHAPES[case]
    # A constant added to a row changes no loss: an implementation without the usual maximum overflows.
    offset = 500 if case == "offset-logits" else 0
    outputs = {name: torch.from_numpy(bell(f"kd.{case}.{name}", (batch, classes), scale)) + offset for name in OUTPUTS}
    return {"labels": torch.from_numpy(integers(f"kd.{case}.labels", batch, classes)), **outputs}


def cases() -> list[Case]:
    return [Case(case, {}, "distill", inputs(case), terms, weights=WEIGHTS) for case in SHAPES]
