"""Batch norm in training and evaluation, alone and shared by two views that are normalised apart."""

import numpy as np
import torch

from fixture import Fixture
from generator import bell, uniform

STEPS = 3
EPSILON = 1e-5
MOMENTUM = 0.1
# (rows of each view, height, width, channels, mean of the input, its standard deviation)
CASES = {
    "one-group": ((8,), 5, 5, 6, 0.5, 2.0),
    "odd-batch": ((7,), 3, 5, 3, -1.0, 1.0),
    "one-row": ((1,), 4, 3, 5, 0.0, 1.0),
    "one-pixel": ((9,), 1, 1, 4, 0.3, 1.5),
    # The mean is 100 standard deviations away: a variance computed as E[x²] - E[x]² loses all its digits here.
    "far-mean": ((6,), 4, 4, 3, 20.0, 0.2),
    "two-groups": ((6, 6), 5, 5, 6, 0.5, 2.0),
    "two-uneven-groups": ((5, 3), 3, 4, 7, 1.0, 1.0),
}


def inputs(case: str) -> dict[str, np.ndarray]:
    groups, height, width, channels, mean, deviation = CASES[case]
    shape = (STEPS, sum(groups), height, width, channels)
    x = bell(f"batch-norm.{case}.x", shape, deviation)
    if len(groups) == 2:
        x[:, groups[0]:] = 3 * x[:, groups[0]:] - np.float32(2)  # views that differ, or one group would do
    return {
        "x": x + np.float32(mean),
        "gradOutput": bell(f"batch-norm.{case}.gradOutput", shape),
        "weight": uniform(f"batch-norm.{case}.weight", (channels,), 0.5, 1.0),
        "bias": uniform(f"batch-norm.{case}.bias", (channels,)),
        "initial.runningMean": uniform(f"batch-norm.{case}.runningMean", (channels,), 0.5),
        "initial.runningVar": uniform(f"batch-norm.{case}.runningVar", (channels,), 0.5, 1.0),
    }


def run(case: str, given: dict[str, np.ndarray], dtype: torch.dtype) -> dict[str, np.ndarray]:
    groups, *_, channels, _, _ = CASES[case]
    norm = torch.nn.BatchNorm2d(channels, eps=EPSILON, momentum=MOMENTUM).to(dtype)
    norm.load_state_dict({
        "weight": torch.from_numpy(given["weight"]), "bias": torch.from_numpy(given["bias"]),
        "running_mean": torch.from_numpy(given["initial.runningMean"]),
        "running_var": torch.from_numpy(given["initial.runningVar"]), "num_batches_tracked": torch.tensor(0),
    })
    steps: dict[str, list[torch.Tensor]] = {}

    def keep(name: str, value: torch.Tensor) -> None:
        steps.setdefault(name, []).append(value.detach().double().clone())

    for step in range(STEPS):
        x = torch.from_numpy(given["x"][step]).to(dtype).permute(0, 3, 1, 2).requires_grad_()
        upstream = torch.from_numpy(given["gradOutput"][step]).to(dtype).permute(0, 3, 1, 2)
        norm.zero_grad()
        y = torch.cat([norm(view) for view in x.split(groups)])  # in view order: running statistics see it
        y.backward(upstream)
        keep("y", y.permute(0, 2, 3, 1))
        keep("grad.x", x.grad.permute(0, 2, 3, 1))
        keep("grad.weight", norm.weight.grad)
        keep("grad.bias", norm.bias.grad)
        keep("runningMean", norm.running_mean)
        keep("runningVar", norm.running_var)
    assert norm.num_batches_tracked.item() == STEPS * len(groups)
    norm.eval()
    with torch.no_grad():
        evaluated = norm(torch.from_numpy(given["x"][0]).to(dtype).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    outputs = {name: torch.stack(values).numpy() for name, values in steps.items()}
    return outputs | {"evaluated": evaluated.double().numpy()}


def make(float32: bool) -> list[Fixture]:
    fixture = Fixture("batch-norm.safetensors", {
        "epsilon": EPSILON, "momentum": MOMENTUM, "steps": STEPS,
        "cases": {case: {"groups": list(settings[0])} for case, settings in CASES.items()},
    })
    for case in CASES:
        given = inputs(case)
        for name, values in given.items():
            fixture.store(f"{case}.{name}", values)
        exact = run(case, given, torch.float64)
        rounded = run(case, given, torch.float32) if float32 else exact
        for name, values in exact.items():
            fixture.expect_tensor(f"{case}.{name}", values, rounded[name])
    return [fixture]
