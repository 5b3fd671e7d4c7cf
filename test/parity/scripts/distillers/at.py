"""Attention transfer (Zagoruyko and Komodakis, ICLR 2017), as RepDistiller computes it."""

import torch
from torch.nn import functional

from distillers._maps import Maps, cross_entropy, inputs, options, pairs, same_size
from distillers.case import Case, Tensors

MAPS = {
    "one-pair": Maps(6, ((8, 8, 4),), ((8, 8, 6),)),
    "stages-by-place": Maps(3, ((8, 8, 3), (4, 4, 6), (2, 2, 9)), ((8, 8, 5), (4, 4, 4), (2, 2, 7)), by_place=True, rectified=True),
    "larger-student": Maps(4, ((4, 4, 5), (3, 3, 2)), ((8, 8, 3), (5, 5, 4))),
    "larger-teacher": Maps(4, ((8, 8, 5), (7, 7, 2)), ((4, 4, 3), (3, 3, 4))),
    "batch-1-one-place": Maps(1, ((1, 1, 5), (6, 5, 2)), ((1, 1, 3), (3, 5, 1))),
    "zero-image": Maps(5, ((4, 4, 3),), ((4, 4, 6),), rectified=True, first_image="zero"),
    "constant-image": Maps(5, ((4, 4, 3),), ((4, 4, 6),), first_image="constant"),
    "large-maps": Maps(5, ((4, 4, 3),), ((6, 6, 4),), scale=1000.0),
}


def attention(x: torch.Tensor) -> torch.Tensor:
    """Mean of the squares over the channels, each image's vector over the places divided by its length."""
    return functional.normalize(x.square().mean(dim=1).flatten(1), dim=1)


def terms(given: Tensors, maps: Maps) -> Tensors:
    distance = sum(
        (attention(student) - attention(teacher)).square().mean()
        for student, teacher in (same_size(*pair) for pair in pairs(given, maps))
    )
    return {"crossEntropy.original": cross_entropy(given), "attention.original": distance}


def cases() -> list[Case]:
    return [
        Case(id, options(maps), "distill", inputs(f"at.{id}", maps), lambda given, maps=maps: terms(given, maps))
        for id, maps in MAPS.items()
    ]
