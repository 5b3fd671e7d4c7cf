"""CutMix boxes and batches, mixup batches, cutout masks: as the published code computes them."""

import math

import numpy as np

from fixture import Fixture
from generator import bell, integers, permutation, unit

IMAGES = (6, 9, 7, 3)  # neither side even, and not square, so that a swap of the axes shows


def clip(value: int, limit: int) -> int:
    return min(max(value, 0), limit)


def box(ratio: float, center_x: int, center_y: int, height: int, width: int) -> tuple[int, int, int, int]:
    """x1, y1, x2, y2, the ends excluded. x runs along the width."""
    cut = math.sqrt(1.0 - ratio)
    half_width, half_height = int(width * cut) // 2, int(height * cut) // 2
    return (clip(center_x - half_width, width), clip(center_y - half_height, height),
            clip(center_x + half_width, width), clip(center_y + half_height, height))


def pixel_ratio(corners: tuple[int, int, int, int], height: int, width: int) -> float:
    x1, y1, x2, y2 = corners
    return 1.0 - (x2 - x1) * (y2 - y1) / (width * height)


def make_cutmix(float32: bool) -> list[Fixture]:
    fixture = Fixture("cutmix.safetensors")
    add_boxes(fixture)
    images = bell("cutmix.images", IMAGES)
    order = permutation("cutmix.permutation", IMAGES[0])
    height, width = IMAGES[1:3]
    ratio, center_x, center_y = 0.4, 5, 3
    x1, y1, x2, y2 = corners = box(ratio, center_x, center_y, height, width)
    after = images.copy()
    after[:, y1:y2, x1:x2] = images[order][:, y1:y2, x1:x2]
    fixture.store("before.images", images)
    fixture.store("permutation", order)
    fixture.store("after.images", after)
    fixture.about["batch"] = {
        "lambda": ratio, "centerX": center_x, "centerY": center_y, "box": list(corners),
        "pixelRatio": pixel_ratio(corners, height, width),
    }
    return [fixture]


def add_boxes(fixture: Fixture) -> None:
    sizes = [(28, 28), (32, 32), (64, 64), (9, 7), (32, 20), (1, 5)]
    special = [0.0, 0.25, 0.5, 0.75, 0.9999, 1.0]
    parameters = []
    for number, (height, width) in enumerate(sizes):
        ratios = special + list((unit(f"cutmix.lambda.{number}", (34,)) + 1) / 2)
        centers_x = integers(f"cutmix.x.{number}", len(ratios), width)
        centers_y = integers(f"cutmix.y.{number}", len(ratios), height)
        parameters += [(r, x, y, height, width) for r, x, y in zip(ratios, centers_x, centers_y)]
    boxes = [box(ratio, int(x), int(y), height, width) for ratio, x, y, height, width in parameters]
    fixture.store("boxes.lambda", np.array([p[0] for p in parameters], dtype=np.float64))
    fixture.store("boxes.center", np.array([p[1:3] for p in parameters], dtype=np.int32))
    fixture.store("boxes.size", np.array([p[3:] for p in parameters], dtype=np.int32))
    fixture.store("boxes.corners", np.array(boxes, dtype=np.int32))
    ratios = [pixel_ratio(b, p[3], p[4]) for b, p in zip(boxes, parameters)]
    fixture.store("boxes.pixelRatio", np.array(ratios, dtype=np.float64))


def make_mixup(float32: bool) -> list[Fixture]:
    ratio = 0.3
    fixture = Fixture("mixup.safetensors", {"lambda": ratio})
    images = bell("mixup.images", IMAGES)
    order = permutation("mixup.permutation", IMAGES[0])
    exact = ratio * images.astype(np.float64) + (1 - ratio) * images[order].astype(np.float64)
    rounded = np.float32(ratio) * images + np.float32(1 - ratio) * images[order]
    fixture.store("before.images", images)
    fixture.store("permutation", order)
    fixture.expect_tensor("after.images", exact, rounded if float32 else exact)
    return [fixture]


def make_cutout(float32: bool) -> list[Fixture]:
    fixture = Fixture("cutout.safetensors", {"cases": {}})
    for height, width, length in [(28, 28, 8), (32, 32, 8), (64, 64, 16), (9, 7, 5)]:
        case = f"{height}x{width}-length-{length}"
        corners = [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1), (width // 2, height // 2)]
        drawn = zip(integers(f"cutout.x.{case}", 7, width), integers(f"cutout.y.{case}", 7, height))
        centers = corners + [(int(x), int(y)) for x, y in drawn]
        masks = np.ones((len(centers), height, width), dtype=np.uint8)
        for mask, (x, y) in zip(masks, centers):
            half = length // 2
            mask[clip(y - half, height):clip(y + half, height), clip(x - half, width):clip(x + half, width)] = 0
        fixture.about["cases"][case] = {"height": height, "width": width, "length": length}
        fixture.store(f"{case}.centers", np.array(centers, dtype=np.int32))
        fixture.store(f"{case}.masks", masks)
    images = bell("cutout.images", (3, 9, 7, 2))
    fixture.store("before.images", images)  # cut by the sixth mask of the last case: one mask for the whole batch
    fixture.store("after.images", images * masks[5][None, :, :, None])
    fixture.about["batch"] = {"case": case, "mask": 5}
    return [fixture]
