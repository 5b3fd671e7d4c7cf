"""The training step that `kdf bench --against pytorch` compares with, in PyTorch (2.0 or newer).

The first line of standard input describes the work as JSON: the models as graphs of ONNX operations with their weights,
as kdf records them of any network, and how they learn. Every further line asks for something:

    {"prepare": "eager" | "compile"}       -> what is compared; the first step is taken
    {"measure": {"mode", "steps"}}         -> milliseconds of each step, after one that is not counted
    {"check": {"images", "labels", ...}}   -> logits and gradients, for a comparison number by number

Each answer is one line of JSON; {"error": ...} where it cannot be had. It ends with its standard input.
"""

import base64
import json
import operator
import sys
import time

import torch
from torch.nn import functional


def numbers(text: str, kind: torch.dtype) -> torch.Tensor:
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=kind) if text else torch.empty(0, dtype=kind)


def text(tensor: torch.Tensor) -> str:
    return base64.b64encode(tensor.detach().contiguous().cpu().numpy().tobytes()).decode()


# Operations: attributes and constant sizes in, a function of the inputs out.


def convolution(node, sizes, training):
    about = node["attributes"]
    pads = about["pads"]
    if pads[:2] != pads[2:]:
        raise ValueError("Conv with another padding on one side")
    keywords = {"stride": about["strides"], "padding": pads[:2], "groups": about["group"]}
    return lambda x, weight, bias=None: functional.conv2d(x, weight, None if bias is None else bias.flatten(), **keywords)


def pool(function, **keywords):
    def form(node, sizes, training):
        about = node["attributes"]
        given = {"kernel_size": about["kernel_shape"], "stride": about["strides"], "padding": about["pads"][:2], **keywords}
        return lambda x: function(x, **given)

    return form


def normalisation(node, sizes, training):
    epsilon = node["attributes"]["epsilon"]["float"]
    if not training:
        return lambda x, weight, bias, mean, variance: functional.batch_norm(x, mean, variance, weight, bias, False, 0.1, epsilon)
    return lambda x, weight, bias, mean, variance: functional.batch_norm(x, mean, variance, weight, bias, True, 0.1, epsilon)


def reshape(node, sizes, training):
    rest = sizes[node["inputs"][1]][1:]
    return lambda x, _: x.reshape(x.shape[0], *rest)


def split(node, sizes, training):
    parts, axis = sizes[node["inputs"][1]], node["attributes"]["axis"]
    return lambda x, _: x.split(parts, axis)


def simple(function):
    return lambda node, sizes, training: function


def bounded(function, side):
    """Of two tensors, or of one and a number."""
    return simple(lambda a, b: function(a, b) if isinstance(b, torch.Tensor) else torch.clamp(a, **{side: b}))


OPERATIONS = {
    "Conv": convolution,
    "MaxPool": pool(functional.max_pool2d),
    "AveragePool": pool(functional.avg_pool2d, count_include_pad=True),
    "GlobalAveragePool": simple(lambda x: functional.adaptive_avg_pool2d(x, 1)),
    "Flatten": simple(lambda x: x.flatten(1)),
    "BatchNormalization": normalisation,
    "Gemm": simple(lambda x, weight, bias=None: functional.linear(x, weight, None if bias is None else bias.flatten())),
    "Add": simple(operator.add),
    "Sub": simple(operator.sub),
    "Mul": simple(operator.mul),
    "Div": simple(operator.truediv),
    "Min": bounded(torch.minimum, "max"),
    "Max": bounded(torch.maximum, "min"),
    "Relu": simple(functional.relu),
    "Clip": simple(lambda x, low, high: torch.clamp(x, low, high)),
    "Sigmoid": simple(torch.sigmoid),
    "Identity": simple(lambda x: x),
    "Reshape": reshape,
    "Transpose": lambda node, sizes, training: lambda x, order=tuple(node["attributes"]["perm"]): x.permute(order),
    "Concat": lambda node, sizes, training: lambda *parts, axis=node["attributes"]["axis"]: torch.cat(parts, axis),
    "Split": split,
}


class Graph(torch.nn.Module):
    """A network as kdf recorded it. Its batch norms normalise by the batch where `training`."""

    def __init__(self, graph: dict, training: bool, kind: torch.dtype = torch.float32, device: str = "cpu"):
        super().__init__()
        self.names: list[str] = []
        constants, sizes = {}, {}
        for constant in graph["constants"]:
            name, shape = constant["name"], constant["shape"]
            if constant["type"] == "int64":
                sizes[name] = numbers(constant["data"], torch.int64).tolist()
                continue
            value = numbers(constant["data"], torch.float32).to(kind).reshape(shape).to(device)
            learns = training and name in graph["trained"]
            if learns:
                value = torch.nn.Parameter(value)
                self.register_parameter(f"p{len(self.names)}", value)
                self.names.append(name)
            # A clip's bounds and the like: plain numbers, as a person would write them.
            constants[name] = value.item() if value.dim() == 0 and not learns else value
        self.constants = constants
        self.size = graph["input"]["size"]
        self.steps = self.planned(graph["nodes"], sizes, training)

    def planned(self, nodes: list[dict], sizes: dict, training: bool) -> list[tuple]:
        """(function, inputs, outputs, values that nobody reads after)."""
        uses: dict[str, int] = {}
        for node in nodes:
            for name in node["inputs"]:
                uses[name] = uses.get(name, 0) + 1
        steps, made_by = [], {}
        for node in nodes:
            operation, inputs, outputs = node["operation"], list(node["inputs"]), list(node["outputs"])
            if operation not in OPERATIONS:
                raise ValueError(f"the operation {operation}")
            # A bias is part of a convolution or a product in PyTorch.
            before = made_by.get(inputs[0]) if operation == "Add" else None
            bias = self.constants.get(inputs[1]) if before is not None else None
            if isinstance(bias, torch.Tensor) and before[3] in ("Conv", "Gemm") and uses[inputs[0]] == 1 and len(before[1]) == 2 and is_bias(bias):
                before[1].append(inputs[1])
                del made_by[inputs[0]]
                before[2][:] = outputs
                made_by[outputs[0]] = before
                continue
            step = (OPERATIONS[operation](node, sizes, training), inputs, outputs, operation)
            steps.append(step)
            made_by.update({name: step for name in outputs})
        last: dict[str, int] = {}
        for place, (_, inputs, outputs, _) in enumerate(steps):
            last.update({name: place for name in [*inputs, *outputs]})
        kept = {*self.constants, *sizes, "logits"}
        ends = [[name for name, at in last.items() if at == place and name not in kept] for place in range(len(steps))]
        return [(function, tuple(inputs), tuple(outputs), tuple(end)) for (function, inputs, outputs, _), end in zip(steps, ends)]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if images.shape[-1] != self.size:
            images = functional.interpolate(images, (self.size, self.size), mode="bilinear", align_corners=False)
        constants = self.constants
        values = {"images": images}
        for function, inputs, outputs, ends in self.steps:
            made = function(*[values[name] if name in values else constants.get(name) for name in inputs])
            if len(outputs) == 1 and not isinstance(made, tuple):
                values[outputs[0]] = made
            else:
                values.update(zip(outputs, made))
            for name in ends:
                del values[name]
        return values["logits"]


def is_bias(value: torch.Tensor) -> bool:
    return value.dim() == 1 or (value.dim() == 4 and value.numel() == value.shape[1])


# Augmentations of a batch, as the published loop makes them.


class Images:
    """Made images of the data set's shape, with its crop and flip per image."""

    def __init__(self, work: dict):
        about = work["dataset"]
        self.rows, self.classes = work["batch"], work["classes"]
        self.height, self.width = about["height"], about["width"]
        standard = about["standardAugmentation"]
        self.padding, self.flips = standard["cropPadding"], standard["horizontalFlip"]
        shape = (1, about["channels"], 1, 1)
        self.mean, self.std = torch.tensor(about["mean"]).reshape(shape), torch.tensor(about["std"]).reshape(shape)
        self.pixels = torch.randint(0, 256, (max(4 * self.rows, 256), about["channels"], self.height, self.width), dtype=torch.uint8)
        self.labels = torch.arange(len(self.pixels)) % self.classes

    def load(self) -> tuple[torch.Tensor, torch.Tensor]:
        rows = torch.randint(len(self.pixels), (self.rows,))
        images = self.pixels[rows]
        if self.padding > 0:
            side = self.padding
            padded = functional.pad(images, (side, side, side, side))
            places = torch.randint(2 * side + 1, (self.rows, 2)).tolist()
            images = torch.stack([image[:, y : y + self.height, x : x + self.width] for image, (y, x) in zip(padded, places)])
        if self.flips:
            turned = torch.rand(self.rows) < 0.5
            images[turned] = images[turned].flip(3)
        return (images.float() / 255 - self.mean) / self.std, self.labels[rows]


def cutmix(images: torch.Tensor, options: dict) -> torch.Tensor:
    alpha = options.get("alpha", 1.0)
    share = torch.distributions.Beta(alpha, alpha).sample().item()
    height, width = images.shape[2:]
    side_y, side_x = int(height * (1 - share) ** 0.5), int(width * (1 - share) ** 0.5)
    y, x = torch.randint(height, ()).item(), torch.randint(width, ()).item()
    top, bottom = max(y - side_y // 2, 0), min(y + side_y // 2, height)
    left, right = max(x - side_x // 2, 0), min(x + side_x // 2, width)
    mixed = images.clone()
    mixed[:, :, top:bottom, left:right] = images[torch.randperm(len(images), device=images.device), :, top:bottom, left:right]
    return mixed


def mixup(images: torch.Tensor, options: dict) -> torch.Tensor:
    alpha = options.get("alpha", 1.0)
    share = torch.distributions.Beta(alpha, alpha).sample().item()
    return share * images + (1 - share) * images[torch.randperm(len(images), device=images.device)]


def entropy(logits: torch.Tensor) -> torch.Tensor:
    log = torch.log_softmax(logits, 1)
    return -(log.exp() * log).sum(1)


AUGMENTERS = {"identity": lambda images, options: images.clone(), "cutmix": cutmix, "mixup": mixup}


def known(augmenter: dict) -> bool:
    """Whether this script makes what kdf's augmenter makes, at the same cost."""
    name, options = augmenter["id"], augmenter["options"]
    if options.get("perImage", False):
        return False
    if name == "cutmixpick":
        base = {"id": options.get("base", "cutmix"), "options": options.get("baseOptions", {})}
        return options.get("criterion", "teacher-entropy") == "teacher-entropy" and base["id"] != name and known(base)
    return name in AUGMENTERS


# The step.


def divergence(target: torch.Tensor, logits: torch.Tensor, temperature: float) -> torch.Tensor:
    softened = functional.log_softmax(logits / temperature, 1)
    return functional.kl_div(softened, functional.softmax(target / temperature, 1), reduction="batchmean") * temperature**2


class Step:
    def __init__(self, work: dict, mode: str):
        self.work = work
        self.device = "cuda" if work["gpu"] and torch.cuda.is_available() else "cpu"
        torch.manual_seed(0)
        self.images = Images(work)
        student = Graph(work["student"], True, device=self.device)
        teacher = None if work["teacher"] is None else Graph(work["teacher"], False, device=self.device)
        settings = work["optimizer"]
        if settings["id"] == "adamw":
            self.optimizer = torch.optim.AdamW(student.parameters(), lr=settings["learningRate"], weight_decay=settings["weightDecay"])
        else:
            self.optimizer = torch.optim.SGD(
                student.parameters(),
                lr=settings["learningRate"],
                momentum=settings["momentum"],
                weight_decay=settings["weightDecay"],
                nesterov=settings["nesterov"],
            )
        self.student, self.teacher = student, teacher
        if mode == "compile":
            self.student = torch.compile(student)
            self.teacher = None if teacher is None else torch.compile(teacher)
        self.augmenters = work["augmenters"]
        self.knows = all(known(augmenter) for augmenter in self.augmenters)
        self.views = ["augmented"] if work["augmented"] else []
        rows, more = work["batch"], work["teacherRows"] - work["batch"]
        standard, about = work["dataset"]["standardAugmentation"], work["dataset"]
        self.knows = self.knows and standard.get("randomResizedCrop") is None
        if not self.knows:
            made = lambda count: torch.randn(count, about["channels"], about["height"], about["width"], device=self.device)
            self.fixed = made(rows), torch.arange(rows, device=self.device) % work["classes"], made(rows), made(more) if more > rows else None

    def augmented(self, original: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The view and the teacher's logits on it. What is picked is forwarded again, as the published loop does."""
        images = original
        for augmenter in self.augmenters:
            options = augmenter["options"]
            if augmenter["id"] == "cutmixpick":
                base, given = AUGMENTERS[options.get("base", "cutmix")], options.get("baseOptions", {})
                pool = torch.cat([base(images, given) for _ in range(options.get("poolFactor", 2))])
                images = pool[entropy(self.teacher(pool)).topk(len(original)).indices]
            else:
                images = AUGMENTERS[augmenter["id"]](images, options)
        return images, self.teacher(images)

    def take(self) -> float:
        if self.knows:
            original, labels = (given.to(self.device) for given in self.images.load())
        else:
            original, labels, view, more = self.fixed
        pairs = []
        if self.teacher is not None:
            with torch.no_grad():
                pairs.append((original, self.teacher(original)))
                if self.views and self.knows:
                    pairs.append(self.augmented(original))
                elif self.views:
                    # As many rows as kdf's teacher sees; which they are costs the same.
                    target = self.teacher(view if more is None else more)
                    pairs.append((view, target[: len(view)]))
        about = self.work["loss"]
        logits = [self.student(images) for images, _ in pairs] or [self.student(original)]
        loss = about["crossEntropy"] * functional.cross_entropy(logits[0], labels)
        for ours, (_, target) in zip(logits, pairs):
            loss = loss + about["divergence"] * divergence(target, ours, about["temperature"])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


class Peer:
    def __init__(self, work: dict):
        self.work = work
        self.steps: dict[str, Step] = {}
        torch.set_num_threads(work["threads"])

    def prepare(self, mode: str) -> dict:
        step = self.steps[mode] = Step(self.work, mode)
        loss = step.take()
        device = torch.cuda.get_device_name() if step.device == "cuda" else "cpu"
        return {"torch": torch.__version__, "threads": torch.get_num_threads(), "device": device, "augments": step.knows, "learns": self.work["distiller"]["id"] in ("kd", "cross-entropy"), "loss": loss}

    def measure(self, about: dict) -> dict:
        step = self.steps[about["mode"]]
        times = []
        for place in range(about["steps"] + 1):
            began = time.perf_counter()
            step.take()
            if place > 0:
                times.append((time.perf_counter() - began) * 1000)
        return {"milliseconds": times}

    def check(self, about: dict) -> dict:
        """The student's mean cross-entropy on `images` [B,C,H,W], in float64 and float32."""
        size, answer = self.work["student"]["input"], {}
        labels = torch.tensor(about["labels"])
        images = numbers(about["images"], torch.float32).reshape(len(labels), size["channels"], size["size"], size["size"])
        for name, kind in (("float64", torch.float64), ("float32", torch.float32)):
            model = Graph(self.work["student"], about["training"], kind)
            logits = model(images.to(kind))
            found = {"logits": text(logits.to(torch.float64))}
            if about["training"]:
                functional.cross_entropy(logits, labels).backward()
                gradients = {own: value.grad.to(torch.float64) for own, value in zip(model.names, model.parameters())}
                found["gradients"] = {own: text(value) for own, value in gradients.items()}
            answer[name] = found
        return answer


def main() -> None:
    peer = Peer(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        ((asked, about),) = json.loads(line).items()
        try:
            answer = getattr(peer, asked)(about)
        except Exception as error:  # Whatever it is, the one who asked tells it.
            answer = {"error": f"{type(error).__name__}: {error}" if not isinstance(error, ValueError) else str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
