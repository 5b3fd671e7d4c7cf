"""Similarity-preserving knowledge distillation (Tung and Mori, ICCV 2019), on the last maps."""

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers

WEIGHTS = {"crossEntropy.original": 1.0, "similarity.original": 3000.0}
# Batch, shapes of the teacher's and of the student's map. Of `rectified` they are never negative, as after a ReLU.
SHAPES = {
    "batch-2": (2, (2, 2, 3), (3, 3, 2)), "batch-7": (7, (3, 2, 4), (3, 2, 4)),
    "batch-16-rectified": (16, (4, 4, 8), (2, 2, 5)), "batch-32": (32, (2, 2, 32), (2, 2, 16)),
}


def similarities(maps: torch.Tensor) -> torch.Tensor:
    rows = maps.permute(0, 3, 1, 2).flatten(1)
    return functional.normalize(rows @ rows.T, dim=1)


def terms(given: Tensors) -> Tensors:
    student, teacher = similarities(given["original.student.f3"]), similarities(given["original.teacher.f3"])
    return {
        "crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"]),
        "similarity.original": (teacher - student).pow(2).sum() / len(student) ** 2,
    }


def inputs(id: str) -> Tensors:
    batch, *shapes = SHAPES[id]
    maps = [torch.from_numpy(bell(f"sp.{id}.{role}", (batch, *shape))) for role, shape in zip(("teacher", "student"), shapes)]
    if id.endswith("rectified"):
        maps = [x.relu() for x in maps]
    return {
        "labels": torch.from_numpy(integers(f"sp.{id}.labels", batch, 4)),
        **{
            f"original.{role}.logits": torch.from_numpy(bell(f"sp.{id}.{role}.logits", (batch, 4), 2.0))
            for role in ("student", "teacher")
        },
        "original.teacher.f3": maps[0],
        "original.student.f3": maps[1],
    }


def cases() -> list[Case]:
    return [Case(id, {}, "distill", inputs(id), terms, weights=WEIGHTS) for id in SHAPES]
