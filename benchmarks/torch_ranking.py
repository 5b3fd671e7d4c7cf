"""T. stddev of one augmenter in PyTorch. Parameters: teacher, threads, augmenter, draws."""

import sys

import torch
from torch_work import AUGMENTERS, entropy, load, network, pool, serve

teacher_name, threads, augmenter, draws = sys.argv[1:]
torch.set_num_threads(int(threads))
teacher = network(teacher_name).eval()
BLOCK = 5


def augmented_logits(original: torch.Tensor) -> torch.Tensor:
    if augmenter != "cutmixpick":
        return teacher(AUGMENTERS[augmenter](original)).logits
    # The picked images' logits are those of the pool: nothing is forwarded twice.
    logits = teacher(pool(original)).logits
    return logits[entropy(logits).topk(len(original)).indices]


def rank(count: int) -> float:
    means = []
    with torch.inference_mode():
        for _ in range(count):
            rows = []
            for _ in range(BLOCK):
                original, _ = load(0)
                rows += [teacher(original).logits.softmax(1), augmented_logits(original).softmax(1)]
            means.append(torch.cat(rows).mean(0))
    return torch.stack(means).std(0).mean().item()


rank(2)
serve({"augmenter": augmenter}, "rank", lambda: rank(int(draws)))
