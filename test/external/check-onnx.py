"""Checks every model of a folder with onnx's own checker, shapes included; prints what each says of itself."""

import json
import pathlib
import sys

import onnx

told = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    told[path.stem] = {
        "opset": [[entry.domain, entry.version] for entry in model.opset_import],
        "metadata": {entry.key: entry.value for entry in model.metadata_props},
        "constants": [constant.name for constant in model.graph.initializer],
        "operations": sorted({node.op_type for node in model.graph.node}),
    }
print(json.dumps(told))
