"""Writes ../fixtures: a small classifier as a SavedModel, as a Graph model and as a Layers model of TensorFlow.js, and what
TensorFlow answers for some images (`cases.json`). Needs requirements.txt beside it.

TensorFlow saves the SavedModel. The Graph model's model.json is TensorFlow's own frozen graph as JSON, its constants moved
into the weights, as tensorflowjs_converter does; the Layers model's has the configuration that Keras 2 writes.
"""

import json
import os
import shutil
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy
import tensorflow as tf
from google.protobuf.json_format import MessageToDict
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "fixtures"
SIZE, CHANNELS, WIDTH, CLASSES = 8, 3, 4, 5
draw = numpy.random.default_rng(0)
FILTERS = draw.normal(size=(3, 3, CHANNELS, WIDTH)).astype(numpy.float32)
OFFSET = draw.normal(size=WIDTH).astype(numpy.float32)
MATRIX = draw.normal(size=(WIDTH, CLASSES)).astype(numpy.float32)
BIAS = draw.normal(size=CLASSES).astype(numpy.float32)
NORMALISATION = {"mean": [0.5, 0.4, 0.3], "std": [0.25, 0.2, 0.1]}


class Classifier(tf.Module):
    def __init__(self):
        super().__init__()
        self.filters, self.offset = tf.Variable(FILTERS), tf.Variable(OFFSET)
        self.matrix, self.bias = tf.Variable(MATRIX), tf.Variable(BIAS)

    def maps(self, images):
        return tf.nn.relu(tf.nn.conv2d(images, self.filters, 2, "SAME") + self.offset)

    @tf.function(input_signature=[tf.TensorSpec([None, SIZE, SIZE, CHANNELS], tf.float32, name="images")])
    def logits(self, images):
        return {"logits": tf.linalg.matmul(tf.reduce_mean(self.maps(images), [1, 2]), self.matrix) + self.bias}

    @tf.function(input_signature=[tf.TensorSpec([None, SIZE, SIZE, CHANNELS], tf.float32, name="images")])
    def probabilities(self, images):
        return {"probabilities": tf.nn.softmax(self.logits(images)["logits"])}

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="vectors")])
    def vectors(self, vectors):
        return {"logits": tf.linalg.matmul(vectors, self.matrix)}


def write_tfjs(name: str, content: dict, weights: list[tuple[str, numpy.ndarray]], shards: int = 1) -> None:
    folder = FOLDER / name
    folder.mkdir(parents=True)
    data = b"".join(array.tobytes() for _, array in weights)
    paths = [f"group1-shard{number + 1}of{shards}.bin" for number in range(shards)]
    step = -(-len(data) // shards)
    for number, path in enumerate(paths):
        (folder / path).write_bytes(data[number * step : (number + 1) * step])
    entries = [{"name": key, "shape": list(array.shape), "dtype": array.dtype.name} for key, array in weights]
    content = {**content, "weightsManifest": [{"paths": paths, "weights": entries}]}
    (folder / "model.json").write_text(json.dumps(content, indent=1) + "\n")


def graph_model(name: str, function, metadata: dict) -> None:
    frozen = convert_variables_to_constants_v2(function.get_concrete_function())
    graph = frozen.graph.as_graph_def()
    weights = []
    for node in graph.node:
        if node.op == "Const":
            array = tf.make_ndarray(node.attr["value"].tensor)
            weights.append((node.name, array))
            shape = node.attr["value"].tensor.tensor_shape
            node.attr["value"].tensor.Clear()
            node.attr["value"].tensor.dtype = node.attr["dtype"].type
            node.attr["value"].tensor.tensor_shape.CopyFrom(shape)
    (given,), outputs = frozen.inputs, frozen.outputs
    shape = {"dim": [{"size": "-1"}, {"size": str(SIZE)}, {"size": str(SIZE)}, {"size": str(CHANNELS)}]}
    signature = {
        "inputs": {"images": {"name": given.name, "dtype": "DT_FLOAT", "tensorShape": shape}},
        "outputs": {output.name: {"name": output.name, "dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "-1"}, {"size": str(CLASSES)}]}} for output in outputs},
    }
    content = {"format": "graph-model", "generatedBy": tf.__version__, "convertedBy": None, "signature": signature, "userDefinedMetadata": metadata, "modelTopology": MessageToDict(graph)}
    write_tfjs(name, content, weights)


def layer(kind: str, name: str, inbound: list[str], **configuration) -> dict:
    return {"class_name": kind, "name": name, "config": {"name": name, **configuration}, "inbound_nodes": [[[before, 0, 0, {}] for before in inbound]] if inbound else []}


def layers_model(name: str, activation: str, metadata: dict, size: int | None = SIZE, shards: int = 1, separate: bool = False) -> None:
    dense = layer("Dense", "scores", ["pooled"], units=CLASSES, activation="linear" if separate else activation, use_bias=True)
    layers = [
        layer("InputLayer", "images", [], batch_input_shape=[None, size, size, CHANNELS], dtype="float32"),
        layer("Conv2D", "maps", ["images"], filters=WIDTH, kernel_size=[3, 3], strides=[2, 2], padding="same", data_format="channels_last", activation="relu", use_bias=True),
        layer("GlobalAveragePooling2D", "pooled", ["maps"], data_format="channels_last"),
        dense,
        *([layer("Activation", "answer", ["scores"], activation=activation)] if separate else []),
    ]
    configuration = {"name": "classifier", "layers": layers, "input_layers": [["images", 0, 0]], "output_layers": [[layers[-1]["name"], 0, 0]]}
    topology = {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": {"class_name": "Functional", "config": configuration}}
    weights = [("maps/kernel", FILTERS), ("maps/bias", OFFSET), ("scores/kernel", MATRIX), ("scores/bias", BIAS)]
    write_tfjs(name, {"format": "layers-model", "generatedBy": "keras v2.15.0", "convertedBy": None, "userDefinedMetadata": metadata, "modelTopology": topology}, weights, shards)


shutil.rmtree(FOLDER, ignore_errors=True)
model = Classifier()
tf.saved_model.save(model, str(FOLDER / "saved-model"), {"serving_default": model.logits, "probabilities": model.probabilities, "vectors": model.vectors})
graph_model("graph-logits", model.logits, NORMALISATION)
graph_model("graph-softmax", model.probabilities, {})
layers_model("layers-logits", "linear", {**NORMALISATION, "classNames": ["a", "b", "c", "d", "e"]}, shards=3)
layers_model("layers-softmax", "softmax", NORMALISATION)
layers_model("layers-activation", "softmax", NORMALISATION, separate=True)
layers_model("layers-open-size", "linear", NORMALISATION, size=None)

images = draw.normal(size=(3, SIZE, SIZE, CHANNELS)).astype(numpy.float32)
cases = {
    "images": images.ravel().tolist(),
    "logits": model.logits(images)["logits"].numpy().ravel().tolist(),
    "maps": model.maps(images).numpy().ravel().tolist(),
}
(FOLDER / "cases.json").write_text(json.dumps(cases) + "\n")
