"""What the networks of the fixtures share."""

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional


class Outputs(NamedTuple):
    logits: torch.Tensor
    taps: list[torch.Tensor]
    preactivations: list[torch.Tensor]  # the maps f0, f1, … before the ReLU that they or their norms go through; or none


def convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=bias)


def global_pool(x: torch.Tensor) -> torch.Tensor:
    return functional.adaptive_avg_pool2d(x, 1).flatten(1)


def rectified_stages(stem: torch.Tensor, layers: list[nn.ModuleList]) -> tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
    """The last map; the maps of stem and layers after their ReLU; the same before it. Blocks leave the ReLU after them to this."""
    preactivations = [stem]
    x = functional.relu(stem)
    taps = [x]
    for layer in layers:
        for block in layer:
            before = block(x)
            x = functional.relu(before)
        preactivations.append(before)
        taps.append(x)
    return x, taps, preactivations
