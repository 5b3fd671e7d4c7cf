"""Knowledge review (Chen et al., CVPR 2021): attention based fusions and the loss of hierarchical contexts, as mdistiller has them."""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers, uniform


@dataclass(frozen=True)
class Shape:
    """Maps are (side, channels), in network order and without the stem; after them the pooled vectors' channels."""

    batch: int
    student: tuple[tuple[int, int], ...]
    teacher: tuple[tuple[int, int], ...]
    pooled: tuple[int, int]
    middle: int = 512
    epoch: int = 0
    warmup: int = 20
    weight: float = 5.0


SHAPES = {
    "two-stages": Shape(6, ((8, 3), (4, 5)), ((8, 4), (4, 6)), (5, 6)),
    "three-stages": Shape(8, ((6, 2), (3, 3), (3, 4)), ((6, 3), (3, 4), (3, 5)), (4, 5), epoch=7),
    "resized": Shape(5, ((9, 2), (5, 4)), ((7, 3), (8, 2)), (4, 3), epoch=19, weight=0.6),
    "few-between": Shape(7, ((5, 4), (2, 6)), ((5, 3), (2, 3)), (6, 3), middle=3, epoch=5, warmup=0, weight=8.0),
}


def normalized(x: torch.Tensor, given: Tensors, name: str) -> torch.Tensor:
    return functional.batch_norm(x, None, None, given[f"{name}.weight"], given[f"{name}.bias"], training=True, eps=1e-5)


def fusion(given: Tensors, name: str, x: torch.Tensor, deeper: torch.Tensor | None, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the student's map and what the deeper fusion passes on: what is compared with the teacher, and what is passed on."""
    x = normalized(functional.conv2d(x, given[f"{name}.conv1.0.weight"]), given, f"{name}.conv1.1")
    if deeper is not None:
        deeper = functional.interpolate(deeper, x.shape[2:], mode="nearest")
        scores = functional.conv2d(torch.cat([x, deeper], 1), given[f"{name}.att_conv.0.weight"], given[f"{name}.att_conv.0.bias"])
        attention = torch.sigmoid(scores)
        x = x * attention[:, :1] + deeper * attention[:, 1:]
    if x.shape[-1] != side:
        x = functional.interpolate(x, (side, side), mode="nearest")
    compared = normalized(functional.conv2d(x, given[f"{name}.conv2.0.weight"], padding=1), given, f"{name}.conv2.1")
    return compared, x


def contexts(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Mean squares at full size and of averages over 4x4, 2x2 and 1x1, each with half the weight of the one before."""
    loss, share, total = functional.mse_loss(student, teacher), 1.0, 1.0
    for size in (4, 2, 1):
        if size >= student.shape[2]:
            continue
        share /= 2
        total += share
        pooled = [functional.adaptive_avg_pool2d(x, size) for x in (student, teacher)]
        loss = loss + share * functional.mse_loss(*pooled)
    return loss / total


def terms(given: Tensors, shape: Shape) -> Tensors:
    last = len(shape.student)
    nchw = lambda name: given[name].permute(0, 3, 1, 2)
    column = lambda name: given[name][:, :, None, None]
    review, deeper = contexts_of(given, last, column("original.student.pooled"), column("original.teacher.pooled"), None)
    for place in reversed(range(last)):
        student, teacher = nchw(f"original.student.f{place + 1}"), nchw(f"original.teacher.f{place + 1}Preactivation")
        loss, deeper = contexts_of(given, place, student, teacher, deeper)
        review = review + loss
    return {
        "crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"]),
        "review.original": review,
    }


def contexts_of(given: Tensors, place: int, student: torch.Tensor, teacher: torch.Tensor, deeper: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    compared, passed = fusion(given, f"extras.fusion{place}", student, deeper, teacher.shape[-1])
    return contexts(compared, teacher), passed


def parameters(id: str, shape: Shape) -> Tensors:
    """Of the fusions: weights spread as the layers are wide, shifts and scales off their first values."""
    middle = min(shape.middle, shape.pooled[0])
    inputs = [channels for _, channels in shape.student] + [shape.pooled[0]]
    outputs = [channels for _, channels in shape.teacher] + [shape.pooled[1]]
    found = {}
    for place, (own, compared) in enumerate(zip(inputs, outputs)):
        sizes = {"conv1.0.weight": (middle, own, 1, 1), "conv1.1.weight": (middle,), "conv1.1.bias": (middle,),
                 "conv2.0.weight": (compared, middle, 3, 3), "conv2.1.weight": (compared,), "conv2.1.bias": (compared,)}
        if place < len(shape.student):
            sizes |= {"att_conv.0.weight": (2, 2 * middle, 1, 1), "att_conv.0.bias": (2,)}
        for name, size in sizes.items():
            key = f"extras.fusion{place}.{name}"
            scale, offset = (math.sqrt(3 / math.prod(size[1:])), 0.0) if len(size) == 4 else (0.3, 0.0 if name.endswith("bias") else 1.0)
            found[key] = torch.from_numpy(uniform(f"reviewkd.{id}.{key}", size, scale, offset))
    return found


def case(id: str) -> Case:
    shape = SHAPES[id]
    draw = lambda name, *size: torch.from_numpy(bell(f"reviewkd.{id}.{name}", (shape.batch, *size)))
    maps = {f"original.student.f{place + 1}": draw(f"student.{place}", side, side, channels)
            for place, (side, channels) in enumerate(shape.student)}
    maps |= {f"original.teacher.f{place + 1}Preactivation": draw(f"teacher.{place}", side, side, channels)
             for place, (side, channels) in enumerate(shape.teacher)}
    pooled = {f"original.{role}.pooled": draw(f"{role}.pooled", channels) for role, channels in zip(("student", "teacher"), shape.pooled)}
    logits = {f"original.{role}.logits": draw(f"{role}.logits", 4) for role in ("student", "teacher")}
    names = [{"teacher": f"f{place + 1}Preactivation", "student": f"f{place + 1}"} for place in range(len(shape.student))]
    warmth = min((shape.epoch + 1) / shape.warmup, 1) if shape.warmup > 0 else 1
    return Case(
        id,
        # A file of recorded outputs holds what is read and no stem, so the pairs are named.
        options={"taps": names, "warmupEpochs": shape.warmup, "middleChannels": shape.middle, "weights": {"review": shape.weight}},
        stage="distill",
        epoch=shape.epoch,
        epochs=240,
        inputs={"labels": torch.from_numpy(integers(f"reviewkd.{id}.labels", shape.batch, 4)), **logits, **pooled, **maps, **parameters(id, shape)},
        terms=lambda given: terms(given, shape),
        weights={"crossEntropy.original": 1.0, "review.original": shape.weight * warmth},
    )


def cases() -> list[Case]:
    return [case(id) for id in SHAPES]
