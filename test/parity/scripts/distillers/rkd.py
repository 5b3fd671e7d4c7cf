"""Relational knowledge distillation (Park et al., CVPR 2019): distances and angles between the pooled features of a batch."""

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers

WEIGHTS = {"crossEntropy.original": 1.0, "pairDistance.original": 25.0, "tripletAngle.original": 50.0}
# Batch, size of the teacher's and of the student's features. Of `rectified` they are never negative, as after a ReLU; of
# `far` the last image lies far from the others, so that some distances differ by more than 1; of `twins` two images are
# one for the teacher.
SHAPES = {
    "batch-3": (3, 5, 4), "batch-8": (8, 16, 8), "batch-17-rectified": (17, 12, 32), "batch-6-far": (6, 8, 3),
    "batch-5-twins": (5, 6, 6), "batch-32": (32, 64, 32),
}


def relative_distances(features: torch.Tensor) -> torch.Tensor:
    # From differences: by products, as the authors have it, float32 is wrong by 1e-4 where two images are one.
    distances = (features[None, :, :] - features[:, None, :]).pow(2).sum(dim=2).clamp(min=1e-12).sqrt()
    distances = distances * (1 - torch.eye(len(features), dtype=features.dtype))
    return distances / distances[distances > 0].mean()


def cosines(features: torch.Tensor) -> torch.Tensor:
    directions = functional.normalize(features[None, :, :] - features[:, None, :], dim=2)
    return torch.bmm(directions, directions.transpose(1, 2))


def terms(given: Tensors) -> Tensors:
    student, teacher = given["original.student.pooled"], given["original.teacher.pooled"]
    return {
        "crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"]),
        "pairDistance.original": functional.smooth_l1_loss(relative_distances(student), relative_distances(teacher)),
        "tripletAngle.original": functional.smooth_l1_loss(cosines(student), cosines(teacher)),
    }


def inputs(id: str) -> Tensors:
    batch, *sizes = SHAPES[id]
    features = [torch.from_numpy(bell(f"rkd.{id}.{role}", (batch, size))) for role, size in zip(("teacher", "student"), sizes)]
    if id.endswith("rectified"):
        features = [x.relu() for x in features]
    if id.endswith("far"):
        features[0][-1] += 20
    if id.endswith("twins"):
        features[0][1] = features[0][0]
    return {
        "labels": torch.from_numpy(integers(f"rkd.{id}.labels", batch, 4)),
        **{
            f"original.{role}.logits": torch.from_numpy(bell(f"rkd.{id}.{role}.logits", (batch, 4), 2.0))
            for role in ("student", "teacher")
        },
        "original.teacher.pooled": features[0],
        "original.student.pooled": features[1],
    }


def cases() -> list[Case]:
    return [Case(id, {}, "distill", inputs(id), terms, weights=WEIGHTS) for id in SHAPES]
