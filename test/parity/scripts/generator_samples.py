"""Samples of the rule of generator.py, for the test of its TypeScript twin."""

import numpy as np

import generator
from fixture import Fixture
from network_run import INPUT_SCALE

PARAMETERS = {
    "conv1.weight": (16, 3, 3, 3), "layer1.0.conv2.weight": (16, 16, 3, 3), "fc.weight": (10, 64),
    "fc.bias": (10,), "bn1.weight": (16,), "bn1.bias": (16,), "bn1.running_mean": (16,), "bn1.running_var": (16,),
}


def make(float32: bool) -> list[Fixture]:
    names = ["", "a", "conv1.weight", "input.0", "sketch", "é"]
    fixture = Fixture("generator.safetensors", {
        "hashes": {name: generator.name_hash(name) for name in names},
        "bits": {name: [int(x) for x in generator.bits(name, 8)] for name in names},
    })
    for name, shape in PARAMETERS.items():
        fixture.store(f"parameter.{name}", generator.parameter(name, shape))
    fixture.store("input.0", generator.uniform("input.0", (1, 4, 4, 3), INPUT_SCALE))
    values = generator.uniform("sketched", (2, 5, 7, 11))
    fixture.store("sketched", values)
    fixture.store("sketch.64", generator.sketch(values, 64))
    fixture.store("sketch.256", generator.sketch(values, 256))
    fixture.about["sketchedNorm"] = float(np.linalg.norm(values.astype(np.float64)))
    return [fixture]
