"""Writes src/operations/operation-cases.json: outputs and gradients of PyTorch (float64, CPU) on small inputs.

Each case: `operation`, `options`, `inputs` (NHWC, filters HWIO), the `output`, and `gradients` of sum(output · weights)
in the inputs named there. Run with PyTorch from PyPI: python3 operation-cases.py
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
cases = []


def draw(*shape):
    """Normal values with three decimals: short in JSON. They are not float32 numbers, which costs 3e-8."""
    return torch.round(torch.randn(shape) * 1000) / 1000


def plain(tensor):
    return {"shape": list(tensor.shape), "data": [round(x, 7) for x in tensor.detach().flatten().tolist()]}


def case(operation, function, inputs, options=None, constant=()):
    leaves = {name: value.clone().requires_grad_(value.is_floating_point() and name not in constant) for name, value in inputs.items()}
    output = function(**leaves)
    weights = draw(*output.shape) if output.dim() else torch.tensor(1.0)
    wanted = {name: leaf for name, leaf in leaves.items() if leaf.requires_grad}
    gradients = torch.autograd.grad((output * weights).sum(), list(wanted.values())) if wanted else []
    cases.append(
        {
            "operation": operation,
            "options": options or {},
            "inputs": {name: plain(value) for name, value in inputs.items()},
            "output": plain(output),
            "weights": plain(weights),
            "gradients": {name: plain(gradient) for name, gradient in zip(wanted, gradients)},
        }
    )


nchw = lambda x: x.permute(0, 3, 1, 2)
nhwc = lambda x: x.permute(0, 2, 3, 1)
oihw = lambda f: f.permute(3, 2, 0, 1)

for height, width, size, stride, padding, groups, inputs, outputs in [
    (5, 5, 3, 1, 1, 1, 2, 3),
    (6, 5, 3, 2, 1, 1, 2, 3),
    (7, 7, 3, 2, 0, 1, 2, 2),
    (5, 4, 1, 1, 0, 1, 3, 2),
    (6, 6, 1, 2, 0, 1, 2, 2),
    (5, 5, 5, 1, 2, 1, 1, 2),
    (5, 5, 3, 1, 2, 1, 2, 2),
    (5, 5, 3, 1, 1, 2, 4, 6),
    (4, 4, 1, 1, 0, 3, 6, 3),
]:
    case(
        "convolution",
        lambda x, filter: nhwc(F.conv2d(nchw(x), oihw(filter), stride=stride, padding=padding, groups=groups)),
        {"x": draw(2, height, width, inputs), "filter": draw(size, size, inputs // groups, outputs)},
        {"stride": stride, "padding": padding, "groups": groups},
    )

for stride in (1, 2):
    # TensorFlow's depthwise filters are [k,k,C,m], PyTorch's [C·m,1,k,k] with the m of one channel side by side.
    case(
        "depthwiseConvolution",
        lambda x, filter: nhwc(
            F.conv2d(nchw(x), filter.permute(2, 3, 0, 1).reshape(-1, 1, 3, 3), stride=stride, padding=1, groups=3)
        ),
        {"x": draw(2, 5, 6, 3), "filter": draw(3, 3, 3, 2)},
        {"stride": stride, "padding": 1},
    )

case("maximumPool", lambda x: nhwc(F.max_pool2d(nchw(x), 2)), {"x": draw(2, 5, 4, 2)}, {"size": 2, "stride": 2})
case("maximumPool", lambda x: nhwc(F.max_pool2d(nchw(x), 3, 1)), {"x": draw(1, 5, 5, 2)}, {"size": 3, "stride": 1})
case("averagePool", lambda x: nhwc(F.avg_pool2d(nchw(x), 3, 2, 1)), {"x": draw(2, 5, 6, 2)}, {"size": 3, "stride": 2, "padding": 1})
case("globalAveragePool", lambda x: x.mean((1, 2)), {"x": draw(2, 4, 4, 3)})
case("globalAveragePool", lambda x: x.mean((1, 2)), {"x": draw(2, 3, 5, 3)})
for height, width, size in [(4, 4, 7), (7, 5, 3), (3, 3, 6), (5, 5, 5)]:
    case(
        "resizeBilinear",
        lambda x: nhwc(F.interpolate(nchw(x), size=(size, size), mode="bilinear", align_corners=False)),
        {"x": draw(2, height, width, 2)},
        {"size": size},
    )

with_zeros = draw(4, 3)
with_zeros[1] = 0
with_zeros[2, 1] = 0
case("absolute", lambda x: x.abs(), {"x": with_zeros})
case("norm", lambda x: x.norm(dim=1, keepdim=True), {"x": with_zeros})
case("rectifiedLinear", lambda x: x.relu(), {"x": with_zeros})
case("clip", lambda x: x.clamp(-0.5, 0.5), {"x": torch.tensor([-1.0, -0.4, -0.2, 0.3, 0.7])})
case("softplus", F.softplus, {"x": draw(6)})
case("sigmoid", torch.sigmoid, {"x": draw(6)})
case("gather", lambda x, indices: x[indices], {"x": draw(4, 3), "indices": torch.tensor([3, 0, 3, 1, 3])})
case(
    "withRows",
    lambda x, rows, values: x.index_put((rows,), values),
    {"x": draw(5, 3), "rows": torch.tensor([4, 1]), "values": draw(2, 3)},
    constant=("x", "values"),
)

large = draw(3, 5)
large[1] *= 200
case("softmax", lambda x: x.softmax(-1), {"x": draw(3, 5)})
case("logSoftmax", lambda x: x.log_softmax(-1), {"x": large})
case("entropy", lambda x: torch.distributions.Categorical(logits=x).entropy(), {"x": draw(3, 5)})
case("crossEntropy", F.cross_entropy, {"input": large, "target": torch.tensor([4, 0, 2])})
case(
    "divergence",
    lambda teacher, student: F.kl_div((student / 4).log_softmax(1), (teacher / 4).softmax(1), reduction="batchmean") * 16,
    {"teacher": draw(3, 5), "student": draw(3, 5)},
    {"temperature": 4},
    constant=("teacher",),
)


def batch_norm(x, gamma, beta):
    return torch.cat([nhwc(F.batch_norm(nchw(part), None, None, gamma, beta, True, 0.1, 1e-5)) for part in x.split(rows)])


for rows in ([5], [2, 3]):
    case(
        "batchNormalizationTraining",
        batch_norm,
        {"x": draw(5, 3, 2, 4) * 2 + 1, "gamma": draw(4), "beta": draw(4)},
        {"groupRows": rows, "epsilon": 1e-5},
    )
    parts = nchw(torch.tensor(cases[-1]["inputs"]["x"]["data"]).reshape(5, 3, 2, 4)).split(rows)
    cases[-1]["mean"] = plain(torch.stack([part.mean((0, 2, 3)) for part in parts]))
    cases[-1]["variance"] = plain(torch.stack([part.var((0, 2, 3), unbiased=False) for part in parts]))
case(
    "batchNormalizationInference",
    lambda x, gamma, beta, mean, variance: nhwc(F.batch_norm(nchw(x), mean, variance, gamma, beta, False, 0.1, 1e-5)),
    {"x": draw(2, 2, 3, 3), "gamma": draw(3), "beta": draw(3), "mean": draw(3), "variance": draw(3).abs()},
    {"epsilon": 1e-5},
    constant=("mean", "variance"),
)
for a, b in (((3, 4), (4,)), ((2, 1, 3), (4, 1)), ((5,), ())):
    case("minimum", torch.minimum, {"input": draw(*a), "other": draw(*b)})
    case("maximum", torch.maximum, {"input": draw(*a), "other": draw(*b)})
case(
    "whereGreater",
    lambda x, other: torch.where((x > -0.5) & (other >= x), 2 * x, other),
    {"x": draw(4, 5), "other": draw(4, 5)},
)
case("maximumPool", lambda x: nhwc(F.max_pool2d(nchw(x), 3, 2, 1)), {"x": draw(2, 6, 5, 2) - 2}, {"size": 3, "stride": 2, "padding": 1})
case("rectifiedLinear6", lambda x: F.relu6(x), {"x": torch.tensor([-1.0, 0.0, 0.5, 5.5, 6.0, 7.0])})

for height, width, to_height, to_width in [(6, 6, 3, 3), (7, 5, 3, 4), (3, 4, 5, 4), (5, 4, 1, 1)]:
    case(
        "adaptiveAveragePool",
        lambda x: nhwc(F.adaptive_avg_pool2d(nchw(x), (to_height, to_width))),
        {"x": draw(2, height, width, 2)},
        {"height": to_height, "width": to_width},
    )
# From 2 to 82 places: PyTorch's quotient in float32 puts the 41st one place lower than exact arithmetic does.
for height, width, to_height, to_width in [(3, 4, 6, 8), (4, 3, 7, 5), (5, 6, 3, 2), (1, 1, 3, 3), (1, 2, 1, 82)]:
    case(
        "resizeNearest",
        lambda x: nhwc(F.interpolate(nchw(x), size=(to_height, to_width), mode="nearest")),
        {"x": draw(2, height, width, 2)},
        {"height": to_height, "width": to_width},
    )

# The gradient in a row of zeros is 1e12 times what comes: alone it would be all that is compared.
for x, axes in [(with_zeros, (1,)), (with_zeros[[0, 2, 3]], (1,)), (with_zeros, (0, 1))]:
    case("l2Normalize", lambda x: F.normalize(x, dim=axes), {"x": x}, {"axes": axes})

for height, width, size, stride, padding, inputs, outputs in [
    (5, 5, 3, 1, 1, 2, 3),
    (4, 3, 4, 2, 1, 3, 2),
    (3, 4, 3, 2, 0, 2, 2),
    (3, 3, 2, 3, 0, 2, 1),
    (4, 5, 3, 1, 2, 1, 2),
]:
    # Ours is [k,k,O,C], PyTorch's [C,O,k,k].
    case(
        "transposedConvolution",
        lambda x, filter: nhwc(F.conv_transpose2d(nchw(x), oihw(filter).contiguous(), stride=stride, padding=padding)),
        {"x": draw(2, height, width, inputs), "filter": draw(size, size, outputs, inputs)},
        {"stride": stride, "padding": padding},
    )
case("leakyRectifiedLinear", lambda x: F.leaky_relu(x, 0.1), {"x": with_zeros}, {"slope": 0.1})


def right_singular_vectors(count):
    def of(x):
        found = torch.linalg.svd(x, full_matrices=False).Vh.mT[:, :, :count]
        return found * torch.where(found.sum(1, keepdim=True) < 0, -1, 1)

    return of


# Rows, columns, vectors asked for: tall, square, wide, and more of them than there are.
for rows, columns, count in [(9, 4, 4), (12, 7, 2), (5, 5, 3), (4, 9, 3), (6, 2, 4)]:
    case("rightSingularVectors", right_singular_vectors(count), {"x": draw(2, rows, columns)}, {"count": count})

target = pathlib.Path(__file__).parent.parent / "src/operations/operation-cases.json"
target.write_text("[\n" + ",\n".join(json.dumps(entry) for entry in cases) + "\n]\n")
