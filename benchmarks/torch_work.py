"""What the peers' workers share: made images of CIFAR's shape, the paper's augmentations, the worker's protocol."""

import json
import sys
import time
import types
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test/parity/scripts"))
from networks import build  # noqa: E402

# torchvision's own compiled operators do not load beside every build of torch, and none is needed here.
sys.modules.setdefault("torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations"))
from torchvision.transforms import AutoAugment, AutoAugmentPolicy  # noqa: E402

ROWS, CLASSES, SIZE, CHANNELS = 64, 100, 32, 3
MEAN, STD = 0.4, 0.25

torch.manual_seed(0)
pixels = torch.randint(0, 256, (200 * ROWS, CHANNELS, SIZE, SIZE), dtype=torch.uint8)
labels = torch.arange(len(pixels)) % CLASSES


def network(name: str) -> torch.nn.Module:
    return build(name, CHANNELS, CLASSES)


def load(step: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch with crop (4 zeros on each side) and flip per image, as the paper's loader makes it."""
    rows = torch.randint(len(pixels), (ROWS,))
    images = torch.nn.functional.pad(pixels[rows], (4, 4, 4, 4))
    places = torch.randint(9, (ROWS, 2)).tolist()
    cropped = torch.stack([image[:, y : y + SIZE, x : x + SIZE] for image, (y, x) in zip(images, places)])
    flips = torch.rand(ROWS) < 0.5
    cropped[flips] = cropped[flips].flip(3)
    return (cropped.float() / 255 - MEAN) / STD, labels[rows]


def box(share: float) -> tuple[int, int, int, int]:
    side = int(SIZE * share**0.5)
    y, x = torch.randint(SIZE, (2,)).tolist()
    clip = lambda value: min(max(value, 0), SIZE)
    return clip(y - side // 2), clip(y + side // 2), clip(x - side // 2), clip(x + side // 2)


def cutmix(images: torch.Tensor) -> torch.Tensor:
    top, bottom, left, right = box(torch.distributions.Beta(1.0, 1.0).sample().item())
    mixed = images.clone()
    mixed[:, :, top:bottom, left:right] = images[torch.randperm(len(images)), :, top:bottom, left:right]
    return mixed


def mixup(images: torch.Tensor) -> torch.Tensor:
    share = torch.distributions.Beta(1.0, 1.0).sample().item()
    return share * images + (1 - share) * images[torch.randperm(len(images))]


def cutout(images: torch.Tensor) -> torch.Tensor:
    y, x = torch.randint(SIZE, (2,)).tolist()
    cut = images.clone()
    cut[:, :, max(y - 8, 0) : y + 8, max(x - 8, 0) : x + 8] = 0
    return cut


def crop_flip(images: torch.Tensor) -> torch.Tensor:
    y, x = torch.randint(9, (2,)).tolist()
    cropped = torch.nn.functional.pad(images, (4, 4, 4, 4))[:, :, y : y + SIZE, x : x + SIZE]
    return cropped.flip(3) if torch.rand(()) < 0.5 else cropped


POLICY = AutoAugment(AutoAugmentPolicy.CIFAR10)


def autoaugment(images: torch.Tensor) -> torch.Tensor:
    """One sub-policy for the batch, on grey levels, as the paper's code does."""
    levels = ((images * STD + MEAN) * 255).clamp(0, 255).to(torch.uint8)
    return (POLICY(levels).float() / 255 - MEAN) / STD


def masking(images: torch.Tensor, cells: int = 4, ratio: float = 0.5) -> torch.Tensor:
    kept = torch.ones(cells * cells)
    kept[torch.randperm(cells * cells)[: int(ratio * cells * cells)]] = 0
    return images * torch.nn.functional.interpolate(kept.view(1, 1, cells, cells), size=SIZE, mode="nearest")


def patchmix(images: torch.Tensor, patch: int = 4) -> torch.Tensor:
    side = SIZE // patch
    taken = torch.zeros(side * side, dtype=torch.bool)
    share = torch.distributions.Beta(1.0, 1.0).sample().item()
    taken[torch.randperm(side * side)[: int(share * side * side)]] = True
    mask = taken.view(side, 1, side, 1).expand(side, patch, side, patch).reshape(1, 1, SIZE, SIZE)
    return torch.where(mask, images[torch.randperm(len(images))], images)


def entropy(logits: torch.Tensor) -> torch.Tensor:
    log = torch.log_softmax(logits, 1)
    return -(log.exp() * log).sum(1)


def pool(images: torch.Tensor) -> torch.Tensor:
    return torch.cat([cutmix(images), cutmix(images)])


AUGMENTERS = {
    "identity": lambda images: images,
    "flip": lambda images: images.flip(3),
    "crop-flip": crop_flip,
    "cutout": cutout,
    "autoaugment": autoaugment,
    "masking": masking,
    "patchmix": patchmix,
    "mixup": mixup,
    "cutmix": cutmix,
}


def say(line: dict) -> None:
    print(json.dumps(line), flush=True)


def serve(about: dict, label: str, run, count: int = 1) -> None:
    """After one run that is not counted: the mean time of `count` runs in milliseconds, whenever a line comes in."""
    say({"library": f"torch {torch.__version__}", "threads": torch.get_num_threads(), **about})
    for _ in sys.stdin:
        if count > 1:
            run()
        started = time.perf_counter()
        for _ in range(count):
            run()
        say({label: (time.perf_counter() - started) * 1000 / count})
