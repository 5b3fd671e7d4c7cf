"""Overhaul of feature distillation (Heo et al., ICCV 2019), as mdistiller has it: margins, connectors, partial distances."""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers, uniform


@dataclass(frozen=True)
class Shape:
    """Maps are (side, channels), in network order."""

    batch: int
    student: tuple[tuple[int, int], ...]
    teacher: tuple[tuple[int, int], ...]
    # Of the shifts of the teacher's batch norms: the larger, the more channels are hardly ever negative.
    shift: float = 1.0
    weight: float = 0.001


SHAPES = {
    "two-stages": Shape(4, ((6, 3), (3, 5)), ((6, 4), (3, 6))),
    # The teacher's maps are larger, smaller, and not a multiple.
    "pooled": Shape(3, ((4, 2), (4, 3), (3, 4)), ((8, 3), (2, 4), (5, 5)), weight=0.0001),
    "shifted": Shape(5, ((5, 4), (2, 3)), ((5, 6), (2, 8)), shift=4.0, weight=1.0),
    "batch-1": Shape(1, ((4, 3),), ((4, 5),), shift=2.0),
}


def margins(weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """The mean of the negative values of a normal variable, or -3 deviations. In float64: they are computed before a run."""
    deviation, mean = weight.double().abs(), bias.double()
    probability = torch.special.ndtr(-mean / deviation)
    expected = mean - deviation * torch.exp(-((mean / deviation) ** 2) / 2) / math.sqrt(2 * math.pi) / probability
    return torch.where(probability > 0.001, expected, -3 * deviation).to(weight.dtype)


def distance(student: torch.Tensor, teacher: torch.Tensor, margin: torch.Tensor) -> torch.Tensor:
    """Maps [B, C, H, W], of one size; margin [1, C, 1, 1]."""
    low = (student - margin) ** 2 * ((student > margin) & (teacher <= margin))
    middle = (student - teacher) ** 2 * ((student > teacher) & (teacher > margin) & (teacher <= 0))
    high = (student - teacher) ** 2 * (teacher > 0)
    return (low + middle + high).mean(0).sum()


def terms(given: Tensors, shape: Shape) -> Tensors:
    total = 0
    for place in range(len(shape.student)):
        tap, extra = f"f{place + 1}Preactivation", f"extras.connector{place}"
        student, teacher = (given[f"original.{role}.{tap}"].permute(0, 3, 1, 2) for role in ("student", "teacher"))
        student = functional.conv2d(student, given[f"{extra}.0.weight"])
        student = functional.batch_norm(student, None, None, given[f"{extra}.1.weight"], given[f"{extra}.1.bias"], training=True, eps=1e-5)
        margin = margins(given[f"teacher.norms.{tap}.weight"], given[f"teacher.norms.{tap}.bias"])[None, :, None, None]
        teacher = functional.adaptive_avg_pool2d(teacher, student.shape[2:])
        total = total + distance(student, teacher, margin) / 2 ** (len(shape.student) - place - 1)
    return {
        "crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"]),
        "features.original": total,
    }


def case(id: str) -> Case:
    shape = SHAPES[id]
    tensor = lambda kind, name, size, *rest: torch.from_numpy(kind(f"ofd.{id}.{name}", size, *rest))
    inputs = {"labels": torch.from_numpy(integers(f"ofd.{id}.labels", shape.batch, 4))}
    for role in ("student", "teacher"):
        inputs[f"original.{role}.logits"] = tensor(bell, f"{role}.logits", (shape.batch, 4))
    for place, ((own_side, own), (side, channels)) in enumerate(zip(shape.student, shape.teacher)):
        tap, extra = f"f{place + 1}Preactivation", f"extras.connector{place}"
        inputs |= {
            f"original.student.{tap}": tensor(bell, f"student.{place}", (shape.batch, own_side, own_side, own)),
            f"original.teacher.{tap}": tensor(bell, f"teacher.{place}", (shape.batch, side, side, channels), 1.5),
            f"teacher.norms.{tap}.weight": tensor(uniform, f"norm.{place}.weight", (channels,), 1.0, 0.25),
            f"teacher.norms.{tap}.bias": tensor(uniform, f"norm.{place}.bias", (channels,), shape.shift),
            f"{extra}.0.weight": tensor(uniform, f"{extra}.0.weight", (channels, own, 1, 1), math.sqrt(3 / own)),
            f"{extra}.1.weight": tensor(uniform, f"{extra}.1.weight", (channels,), 0.3, 1.0),
            f"{extra}.1.bias": tensor(uniform, f"{extra}.1.bias", (channels,), 0.3),
        }
    names = [{"teacher": f"f{place + 1}Preactivation", "student": f"f{place + 1}Preactivation"} for place in range(len(shape.student))]
    return Case(
        id,
        # A file of recorded outputs holds what is read and no stem, so the pairs are named.
        options={"taps": names, "weights": {"features": shape.weight}},
        stage="distill",
        inputs=inputs,
        terms=lambda given: terms(given, shape),
        weights={"crossEntropy.original": 1.0, "features.original": shape.weight},
    )


def cases() -> list[Case]:
    return [case(id) for id in SHAPES]
