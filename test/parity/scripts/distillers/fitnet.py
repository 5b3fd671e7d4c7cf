"""Hints (FitNets: Romero et al., ICLR 2015) with the regressor that RepDistiller trains."""

from dataclasses import dataclass

from torch.nn import functional

from distillers._maps import Maps, cross_entropy, inputs, options, pairs
from distillers._regressor import parameters, regress
from distillers.case import Case, Tensors

REGRESSOR = "extras.regressor"


@dataclass(frozen=True)
class Hint:
    maps: Maps
    # Place of the map that is compared: by place the stem has 0.
    place: int = 1


HINTS = {
    "equal-sides": Hint(Maps(6, ((5, 5, 6),), ((5, 5, 4),))),
    "second-stage-by-place": Hint(
        Maps(3, ((6, 6, 3), (4, 4, 6), (2, 2, 5)), ((6, 6, 2), (4, 4, 5), (2, 2, 3)), by_place=True, rectified=True), 2),
    "half": Hint(Maps(4, ((4, 4, 6),), ((8, 8, 3),))),
    "half-of-two": Hint(Maps(7, ((1, 1, 6),), ((2, 2, 5),))),
    "double": Hint(Maps(4, ((6, 6, 5),), ((3, 3, 4),))),
    "double-of-one": Hint(Maps(5, ((2, 2, 4),), ((1, 1, 6),))),
    "smaller-by-two": Hint(Maps(4, ((5, 5, 4),), ((7, 7, 3),))),
    "batch-1": Hint(Maps(1, ((4, 4, 3),), ((4, 4, 2),))),
}


def terms(given: Tensors, hint: Hint) -> Tensors:
    student, teacher = list(pairs(given, hint.maps))[hint.place - 1]
    return {
        "crossEntropy.original": cross_entropy(given),
        "hint.original": functional.mse_loss(regress(student, given, REGRESSOR, teacher.shape[2]).relu(), teacher),
    }


def case(id: str, hint: Hint) -> Case:
    student, teacher = (shapes[hint.place - 1][1:] for shapes in (hint.maps.student, hint.maps.teacher))
    return Case(
        id,
        options(hint.maps),
        "distill",
        inputs(f"fitnet.{id}", hint.maps) | parameters(f"fitnet.{id}", REGRESSOR, student, teacher),
        lambda given: terms(given, hint),
        # A batch norm takes away the bias of the convolution before it.
        vanishing={f"{REGRESSOR}.conv.bias": f"{REGRESSOR}.conv.weight"},
    )


def cases() -> list[Case]:
    return [case(id, hint) for id, hint in HINTS.items()]
