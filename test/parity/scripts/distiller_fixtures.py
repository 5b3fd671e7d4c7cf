"""Fixtures of distillers: each script in distillers/ says its cases, and what PyTorch makes of them is written here."""

import re
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import torch

from distillers.case import Case, Tensors
from fixture import Fixture

FOLDER = Path(__file__).resolve().parent / "distillers"
LARGEST = 60_000
FEWEST = 3
TRAINED = re.compile(r"[^.]+\.student\..+|extras\..+")
STATISTICS = re.compile(r".*\.(running_mean|running_var|num_batches_tracked)")


def subjects() -> dict[str, Callable[[bool], list[Fixture]]]:
    """What make.py calls, by `distillers/<id>`: one subject for each script. What several share begins with _."""
    scripts = [path.stem for path in sorted(FOLDER.glob("[a-z]*.py")) if path.stem != "case"]
    return {f"distillers/{stem.replace('_', '-')}": partial(make, stem) for stem in scripts}


def make(stem: str, float32: bool) -> list[Fixture]:
    cases: list[Case] = import_module(f"distillers.{stem}").cases()
    distiller = stem.replace("_", "-")
    ids = [case.id for case in cases]
    assert len(ids) >= FEWEST and len(set(ids)) == len(ids), f"{distiller}: {FEWEST} cases of different ids, not {ids}"
    return [fixture for case in cases for fixture in of_case(distiller, case, float32)]


def of_case(distiller: str, case: Case, float32: bool) -> list[Fixture]:
    where = f"{distiller}, {case.id}"
    given = Fixture(f"distillers/{distiller}/{case.id}.inputs.safetensors")
    for name, tensor in case.inputs.items():
        assert tensor.dtype in (torch.float32, torch.int32), f"{where}: {name} is {tensor.dtype}"
        given.store(name, tensor.numpy())
    about = {"options": dict(case.options), "stage": case.stage, "epoch": case.epoch, "epochs": case.epochs,
             "plan": {stream: dict(script) for stream, script in case.plan.items()},
             "weights": None if case.weights is None else dict(case.weights)}
    expected = Fixture(f"distillers/{distiller}/{case.id}.expected.safetensors", about)
    reference = run(case, torch.float64)
    rounded = run(case, torch.float32) if float32 else reference
    values, tensors, unread = reference
    for name, value in values.items():
        assert np.isfinite(value), f"{where}: {name} is {value}"
        expected.expect_value(name, value, rounded[0][name])
    assert any(name.startswith("grad.") for name in tensors), f"{where}: no gradient"
    for name, value in tensors.items():
        assert np.isfinite(value).all(), f"{where}: {name} is not finite"
        scale = None
        if (other := case.vanishing.get(name.removeprefix("grad."))) is not None:
            scale = float(np.linalg.norm(tensors[f"grad.{other}"]))
            assert np.linalg.norm(value) < 1e-12 * scale, f"{where}: {name} does not vanish"
            value = np.zeros_like(value)
        expected.expect_tensor(name, value, rounded[1][name], scale)
    expected.about["unread"] = unread
    for fixture in (given, expected):
        size = sum(tensor.nbytes for tensor in fixture.tensors.values())
        assert size <= LARGEST, f"{fixture.path}: {size} bytes of tensors; {LARGEST} are allowed: smaller shapes"
    return [given, expected]


def run(case: Case, dtype: torch.dtype) -> tuple[dict[str, float], dict[str, np.ndarray], list[str]]:
    """Terms and total; gradients of the total and what `updates` gives; inputs that the total does not depend on."""
    tensors: Tensors = {name: x.to(dtype) if x.is_floating_point() else x.long() for name, x in case.inputs.items()}
    trained = [name for name, x in tensors.items()
               if TRAINED.fullmatch(name) and not STATISTICS.fullmatch(name) and x.is_floating_point()]
    for name in trained:
        tensors[name].requires_grad_()
    terms = case.terms(dict(tensors))
    assert all(term.dim() == 0 for term in terms.values()), f"{case.id}: terms are scalars"
    weights = {name: 1.0 for name in terms} if case.weights is None else case.weights
    assert weights.keys() == terms.keys(), f"{case.id}: a weight for each term"
    total = sum(weights[name] * term for name, term in terms.items())
    gradients = torch.autograd.grad(total, [tensors[name] for name in trained], allow_unused=True)
    found = {f"grad.{name}": gradient.double().numpy() for name, gradient in zip(trained, gradients) if gradient is not None}
    if case.updates is not None:
        with torch.no_grad():
            updated = case.updates({name: x.detach() for name, x in tensors.items()})
        for name, x in updated.items():
            key = name if name.startswith(("state.", "extras.")) else f"state.{name}"
            assert key in tensors, f"{case.id}: {key} is updated and no input"
            found[key] = x.detach().double().numpy()
    return ({name: term.item() for name, term in (terms | {"total": total}).items()}, found,
            [f"grad.{name}" for name, gradient in zip(trained, gradients) if gradient is None])

