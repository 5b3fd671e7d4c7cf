#!/usr/bin/env python3
"""What torchvision and Pillow make of small images by AutoAugment's operations: ../torchvision/autoaugment.safetensors.

    pip install -r test/parity/requirements.txt
    python3 test/parity/scripts/torchvision_operations.py           # makes the fixture
    python3 test/parity/scripts/torchvision_operations.py --check   # compares with the committed one; exits 1 where it differs
"""

import gzip
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import numpy as np
import torch
from PIL import Image

# torchvision's own compiled operators do not load beside every build of torch, and none is needed here: without this,
# describing them to torch's compiler would end the import.
register_fake = torch.library.register_fake
torch.library.register_fake = lambda *_, **__: lambda function: function
from torchvision.transforms import InterpolationMode
from torchvision.transforms.autoaugment import AutoAugment, AutoAugmentPolicy, _apply_op

torch.library.register_fake = register_fake

import fixture
from fixture import Fixture
from generator import bits, unit

ROOT = Path(__file__).resolve().parents[3]
SIGNED = ["ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast", "Sharpness"]
CASES = (
    [(operation, place, sign) for operation in SIGNED for place in (1, 2, 6, 9) for sign in (1, -1)]
    + [("Posterize", place, 1) for place in (1, 3, 5, 7, 9)]
    + [("Solarize", place, 1) for place in (0, 3, 5, 8, 9)]
    + [(operation, None, 1) for operation in ("AutoContrast", "Equalize", "Invert")]
)
POLICIES = {"cifar10": AutoAugmentPolicy.CIFAR10, "imagenet": AutoAugmentPolicy.IMAGENET}


def colour_images() -> list[np.ndarray]:
    """uint8, of six kinds: smooth, noise, low contrast, channels of one value, few levels beside black, not square."""
    y, x = np.mgrid[0:32, 0:32]
    smooth = np.stack([8 * x, 8 * y, 255 - 4 * (x + y)], axis=2)
    noise = bits("autoaugment.noise", 32 * 32 * 3).reshape(32, 32, 3) % 256
    low = 120 + 20 * unit("autoaugment.low", (32, 32, 3))
    flat = np.stack([np.full_like(x, 77), 7 * x, np.full_like(x, 255)], axis=2)
    levels = np.where(((x // 4 + y // 6) % 2 == 0)[..., None], 0, bits("autoaugment.levels", 32 * 32 * 3).reshape(32, 32, 3) % 4 * 70)
    other = (smooth * 0.6 + 100 * (unit("autoaugment.other", (32, 32, 3)) + 1) / 2)[:24]
    return [np.clip(image, 0, 255).astype(np.uint8) for image in (smooth, noise, low, flat, levels, other)]


def grey_image() -> np.ndarray:
    """The first training image of Fashion-MNIST (MIT licence), as it is."""
    with gzip.open(ROOT / "plugins/datasets/fashion-mnist/files/train-images-idx3-ubyte.gz") as file:
        return np.frombuffer(file.read(16 + 28 * 28)[16:], dtype=np.uint8).reshape(28, 28, 1)


def magnitude(image: np.ndarray, operation: str, place: int | None, sign: int) -> float:
    values, signed = AutoAugment()._augmentation_space(10, image.shape[:2])[operation]
    value = 0.0 if place is None else float(values[place].item())
    return value * sign if signed else value


def by_torchvision(image: np.ndarray, steps) -> np.ndarray:
    """The operations on a uint8 tensor, as the published code of the paper calls them."""
    tensor = torch.from_numpy(image.transpose(2, 0, 1).copy())
    for operation, place, sign in steps:
        tensor = _apply_op(tensor, operation, magnitude(image, operation, place, sign), InterpolationMode.NEAREST, None)
    return tensor.numpy().transpose(1, 2, 0)


def by_pillow(image: np.ndarray, steps) -> np.ndarray:
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    for operation, place, sign in steps:
        picture = _apply_op(picture, operation, magnitude(image, operation, place, sign), InterpolationMode.NEAREST, None)
    return np.asarray(picture).reshape(image.shape)


def make() -> Fixture:
    made = Fixture("autoaugment.safetensors")
    colour, grey = colour_images(), grey_image()
    for number, image in enumerate(colour):
        made.store(f"colour.{number}", image)
    made.store("grey", grey)
    cases = {}

    def add(name: str, number: int, steps) -> None:
        cases[name] = {"image": number % len(colour), "steps": [{"operation": o, "place": p, "positive": s > 0} for o, p, s in steps]}
        for kind, image in (("colour", colour[number % len(colour)]), ("grey", grey)):
            expected, pillow = by_torchvision(image, steps), by_pillow(image, steps)
            made.store(f"{name}.{kind}", expected)
            if not np.array_equal(expected, pillow):  # where it is missing, Pillow gives the same
                made.store(f"{name}.{kind}.pillow", pillow)

    number = 0
    for operation, place, sign in CASES:
        # Those that depend on the whole image are tried on every one.
        for _ in range(len(colour) if operation in ("AutoContrast", "Equalize", "Contrast") and place in (None, 9) else 1):
            add(f"{operation}.{place}.{sign}.{number % len(colour)}", number, [(operation, place, sign)])
            number += 1
    policies = {}
    for name, policy in POLICIES.items():
        sub_policies = AutoAugment(policy).policies
        policies[name] = sub_policies
        for row, sub_policy in enumerate(sub_policies):
            signs = [1 if bit & 1 else -1 for bit in bits(f"autoaugment.{name}.{row}", 2)]
            add(f"{name}.{row}", row, [(operation, place, sign) for (operation, _, place), sign in zip(sub_policy, signs)])
    space = {f"{h}x{w}": {o: (v.tolist(), s) for o, (v, s) in AutoAugment()._augmentation_space(10, (h, w)).items()} for h, w in ((28, 28), (24, 32))}
    made.about = {"cases": cases, "policies": policies, "magnitudes": space}
    return made


if __name__ == "__main__":
    fixture.FOLDER = ROOT / "test/parity/torchvision"
    if "--check" in sys.argv[1:]:
        found = make().differences()
        print("\n".join(found) or "agrees")
        sys.exit(1 if found else 0)
    print(make().save(), "bytes")
