"""Flow of the solution procedure (Yim et al., CVPR 2017): products of consecutive maps, averaged over their places."""

from dataclasses import dataclass

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers


@dataclass(frozen=True)
class Shape:
    batch: int
    # Of each pair of maps: the student's side, the teacher's, and the channels of both.
    maps: tuple[tuple[int, int, int], ...]
    spread: float = 1.0
    stage: str = "initialise"


SHAPES = {
    "halved": Shape(5, ((8, 8, 3), (4, 4, 4), (2, 2, 6))),
    "other-sides": Shape(4, ((7, 9, 2), (5, 4, 3), (4, 4, 3), (3, 2, 5)), spread=2.0),
    "growing": Shape(3, ((3, 4, 4), (6, 6, 2)), spread=0.3),
    "one-image": Shape(1, ((6, 6, 2), (6, 6, 5))),
    "labels": Shape(6, ((4, 4, 2), (2, 2, 3)), stage="distill"),
}


def flow(bottom: torch.Tensor, top: torch.Tensor) -> torch.Tensor:
    """[B,C,H,W], [B,D,H',W'] -> [B,D,C]: the larger map is averaged down first."""
    side = min(bottom.shape[2], top.shape[2])
    bottom, top = (functional.adaptive_avg_pool2d(x, side) if x.shape[2] > side else x for x in (bottom, top))
    return torch.einsum("bdhw,bchw->bdc", top, bottom) / side**2


def terms(given: Tensors, shape: Shape) -> Tensors:
    if shape.stage == "distill":
        return {"crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"])}
    maps = {
        role: [given[f"original.{role}.f{place}"].permute(0, 3, 1, 2) for place in range(len(shape.maps))]
        for role in ("student", "teacher")
    }
    flows = {role: [flow(*pair) for pair in zip(own, own[1:])] for role, own in maps.items()}
    return {"flow.original": sum(functional.mse_loss(s, t) for s, t in zip(flows["student"], flows["teacher"]))}


def case(id: str) -> Case:
    shape = SHAPES[id]
    draw = lambda name, *size: torch.from_numpy(bell(f"fsp.{id}.{name}", (shape.batch, *size), shape.spread))
    inputs = {"labels": torch.from_numpy(integers(f"fsp.{id}.labels", shape.batch, 4))}
    for place, (student, teacher, channels) in enumerate(shape.maps):
        for role, side in (("student", student), ("teacher", teacher)):
            inputs[f"original.{role}.f{place}"] = draw(f"{role}.f{place}", side, side, channels)
    for role in ("student", "teacher"):
        inputs[f"original.{role}.logits"] = draw(f"{role}.logits", 4)
    return Case(
        id,
        options={"taps": [{"teacher": f"f{place}", "student": f"f{place}"} for place in range(len(shape.maps))]},
        stage=shape.stage,
        inputs=inputs,
        terms=lambda given: terms(given, shape),
        weights={"crossEntropy.original" if shape.stage == "distill" else "flow.original": 1.0},
    )


def cases() -> list[Case]:
    return [case(id) for id in SHAPES]
