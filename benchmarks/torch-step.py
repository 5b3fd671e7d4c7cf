"""One student's step in PyTorch: the work of student-step.ts, as a worker. Parameters: threads, network, size, channels, classes."""

import json
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test/parity/scripts"))
from networks import build  # noqa: E402

threads, network, size, channels, classes = [*sys.argv[1:], *("1", "resnet8", "28", "1", "10")[len(sys.argv) - 1 :]]
torch.set_num_threads(int(threads))
torch.manual_seed(0)
ROWS, CLASSES, TEMPERATURE = 64, int(classes), 4.0
model = build(network, int(channels), CLASSES)
images = [torch.randn(ROWS, int(channels), int(size), int(size)) for _ in range(2)]
both = torch.cat(images)
teacher = [torch.randn(ROWS, CLASSES), torch.randn(ROWS, CLASSES)]
labels = torch.arange(ROWS) % CLASSES
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)


def divergence(target: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    softened = functional.log_softmax(logits / TEMPERATURE, 1)
    return functional.kl_div(softened, functional.softmax(target / TEMPERATURE, 1), reduction="batchmean") * TEMPERATURE**2


def step() -> float:
    """Each view is a batch of its own for the batch norm, so each has a forward of its own."""
    model.train()
    original, augmented = (model(view).logits for view in images)
    divergences = divergence(teacher[0], original) + divergence(teacher[1], augmented)
    loss = 0.1 * functional.cross_entropy(original, labels) + 0.9 * divergences
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def forward() -> None:
    model.eval()
    with torch.inference_mode():
        model(both).logits.sum().item()


def milliseconds(run) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def measure() -> dict[str, float]:
    return {"forward": milliseconds(forward), "step": milliseconds(step)}


def say(line: dict) -> None:
    print(json.dumps(line), flush=True)


first_loss = step()
forward()
measure()
say({"engine": "pytorch", "library": f"torch {torch.__version__}", "threads": torch.get_num_threads(), "firstLoss": first_loss})
for _ in sys.stdin:
    say(measure())
