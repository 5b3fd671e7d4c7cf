"""Chooses the input of each training case, so that its gradient is a question with one answer.

A ReLU whose argument is within rounding of zero, or a max pool with two equal maxima, takes one branch
in one float32 program and the other branch in the next, and the gradients then differ by a percent with
nobody wrong. The margin is the smallest distance to such a kink, in units of PyTorch's float32 rounding
noise at that layer. Of some inputs we keep the one with the largest margin, or the first with a large one.
"""

from dataclasses import replace
from functools import lru_cache

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from network_run import Case, load


class Recorder(TorchFunctionMode):
    """Keeps the argument of every ReLU, ReLU6 and max pool of a forward, of the pools in windows [..., values]."""

    def __init__(self):
        super().__init__()
        self.rectified: list[torch.Tensor] = []  # distances from a kink
        self.pool: list[torch.Tensor] = []

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        if function is functional.relu:
            self.rectified.append(arguments[0].detach().double())
        elif function is functional.hardtanh:  # a ReLU6
            x = arguments[0].detach().double()
            self.rectified.append(torch.where(x < 3, x, x - 6))
        elif function in (functional.max_pool2d, functional.boolean_dispatch) or \
                getattr(function, "__name__", "") == "max_pool2d":
            self.pool.append(windows(*arguments, **(keywords or {})))
        return function(*arguments, **(keywords or {}))


def windows(x: torch.Tensor, size: int, stride: int | None = None, padding: int = 0, **_) -> torch.Tensor:
    padded = functional.pad(x.detach().double(), [padding] * 4, value=float("-inf"))
    return padded.unfold(2, size, stride or size).unfold(3, size, stride or size).flatten(4)


@lru_cache(maxsize=2)  # of one search: making the weights of a large network takes longer than its forward
def loaded(network: str, channels: int, dtype: torch.dtype) -> torch.nn.Module:
    return load(network, channels, dtype).train()


def record(case: Case, dtype: torch.dtype) -> Recorder:
    network = loaded(case.network, case.channels, dtype)
    with torch.no_grad(), Recorder() as recorder:
        for view in case.images().to(dtype).split(case.groups):
            network(view)
    return recorder


def pool_gaps(x: torch.Tensor) -> torch.Tensor:
    """Largest minus second largest of each window whose largest is positive; a zero window passes no gradient."""
    top = x.topk(2, dim=-1).values
    return (top[..., 0] - top[..., 1])[top[..., 0] > 0]


def margin(case: Case) -> float:
    exact, rounded = record(case, torch.float64), record(case, torch.float32)
    assert exact.rectified, "no ReLU was seen"
    smallest = float("inf")
    for x, y in zip(exact.rectified, rounded.rectified):
        noise = (x - y).square().mean().sqrt()
        # A sum of zeros alone is zero in every program.
        smallest = min(smallest, (x[(x != 0) | (y != 0)].abs().min() / noise).item())
    for x, y in zip(exact.pool, rounded.pool):
        noise = (x - y)[x.isfinite()].square().mean().sqrt()
        smallest = min(smallest, (pool_gaps(x).min() / noise).item())
    return smallest


def best_input(case: Case, tries: int = 60, enough: float = 40) -> tuple[str, float]:
    best = ("", 0.0)
    for number in range(tries):
        name = f"input.{number}"
        best = max(best, (name, margin(replace(case, input=name))), key=lambda entry: entry[1])
        if best[1] >= enough:
            break
    return best
