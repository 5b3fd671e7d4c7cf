"""SGD and AdamW over 20 steps on given gradients, with a learning rate that changes half way."""

import numpy as np
import torch

from fixture import Fixture, relative_error, three_digits
from generator import bell

STEPS = 20
SHAPES = {"weight": (7, 5), "bias": (11,)}
SGD_RATES = [0.05] * 10 + [0.005] * 10
ADAMW_RATES = [0.01] * 10 + [0.001] * 10
ADAMW = {"kind": "adamw", "betas": [0.9, 0.999], "epsilon": 1e-8, "learningRates": ADAMW_RATES}
CASES = {
    "sgd-plain": {"kind": "sgd", "momentum": 0.0, "nesterov": False, "weightDecay": 0.0, "learningRates": SGD_RATES},
    "sgd-decay": {"kind": "sgd", "momentum": 0.0, "nesterov": False, "weightDecay": 5e-4, "learningRates": SGD_RATES},
    "sgd-momentum": {
        "kind": "sgd", "momentum": 0.9, "nesterov": False, "weightDecay": 5e-4, "learningRates": SGD_RATES,
    },
    "sgd-nesterov": {
        "kind": "sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 5e-4, "learningRates": SGD_RATES,
    },
    "adamw-decay-0.01": ADAMW | {"weightDecay": 0.01},
    "adamw-decay-0.1": ADAMW | {"weightDecay": 0.1},
}


def optimizer(settings: dict, parameters: list[torch.Tensor]) -> torch.optim.Optimizer:
    rate = settings["learningRates"][0]
    if settings["kind"] == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=settings["momentum"], nesterov=settings["nesterov"],
                               weight_decay=settings["weightDecay"])
    return torch.optim.AdamW(parameters, lr=rate, betas=tuple(settings["betas"]), eps=settings["epsilon"],
                             weight_decay=settings["weightDecay"])


def trajectory(settings: dict, given: dict[str, np.ndarray], dtype: torch.dtype) -> dict[str, np.ndarray]:
    """The parameters after each step, [20, …shape]."""
    parameters = {name: torch.from_numpy(given[f"initial.{name}"]).to(dtype).clone() for name in SHAPES}
    stepper = optimizer(settings, list(parameters.values()))
    history: dict[str, list[np.ndarray]] = {name: [] for name in SHAPES}
    for step, rate in enumerate(settings["learningRates"]):
        for group in stepper.param_groups:
            group["lr"] = rate
        for name, parameter in parameters.items():
            parameter.grad = torch.from_numpy(given[f"gradients.{name}"][step]).to(dtype)
        stepper.step()
        for name, parameter in parameters.items():
            history[name].append(parameter.double().numpy().copy())
    return {name: np.stack(values) for name, values in history.items()}


def make(float32: bool) -> list[Fixture]:
    fixture = Fixture("optimizers.safetensors", {"cases": CASES, "steps": STEPS, "tensors": {}})
    for name, shape in SHAPES.items():
        # Small parameters, large gradients: the updates, not the start, must decide the error.
        fixture.store(f"initial.{name}", bell(f"optimizers.initial.{name}", shape, 0.1))
        gradients = bell(f"optimizers.gradients.{name}", (STEPS, *shape))
        gradients[:, ..., 0] = 0  # a parameter that never gets a gradient still decays, and AdamW divides 0 by epsilon
        fixture.store(f"gradients.{name}", gradients)
    for case, settings in CASES.items():
        exact = trajectory(settings, fixture.tensors, torch.float64)
        rounded = trajectory(settings, fixture.tensors, torch.float32) if float32 else exact
        for name, values in exact.items():
            fixture.store(f"{case}.{name}", values)
            errors = [three_digits(relative_error(rounded[name][step], values[step])) for step in range(STEPS)]
            fixture.about["tensors"][f"{case}.{name}"] = {"float32Error": errors}  # one for each step
    return [fixture]
