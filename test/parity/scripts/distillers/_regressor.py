"""What brings a student's map to the teacher's shape: convolution and batch norm by the batch's statistics."""

import math

import torch
from torch.nn import functional

from distillers.case import Tensors
from generator import uniform

# Height and width of a map, and its channels.
Map = tuple[int, int]


def parameters(seed: str, name: str, student: Map, teacher: Map) -> Tensors:
    """PyTorch's shapes: [out,in,k,k] of a convolution, [in,out,k,k] of a transposed one. Away from their first values."""
    (side, inputs), (to, outputs) = student, teacher
    size = 3 if side == 2 * to else 4 if 2 * side == to else 1 + side - to
    weight = (inputs, outputs, size, size) if 2 * side == to else (outputs, inputs, size, size)
    draw = lambda part, shape, scale, offset=0.0: torch.from_numpy(uniform(f"{seed}.{name}.{part}", shape, scale, offset))
    return {
        f"{name}.conv.weight": draw("conv.weight", weight, math.sqrt(3 / (inputs * size * size))),
        f"{name}.conv.bias": draw("conv.bias", (outputs,), 0.3),
        f"{name}.bn.weight": draw("bn.weight", (outputs,), 0.3, 1.0),
        f"{name}.bn.bias": draw("bn.bias", (outputs,), 0.3),
    }


def regress(x: torch.Tensor, given: Tensors, name: str, to: int) -> torch.Tensor:
    """x [B,C,H,W] of the student, to the teacher's height and width; no ReLU behind."""
    weight, bias = given[f"{name}.conv.weight"], given[f"{name}.conv.bias"]
    if x.shape[2] == 2 * to:
        x = functional.conv2d(x, weight, bias, stride=2, padding=1)
    elif 2 * x.shape[2] == to:
        x = functional.conv_transpose2d(x, weight, bias, stride=2, padding=1)
    else:
        x = functional.conv2d(x, weight, bias)
    return functional.batch_norm(x, None, None, given[f"{name}.bn.weight"], given[f"{name}.bn.bias"], training=True, eps=1e-5)
