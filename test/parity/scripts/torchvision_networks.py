#!/usr/bin/env python3
"""torchvision's own ResNet18, ResNet34, ResNet50 and MobileNetV2 as the reference: ../torchvision/networks.

    pip install -r test/parity/requirements.txt
    python3 test/parity/scripts/torchvision_networks.py            # makes the fixtures
    python3 test/parity/scripts/torchvision_networks.py --check    # compares with the committed ones; exits 1 where they differ
    python3 test/parity/scripts/torchvision_networks.py inputs     # chooses inputs for cases without one (minutes)
"""

import sys
import warnings
from pathlib import Path

sys.dont_write_bytecode = True

import torch
from torch import nn

# torchvision's own compiled operators do not load beside every build of torch, and none is needed here: without this,
# describing them to torch's compiler would end the import.
register_fake = torch.library.register_fake
torch.library.register_fake = lambda *_, **__: lambda function: function
from torchvision import models

torch.library.register_fake = register_fake

import fixture
import network_cases
import network_fixtures
import networks
from network_parts import Outputs
from network_run import Case

FOLDER = Path(__file__).resolve().parent.parent / "torchvision"


class Tapped(nn.Module):
    """A module of torchvision's, whose intermediate results are seen by hooks. Names and arithmetic stay its own."""

    def __init__(self, network: nn.Module, taps: list[nn.Module], rectifiers: list[nn.Module]):
        super().__init__()
        for part in network.modules():
            if hasattr(part, "inplace"):
                part.inplace = False  # so that what a hook has seen stays as it was
        self.state_dict, self.load_state_dict = network.state_dict, network.load_state_dict
        self.named_parameters = network.named_parameters
        self.network = network
        self.seen: dict[str, torch.Tensor] = {}
        for place, module in enumerate(taps):
            module.register_forward_hook(self.keep(f"tap.{place}"))
        for place, module in enumerate(rectifiers):  # the last call of a module that is called often
            module.register_forward_pre_hook(self.keep(f"before.{place}"))
        self.counts = len(taps), len(rectifiers)

    def keep(self, name: str):
        def hook(_, inputs, output=None):
            self.seen[name] = inputs[0] if output is None else output
        return hook

    def forward(self, x: torch.Tensor) -> Outputs:
        logits = self.network(x)
        taps = [self.seen[f"tap.{place}"] for place in range(self.counts[0])]
        before = [self.seen[f"before.{place}"] for place in range(self.counts[1])]
        return Outputs(logits, taps, before)


def resnet(build, channels: int, classes: int) -> Tapped:
    assert channels == 3, "torchvision's own stems have three channels"
    network = build(num_classes=classes)
    stages = [network.layer1, network.layer2, network.layer3, network.layer4]
    network.avgpool = nn.Sequential(network.avgpool, nn.Flatten())  # so that a hook sees [B, C]
    return Tapped(network, [network.relu, *stages, network.avgpool], [network.relu, *(stage[-1].relu for stage in stages)])


def mobilenet(build, channels: int, classes: int) -> Tapped:
    """Without its dropout. What that is given is the pooled end."""
    assert channels == 3, "torchvision's own stems have three channels"
    network = build(num_classes=classes, dropout=0.0)
    features = network.features
    return Tapped(network, [features[0], features[3], features[6], features[13], features[17], network.classifier[0]], [])


BUILDERS = {
    "imagenet_resnet18": (resnet, models.resnet18),
    "imagenet_resnet34": (resnet, models.resnet34),
    "imagenet_resnet50": (resnet, models.resnet50),
    "imagenet_mobilenetv2": (mobilenet, models.mobilenet_v2),
}


def cases_of(network: str) -> dict[str, Case]:
    shapes = {"train-64": (64, (2,)), "evaluate-32": (32, (2,)), "evaluate-224": (224, (1,))}
    if network == "imagenet_mobilenetv2":
        shapes["train-64"] = (64, (4,))
    return {name: network_cases.case_of(network, name, size, 3, groups) for name, (size, groups) in shapes.items()}


def counted(network: str) -> dict[str, int]:
    with torch.device("meta"):
        _, build = BUILDERS[network]
        return {"parametersWith1000Classes": sum(parameter.numel() for parameter in build().parameters())}


def main() -> int:
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", message="TF32 acceleration")
    fixture.FOLDER = FOLDER
    network_cases.CHOSEN = Path(__file__).resolve().parent / "torchvision_inputs.json"
    for name, (tap, build) in BUILDERS.items():
        networks.BUILDERS[name] = lambda channels, classes, tap=tap, build=build: tap(build, channels, classes)
    if "inputs" in sys.argv[1:]:
        network_fixtures.choose_inputs({name: cases_of(name) for name in BUILDERS})
        return 0
    check = "--check" in sys.argv[1:]
    differences = []
    for name in BUILDERS:
        made = network_fixtures.make_network(name, counted(name), cases_of(name), not check)
        if check:
            differences += [f"{made.path}: {line}" for line in made.differences()]
        else:
            print(made.path, made.save(), "bytes", flush=True)
    print("\n".join(differences) or ("agrees" if check else "made"))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
