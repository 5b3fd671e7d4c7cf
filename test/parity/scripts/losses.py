"""Cross-entropy: values and gradients."""

import math

import numpy as np
import torch
from torch.nn import functional

from fixture import Fixture
from generator import bell, integers

CASES = {
    "small": (1, 2, 2.0), "odd": (5, 10, 3.0), "large": (64, 100, 4.0), "extreme": (7, 10, 500.0),
}


def cross_entropy(values: np.ndarray, labels: np.ndarray, dtype: torch.dtype) -> tuple[float, np.ndarray]:
    x = torch.from_numpy(values).to(dtype).requires_grad_()
    loss = functional.cross_entropy(x, torch.from_numpy(labels).long())
    loss.backward()
    return loss.item(), x.grad.double().numpy()


def make(float32: bool) -> list[Fixture]:
    fixture = Fixture("cross-entropy.safetensors", {"cases": list(CASES)})
    for case, (batch, classes, scale) in CASES.items():
        values = bell(f"cross-entropy.{case}", (batch, classes), scale)
        labels = integers(f"cross-entropy.{case}.labels", batch, classes)
        fixture.store(f"{case}.logits", values)
        fixture.store(f"{case}.labels", labels)
        loss, gradient = cross_entropy(values, labels, torch.float64)
        rounded = cross_entropy(values, labels, torch.float32) if float32 else (loss, gradient)
        assert math.isfinite(loss) and np.linalg.norm(gradient) > 1e-3, case
        fixture.expect_value(f"{case}.loss", loss, rounded[0])
        fixture.expect_tensor(f"{case}.grad", gradient, rounded[1])
    return [fixture]
