"""Chooses the input of each training case, so that its gradient is a question with one answer.

A ReLU whose argument is within rounding of zero, or a max pool with two equal maxima, takes one branch
in one float32 program and the other branch in the next, and the gradients then differ by a percent with
nobody wrong. The margin is the smallest distance to such a kink, in units of PyTorch's float32 rounding
noise at that layer. Of some inputs we keep the one with the largest margin.
"""

from dataclasses import replace

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from network_run import Case, load


class Recorder(TorchFunctionMode):
    """Keeps the argument of every ReLU and of every max pool of a forward."""

    def __init__(self):
        super().__init__()
        self.relu: list[torch.Tensor] = []
        self.pool: list[torch.Tensor] = []

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        if function is functional.relu:
            self.relu.append(arguments[0].detach().double())
        elif function in (functional.max_pool2d, functional.boolean_dispatch) or \
                getattr(function, "__name__", "") == "max_pool2d":
            self.pool.append(arguments[0].detach().double())
        return function(*arguments, **(keywords or {}))


def record(case: Case, dtype: torch.dtype) -> Recorder:
    network = load(case.network, case.channels, dtype).train()
    with torch.no_grad(), Recorder() as recorder:
        for view in case.images().to(dtype).split(case.groups):
            network(view)
    return recorder


def pool_gaps(x: torch.Tensor) -> torch.Tensor:
    """Largest minus second largest of each 2x2 window whose largest is positive; a zero window passes no gradient."""
    rows, columns = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
    windows = x[:, :, :rows, :columns].unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)
    top = windows.topk(2, dim=-1).values
    return (top[..., 0] - top[..., 1])[top[..., 0] > 0]


def margin(case: Case) -> float:
    exact, rounded = record(case, torch.float64), record(case, torch.float32)
    assert exact.relu, "no ReLU was seen"
    smallest = float("inf")
    for x, y in zip(exact.relu, rounded.relu):
        noise = (x - y).square().mean().sqrt()
        smallest = min(smallest, (x.abs().min() / noise).item())
    for x, y in zip(exact.pool, rounded.pool):
        noise = (x - y).square().mean().sqrt()
        smallest = min(smallest, (pool_gaps(x).min() / noise).item())
    return smallest


def best_input(case: Case, tries: int = 240) -> tuple[str, float]:
    margins = {f"input.{number}": margin(replace(case, input=f"input.{number}")) for number in range(tries)}
    return max(margins.items(), key=lambda entry: entry[1])
