"""Probabilistic knowledge transfer (Passalis and Tefas, ECCV 2018): affinities between the pooled features of a batch."""

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers

WEIGHTS = {"crossEntropy.original": 1.0, "affinity.original": 30000.0}
EPSILON = 1e-7
# Batch, size of the teacher's and of the student's features. Of `rectified` they are never negative, as after a ReLU.
SHAPES = {
    "batch-2": (2, 5, 4), "batch-8": (8, 16, 8), "batch-17-rectified": (17, 12, 32), "batch-5-narrow": (5, 2, 2),
    "batch-32": (32, 64, 32),
}


def affinities(features: torch.Tensor) -> torch.Tensor:
    directions = features / (features.pow(2).sum(dim=1, keepdim=True).sqrt() + EPSILON)
    alike = (directions @ directions.T + 1) / 2
    return alike / alike.sum(dim=1, keepdim=True)


def terms(given: Tensors) -> Tensors:
    p, q = affinities(given["original.teacher.pooled"]), affinities(given["original.student.pooled"])
    return {
        "crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"]),
        "affinity.original": (p * torch.log((p + EPSILON) / (q + EPSILON))).mean(),
    }


def inputs(id: str) -> Tensors:
    batch, *sizes = SHAPES[id]
    features = [torch.from_numpy(bell(f"pkt.{id}.{role}", (batch, size))) for role, size in zip(("teacher", "student"), sizes)]
    if id.endswith("rectified"):
        features = [x.relu() for x in features]
    return {
        "labels": torch.from_numpy(integers(f"pkt.{id}.labels", batch, 4)),
        **{
            f"original.{role}.logits": torch.from_numpy(bell(f"pkt.{id}.{role}.logits", (batch, 4), 2.0))
            for role in ("student", "teacher")
        },
        "original.teacher.pooled": features[0],
        "original.student.pooled": features[1],
    }


def cases() -> list[Case]:
    return [Case(id, {}, "distill", inputs(id), terms, weights=WEIGHTS) for id in SHAPES]
