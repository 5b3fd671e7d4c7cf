"""Variational information distillation (Ahn et al., CVPR 2019), as RepDistiller computes it."""

import math

import torch
from torch.nn import functional

from distillers._maps import Maps, cross_entropy, inputs, options, pairs, same_size
from distillers.case import Case, Tensors
from generator import uniform

MAPS = {
    "one-pair": Maps(6, ((6, 6, 4),), ((6, 6, 6),)),
    "stages-by-place": Maps(3, ((8, 8, 3), (4, 4, 6), (2, 2, 9)), ((8, 8, 5), (4, 4, 4), (2, 2, 7)), by_place=True, rectified=True),
    "larger-student": Maps(4, ((4, 4, 5), (3, 3, 2)), ((8, 8, 3), (5, 5, 4))),
    "larger-teacher": Maps(4, ((8, 8, 5), (7, 7, 2)), ((4, 4, 3), (3, 3, 4))),
    "batch-1-one-place": Maps(1, ((1, 1, 5), (6, 5, 2)), ((1, 1, 3), (3, 5, 1))),
    "small-variances": Maps(4, ((4, 4, 6),), ((4, 4, 5),)),
    "constant-image": Maps(4, ((4, 4, 3),), ((4, 4, 6),), first_image="constant"),
}
# Where the variances begin is 5; trained ones lie anywhere. exp(-6) is the smallest here, near the 1e-5 that is added.
LOG_SCALES = {"small-variances": -8.0}


def parameters(id: str, maps: Maps) -> Tensors:
    found = {}
    for place, (teacher, student) in enumerate(zip(maps.teacher, maps.student)):
        for layer, channels in ((0, student[2]), (2, teacher[2]), (4, teacher[2])):
            key = f"extras.prediction{place}.regressor.{layer}.weight"
            shape = (teacher[2], channels, 1, 1)
            found[key] = torch.from_numpy(uniform(f"vid.{id}.{key}", shape, math.sqrt(6 / channels)))
        key = f"extras.prediction{place}.log_scale"
        found[key] = torch.from_numpy(uniform(f"vid.{id}.{key}", (teacher[2],), 2.0, LOG_SCALES.get(id, 3.0)))
    return found


def negative_log_likelihood(given: Tensors, place: int, student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    prefix = f"extras.prediction{place}"
    x = student
    for layer in (0, 2, 4):
        x = functional.conv2d(x if layer == 0 else x.relu(), given[f"{prefix}.regressor.{layer}.weight"])
    variance = (functional.softplus(given[f"{prefix}.log_scale"]) + 1e-5).view(1, -1, 1, 1)
    return (0.5 * ((x - teacher).square() / variance + variance.log())).mean()


def terms(given: Tensors, maps: Maps) -> Tensors:
    sized = [same_size(*pair) for pair in pairs(given, maps)]
    total = sum(negative_log_likelihood(given, place, *pair) for place, pair in enumerate(sized))
    return {"crossEntropy.original": cross_entropy(given), "information.original": total}


def cases() -> list[Case]:
    return [
        Case(id, options(maps), "distill", inputs(f"vid.{id}", maps) | parameters(id, maps), lambda given, maps=maps: terms(given, maps))
        for id, maps in MAPS.items()
    ]
