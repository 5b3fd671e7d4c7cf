"""The fixtures of the zoo: logits in full; taps, gradients and running statistics as sketches."""

import json

import numpy as np
import torch

import network_cases
import network_kinks
import networks
from fixture import Fixture, relative_error, three_digits
from generator import sketch
from network_run import CLASSES, Case, Result, float32_results, run

TAP_BUCKETS = 256
PARAMETER_BUCKETS = 64


def make(float32: bool) -> list[Fixture]:
    return [
        make_network(name, {"parametersWith3ChannelsAnd100Classes": count}, network_cases.cases_of(name), float32)
        for name, count in networks.assert_parameter_counts().items()
    ]


def make_network(name: str, counted: dict[str, int], cases: dict[str, Case], float32: bool) -> Fixture:
    fixture = Fixture(f"networks/{name}.safetensors", {
        "network": name, "classes": CLASSES, "cases": {}, **counted,
    } | ({"openBiases": True} if name in networks.BUILDERS else {}))
    for case_name, case in cases.items():
        exact = run(case, torch.float64)
        rounded = float32_results(case) if float32 else [exact]
        fixture.about["cases"][case_name] = add_case(fixture, case_name, case, exact, rounded)
    return fixture


def add_case(fixture: Fixture, name: str, case: Case, exact: Result, rounded: list[Result]) -> dict:
    about = {
        "mode": case.mode, "size": case.size, "channels": case.channels, "groups": list(case.groups),
        "input": case.input, "labels": case.labels,
        "loss": {"reference": exact.loss, "float32Error": worst(exact.loss, [r.loss for r in rounded])},
        "logits": entry(exact.logits, [r.logits for r in rounded]),
    }
    fixture.store(f"{name}.logits", exact.logits)
    for kind in ("taps", "preactivations"):
        maps = getattr(exact, kind)
        if maps:
            about[kind] = [entry(x, [getattr(r, kind)[i] for r in rounded]) for i, x in enumerate(maps)]
            fixture.store(f"{name}.{kind}", np.stack([sketch(x, TAP_BUCKETS) for x in maps]))
    if case.mode == "train":
        about["kinkMargin"] = network_cases.margin_of(case.network, name)
        about["batchesTracked"] = exact.batches_tracked
        add_parameters(fixture, name, about, exact, rounded)
    return about


def add_parameters(fixture: Fixture, name: str, about: dict, exact: Result, rounded: list[Result]) -> None:
    zero = zero_gradients(exact)
    gradients = {key: np.zeros_like(value) if key in zero else value for key, value in exact.gradients.items()}
    about["gradients"] = [
        {"name": key} | entry(value, [r.gradients[key] for r in rounded],
                              float(np.linalg.norm(gradients[zero[key]])) if key in zero else None)
        for key, value in gradients.items()
    ]
    fixture.store(f"{name}.gradients", np.stack([sketch(x, PARAMETER_BUCKETS) for x in gradients.values()]))
    about["statistics"] = [
        {"name": key} | entry(value, [r.statistics[key] for r in rounded]) for key, value in exact.statistics.items()
    ]
    fixture.store(f"{name}.statistics", np.stack([sketch(x, PARAMETER_BUCKETS) for x in exact.statistics.values()]))


def zero_gradients(exact: Result) -> dict[str, str]:
    """Biases whose gradient is zero in exact arithmetic, and the weight whose gradient sets their scale.

    A batch norm takes away the bias of the convolution before it, and what the bias of a norm adds where only
    convolutions of 1x1 and batch norms follow. Floating point leaves noise, and an error relative to the norm of noise
    would mean nothing.
    """
    found = {}
    for key, value in exact.gradients.items():
        weight = key.removesuffix("bias") + "weight"
        if not key.endswith("bias"):
            continue
        vanishes = np.linalg.norm(value) < 1e-12 * np.linalg.norm(exact.gradients[weight])
        assert vanishes or exact.gradients[weight].ndim != 4, key
        if vanishes:
            found[key] = weight
    return found


def entry(exact: np.ndarray, rounded: list[np.ndarray], scale: float | None = None) -> dict:
    norm = float(np.linalg.norm(exact))
    return {
        "shape": list(exact.shape), "norm": norm, "scale": norm if scale is None else scale,
        "float32Error": worst(exact, rounded, scale),
    }


def worst(exact, rounded: list, scale: float | None = None) -> float:
    return three_digits(max(relative_error(r, exact, scale) for r in rounded))


def choose_inputs(cases: dict[str, dict[str, Case]]) -> None:
    """A search for the training cases that have no choice yet; an entry taken out of the file is chosen anew."""
    file = network_cases.CHOSEN
    chosen: dict[str, dict] = json.loads(file.read_text()) if file.exists() else {}
    for network, of_network in cases.items():
        for name, case in of_network.items():
            if case.mode == "train" and name not in chosen.setdefault(network, {}):
                best, margin = network_kinks.best_input(case)
                chosen[network][name] = {"input": best, "margin": float(f"{margin:.3g}")}
                print(network, name, chosen[network][name], flush=True)
                file.write_text(json.dumps(chosen, indent=2) + "\n")
