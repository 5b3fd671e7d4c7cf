"""Which cases each network has. Every network is trained one step on 28 or 32 pixels and evaluated on both."""

import json
from pathlib import Path

from network_run import Case
from networks import PARAMETERS

# What `make.py inputs` chose (network_kinks.py says why): the input of each training case and its margin.
CHOSEN = Path(__file__).resolve().parent / "network_inputs.json"

TRAINED_ON_BOTH = {"resnet8", "resnet20", "wrn_16_1", "wrn_16_2", "vgg8"}
TRAINED_ON_64 = {"resnet8", "wrn_16_1", "vgg8"}  # the fourth pool of a vgg exists at 64 pixels only
TRAINED_IN_GROUPS = {"resnet8", "wrn_16_1", "vgg8"}
EVALUATED_ON_64 = {"resnet20", "resnet8x4", "wrn_16_2", "vgg8", "vgg13", "mobilenetv2", "shufflev2"}
LARGE = {"resnet110", "resnet32x4", "wrn_40_1", "wrn_40_2", "resnet50"}
CHANNELS = {28: 1, 32: 3, 64: 3}


def cases_of(network: str) -> dict[str, Case]:
    rows = 2 if network in LARGE else 4
    first = (28, 32)[list(PARAMETERS).index(network) % 2]
    training = [28, 32] if network in TRAINED_ON_BOTH else [first]
    training += [64] if network in TRAINED_ON_64 else []
    evaluation = [28, 32] + ([64] if network in EVALUATED_ON_64 else [])
    cases = {f"train-{size}": (size, (rows if size < 64 else 2,)) for size in training}
    if network in TRAINED_IN_GROUPS:
        cases["train-groups-32"] = (32, (4, 3))
    cases |= {f"evaluate-{size}": (size, (2,)) for size in evaluation}
    return {name: case_of(network, name, size, CHANNELS[size], groups) for name, (size, groups) in cases.items()}


def case_of(network: str, name: str, size: int, channels: int, groups: tuple[int, ...]) -> Case:
    chosen = json.loads(CHOSEN.read_text()) if CHOSEN.exists() else {}
    return Case(network, name.split("-")[0], size, channels, groups,
                chosen.get(network, {}).get(name, {}).get("input", "input.0"))


def margin_of(network: str, case: str) -> float:
    return json.loads(CHOSEN.read_text())[network][case]["margin"]
