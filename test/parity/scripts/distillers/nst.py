"""Neuron selectivity transfer (Huang and Wang, 2017) with the polynomial kernel, as RepDistiller computes it."""

import torch
from torch.nn import functional

from distillers._maps import Maps, cross_entropy, inputs, options, pairs, same_size
from distillers.case import Case, Tensors

# Where a map has more places than channels kdf compares channels, else places.
MAPS = {
    "more-places": Maps(5, ((6, 6, 7),), ((6, 6, 5),)),
    "more-channels": Maps(5, ((3, 3, 16),), ((3, 3, 12),)),
    "as-many": Maps(4, ((3, 3, 9),), ((3, 3, 9),)),
    "more-channels-of-one": Maps(4, ((3, 3, 20),), ((3, 3, 4),), rectified=True),
    "stages-by-place": Maps(3, ((8, 8, 3), (4, 4, 6), (2, 2, 9)), ((8, 8, 5), (4, 4, 4), (2, 2, 7)), by_place=True, rectified=True),
    "larger-student": Maps(4, ((4, 4, 5), (3, 3, 12)), ((8, 8, 3), (5, 5, 10))),
    "larger-teacher": Maps(4, ((8, 8, 5), (7, 7, 12)), ((4, 4, 3), (3, 3, 10))),
    "batch-1": Maps(1, ((1, 1, 5), (6, 5, 2)), ((1, 1, 3), (3, 5, 1))),
    "zero-image": Maps(5, ((4, 4, 3), (2, 2, 6)), ((4, 4, 6), (2, 2, 5)), rectified=True, first_image="zero"),
    "constant-image": Maps(5, ((4, 4, 3), (2, 2, 6)), ((4, 4, 6), (2, 2, 5)), first_image="constant"),
}


def channels(x: torch.Tensor) -> torch.Tensor:
    """[B, C, H, W] -> [B, C, H·W], each channel of an image of length 1."""
    return functional.normalize(x.flatten(2), dim=2)


def kernel(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Mean over the images and all pairs of channels of the squared products."""
    return (a.unsqueeze(1) * b.unsqueeze(2)).sum(dim=-1).square().mean()


def discrepancy(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    s, t = channels(student), channels(teacher)
    return kernel(t, t).detach() + kernel(s, s) - 2 * kernel(s, t)


def terms(given: Tensors, maps: Maps) -> Tensors:
    total = sum(discrepancy(*same_size(*pair)) for pair in pairs(given, maps))
    return {"crossEntropy.original": cross_entropy(given), "neuronSelectivity.original": total}


def cases() -> list[Case]:
    return [
        Case(id, options(maps), "distill", inputs(f"nst.{id}", maps), lambda given, maps=maps: terms(given, maps))
        for id, maps in MAPS.items()
    ]
