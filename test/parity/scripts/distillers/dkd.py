"""Decoupled knowledge distillation (Zhao et al., CVPR 2022), with the authors' weights and their warm-up."""

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers

# Batch, classes, scale of the logits, epoch (from 0), temperature, weight of the other classes (0 where there are none).
SHAPES = {
    "batch-1-classes-3": (1, 3, 2.0, 0, 4.0, 8.0), "batch-7-classes-10": (7, 10, 4.0, 4, 4.0, 8.0),
    "batch-64-classes-10": (64, 10, 4.0, 19, 4.0, 6.0), "batch-32-classes-100": (32, 100, 5.0, 40, 4.0, 2.0),
    "temperature-1": (9, 10, 3.0, 239, 1.0, 0.5), "large-logits": (5, 10, 60.0, 30, 4.0, 8.0),
    "two-classes": (6, 2, 3.0, 9, 4.0, 0.0),
}


def parts(logits: torch.Tensor, target: torch.Tensor, temperature: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Log probabilities of (target, all others) [B, 2], and among the others [B, K - 1]."""
    rows, classes = logits.shape
    everything = functional.log_softmax(logits / temperature, dim=1)
    others = everything[~target].view(rows, classes - 1)
    pair = torch.stack([everything[target], torch.logsumexp(others, dim=1)], dim=1)
    return pair, functional.log_softmax(others, dim=1)


def terms(given: Tensors, temperature: float) -> Tensors:
    student, labels = given["original.student.logits"], given["labels"]
    target = functional.one_hot(labels, student.shape[1]).bool()
    decoupled = zip(parts(given["original.teacher.logits"], target, temperature), parts(student, target, temperature))
    first, second = (
        functional.kl_div(ours, theirs, reduction="batchmean", log_target=True) * temperature**2 for theirs, ours in decoupled
    )
    return {
        "crossEntropy.original": functional.cross_entropy(student, labels),
        "targetClass.original": first,
        "nonTargetClass.original": second,
    }


def case(id: str) -> Case:
    batch, classes, scale, epoch, temperature, beta = SHAPES[id]
    warmup = min((epoch + 1) / 20, 1)
    logits = {
        f"original.{role}.logits": torch.from_numpy(bell(f"dkd.{id}.{role}", (batch, classes), scale))
        for role in ("student", "teacher")
    }
    return Case(
        id,
        options={"temperature": temperature, "weights": {"nonTargetClass": beta}},
        stage="distill",
        epoch=epoch,
        epochs=240,
        inputs={"labels": torch.from_numpy(integers(f"dkd.{id}.labels", batch, classes)), **logits},
        terms=lambda given: terms(given, temperature),
        weights={"crossEntropy.original": 1.0, "targetClass.original": warmup, "nonTargetClass.original": beta * warmup},
    )


def cases() -> list[Case]:
    return [case(id) for id in SHAPES]
