"""Knowledge distillation by singular value decomposition (Lee et al., ECCV 2018), as RepDistiller has it.

One thing is said here that a decomposition leaves open: the sign of a vector. Of both, the one whose entries add up to
more. The student's are turned to the teacher's side anyway.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers, uniform

SPARE = 3


@dataclass(frozen=True)
class Shape:
    """(height, width) of the student's and of the teacher's maps, and their channels, in network order."""

    batch: int
    stages: tuple[tuple[tuple[int, int], tuple[int, int], int], ...]
    vectors: int = 1
    rectified: bool = False


SHAPES = {
    # More places than channels, then fewer.
    "two-stages": Shape(3, (((5, 5), (5, 5), 6), ((3, 3), (3, 3), 12))),
    "three-stages": Shape(2, (((6, 6), (6, 6), 5), ((4, 4), (4, 4), 8), ((2, 3), (2, 3), 10))),
    # As after a ReLU: one direction is much larger than all others.
    "rectified": Shape(4, (((6, 6), (4, 5), 8), ((4, 4), (3, 3), 16)), rectified=True),
    "two-vectors": Shape(3, (((4, 5), (4, 5), 6), ((3, 3), (3, 3), 7)), vectors=2),
    # The student has fewer vectors than are asked of it.
    "few-channels": Shape(1, (((4, 4), (4, 4), 3), ((3, 3), (3, 3), 2))),
}


def decomposed(maps: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """[B, H, W, C] -> singular values [B, k], normalised as the reference does it, and right singular vectors [B, C, k]."""
    _, values, transposed = torch.linalg.svd(maps.flatten(1, 2), full_matrices=False)
    vectors = transposed.mT[:, :, :count]
    vectors = vectors * torch.where(vectors.detach().sum(1, keepdim=True) < 0, -1, 1)
    return functional.normalize(values[:, :count], dim=1), functional.normalize(vectors, dim=1)


def aligned(student: torch.Tensor, teacher: torch.Tensor, vectors: int) -> tuple[torch.Tensor, torch.Tensor]:
    values, targets = decomposed(teacher, vectors)
    _, candidates = decomposed(student, vectors + SPARE)
    cosines = candidates.mT @ targets
    nearest = cosines.abs() == cosines.abs().amax(1, keepdim=True)
    chosen = candidates @ torch.where(nearest, cosines.sign(), 0).detach()
    return chosen * values[:, None], targets * values[:, None]


def relation(vectors: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
    return torch.exp(-(vectors[:, :, None] - before[:, None]).pow(2) / 8)


def terms(given: Tensors, shape: Shape) -> Tensors:
    stages = [aligned(given[f"original.student.f{place}"], given[f"original.teacher.f{place}"], shape.vectors)
              for place in range(1, len(shape.stages) + 1)]
    losses = [
        (relation(student, student_before) - relation(teacher, teacher_before)).pow(2).sum() / shape.batch
        for (student_before, teacher_before), (student, teacher) in zip(stages, stages[1:])
    ]
    return {
        "crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"]),
        "singularVectors.original": sum(losses),
    }


def case(id: str) -> Case:
    shape = SHAPES[id]
    draw = lambda name, *size: bell(f"kdsvd.{id}.{name}", (shape.batch, *size))
    maps = {}
    for place, (*sides, channels) in enumerate(shape.stages, 1):
        for role, side in zip(("student", "teacher"), sides):
            values = draw(f"{role}.{place}", *side, channels)
            if shape.rectified:
                scales = 1 + 0.5 * uniform(f"kdsvd.{id}.{role}.{place}.scales", (channels,))
                values = (values * scales).clip(min=0)
            maps[f"original.{role}.f{place}"] = torch.from_numpy(values)
    logits = {f"original.{role}.logits": torch.from_numpy(draw(f"{role}.logits", 4)) for role in ("student", "teacher")}
    names = [{"teacher": f"f{place}", "student": f"f{place}"} for place in range(1, len(shape.stages) + 1)]
    return Case(
        id,
        options={"taps": names, "vectors": shape.vectors},
        stage="distill",
        inputs={"labels": torch.from_numpy(integers(f"kdsvd.{id}.labels", shape.batch, 4)), **logits, **maps},
        terms=lambda given: terms(given, shape),
        weights={"crossEntropy.original": 1.0, "singularVectors.original": 1.0},
    )


def cases() -> list[Case]:
    return [case(id) for id in SHAPES]
