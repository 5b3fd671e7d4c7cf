"""Pixels and labels of some rows, read by NumPy: fixtures/rows.json, against which the plugin's reader is tested.

    python3 scripts/make-fixture.py FOLDER

FOLDER holds the four .gz files of the full set, as published.
"""

import gzip
import json
import pathlib
import sys

import numpy

folder = pathlib.Path(sys.argv[1])


def read(name, offset):
    with gzip.open(folder / (name + ".gz"), "rb") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=offset)


def part(prefix, kept, rows):
    labels = read(prefix + "-labels-idx1-ubyte", 8)
    images = read(prefix + "-images-idx3-ubyte", 16).reshape(-1, 28, 28)
    assert len(labels) == len(images)
    return {
        "rows": {str(row): {"label": int(labels[row]), "pixels": images[row].tobytes().hex()} for row in rows},
        "subset": {
            "images": kept,
            "pixelSum": int(images[:kept].sum(dtype=numpy.int64)),
            "perClass": numpy.bincount(labels[:kept], minlength=10).tolist(),
        },
        "full": {
            "images": len(images),
            "pixelSum": int(images.sum(dtype=numpy.int64)),
            "mean": float((images / 255.0).mean()),
            "std": float((images / 255.0).std()),
        },
    }


fixture = {
    "training": part("train", 10_000, [0, 1, 4_321, 9_999]),
    "test": part("t10k", 2_000, [0, 1_999]),
}
target = pathlib.Path(__file__).parent.parent / "fixtures" / "rows.json"
target.write_text(json.dumps(fixture, indent=1) + "\n")
