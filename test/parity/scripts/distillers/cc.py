"""Correlation congruence (Peng et al., ICCV 2019) as its authors coded it: embeddings compared with their neighbours'."""

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers, unit

WEIGHTS = {"crossEntropy.original": 1.0, "correlation.original": 0.02}
# Batch, size of the teacher's and of the student's features, size of the embeddings.
SHAPES = {"batch-2": (2, 5, 4, 3), "batch-7": (7, 6, 9, 16), "batch-16": (16, 24, 8, 32), "batch-9-default": (9, 12, 10, 128)}


def embedding(given: Tensors, role: str) -> torch.Tensor:
    weight, bias = (given[f"extras.{role}Embedding.{name}"] for name in ("weight", "bias"))
    return functional.linear(given[f"original.{role}.pooled"], weight, bias)


def terms(given: Tensors) -> Tensors:
    difference = (embedding(given, "student") - embedding(given, "teacher")).abs()
    return {
        "crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"]),
        "correlation.original": (difference[:-1] * difference[1:]).sum(dim=1).mean(),
    }


def inputs(id: str) -> Tensors:
    batch, teacher, student, size = SHAPES[id]
    given = {
        "labels": torch.from_numpy(integers(f"cc.{id}.labels", batch, 4)),
        **{
            f"original.{role}.logits": torch.from_numpy(bell(f"cc.{id}.{role}.logits", (batch, 4), 2.0))
            for role in ("student", "teacher")
        },
    }
    for role, width in (("teacher", teacher), ("student", student)):
        bound = width**-0.5
        given |= {
            f"original.{role}.pooled": torch.from_numpy(bell(f"cc.{id}.{role}", (batch, width))),
            f"extras.{role}Embedding.weight": torch.from_numpy(bound * unit(f"cc.{id}.{role}.weight", (size, width))).float(),
            f"extras.{role}Embedding.bias": torch.from_numpy(bound * unit(f"cc.{id}.{role}.bias", (size,))).float(),
        }
    return given


def cases() -> list[Case]:
    # The default size is not said: 128 is what the plugin makes.
    return [
        Case(id, {} if id.endswith("default") else {"embedding": SHAPES[id][-1]}, "distill", inputs(id), terms, weights=WEIGHTS)
        for id in SHAPES
    ]
