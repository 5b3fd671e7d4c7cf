"""The paper's CutMixPick step by teacher entropy in PyTorch, as its published loop does it: the teacher's passes over
the batch, the pool and again the picked images (four batches in all). Parameters: teacher, student, threads, eager or
compile."""

import sys

import torch
from torch.nn import functional
from torch_work import CLASSES, entropy, load, network, pool, serve

teacher_name, student_name, threads, mode = sys.argv[1:]
torch.set_num_threads(int(threads))
teacher = network(teacher_name).eval()
student = network(student_name).train()
optimizer = torch.optim.SGD(student.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
forward_teacher = lambda images: teacher(images).logits
forward_student = lambda images: student(images).logits
if mode == "compile":
    forward_teacher, forward_student = torch.compile(forward_teacher), torch.compile(forward_student)


def divergence(target: torch.Tensor, logits: torch.Tensor, temperature: float = 4.0) -> torch.Tensor:
    softened = functional.log_softmax(logits / temperature, 1)
    return functional.kl_div(softened, functional.softmax(target / temperature, 1), reduction="batchmean") * temperature**2


def step() -> float:
    original, labels = load(0)
    with torch.no_grad():
        target = forward_teacher(original)
        candidates = pool(original)
        picked = candidates[entropy(forward_teacher(candidates)).topk(len(original)).indices]
        target_picked = forward_teacher(picked)
    logits, logits_picked = forward_student(original), forward_student(picked)
    divergences = divergence(target, logits) + divergence(target_picked, logits_picked)
    loss = 0.1 * functional.cross_entropy(logits, labels) + 0.9 * divergences
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


for _ in range(3):
    step()
serve({"mode": mode}, "step", step, count=4)
