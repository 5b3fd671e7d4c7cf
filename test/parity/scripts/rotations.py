"""Rotated and cropped images as PyTorch makes them of recorded draws: exact."""

import numpy as np
import torch
from torch.nn import functional

from fixture import Fixture
from generator import bell, integers

# Batch, side, channels, padding.
CASES = {"grey": (3, 7, 1, 2), "colour": (4, 6, 3, 1), "one-image": (1, 5, 2, 0), "wide-border": (2, 3, 1, 4)}
ROTATIONS = 3


def rotated(images: torch.Tensor, flipped: list[bool], crops: list[list[int]], black: list[float], padding: int) -> torch.Tensor:
    """NHWC: mirrored where said, turned counter-clockwise by 90, 180 and 270 degrees, padded with black, cut out."""
    made = []
    for image, flip in zip(images, flipped):
        mirrored = image.flip(1) if flip else image
        for turns in range(1, ROTATIONS + 1):
            turned = torch.rot90(mirrored, turns, dims=(0, 1))
            channels = [functional.pad(turned[:, :, channel], (padding,) * 4, value=value) for channel, value in enumerate(black)]
            padded = torch.stack(channels, dim=2)
            top, left = (place + padding for place in crops[len(made)])
            side = image.shape[0]
            made.append(padded[top : top + side, left : left + side])
    return torch.stack(made)


def make(float32: bool) -> list[Fixture]:
    fixture = Fixture("rotations.safetensors")
    cases = {}
    for case, (batch, side, channels, padding) in CASES.items():
        images = bell(f"rotations.{case}.images", (batch, side, side, channels))
        flipped = [bool(value) for value in integers(f"rotations.{case}.flipped", batch, 2)]
        draws = integers(f"rotations.{case}.crops", batch * ROTATIONS * 2, 2 * padding + 1).reshape(-1, 2) - padding
        crops = [[int(top), int(left)] for top, left in draws]
        black = [-2.0 - channel for channel in range(channels)]
        fixture.store(f"{case}.images", images)
        fixture.store(f"{case}.rotated", rotated(torch.from_numpy(images), flipped, crops, black, padding).numpy().astype(np.float32))
        cases[case] = {"flipped": flipped, "crops": crops, "black": black}
    fixture.about["cases"] = cases
    return [fixture]
