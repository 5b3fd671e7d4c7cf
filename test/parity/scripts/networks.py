"""The networks of the CIFAR zoo, written from their description in words, with PyTorch's usual names.

Each returns logits, taps and pre-activations. A tap list is what feature distillers see:
resnet and wrn [f0, f1, f2, f3, pooled], vgg [f0, f1, f2, f3, f4, pooled]; compact_networks.py has the others.
All take any number of input channels and end in a global average pool.
"""

import torch
from torch import nn
from torch.nn import functional

import compact_networks
from network_parts import Outputs, convolution, global_pool, rectified_stages


class ResnetBlock(nn.Module):
    """conv, norm, ReLU, conv, norm, plus the input; the ReLU after the sum belongs to the network's forward."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = convolution(inputs, outputs, stride=stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = convolution(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch = functional.relu(self.bn1(self.conv1(x)))
        branch = self.bn2(self.conv2(branch))
        return branch + (x if self.downsample is None else self.downsample(x))


class Resnet(nn.Module):
    def __init__(self, depth: int, widths: list[int], channels: int, classes: int):
        super().__init__()
        self.conv1 = convolution(channels, widths[0])
        self.bn1 = nn.BatchNorm2d(widths[0])
        for stage in (1, 2, 3):
            blocks, inputs = [], widths[stage - 1]
            for index in range((depth - 2) // 6):
                stride = 2 if stage > 1 and index == 0 else 1
                blocks.append(ResnetBlock(inputs, widths[stage], stride))
                inputs = widths[stage]
            setattr(self, f"layer{stage}", nn.ModuleList(blocks))
        self.fc = nn.Linear(widths[3], classes)

    def forward(self, x: torch.Tensor) -> Outputs:
        x, taps, preactivations = rectified_stages(self.bn1(self.conv1(x)), [self.layer1, self.layer2, self.layer3])
        pooled = global_pool(x)
        return Outputs(self.fc(pooled), [*taps, pooled], preactivations)


class WideBlock(nn.Module):
    """Pre-activation. Where the width changes, the shortcut convolves the input after its norm and ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = convolution(inputs, outputs, stride=stride)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = convolution(outputs, outputs)
        self.convShortcut = convolution(inputs, outputs, 1, stride) if inputs != outputs else None

    def forward(self, x: torch.Tensor, normalized: torch.Tensor | None = None) -> torch.Tensor:
        active = functional.relu(self.bn1(x) if normalized is None else normalized)
        branch = self.conv2(functional.relu(self.bn2(self.conv1(active))))
        return branch + (x if self.convShortcut is None else self.convShortcut(active))


class WideStage(nn.Module):
    def __init__(self, blocks: int, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.layer = nn.Sequential(*[
            WideBlock(inputs if index == 0 else outputs, outputs, stride if index == 0 else 1)
            for index in range(blocks)
        ])

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What the first norm makes of x, and the stage's output."""
        normalized = self.layer[0].bn1(x)
        return normalized, self.layer[1:](self.layer[0](x, normalized))


class WideResnet(nn.Module):
    def __init__(self, depth: int, factor: int, channels: int, classes: int):
        super().__init__()
        blocks = (depth - 4) // 6
        self.conv1 = convolution(channels, 16)
        self.block1 = WideStage(blocks, 16, 16 * factor, 1)
        self.block2 = WideStage(blocks, 16 * factor, 32 * factor, 2)
        self.block3 = WideStage(blocks, 32 * factor, 64 * factor, 2)
        self.bn1 = nn.BatchNorm2d(64 * factor)
        self.fc = nn.Linear(64 * factor, classes)

    def forward(self, x: torch.Tensor) -> Outputs:
        taps, preactivations = [self.conv1(x)], []
        for block in (self.block1, self.block2, self.block3):
            normalized, mapped = block(taps[-1])
            preactivations.append(normalized)
            taps.append(mapped)
        preactivations.append(self.bn1(taps[-1]))
        pooled = global_pool(functional.relu(preactivations[-1]))
        return Outputs(self.fc(pooled), [*taps, pooled], preactivations)


class Vgg(nn.Module):
    """The published nets with batch norm. The last ReLU of a block stands outside it, so it takes no index."""

    def __init__(self, blocks: list[list[int]], channels: int, classes: int):
        super().__init__()
        inputs = channels
        for number, widths in enumerate(blocks):
            layers: list[nn.Module] = []
            for width in widths:
                if layers:
                    layers.append(nn.ReLU())
                layers += [convolution(inputs, width, bias=True), nn.BatchNorm2d(width)]
                inputs = width
            setattr(self, f"block{number}", nn.Sequential(*layers))
        self.classifier = nn.Linear(inputs, classes)

    def forward(self, x: torch.Tensor) -> Outputs:
        # The fourth pool was left out for 32-pixel images and is used for 64-pixel ones only.
        pools = 4 if x.shape[2] == 64 else 3
        taps, preactivations = [], []
        for number in range(5):
            if 0 < number <= pools:
                x = functional.max_pool2d(x, 2)
            preactivations.append(getattr(self, f"block{number}")(x))
            x = functional.relu(preactivations[-1])
            taps.append(x)
        pooled = global_pool(x)
        return Outputs(self.classifier(pooled), [*taps, pooled], preactivations)


NARROW = [16, 16, 32, 64]
WIDE = [32, 64, 128, 256]
VGG_BLOCKS = {
    "vgg8": [[64], [128], [256], [512], [512]],
    "vgg11": [[64], [128], [256] * 2, [512] * 2, [512] * 2],
    "vgg13": [[64] * 2, [128] * 2, [256] * 2, [512] * 2, [512] * 2],
    "vgg16": [[64] * 2, [128] * 2, [256] * 3, [512] * 3, [512] * 3],
    "vgg19": [[64] * 2, [128] * 2, [256] * 4, [512] * 4, [512] * 4],
}
# Networks that are written elsewhere: (channels, classes) -> module. Their weights have open biases (generator.parameter).
BUILDERS = dict(compact_networks.BUILDERS)
# Parameters with 3 channels and 100 classes: the exact total where one is published, else millions to four decimals.
PARAMETERS = {
    "resnet8": 0.0839, "resnet14": 0.1811, "resnet20": 278324, "resnet32": 0.4728, "resnet44": 0.6672,
    "resnet56": 861620, "resnet110": 1.7366, "resnet8x4": 1233540, "resnet32x4": 7433860,
    "wrn_16_1": 0.1809, "wrn_16_2": 703284, "wrn_40_1": 0.5698, "wrn_40_2": 2255156,
    "vgg8": 3965028, "vgg11": 9.2773, "vgg13": 9462180, "vgg16": 14.7744, "vgg19": 20.0867,
    "resnet50": 23705252, "mobilenetv2": 812836, "shufflev1": 949258, "shufflev2": 1355528,
}


def build(name: str, channels: int, classes: int) -> nn.Module:
    if name in BUILDERS:
        return BUILDERS[name](channels, classes)
    if name in VGG_BLOCKS:
        return Vgg(VGG_BLOCKS[name], channels, classes)
    if name.startswith("wrn_"):
        depth, factor = name.removeprefix("wrn_").split("_")
        return WideResnet(int(depth), int(factor), channels, classes)
    depth = name.removeprefix("resnet")
    return Resnet(int(depth.removesuffix("x4")), WIDE if depth.endswith("x4") else NARROW, channels, classes)


def assert_parameter_counts() -> dict[str, int]:
    """The exact counts, after comparing each with the published one."""
    counts = {}
    for name, published in PARAMETERS.items():
        with torch.device("meta"):
            count = sum(parameter.numel() for parameter in build(name, 3, 100).parameters())
        found = count if isinstance(published, int) else round(count / 1e6, 4)
        assert found == published, f"{name}: {count} parameters, published {published}"
        counts[name] = count
    return counts
