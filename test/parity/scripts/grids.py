"""Masking and patchmix: cells of a grid, by PyTorch's own nearest up-sampling, unfold and fold."""

import numpy as np
import torch
from torch.nn import functional

from fixture import Fixture
from generator import bell, permutation

IMAGES = (5, 18, 14, 3)  # no side a multiple of a cell, and not square, so that a swap of the axes shows


def channels_first(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def make_masking(float32: bool) -> list[Fixture]:
    fixture = Fixture("masking.safetensors", {"cases": {}})
    for height, width, grid in [(28, 28, 4), (32, 32, 4), (64, 64, 8), (18, 14, 4), (18, 14, 5), (7, 30, 7)]:
        case = f"{height}x{width}-grid-{grid}"
        masked = permutation(f"masking.{case}", grid * grid)[: grid * grid // 2]
        kept = torch.ones(grid * grid)
        kept[torch.from_numpy(masked.astype(np.int64))] = 0
        mask = functional.interpolate(kept.reshape(1, 1, grid, grid), size=(height, width), mode="nearest")
        fixture.about["cases"][case] = {"height": height, "width": width, "grid": grid}
        fixture.store(f"{case}.masked", masked)
        fixture.store(f"{case}.mask", mask.numpy()[0, 0].astype(np.uint8))
        if (height, width) == IMAGES[1:3]:
            images = bell("masking.images", IMAGES)
            fixture.store("before.images", images)
            fixture.store("after.images", (channels_first(images) * mask).permute(0, 2, 3, 1).numpy())
            fixture.about["batch"] = case  # the last of its size: one mask for the whole batch
    return [fixture]


def make_patchmix(float32: bool) -> list[Fixture]:
    patch, ratio = 4, 0.4
    fixture = Fixture("patchmix.safetensors", {"patch": patch, "lambda": ratio})
    images = bell("patchmix.images", IMAGES)
    size, height, width, channels = IMAGES
    down, across = height // patch, width // patch
    partner = np.roll(np.arange(size, dtype=np.int32), 2)  # no image is its own
    given = permutation("patchmix.given", down * across)[: int(ratio * down * across)]
    tensor = channels_first(images)
    columns = functional.unfold(tensor, patch, stride=patch)
    chosen = torch.from_numpy(given.astype(np.int64))
    mixed = columns.clone()
    mixed[:, :, chosen] = columns[torch.from_numpy(partner.astype(np.int64))][:, :, chosen]
    after = tensor.clone()  # what the grid does not cover stays
    after[:, :, : down * patch, : across * patch] = functional.fold(mixed, (down * patch, across * patch), patch, stride=patch)
    fixture.store("before.images", images)
    fixture.store("permutation", partner)
    fixture.store("given", given)
    fixture.store("after.images", after.permute(0, 2, 3, 1).numpy())
    return [fixture]
