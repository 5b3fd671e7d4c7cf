"""Factor transfer (Kim et al., NeurIPS 2018): a paraphraser of the teacher's map, a translator of the student's."""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers, uniform

PLACES = (0, 3, 6)


@dataclass(frozen=True)
class Shape:
    batch: int
    # Side and channels.
    student: tuple[int, int]
    teacher: tuple[int, int]
    rate: float = 0.5
    stage: str = "distill"
    weight: float = 200.0


SHAPES = {
    "reconstruction": Shape(5, (4, 2), (5, 6), stage="paraphraser"),
    "reconstruction-one-image": Shape(1, (3, 2), (4, 5), rate=0.7, stage="paraphraser"),
    "factor": Shape(6, (4, 3), (4, 6)),
    "larger-student": Shape(4, (6, 4), (4, 5), rate=0.4, weight=500.0),
    "larger-teacher": Shape(3, (3, 2), (5, 4), rate=1.0),
    "one-image": Shape(1, (4, 3), (4, 4), weight=1.0),
}


def shapes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Of all parameters, as PyTorch has them: [out,in,3,3] of a convolution, [in,out,3,3] of a transposed one."""
    own, channels = shape.student[1], shape.teacher[1]
    factors = int(channels * shape.rate)
    found = {}
    for place, inputs, outputs in zip(PLACES, (channels, channels, factors), (channels, factors, factors)):
        found |= {f"paraphraser.encoder.{place}.weight": (outputs, inputs, 3, 3), f"paraphraser.encoder.{place}.bias": (outputs,)}
    for place, inputs, outputs in zip(PLACES, (factors, factors, channels), (factors, channels, channels)):
        found |= {f"paraphraser.decoder.{place}.weight": (inputs, outputs, 3, 3), f"paraphraser.decoder.{place}.bias": (outputs,)}
    for place, inputs, outputs in zip(PLACES, (own, own, factors), (own, factors, factors)):
        found |= {f"translator.encoder.{place}.weight": (outputs, inputs, 3, 3), f"translator.encoder.{place}.bias": (outputs,)}
        found |= {f"translator.encoder.{place + 1}.weight": (outputs,), f"translator.encoder.{place + 1}.bias": (outputs,)}
    return {f"extras.{name}": size for name, size in found.items()}


def parameters(id: str, shape: Shape) -> Tensors:
    found = {}
    for name, size in shapes(shape).items():
        scale, offset = (math.sqrt(6 / (9 * size[1])), 0.0) if len(size) == 4 else (0.3, 0.0 if name.endswith("bias") else 1.0)
        found[name] = torch.from_numpy(uniform(f"ft.{id}.{name}", size, scale, offset))
    return found


def encode(x: torch.Tensor, given: Tensors, name: str) -> torch.Tensor:
    """Three convolutions of 3x3, each followed by a norm, where there is one, and by a leaky ReLU."""
    for place in PLACES:
        x = functional.conv2d(x, given[f"{name}.{place}.weight"], given[f"{name}.{place}.bias"], padding=1)
        if f"{name}.{place + 1}.weight" in given:
            scale, shift = given[f"{name}.{place + 1}.weight"], given[f"{name}.{place + 1}.bias"]
            x = functional.batch_norm(x, None, None, scale, shift, training=True, eps=1e-5)
        x = functional.leaky_relu(x, 0.1)
    return x


def decode(x: torch.Tensor, given: Tensors, name: str) -> torch.Tensor:
    for place in PLACES:
        x = functional.conv_transpose2d(x, given[f"{name}.{place}.weight"], given[f"{name}.{place}.bias"], padding=1)
        x = functional.leaky_relu(x, 0.1)
    return x


def direction(factor: torch.Tensor) -> torch.Tensor:
    return functional.normalize((factor**2).mean(1).flatten(1))


def terms(given: Tensors, shape: Shape) -> Tensors:
    student, teacher = (given[f"original.{role}.map"].permute(0, 3, 1, 2) for role in ("student", "teacher"))
    factor = encode(teacher, given, "extras.paraphraser.encoder")
    if shape.stage == "paraphraser":
        return {"reconstruction.original": functional.mse_loss(decode(factor, given, "extras.paraphraser.decoder"), teacher)}
    own = encode(student, given, "extras.translator.encoder")
    side = min(shape.student[0], shape.teacher[0])
    own, factor = (functional.adaptive_avg_pool2d(x, side) if x.shape[2] > side else x for x in (own, factor))
    return {
        "crossEntropy.original": functional.cross_entropy(given["original.student.logits"], given["labels"]),
        "factor.original": (direction(own) - direction(factor)).abs().mean(),
    }


def case(id: str) -> Case:
    shape = SHAPES[id]
    draw = lambda name, *size: torch.from_numpy(bell(f"ft.{id}.{name}", (shape.batch, *size)))
    inputs = {"labels": torch.from_numpy(integers(f"ft.{id}.labels", shape.batch, 4)), **parameters(id, shape)}
    for role, (side, channels) in (("student", shape.student), ("teacher", shape.teacher)):
        inputs[f"original.{role}.map"] = draw(f"{role}.map", side, side, channels)
        inputs[f"original.{role}.logits"] = draw(f"{role}.logits", 4)
    first = shape.stage == "paraphraser"
    return Case(
        id,
        options={"paraphraseRate": shape.rate, "weights": {"factor": shape.weight}},
        stage=shape.stage,
        inputs=inputs,
        terms=lambda given: terms(given, shape),
        weights={"reconstruction.original": 1.0} if first else {"crossEntropy.original": 1.0, "factor.original": shape.weight},
        # A batch norm takes away the bias of the convolution before it.
        vanishing={} if first else {f"extras.translator.encoder.{place}.bias": f"extras.translator.encoder.{place}.weight" for place in PLACES},
    )


def cases() -> list[Case]:
    return [case(id) for id in SHAPES]
