"""The teacher's forward pass of 64 images in PyTorch. Parameters: network, threads."""

import sys

import torch
from torch_work import CHANNELS, ROWS, SIZE, network, serve

name, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
teacher = network(name).eval()
images = torch.randn(ROWS, CHANNELS, SIZE, SIZE)


def forward() -> None:
    with torch.inference_mode():
        teacher(images).logits.sum().item()


for _ in range(3):
    forward()
serve({"network": name}, "forward", forward, count=4)
