"""T. stddev in PyTorch of one augmenter, or of several with the original views shared. Parameters: teacher, threads, augmenters, draws."""

import sys

import torch
from torch_work import AUGMENTERS, entropy, load, network, pool, serve

teacher_name, threads, names, draws = sys.argv[1:]
torch.set_num_threads(int(threads))
teacher = network(teacher_name).eval()
BLOCK = 5


def augmented_logits(augmenter: str, original: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    if augmenter == "identity":
        return logits  # the same images: kdf too forwards them once
    if augmenter != "cutmixpick":
        return teacher(AUGMENTERS[augmenter](original)).logits
    # The picked images' logits are those of the pool: nothing is forwarded twice.
    of_pool = teacher(pool(original)).logits
    return of_pool[entropy(of_pool).topk(len(original)).indices]


def rank(count: int) -> dict[str, float]:
    means: dict[str, list[torch.Tensor]] = {name: [] for name in names.split(",")}
    with torch.inference_mode():
        for _ in range(count):
            rows: dict[str, list[torch.Tensor]] = {name: [] for name in means}
            for _ in range(BLOCK):
                original, _ = load(0)
                logits = teacher(original).logits
                for name, of_name in rows.items():
                    of_name += [logits.softmax(1), augmented_logits(name, original, logits).softmax(1)]
            for name, of_name in rows.items():
                means[name].append(torch.cat(of_name).mean(0))
    return {name: torch.stack(of_name).std(0).mean().item() for name, of_name in means.items()}


rank(2)
serve({"augmenters": names}, "rank", lambda: rank(int(draws)))
