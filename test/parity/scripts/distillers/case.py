"""What a script of this folder says of one case of a distiller; ../distiller_fixtures.py makes the fixture of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Case:
    """`cases()` of `<id with _>.py` returns these.

    `inputs` have the names that `kdf probe distiller` takes, float32 and int32: `labels` [B], `indices` [B],
    `dataset.labels` [N], `<view>.<role>.logits`, `<view>.<role>.<tap>` (NHWC), `extras.<extra>.<parameter>` (PyTorch's
    layout and names; all of them, for what is not given is drawn), `state.<name>`.

    `terms` computes the raw terms, by name, from tensors by the same names: floats in the dtype that the run is of,
    integers as int64. It changes none of them.
    """

    id: str
    options: Mapping
    stage: str
    inputs: Tensors
    terms: Callable[[Tensors], Tensors]
    epoch: int = 0
    epochs: int = 1
    # Of the total whose gradient is taken. All 1 unless given; where given, the plugin must weigh so by itself.
    weights: Mapping[str, float] | None = None
    # The state after `update`, and running statistics of extras after the terms, by the names of the inputs.
    updates: Callable[[Tensors], Tensors] | None = None
    # Inputs whose gradient is zero in exact arithmetic, with the input the norm of whose gradient an error is relative to:
    # the bias of a convolution before a batch norm, and its weight.
    vanishing: Mapping[str, str] = field(default_factory=dict)
    # What the loss draws: a script (see ScriptedStream of @kdf/testing) by the name of the stream.
    plan: Mapping[str, Mapping[str, list]] = field(default_factory=dict)
