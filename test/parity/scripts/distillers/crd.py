"""Contrastive representation distillation (Tian et al., ICLR 2020), by the formulas of the paper's appendix and the constants
of the authors' code: exp(score / temperature) / Z against K of N images, both directions added."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, bits, permutation, uniform

EPSILON = 1e-7
MOMENTUM = 0.5
MODELS = ("student", "teacher")
OTHER = {"student": "teacher", "teacher": "student"}


@dataclass(frozen=True)
class Shape:
    batch: int
    images: int
    classes: int
    negatives: int
    embedding: int
    student: int  # pooled features
    teacher: int
    options: dict
    temperature: float = 0.07
    epoch: int = 1  # in epoch 0 the constants are those of the batch

    @property
    def size(self) -> int:
        """Images of a class: as many in each."""
        return self.images // self.classes


# A later batch with constants of its own; the first one, of which they come; all images of other classes; one image;
# larger, with the paper's temperature.
SHAPES = {
    "later-batch": Shape(5, 24, 3, 7, 6, 4, 5, {}),
    "first-batch": Shape(7, 30, 3, 9, 8, 6, 4, {}, epoch=0),
    "all-others": Shape(6, 20, 4, 15, 5, 7, 3, {"temperature": 0.5}, temperature=0.5),
    "one-image": Shape(1, 12, 2, 4, 3, 5, 8, {}, epoch=0),
    "paper": Shape(16, 100, 10, 60, 16, 10, 12, {"profile": "paper"}, temperature=0.1),
    "host": Shape(8, 40, 2, 11, 8, 6, 6, {"bank": "host"}, epoch=0),
}


def split_labels(case: str, shape: Shape) -> np.ndarray:
    return (permutation(f"crd.{case}.split", shape.images, fixed_points=True) % shape.classes).astype(np.int32)


def steps(case: str, shape: Shape) -> list[int]:
    """What the stream gives: for the k-th negative of an image how far behind place k the one lies that goes there."""
    others = shape.images - shape.size
    drawn = bits(f"crd.{case}.steps", shape.batch * shape.negatives).reshape(shape.batch, -1)
    return [int(word) % (others - place) for row in drawn for place, word in enumerate(row)]


def negatives(case: str, shape: Shape, labels: np.ndarray, split: np.ndarray) -> torch.Tensor:
    """[B,K]: the first K places of a shuffle of the images of other classes, which lie class by class."""
    given = iter(steps(case, shape))
    rows = []
    for label in labels:
        others = [row for other in range(shape.classes) if other != label for row in np.flatnonzero(split == other)]
        for place in range(shape.negatives):
            swapped = place + next(given)
            others[place], others[swapped] = others[swapped], others[place]
        rows.append(others[: shape.negatives])
    return torch.tensor(np.array(rows, dtype=np.int64))


def embeddings(given: Tensors) -> Tensors:
    def of(model: str) -> torch.Tensor:
        layer = f"extras.{model}Embedding"
        linear = functional.linear(given[f"original.{model}.pooled"], given[f"{layer}.weight"], given[f"{layer}.bias"])
        return linear / linear.pow(2).sum(dim=1, keepdim=True).sqrt()

    return {model: of(model) for model in MODELS}


def scores(shape: Shape, given: Tensors, chosen: torch.Tensor, model: str, embedded: torch.Tensor) -> torch.Tensor:
    """[B,1+K] exp(score / temperature): the image's own row of the other model's bank first."""
    bank = given[f"state.{OTHER[model]}Bank"]
    rows = torch.cat([given["indices"].unsqueeze(1), chosen], dim=1)
    return torch.exp(torch.bmm(bank[rows], embedded.unsqueeze(2)).squeeze(2) / shape.temperature)


def constant(shape: Shape, given: Tensors, model: str, scored: torch.Tensor) -> torch.Tensor:
    return (scored.mean() * shape.images).detach() if shape.epoch == 0 else given[f"state.{model}Constant"]


def direction(shape: Shape, given: Tensors, chosen: torch.Tensor, model: str, embedded: torch.Tensor) -> torch.Tensor:
    scored = scores(shape, given, chosen, model, embedded)
    probability = scored / constant(shape, given, model, scored)
    noise = shape.negatives / shape.images
    positive, negative = probability[:, 0], probability[:, 1:]
    log_positive = torch.log(positive / (positive + noise + EPSILON))
    log_negative = torch.log(noise / (negative + noise + EPSILON))
    return -(log_positive.sum() + log_negative.sum()) / shape.batch


def inputs(case: str, shape: Shape) -> dict[str, np.ndarray]:
    split = split_labels(case, shape)
    indices = permutation(f"crd.{case}.indices", shape.images, fixed_points=True)[: shape.batch].astype(np.int32)
    bound = (shape.embedding / 3) ** -0.5
    given = {"labels": split[indices], "indices": indices, "dataset.labels": split}
    for model, features in (("student", shape.student), ("teacher", shape.teacher)):
        name = f"crd.{case}.{model}"
        given[f"original.{model}.logits"] = bell(f"{name}.logits", (shape.batch, shape.classes), 3.0)
        given[f"original.{model}.pooled"] = np.abs(bell(f"{name}.pooled", (shape.batch, features), 1.0))
        given[f"extras.{model}Embedding.weight"] = bell(f"{name}.weight", (shape.embedding, features), features**-0.5)
        given[f"extras.{model}Embedding.bias"] = bell(f"{name}.bias", (shape.embedding,), 0.1)
        given[f"state.{model}Bank"] = uniform(f"{name}.bank", (shape.images, shape.embedding), bound)
        # 0: not set.
        given[f"state.{model}Constant"] = np.float32([0.0 if shape.epoch == 0 else (shape.images * (60 if model == "student" else 45))])
    return given


def case(id: str) -> Case:
    shape = SHAPES[id]
    given = inputs(id, shape)
    chosen = negatives(id, shape, given["labels"], given["dataset.labels"])
    assert all(len(set(row.tolist())) == shape.negatives for row in chosen), f"{id}: a negative twice"

    def terms(tensors: Tensors) -> Tensors:
        embedded = embeddings(tensors)
        return {
            "crossEntropy.original": functional.cross_entropy(tensors["original.student.logits"], tensors["labels"]),
            "contrast.original": sum(direction(shape, tensors, chosen, model, embedded[model]) for model in MODELS),
        }

    def updates(tensors: Tensors) -> Tensors:
        embedded = embeddings(tensors)
        updated = {}
        for model in MODELS:
            moved = tensors[f"state.{model}Bank"].clone()
            rows = MOMENTUM * moved[tensors["indices"]] + (1 - MOMENTUM) * embedded[model]
            moved[tensors["indices"]] = rows / rows.pow(2).sum(dim=1, keepdim=True).sqrt()
            updated[f"state.{model}Bank"] = moved
            if shape.epoch == 0:
                scored = scores(shape, tensors, chosen, model, embedded[model])
                updated[f"state.{model}Constant"] = constant(shape, tensors, model, scored).reshape(1)
        return updated

    return Case(
        id,
        options={"negatives": shape.negatives, "embeddingSize": shape.embedding, **shape.options},
        stage="distill",
        epoch=shape.epoch,
        epochs=240,
        inputs={name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in given.items()},
        terms=terms,
        weights={"crossEntropy.original": 1.0, "contrast.original": 0.8},
        updates=updates,
        plan={"crd:negatives": {"integer": steps(id, shape)}},
    )


def cases() -> list[Case]:
    return [case(id) for id in SHAPES]
