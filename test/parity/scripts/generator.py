"""Numbers from names: the same tensor can be made in any language without storing it.

Every random-looking input of these fixtures, and every weight of every network, is a pure function
of a name and a flat index. ../README.md states the rule; fixtures/generator.safetensors holds samples of it.
"""

import math
from functools import cache

import numpy as np


def name_hash(name: str) -> int:
    """FNV-1a, 32 bits, over the UTF-8 bytes of the name."""
    value = 0x811C9DC5
    for byte in name.encode("utf-8"):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def bits(name: str, count: int) -> np.ndarray:
    """`count` unsigned 32-bit integers: murmur3's finaliser of (index + hash of the name) mod 2^32."""
    # uint64 arithmetic never overflows here if the value is cut to 32 bits after each product.
    mask = np.uint64(0xFFFFFFFF)
    x = (np.arange(count, dtype=np.uint64) + np.uint64(name_hash(name))) & mask
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x85EBCA6B)) & mask
    x ^= x >> np.uint64(13)
    x = (x * np.uint64(0xC2B2AE35)) & mask
    x ^= x >> np.uint64(16)
    return x.astype(np.uint32)


def unit(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """float64 values in [-1, 1): bits / 2^32 * 2 - 1, which is exact."""
    return (bits(name, math.prod(shape)).astype(np.float64) / 4294967296.0 * 2.0 - 1.0).reshape(shape)


def uniform(name: str, shape: tuple[int, ...], scale: float = 1.0, offset: float = 0.0) -> np.ndarray:
    """float32(offset + scale * v): the inputs that the fixtures store."""
    return (offset + scale * unit(name, shape)).astype(np.float32)


def bell(name: str, shape: tuple[int, ...], scale: float = 1.0) -> np.ndarray:
    """Nearly normal float32 values of standard deviation `scale`: the sum of three independent uniforms."""
    total = unit(f"{name}.a", shape) + unit(f"{name}.b", shape) + unit(f"{name}.c", shape)
    return (scale * total).astype(np.float32)


def integers(name: str, count: int, limit: int) -> np.ndarray:
    """int32 values in [0, limit)."""
    return (bits(name, count) % np.uint32(limit)).astype(np.int32)


def permutation(name: str, count: int, fixed_points: bool = False) -> np.ndarray:
    """A permutation: the order that sorts the bits. Without fixed points unless asked for."""
    attempt = 0
    while True:
        order = np.argsort(bits(f"{name}.{attempt}", count), kind="stable").astype(np.int32)
        if fixed_points or not np.any(order == np.arange(count)):
            return order
        attempt += 1


def parameter(name: str, shape: tuple[int, ...], open_biases: bool = False) -> np.ndarray:
    """One entry of a network's state dict, told apart by its name and rank alone.

    With `open_biases` every ReLU is open for most of its inputs: a filter of one channel alone would else see almost
    nothing but zeros now and then, and its batch norm would make something of the rounding.
    """
    v = unit(name, shape)
    if name.endswith("running_mean"):
        return (0.1 * v).astype(np.float32)
    if name.endswith("running_var"):
        return (1.0 + 0.3 * v).astype(np.float32)
    if name.endswith("bias"):
        # Away from zero on purpose: most values then stand clear of the kink of the ReLU. With biases
        # near zero a last-bit difference flips a few of a million masks, and each flip moves a gradient
        # by a percent: no two float32 programs would agree on a deep network.
        return ((2.5 if open_biases else np.where(v < 0, -2.0, 2.0)) + 0.5 * v).astype(np.float32)
    if len(shape) == 1:  # a batch norm's weight
        return (1.0 + 0.2 * v).astype(np.float32)
    if len(shape) == 2:  # a linear layer's weight; small, so that the softmax does not saturate
        return (v * (0.25 * math.sqrt(3.0 / shape[1]))).astype(np.float32)
    bound = math.sqrt(6.0 / (shape[1] * shape[2] * shape[3]))
    # The last convolution of a residual branch is a quarter as large: without that the sum over
    # the blocks of a resnet110 grows by a factor of about 2^27 in evaluation mode.
    if name.endswith("conv2.weight"):
        bound *= 0.25
    return (v * bound).astype(np.float32)


def sketch(values: np.ndarray, buckets: int) -> np.ndarray:
    """A count-sketch: linear in `values`, and the expected squared norm of it is theirs."""
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    u = sketch_bits(1 << max(flat.size - 1, 0).bit_length())[: flat.size]
    sign = np.where((u >> np.uint32(8)) & np.uint32(1), -1.0, 1.0)
    return np.bincount(u % np.uint32(buckets), weights=sign * flat, minlength=buckets)


@cache  # a power of two at a time: few sizes, and most of the work of a sketch
def sketch_bits(count: int) -> np.ndarray:
    return bits("sketch", count)
