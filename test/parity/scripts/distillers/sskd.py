"""Self-supervised knowledge distillation (Xu et al. 2020): similarities between rotated images and their originals, and
the logits on rotated images, of the rows in which the teacher is not too wrong."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch.nn import functional

from distillers.case import Case, Tensors
from generator import bell, integers

WEIGHTS = {"crossEntropy.original": 0.1, "divergence.original": 0.9, "divergence.rotated": 2.7, "similarity.rotated": 10.0}
ROTATIONS = 3
# How far a teacher's score must be from that of the own column: nearer ones are ranked differently after rounding.
CLEAR = 1e-4


@dataclass(frozen=True)
class Shape:
    batch: int
    classes: int
    teacher: int  # pooled features
    student: int
    # How much the teacher's logit of the true class, on rotated images, is raised, or that of the class after it where this
    # is negative; and of what image's features, counted from its own, a rotated image reminds it, and how much.
    right: float
    away: int
    alike: float
    kept_rotated: float = 1.0
    kept_similarity: float = 0.75
    temperatures: tuple[float, float, float] = (4.0, 4.0, 0.5)


SHAPES = {
    "none-wrong": Shape(5, 4, 12, 7, 30.0, 0, 12.0),
    "all-wrong": Shape(5, 4, 6, 7, -30.0, 1, 6.0),
    "all-wrong-few-kept": Shape(6, 10, 8, 5, -30.0, 1, 6.0, kept_rotated=0.29, kept_similarity=0.3),
    "some-wrong": Shape(8, 10, 12, 9, 3.0, 0, 0.8),
    "many-classes": Shape(6, 100, 10, 16, 5.0, 0, 0.6, kept_rotated=0.5),
    "other-temperatures": Shape(7, 3, 9, 9, 1.0, 0, 0.5, 0.6, 0.4, (2.0, 3.0, 1.0)),
}


def similarities(given: Tensors, role: str) -> torch.Tensor:
    """[3B,B]: cosines between what a role's head makes of rotated and of original features."""
    def head(features: torch.Tensor) -> torch.Tensor:
        layer = partial(_linear, given, f"extras.{role}Head")
        return layer("output", functional.relu(layer("hidden", features)))

    original, rotated = (head(given[f"{view}.{role}.pooled"]) for view in ("original", "rotated"))
    return functional.cosine_similarity(rotated.unsqueeze(1), original.unsqueeze(0), dim=2)


def _linear(given: Tensors, head: str, layer: str, x: torch.Tensor) -> torch.Tensor:
    return functional.linear(x, given[f"{head}.{layer}.weight"], given[f"{head}.{layer}.bias"])


def own_images(batch: int) -> torch.Tensor:
    return torch.arange(batch).repeat_interleave(ROTATIONS)


def ranks(scores: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """Where the own column stands when a row is sorted, largest first."""
    order = scores.argsort(dim=1, descending=True, stable=True)
    return (order == own.unsqueeze(1)).long().argmax(dim=1)


def kept(rank: torch.Tensor, share: float) -> torch.Tensor:
    wrong = int((rank > 0).sum())
    return rank.argsort(stable=True)[: len(rank) - wrong + int(wrong * share)]


def divergence(student: torch.Tensor, teacher: torch.Tensor, temperature: float) -> torch.Tensor:
    log_student = functional.log_softmax(student / temperature, dim=1)
    return functional.kl_div(log_student, functional.softmax(teacher / temperature, dim=1), reduction="batchmean") * temperature**2


def distill_terms(shape: Shape, given: Tensors) -> Tensors:
    labels = given["labels"]
    own = own_images(len(labels))
    at_original, at_rotated, at_similarity = shape.temperatures
    student, teacher = (given[f"rotated.{role}.logits"] for role in ("student", "teacher"))
    student_similar, teacher_similar = similarities(given, "student"), similarities(given, "teacher").detach()
    rows = kept(ranks(teacher, labels[own]), shape.kept_rotated)
    similar_rows = kept(ranks(teacher_similar, own), shape.kept_similarity)
    original = given["original.student.logits"]
    return {
        "crossEntropy.original": functional.cross_entropy(original, labels),
        "divergence.original": divergence(original, given["original.teacher.logits"], at_original),
        "divergence.rotated": divergence(student[rows], teacher[rows], at_rotated),
        "similarity.rotated": divergence(student_similar[similar_rows], teacher_similar[similar_rows], at_similarity),
    }


def head_terms(given: Tensors) -> Tensors:
    own = own_images(len(given["labels"]))
    return {"crossEntropy.head": functional.cross_entropy(similarities(given, "teacher"), own)}


def inputs(case: str, shape: Shape) -> Tensors:
    """Teacher and student, and both heads, with all outputs in both stages: a probe learns the models from them."""
    def numbers(name: str, size: tuple[int, ...], scale: float) -> np.ndarray:
        return bell(f"sskd.{case}.{name}", size, scale)

    labels = integers(f"sskd.{case}.labels", shape.batch, shape.classes)
    own = np.repeat(np.arange(shape.batch), ROTATIONS)
    given: dict[str, np.ndarray] = {"labels": labels}
    for role, features in (("teacher", shape.teacher), ("student", shape.student)):
        for view, rows in (("original", shape.batch), ("rotated", shape.batch * ROTATIONS)):
            given[f"{view}.{role}.logits"] = numbers(f"{view}.{role}.logits", (rows, shape.classes), 3.0)
            given[f"{view}.{role}.pooled"] = numbers(f"{view}.{role}.pooled", (rows, features), 1.0)
        for layer in ("hidden", "output"):
            given[f"extras.{role}Head.{layer}.weight"] = numbers(f"{role}.{layer}.weight", (features, features), features**-0.5)
            given[f"extras.{role}Head.{layer}.bias"] = numbers(f"{role}.{layer}.bias", (features,), 0.1)
    raised = (labels[own] + (shape.right < 0)) % shape.classes
    given["rotated.teacher.logits"][np.arange(len(own)), raised] += np.float32(abs(shape.right))
    reminds = given["original.teacher.pooled"][(own + shape.away) % shape.batch]
    given["rotated.teacher.pooled"] = given["rotated.teacher.pooled"] + np.float32(shape.alike) * reminds
    return {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in given.items()}


def demand(case: str, shape: Shape, given: Tensors) -> None:
    """That a case is what its name says, and that no rank depends on rounding."""
    doubled = {name: x.double() if x.is_floating_point() else x.long() for name, x in given.items()}
    own = own_images(shape.batch)
    for scores, columns in ((doubled["rotated.teacher.logits"], doubled["labels"][own]), (similarities(doubled, "teacher"), own)):
        nearest = (scores - scores.gather(1, columns.unsqueeze(1))).abs().scatter(1, columns.unsqueeze(1), torch.inf).min()
        assert nearest > CLEAR, f"{case}: a score {nearest:.1e} from the own one"
        rank, rows = ranks(scores, columns), shape.batch * ROTATIONS
        wrong = int((rank > 0).sum())
        expected = {"none-wrong": wrong == 0}.get(case, wrong == rows if case.startswith("all-wrong") else 0 < wrong < rows)
        assert expected, f"{case}: {wrong} of {rows} rows are wrong"
        assert wrong == 0 or shape.classes == 3 or len(set(rank[rank > 0].tolist())) > 1, f"{case}: all wrong rows have one rank"


def cases() -> list[Case]:
    found = []
    for name, shape in SHAPES.items():
        given = inputs(name, shape)
        demand(name, shape, given)
        original, rotated, similarity = shape.temperatures
        options = {
            "temperatures": {"original": original, "rotated": rotated, "similarity": similarity},
            "kept": {"rotated": shape.kept_rotated, "similarity": shape.kept_similarity},
        }
        found.append(Case(name, options, "distill", given, partial(distill_terms, shape), weights=WEIGHTS))
        if name in ("none-wrong", "some-wrong", "all-wrong-few-kept"):
            found.append(Case(f"head-{name}", {}, "head", inputs(name, shape), head_terms))
    return found
