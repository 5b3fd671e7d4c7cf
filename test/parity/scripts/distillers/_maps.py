"""Feature maps of teacher and student in pairs, for the losses that compare them."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional

from distillers.case import Tensors
from generator import bell, integers

Map = tuple[int, int, int]


@dataclass(frozen=True)
class Maps:
    """Height, width and channels of the maps that are compared, in pairs.

    By place, both models have a stem besides, which is compared with nothing, and no option names the pairs.
    """

    batch: int
    teacher: tuple[Map, ...]
    student: tuple[Map, ...]
    by_place: bool = False
    # Maps after a ReLU: half of their entries are 0.
    rectified: bool = False
    # The student's maps of the first image are 0 everywhere, or each channel is the same everywhere.
    first_image: str = ""
    scale: float = 1.0
    classes: int = 4


def inputs(case: str, maps: Maps) -> Tensors:
    """Labels, logits and maps; `case` is the id of distiller and case, from which all is drawn."""
    found = {"labels": torch.from_numpy(integers(f"{case}.labels", maps.batch, maps.classes))}
    for role, shapes in (("teacher", maps.teacher), ("student", maps.student)):
        found[f"original.{role}.logits"] = torch.from_numpy(bell(f"{case}.{role}.logits", (maps.batch, maps.classes), 2.0))
        if maps.by_place:
            found[f"original.{role}.f0"] = torch.from_numpy(bell(f"{case}.{role}.f0", (maps.batch, 2, 2, 1)))
        for place, shape in enumerate(shapes):
            values = torch.from_numpy(bell(f"{case}.{role}.f{place + 1}", (maps.batch, *shape), maps.scale))
            if maps.rectified:
                values = values.relu()
            if role == "student" and maps.first_image == "zero":
                values[0] = 0
            elif role == "student" and maps.first_image == "constant":
                values[0] = values[0, 0, 0]
            found[f"original.{role}.f{place + 1}"] = values
    return found


def options(maps: Maps) -> dict:
    """Names the pairs unless they are by place."""
    names = [f"f{place + 1}" for place in range(len(maps.teacher))]
    return {} if maps.by_place else {"taps": [{"teacher": name, "student": name} for name in names]}


def pairs(given: Tensors, maps: Maps) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Student's and teacher's maps [B, C, H, W] as they are."""
    for place in range(len(maps.teacher)):
        student, teacher = (given[f"original.{role}.f{place + 1}"].permute(0, 3, 1, 2) for role in ("student", "teacher"))
        yield student, teacher


def same_size(student: torch.Tensor, teacher: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The larger map averaged down to the smaller one's size, along each axis."""
    size = tuple(min(sizes) for sizes in zip(student.shape[2:], teacher.shape[2:]))
    return tuple(functional.adaptive_avg_pool2d(x, size) for x in (student, teacher))


def cross_entropy(given: Tensors) -> torch.Tensor:
    return functional.cross_entropy(given["original.student.logits"], given["labels"])
