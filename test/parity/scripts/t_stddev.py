"""T. stddev: how much the teacher's mean probabilities vary from block to block."""

import numpy as np
import torch

from fixture import Fixture
from generator import bell, unit

BLOCK = 5
# (steps, rows of each view, classes, views)
CASES = {
    "two-views": (1000, 8, 10, ("original", "augmented")),
    "remainder": (1003, 4, 5, ("original", "augmented")),
    "one-view": (200, 3, 7, ("original",)),
}


def inputs(case: str) -> dict[str, np.ndarray]:
    steps, rows, classes, views = CASES[case]
    # A drift of each step keeps the value well above rounding, as real augmentations do.
    drift = unit(f"t-stddev.{case}.drift", (steps, 1, classes)).astype(np.float32)
    return {
        f"steps.{view}.teacher.logits": bell(f"t-stddev.{case}.{view}", (steps, rows, classes), 3.0) + drift
        for view in views
    }


def block_means(given: dict[str, np.ndarray], dtype: torch.dtype) -> torch.Tensor:
    """u_k: the mean probability of each class over all rows of all views of five steps; [draws, classes]."""
    probabilities = [torch.softmax(torch.from_numpy(x).to(dtype), dim=2) for x in given.values()]
    rows = torch.cat(probabilities, dim=1)  # [steps, rows of all views, classes]
    draws = rows.shape[0] // BLOCK
    return rows[: draws * BLOCK].reshape(draws, -1, rows.shape[2]).mean(dim=1)


def make(float32: bool) -> list[Fixture]:
    fixtures = []
    for case, (steps, *_) in CASES.items():
        given = Fixture(f"t-stddev/{case}.inputs.safetensors")
        for name, values in inputs(case).items():
            given.store(name, values)
        exact = block_means(given.tensors, torch.float64)
        rounded = block_means(given.tensors, torch.float32) if float32 else exact
        expected = Fixture(f"t-stddev/{case}.expected.safetensors", {
            "blockSteps": BLOCK, "draws": steps // BLOCK, "stepsDropped": steps % BLOCK,
        })
        expected.expect_value("tStddev", exact.std(dim=0).mean().item(), rounded.std(dim=0).mean().item())
        expected.expect_tensor("blockMeans", exact.numpy(), rounded.double().numpy())
        fixtures += [given, expected]
    return fixtures
