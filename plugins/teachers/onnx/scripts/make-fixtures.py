"""Writes ../fixtures: small ONNX models, sound and unsound, and what onnx's own reference evaluator answers for the
sound ones. Needs `pip install onnx==1.23.2`; the files are the same whenever it runs."""

import json
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

FOLDER = Path(__file__).resolve().parent.parent / "fixtures"
CHANNELS, SIZE, CLASSES, WIDTH = 3, 8, 5, 4
draw = numpy.random.default_rng(0)


def constant(name, values):
    return numpy_helper.from_array(numpy.asarray(values), name)


WEIGHTS = [
    constant("filters", draw.normal(size=(WIDTH, CHANNELS, 3, 3)).astype(numpy.float32)),
    constant("matrix", draw.normal(size=(WIDTH, CLASSES)).astype(numpy.float32)),
    constant("bias", draw.normal(size=CLASSES).astype(numpy.float32)),
]
BODY = [
    helper.make_node("Conv", ["images", "filters"], ["maps"], pads=[1, 1, 1, 1]),
    helper.make_node("Relu", ["maps"], ["positive"]),
    helper.make_node("ReduceMean", ["positive"], ["pooled"], axes=[2, 3], keepdims=0),
    helper.make_node("Gemm", ["pooled", "matrix", "bias"], ["logits"]),
]
NORMALISATION = {"mean": "[0.5,0.4,0.3]", "std": "[0.25,0.2,0.1]"}
IMAGES = ["batch", CHANNELS, SIZE, SIZE]
LOGITS = ["batch", CLASSES]


def value(name, shape, element=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, element, shape)


def write(name, nodes=BODY, inputs=None, outputs=None, constants=(), metadata=NORMALISATION):
    graph = helper.make_graph(
        nodes,
        name,
        inputs or [value("images", IMAGES)],
        outputs or [value("logits", LOGITS)],
        [*WEIGHTS, *constants],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    return model


def renamed(name):
    """The body with its input renamed."""
    first = helper.make_node("Conv", [name, "filters"], ["maps"], pads=[1, 1, 1, 1])
    return [first, *BODY[1:]]


FOLDER.mkdir(exist_ok=True)
to_first = helper.make_node("Transpose", ["images"], ["first"], perm=[0, 3, 1, 2])
sound = {
    "classifier": write("classifier", metadata={**NORMALISATION, "network": "small", "dataset": "squares", "classNames": '["a","b","c","d","e"]'}),
    "channels-last": write("channels-last", [to_first, *renamed("first")], [value("images", ["batch", SIZE, SIZE, CHANNELS])]),
    "open-size": write("open-size", inputs=[value("images", ["batch", CHANNELS, "height", "width"])], metadata={**NORMALISATION, "size": "8"}),
    "two-outputs": write("two-outputs", outputs=[value("pooled", ["batch", WIDTH]), value("logits", LOGITS)]),
    "no-normalisation": write("no-normalisation", metadata={}),
}

write(
    "two-inputs",
    [*BODY[:3], helper.make_node("Gemm", ["pooled", "matrix", "more"], ["logits"])],
    inputs=[value("images", IMAGES), value("more", [CLASSES])],
)
write("fixed-batch", inputs=[value("images", [1, *IMAGES[1:]])])
write("vectors", BODY[3:], inputs=[value("pooled", ["batch", WIDTH])])
write("bytes", [helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT), *renamed("floats")], [value("images", IMAGES, TensorProto.UINT8)])
write("maps", BODY[:1], outputs=[value("maps", ["batch", WIDTH, SIZE, SIZE])])
write("unknown-operation", [*BODY[:3], helper.make_node("Mystery", ["pooled"], ["logits"])])
# Log of what is below zero.
write("not-a-number", [*BODY[:3], helper.make_node("Neg", ["pooled"], ["below"]), helper.make_node("Log", ["below"], ["undefined"]), helper.make_node("Gemm", ["undefined", "matrix", "bias"], ["logits"])])
# Its input's batch is free, and one row is made of all.
write(
    "one-row",
    [*BODY[:3], helper.make_node("Reshape", ["pooled", "row"], ["flat"]), helper.make_node("Identity", ["flat"], ["logits"])],
    outputs=[value("logits", [1, "any"])],
    constants=[constant("row", numpy.array([1, -1], numpy.int64))],
)

cases = {}
for name, model in sound.items():
    onnx.checker.check_model(model, full_check=True)
    images = draw.normal(size=(3, SIZE, SIZE, CHANNELS)).astype(numpy.float32)
    fed = images if name == "channels-last" else images.transpose(0, 3, 1, 2)
    (logits,) = ReferenceEvaluator(model).run(["logits"], {"images": fed})
    cases[name] = {"images": images.ravel().tolist(), "logits": logits.ravel().tolist()}
(FOLDER / "cases.json").write_text(json.dumps(cases) + "\n")
