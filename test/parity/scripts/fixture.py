"""A fixture: tensors and what is known of them, written as one safetensors file, or compared with it."""

import json
import math
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

FOLDER = Path(__file__).resolve().parent.parent / "fixtures"
TENSOR_TOLERANCE = 1e-9
NUMBER_TOLERANCE = 1e-6


def relative_error(value, reference, scale: float | None = None) -> float:
    """‖value − reference‖ / scale, by default ‖reference‖: how every parity of kdf is judged."""
    value = np.asarray(value, dtype=np.float64)
    reference = np.asarray(reference, dtype=np.float64)
    scale = float(np.linalg.norm(reference)) if scale is None else scale
    difference = float(np.linalg.norm(value - reference))
    return difference / scale if scale > 0 else difference


def three_digits(value: float) -> float:
    """Errors are bounds, and machines differ in the rest: three digits, rounded up."""
    if value == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 2)
    return float(f"{math.ceil(value / step - 1e-9) * step:.2e}")


class Fixture:
    """`tensors` go to the file as they are; `about` goes to its metadata, as JSON, under the key `parity`."""

    def __init__(self, path: str, about: dict | None = None, float32: bool = True):
        self.path = path
        self.tensors: dict[str, np.ndarray] = {}
        self.about: dict = about or {}
        self.float32 = float32  # False when only checking: the errors of float32 belong to a machine

    def store(self, name: str, values: np.ndarray) -> None:
        self.tensors[name] = np.asarray(values, order="C")

    def expect_tensor(self, name: str, reference: np.ndarray, float32: np.ndarray, scale: float | None = None) -> None:
        """A float64 reference, and how far PyTorch's float32 is from it, relative to `scale` where it is given."""
        self.store(name, np.asarray(reference, dtype=np.float64))
        self.about.setdefault("tensors", {})[name] = {
            "norm": float(np.linalg.norm(reference)),
            "float32Error": three_digits(relative_error(float32, reference, scale)),
            **({} if scale is None else {"scale": scale}),
        }

    def expect_value(self, name: str, reference: float, float32: float) -> None:
        self.about.setdefault("values", {})[name] = {
            "reference": float(reference),
            "float32Error": three_digits(relative_error(float32, reference)),
        }

    def save(self) -> int:
        target = FOLDER / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        # Keys in the order of insertion would do; sorted ones make two makings byte for byte equal.
        about = json.dumps(self.about, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        # Whole or not at all: a test may be reading the old one.
        unfinished = target.with_suffix(".unfinished")
        save_file(self.tensors, unfinished, metadata={"parity": about})
        unfinished.replace(target)
        return target.stat().st_size

    def differences(self) -> list[str]:
        """What the committed file says otherwise; empty when it agrees."""
        target = FOLDER / self.path
        if not target.exists():
            return ["the file is missing"]
        with safe_open(target, framework="np") as stored:
            names = set(stored.keys())
            tensors = {name: stored.get_tensor(name) for name in names}
            about = json.loads(stored.metadata()["parity"])
        found = [f"tensor {name} is only on one side" for name in sorted(names ^ set(self.tensors))]
        for name in sorted(names & set(self.tensors)):
            found += _tensor_difference(name, self.tensors[name], tensors[name])
        return found + _json_difference("", json.loads(json.dumps(self.about)), about)


def _tensor_difference(name: str, made: np.ndarray, stored: np.ndarray) -> list[str]:
    if made.shape != stored.shape or made.dtype != stored.dtype:
        return [f"tensor {name}: made {made.dtype}{made.shape}, stored {stored.dtype}{stored.shape}"]
    if made.dtype == np.float64:
        error = relative_error(made, stored)
        return [] if error <= TENSOR_TOLERANCE else [f"tensor {name}: relative difference {error:.2e}"]
    return [] if np.array_equal(made, stored) else [f"tensor {name}: not equal"]


def _json_difference(where: str, made, stored) -> list[str]:
    if isinstance(made, dict) and isinstance(stored, dict):
        if made.keys() != stored.keys():
            return [f"{where}: keys {sorted(made.keys() ^ stored.keys())} are only on one side"]
        return [line for key in made if key != "float32Error"
                for line in _json_difference(f"{where}/{key}", made[key], stored[key])]
    if isinstance(made, list) and isinstance(stored, list) and len(made) == len(stored):
        return [line for index, pair in enumerate(zip(made, stored))
                for line in _json_difference(f"{where}/{index}", *pair)]
    if isinstance(made, float) or isinstance(stored, float):
        if made == stored or abs(made - stored) <= NUMBER_TOLERANCE * abs(stored):
            return []
    elif made == stored:
        return []
    return [f"{where}: made {made}, stored {stored}"]
