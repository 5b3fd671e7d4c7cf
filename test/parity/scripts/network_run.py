"""One network on one input: in float64, and in float32 in the orders of summation that PyTorch has on a CPU."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional

import generator
import networks

CLASSES = 10
INPUT_SCALE = 1.75


@dataclass(frozen=True)
class Case:
    network: str
    mode: str  # "train" or "evaluate"
    size: int
    channels: int
    groups: tuple[int, ...]  # rows of each view; every view is normalised alone
    input: str  # the name that the images are made from

    @property
    def batch(self) -> int:
        return sum(self.groups)

    @property
    def labels(self) -> list[int]:
        return [(7 * row + 3) % CLASSES for row in range(self.batch)]

    def images(self) -> torch.Tensor:
        """Made in our layout, NHWC, handed to PyTorch as NCHW."""
        shape = (self.batch, self.size, self.size, self.channels)
        images = torch.from_numpy(generator.uniform(self.input, shape, INPUT_SCALE))
        return images.permute(0, 3, 1, 2).contiguous()


@dataclass
class Result:
    loss: float = 0.0
    logits: np.ndarray | None = None
    taps: list[np.ndarray] = field(default_factory=list)  # NHWC
    preactivations: list[np.ndarray] = field(default_factory=list)  # NHWC
    gradients: dict[str, np.ndarray] = field(default_factory=dict)  # PyTorch's layout
    statistics: dict[str, np.ndarray] = field(default_factory=dict)
    batches_tracked: int = 0


@lru_cache(maxsize=1)  # the weights of a large network take longer to make than it takes to run
def weights(name: str, channels: int) -> dict[str, torch.Tensor]:
    return {
        key: value if key.endswith("num_batches_tracked")
        else torch.from_numpy(generator.parameter(key, tuple(value.shape), name in networks.BUILDERS))
        for key, value in networks.build(name, channels, CLASSES).state_dict().items()
    }


def load(name: str, channels: int, dtype: torch.dtype) -> torch.nn.Module:
    network = networks.build(name, channels, CLASSES)
    network.load_state_dict(weights(name, channels))
    return network.to(dtype)


def nhwc(maps: list[torch.Tensor]) -> list[np.ndarray]:
    return [(x.permute(0, 2, 3, 1) if x.dim() == 4 else x).detach().double().contiguous().numpy() for x in maps]


def run(case: Case, dtype: torch.dtype, channels_last: bool = False, onednn: bool = True) -> Result:
    memory_format = torch.channels_last if channels_last else torch.contiguous_format
    network = load(case.network, case.channels, dtype).to(memory_format=memory_format)
    network.train(case.mode == "train")
    images = case.images().to(dtype).contiguous(memory_format=memory_format)
    labels = torch.tensor(case.labels)
    with torch.backends.mkldnn.flags(enabled=onednn) if not onednn else nullcontext(), \
            torch.set_grad_enabled(case.mode == "train"):
        views = [network(view) for view in images.split(case.groups)]
        loss = sum(functional.cross_entropy(view.logits, target)
                   for view, target in zip(views, labels.split(case.groups)))
        if case.mode == "train":
            loss.backward()
    result = Result(
        loss=loss.item(),
        logits=torch.cat([view.logits for view in views]).detach().double().numpy(),
        taps=nhwc([torch.cat(maps) for maps in zip(*(view.taps for view in views))]),
        preactivations=nhwc([torch.cat(maps) for maps in zip(*(view.preactivations for view in views))]),
    )
    if case.mode == "train":
        result.gradients = {name: p.grad.double().contiguous().numpy() for name, p in network.named_parameters()}
        state = network.state_dict()
        result.statistics = {name: value.double().numpy() for name, value in state.items() if "running_" in name}
        result.batches_tracked = int(next(v for k, v in state.items() if k.endswith("num_batches_tracked")))
    return result


def float32_results(case: Case) -> list[Result]:
    """PyTorch's own float32, in three orders of summation: oneDNN, oneDNN channels last, and without oneDNN."""
    return [
        run(case, torch.float32),
        run(case, torch.float32, channels_last=True),
        run(case, torch.float32, onednn=False),
    ]
