"""Hints (FitNets: Romero et al., ICLR 2015) with the regressor that RepDistiller trains."""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from distillers._maps import Maps, cross_entropy, inputs, options, pairs
from distillers.case import Case, Tensors
from generator import uniform


@dataclass(frozen=True)
class Hint:
    maps: Maps
    kind: str
    # Place of the map that is compared: by place the stem has 0.
    place: int = 1


HINTS = {
    "equal-sides": Hint(Maps(6, ((5, 5, 6),), ((5, 5, 4),)), "plain"),
    "second-stage-by-place": Hint(
        Maps(3, ((6, 6, 3), (4, 4, 6), (2, 2, 5)), ((6, 6, 2), (4, 4, 5), (2, 2, 3)), by_place=True, rectified=True), "plain", 2),
    "half": Hint(Maps(4, ((4, 4, 6),), ((8, 8, 3),)), "strided"),
    "half-of-two": Hint(Maps(7, ((1, 1, 6),), ((2, 2, 5),)), "strided"),
    "double": Hint(Maps(4, ((6, 6, 5),), ((3, 3, 4),)), "transposed"),
    "double-of-one": Hint(Maps(5, ((2, 2, 4),), ((1, 1, 6),)), "transposed"),
    "smaller-by-two": Hint(Maps(4, ((5, 5, 4),), ((7, 7, 3),)), "plain"),
    "batch-1": Hint(Maps(1, ((4, 4, 3),), ((4, 4, 2),)), "plain"),
}


def parameters(id: str, hint: Hint) -> Tensors:
    teacher, student = hint.maps.teacher[hint.place - 1], hint.maps.student[hint.place - 1]
    inner, outer = student[2], teacher[2]
    size = {"strided": 3, "transposed": 4, "plain": 1 + student[0] - teacher[0]}[hint.kind]
    filters = (inner, outer, size, size) if hint.kind == "transposed" else (outer, inner, size, size)
    draw = lambda name, shape, scale, offset=0.0: torch.from_numpy(uniform(f"fitnet.{id}.{name}", shape, scale, offset))
    return {
        "extras.regressor.conv.weight": draw("conv.weight", filters, math.sqrt(3 / (inner * size * size))),
        "extras.regressor.conv.bias": draw("conv.bias", (outer,), 0.5),
        "extras.regressor.bn.weight": draw("bn.weight", (outer,), 0.3, 1.0),
        "extras.regressor.bn.bias": draw("bn.bias", (outer,), 0.5),
    }


def regressed(given: Tensors, kind: str, x: torch.Tensor) -> torch.Tensor:
    weight, bias = (given[f"extras.regressor.conv.{name}"] for name in ("weight", "bias"))
    if kind == "strided":
        x = functional.conv2d(x, weight, bias, stride=2, padding=1)
    elif kind == "transposed":
        x = functional.conv_transpose2d(x, weight, bias, stride=2, padding=1)
    else:
        x = functional.conv2d(x, weight, bias)
    scale, shift = (given[f"extras.regressor.bn.{name}"] for name in ("weight", "bias"))
    return functional.batch_norm(x, None, None, scale, shift, training=True, eps=1e-5).relu()


def terms(given: Tensors, hint: Hint) -> Tensors:
    student, teacher = list(pairs(given, hint.maps))[hint.place - 1]
    return {
        "crossEntropy.original": cross_entropy(given),
        "hint.original": functional.mse_loss(regressed(given, hint.kind, student), teacher),
    }


def cases() -> list[Case]:
    return [
        Case(
            id,
            options(hint.maps),
            "distill",
            inputs(f"fitnet.{id}", hint.maps) | parameters(id, hint),
            lambda given, hint=hint: terms(given, hint),
            # A batch norm takes away the bias of the convolution before it.
            vanishing={"extras.regressor.conv.bias": "extras.regressor.conv.weight"},
        )
        for id, hint in HINTS.items()
    ]
