"""Activation boundaries (Heo et al., AAAI 2019): the margin loss on maps before their ReLU, behind connectors."""

from dataclasses import dataclass

import torch
from torch.nn import functional

from distillers._regressor import Map, parameters, regress
from distillers.case import Case, Tensors
from generator import bell, integers


@dataclass(frozen=True)
class Shape:
    batch: int
    # Pairs of maps, the student's first.
    pairs: tuple[tuple[Map, Map], ...]
    margin: float = 1.0
    spread: float = 1.0
    stage: str = "initialise"


SHAPES = {
    "same-shapes": Shape(5, (((6, 2), (6, 2)), ((3, 4), (3, 4)), ((3, 3), (3, 3))), spread=1.5),
    "connected": Shape(6, (((8, 3), (4, 5)), ((4, 3), (4, 3)), ((4, 4), (4, 6)), ((2, 4), (4, 6)))),
    "larger-student": Shape(4, (((7, 3), (4, 2)), ((5, 2), (4, 3))), margin=0.4),
    "one-image": Shape(1, (((6, 4), (6, 3)), ((4, 2), (4, 2))), margin=2.0, spread=3.0),
    "labels": Shape(7, (((3, 2), (3, 2)),), stage="distill"),
}


def boundary_distance(student: torch.Tensor, teacher: torch.Tensor, margin: float) -> torch.Tensor:
    """Squares of what the student lacks of the margin on the teacher's side of 0: the paper's equation 5, element by element."""
    above, below = (teacher > 0).to(student.dtype), (teacher <= 0).to(student.dtype)
    return (above * (margin - student).clamp(min=0) ** 2 + below * (student + margin).clamp(min=0) ** 2).sum()


def terms(given: Tensors, shape: Shape) -> Tensors:
    if shape.stage == "distill":
        return {"crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"])}
    total = 0.0
    for place, (student, teacher) in enumerate(shape.pairs):
        x, target = (given[f"original.{role}.f{place}"].permute(0, 3, 1, 2) for role in ("student", "teacher"))
        if student != teacher:
            x = regress(x, given, f"extras.connector{place}", teacher[0])
        share = 2.0 ** (place - len(shape.pairs) + 1)
        total = total + share * boundary_distance(x, target, shape.margin) / shape.batch * 3 / 1000
    return {"activationBoundaries.original": total}


def case(id: str) -> Case:
    shape = SHAPES[id]
    draw = lambda name, *size: torch.from_numpy(bell(f"ab.{id}.{name}", (shape.batch, *size), shape.spread))
    inputs = {"labels": torch.from_numpy(integers(f"ab.{id}.labels", shape.batch, 4))}
    for place, pair in enumerate(shape.pairs):
        for role, (side, channels) in zip(("student", "teacher"), pair):
            inputs[f"original.{role}.f{place}"] = draw(f"{role}.f{place}", side, side, channels)
        if pair[0] != pair[1]:
            inputs |= parameters(f"ab.{id}", f"extras.connector{place}", *pair)
    for role in ("student", "teacher"):
        inputs[f"original.{role}.logits"] = draw(f"{role}.logits", 4)
    names = [{"teacher": f"f{place}", "student": f"f{place}"} for place in range(len(shape.pairs))]
    return Case(
        id,
        # A file of recorded outputs holds what is read and no stem, so the pairs are named.
        options={"taps": names, "margin": shape.margin},
        stage=shape.stage,
        inputs=inputs,
        terms=lambda given: terms(given, shape),
        weights={"crossEntropy.original" if shape.stage == "distill" else "activationBoundaries.original": 1.0},
        # A batch norm takes away the bias of the convolution before it.
        vanishing={name: name.replace("bias", "weight") for name in inputs if name.endswith("conv.bias")},
    )


def cases() -> list[Case]:
    return [case(id) for id in SHAPES]
