"""The further networks of the CIFAR zoo, written from their description in words, with PyTorch's usual names.

ResNet50 with a 3x3 stem, MobileNetV2 with ReLU and a stem of stride 2, and the two ShuffleNets with 1x1 stems.
Tap lists: resnet50 and mobilenetv2 [f0, f1, f2, f3, f4, pooled], the ShuffleNets [f0, f1, f2, f3, pooled].
"""

import torch
from torch import nn
from torch.nn import functional

from network_parts import Outputs, convolution, global_pool, rectified_stages


class Bottleneck(nn.Module):
    """1x1, 3x3 with the stride, 1x1, plus the input; the ReLU after the sum belongs to the network's forward."""

    def __init__(self, inputs: int, inner: int, stride: int):
        super().__init__()
        outputs = 4 * inner
        self.conv1 = convolution(inputs, inner, 1)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = convolution(inner, inner, 3, stride)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = convolution(inner, outputs, 1)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch = functional.relu(self.bn1(self.conv1(x)))
        branch = functional.relu(self.bn2(self.conv2(branch)))
        return self.bn3(self.conv3(branch)) + self.shortcut(x)


class BottleneckResnet(nn.Module):
    def __init__(self, blocks: list[int], channels: int, classes: int):
        super().__init__()
        self.conv1 = convolution(channels, 64)
        self.bn1 = nn.BatchNorm2d(64)
        inputs = 64
        for stage, count in enumerate(blocks):
            layers = []
            for index in range(count):
                layers.append(Bottleneck(inputs, 64 * 2**stage, 2 if stage > 0 and index == 0 else 1))
                inputs = 4 * 64 * 2**stage
            setattr(self, f"layer{stage + 1}", nn.ModuleList(layers))
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x: torch.Tensor) -> Outputs:
        x, taps, preactivations = rectified_stages(self.bn1(self.conv1(x)), [self.layer1, self.layer2, self.layer3, self.layer4])
        pooled = global_pool(x)
        return Outputs(self.linear(pooled), [*taps, pooled], preactivations)


class InvertedResidual(nn.Module):
    """1x1 wider, 3x3 of each channel alone, 1x1 narrower without a ReLU; plus the input where the shapes agree."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int):
        super().__init__()
        inner = inputs * expansion
        self.residual = stride == 1 and inputs == outputs
        self.conv = nn.Sequential(
            nn.Conv2d(inputs, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU(),
            nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False), nn.BatchNorm2d(inner), nn.ReLU(),
            nn.Conv2d(inner, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.conv(x) if self.residual else self.conv(x)


class MobilenetV2(nn.Module):
    STAGES = [(16, 1, 1), (24, 2, 1), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)]

    def __init__(self, expansion: int, width: float, channels: int, classes: int):
        super().__init__()
        inputs = int(32 * width)
        self.conv1 = nn.Sequential(convolution(channels, inputs, 3, 2), nn.BatchNorm2d(inputs))
        stages = []
        for place, (full, count, stride) in enumerate(self.STAGES):
            blocks = []
            for index in range(count):
                outputs = int(full * width)
                blocks.append(InvertedResidual(inputs, outputs, stride if index == 0 else 1, 1 if place == 0 else expansion))
                inputs = outputs
            stages.append(nn.Sequential(*blocks))
        self.blocks = nn.ModuleList(stages)
        self.conv2 = nn.Sequential(convolution(inputs, 1280, 1), nn.BatchNorm2d(1280))
        self.classifier = nn.Sequential(nn.Linear(1280, classes))

    def forward(self, x: torch.Tensor) -> Outputs:
        x = functional.relu(self.conv1(x))
        taps = [x]
        for place, stage in enumerate(self.blocks):
            x = stage(x)
            if place in (1, 2, 4, 6):
                taps.append(x)
        pooled = global_pool(functional.relu(self.conv2(x)))
        return Outputs(self.classifier(pooled), [*taps, pooled], [])


def shuffle(x: torch.Tensor, groups: int) -> torch.Tensor:
    """Channel i of group g goes to place i * groups + g."""
    return x.unflatten(1, (groups, -1)).transpose(1, 2).flatten(1, 2)


class ShuffleBlock(nn.Module):
    """Pre-activation of the sum, or of the joining with the averaged input where the stride is 2."""

    def __init__(self, inputs: int, outputs: int, stride: int, groups: int):
        super().__init__()
        inner = outputs // 4
        self.stride, self.groups = stride, 1 if inputs == 24 else groups
        self.conv1 = nn.Conv2d(inputs, inner, 1, groups=self.groups, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, outputs, 1, groups=groups, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch = shuffle(functional.relu(self.bn1(self.conv1(x))), self.groups)
        branch = functional.relu(self.bn2(self.conv2(branch)))
        branch = self.bn3(self.conv3(branch))
        if self.stride == 1:
            return branch + x
        return torch.cat([branch, functional.avg_pool2d(x, 3, 2, 1)], 1)


class ShufflenetV1(nn.Module):
    def __init__(self, groups: int, widths: list[int], blocks: list[int], channels: int, classes: int):
        super().__init__()
        self.conv1 = convolution(channels, 24, 1)
        self.bn1 = nn.BatchNorm2d(24)
        inputs = 24
        for stage, (width, count) in enumerate(zip(widths, blocks)):
            layers = [ShuffleBlock(inputs, width - inputs, 2, groups)]
            layers += [ShuffleBlock(width, width, 1, groups) for _ in range(count - 1)]
            inputs = width
            setattr(self, f"layer{stage + 1}", nn.ModuleList(layers))
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x: torch.Tensor) -> Outputs:
        x, taps, preactivations = rectified_stages(self.bn1(self.conv1(x)), [self.layer1, self.layer2, self.layer3])
        pooled = global_pool(x)
        return Outputs(self.linear(pooled), [*taps, pooled], preactivations)


class HalfBlock(nn.Module):
    """The first half of the channels as it is, and the second, convolved, before its last ReLU."""

    def __init__(self, channels: int):
        super().__init__()
        half = channels // 2
        self.conv1 = convolution(half, half, 1)
        self.bn1 = nn.BatchNorm2d(half)
        self.conv2 = nn.Conv2d(half, half, 3, padding=1, groups=half, bias=False)
        self.bn2 = nn.BatchNorm2d(half)
        self.conv3 = convolution(half, half, 1)
        self.bn3 = nn.BatchNorm2d(half)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        first, second = x.chunk(2, 1)
        second = functional.relu(self.bn1(self.conv1(second)))
        return first, self.bn3(self.conv3(self.bn2(self.conv2(second))))


class HalvingBlock(nn.Module):
    """Two branches of stride 2."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        half = outputs // 2
        self.conv1 = nn.Conv2d(inputs, inputs, 3, 2, 1, groups=inputs, bias=False)
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv2 = convolution(inputs, half, 1)
        self.bn2 = nn.BatchNorm2d(half)
        self.conv3 = convolution(inputs, half, 1)
        self.bn3 = nn.BatchNorm2d(half)
        self.conv4 = nn.Conv2d(half, half, 3, 2, 1, groups=half, bias=False)
        self.bn4 = nn.BatchNorm2d(half)
        self.conv5 = convolution(half, half, 1)
        self.bn5 = nn.BatchNorm2d(half)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        left = functional.relu(self.bn2(self.conv2(self.bn1(self.conv1(x)))))
        right = functional.relu(self.bn3(self.conv3(x)))
        right = functional.relu(self.bn5(self.conv5(self.bn4(self.conv4(right)))))
        return shuffle(torch.cat([left, right], 1), 2)


class ShufflenetV2(nn.Module):
    def __init__(self, widths: list[int], blocks: list[int], channels: int, classes: int):
        super().__init__()
        self.conv1 = convolution(channels, 24, 1)
        self.bn1 = nn.BatchNorm2d(24)
        inputs = 24
        for stage, count in enumerate(blocks):
            layers = [HalvingBlock(inputs, widths[stage]), *(HalfBlock(widths[stage]) for _ in range(count))]
            inputs = widths[stage]
            setattr(self, f"layer{stage + 1}", nn.ModuleList(layers))
        self.conv2 = convolution(inputs, widths[3], 1)
        self.bn2 = nn.BatchNorm2d(widths[3])
        self.linear = nn.Linear(widths[3], classes)

    def forward(self, x: torch.Tensor) -> Outputs:
        preactivations = [self.bn1(self.conv1(x))]
        x = functional.relu(preactivations[0])
        taps = [x]
        for layer in (self.layer1, self.layer2, self.layer3):
            x = layer[0](x)
            for block in layer[1:]:
                first, before = block(x)
                x = shuffle(torch.cat([first, functional.relu(before)], 1), 2)
            preactivations.append(torch.cat([first, before], 1))
            taps.append(x)
        pooled = global_pool(functional.relu(self.bn2(self.conv2(x))))
        return Outputs(self.linear(pooled), [*taps, pooled], preactivations)


BUILDERS = {
    "resnet50": lambda channels, classes: BottleneckResnet([3, 4, 6, 3], channels, classes),
    "mobilenetv2": lambda channels, classes: MobilenetV2(6, 0.5, channels, classes),
    "shufflev1": lambda channels, classes: ShufflenetV1(3, [240, 480, 960], [4, 8, 4], channels, classes),
    "shufflev2": lambda channels, classes: ShufflenetV2([116, 232, 464, 1024], [3, 7, 3], channels, classes),
}
