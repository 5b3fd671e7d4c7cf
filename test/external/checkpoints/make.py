"""Makes the checkpoints in `fixtures/` that the tests of PyTorch's containers read, and `expected.json`, which says what is
in them.

    python make.py [FOLDER]    writes them into FOLDER, `fixtures` unless given

`torch.save` writes them, both ways; what is malicious or damaged is made from its files by hand. The keys of storages in
the legacy container are addresses, so that two makings differ in them and in nothing that is read.
Needs what ../../parity/requirements.txt names.
"""

import io
import json
import pathlib
import pickle
import struct
import sys
import zipfile
from collections import Counter, OrderedDict

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "parity" / "scripts"))

import numpy as np
import torch
from torch import nn

import generator
import networks

HERE = pathlib.Path(__file__).resolve().parent / "fixtures"
FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
STAMP = (2020, 1, 1, 0, 0, 0)
COMMAND = "echo executed > executed-by-a-checkpoint"
expected: dict[str, object] = {}


def write(name: str, content: bytes) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / name).write_bytes(content)


def saved(value, zipped: bool) -> bytes:
    target = io.BytesIO()
    torch.save(value, target, _use_new_zipfile_serialization=zipped)
    return target.getvalue()


def both(name: str, value) -> None:
    write(f"{name}.zip.pth", saved(value, True))
    write(f"{name}.legacy.pth", saved(value, False))


def described(tensor: torch.Tensor) -> dict:
    return {"shape": list(tensor.shape), "values": tensor.detach().to(torch.float64).flatten().tolist()}


# --- sound ----------------------------------------------------------------------------------------------------------------


def every_type() -> dict[str, torch.Tensor]:
    values = torch.tensor([0.0, -1.5, 2.0, 3.25, 100.0, -0.125])
    types = {
        "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
        "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
    }
    return {name: (values.abs() if name == "U8" else values).to(dtype).reshape(2, 3) for name, dtype in types.items()}


def views() -> dict[str, torch.Tensor]:
    """Tensors that share a storage and see it by offset and strides."""
    base = torch.arange(24, dtype=torch.float32)
    cube = base.reshape(2, 3, 4)
    return {
        "base": base,
        "offset": base[5:11],
        "transposed": cube.permute(2, 0, 1),
        "every second": cube[:, :, ::2],
        "expanded": base[3:5].reshape(2, 1).expand(2, 3),
        "scalar": base[7],
        "none": base[:0].reshape(0, 3),
        "column": cube[:, 1:2, 0],
        "last": torch.zeros(2, 3, 2, 2).contiguous(memory_format=torch.channels_last) + torch.arange(24.0).reshape(2, 3, 2, 2),
    }


def checkpoint() -> dict:
    """What training scripts keep beside the weights."""
    return {
        "epoch": 240,
        "best_acc": np.float64(72.5),
        "accuracy": torch.tensor([72.5]),
        "count": np.int64(7),
        "single": np.float32(0.25),
        "milestones": Counter({150: 1, 180: 1}),
        "shape": torch.Size([3, 32]),
        "model": OrderedDict(weight=nn.Parameter(torch.tensor([[1.0, 2.0]])), bias=torch.tensor([3.0])),
        "optimizer": torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.05, momentum=0.9).state_dict(),
    }


def teacher() -> None:
    """A teacher as RepDistiller's scripts of the day kept it: legacy container, no count of batches, DataParallel's names."""
    network = networks.build("resnet8", 3, 10)
    weights = {
        name: torch.from_numpy(generator.parameter(name, tuple(value.shape), False))
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    network.load_state_dict(weights, strict=False)
    network.double().eval()
    images = torch.from_numpy(generator.uniform("checkpoint.images", (4, 32, 32, 3), 1.75)).permute(0, 3, 1, 2).contiguous()
    with torch.no_grad():
        logits = network(images.double()).logits
        own = network.float()(images).logits
    kept = OrderedDict((f"module.{name}", value) for name, value in weights.items())
    write("resnet8.legacy.pth", saved({"epoch": 240, "model": kept, "best_acc": np.float64(72.5)}, False))
    difference = (own.double() - logits).norm() / logits.norm()
    expected["resnet8"] = {"images": "checkpoint.images", "scale": 1.75, "logits": described(logits), "ownError": difference.item()}


# --- malicious and damaged ------------------------------------------------------------------------------------------------


class Evil:
    def __reduce__(self):
        import os

        return (os.system, (COMMAND,))


class Reduced:
    """Calls eval."""

    def __reduce__(self):
        return (eval, (f"__import__('os').system({COMMAND!r})",))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, compress_type=method)
    return target.getvalue()


def legacy(content: bytes) -> bytes:
    """The legacy container around the pickle of a value without tensors."""
    head = [torch.serialization.MAGIC_NUMBER, torch.serialization.PROTOCOL_VERSION, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}]
    return b"".join(pickle.dumps(part, 2) for part in head) + content + pickle.dumps([], 2)


def tensor_pickle(numel: int, offset: int, shape: tuple, strides: tuple) -> bytes:
    """The pickle of one tensor with any numbers in it, storage 0."""

    class Storage:
        pass

    class Rebuilt:
        def __reduce__(self):
            return (torch._utils._rebuild_tensor_v2, (Storage(), offset, shape, strides, False, OrderedDict()))

    class Writer(pickle.Pickler):
        def persistent_id(self, value):
            return ("storage", torch.FloatStorage, "0", "cpu", numel) if isinstance(value, Storage) else None

    target = io.BytesIO()
    Writer(target, 2).dump({"weight": Rebuilt()})
    return target.getvalue()


def archive(content: bytes, storage: bytes = b"", **more: bytes) -> bytes:
    return zipped({"archive/data.pkl": content, "archive/byteorder": b"little", "archive/data/0": storage, "archive/version": b"3\n", **more})


def bad() -> None:
    for protocol in (2, 4):  # GLOBAL and STACK_GLOBAL
        write(f"system-{protocol}.zip.pth", archive(pickle.dumps({"model": Evil()}, protocol)))
        write(f"system-{protocol}.legacy.pth", legacy(pickle.dumps({"model": Evil()}, protocol)))
    write("eval.zip.pth", archive(pickle.dumps({"model": Reduced()}, 2)))
    write("inner-system.legacy.pth", pickle.dumps(torch.serialization.MAGIC_NUMBER, 2) + pickle.dumps(Evil(), 2))
    write("module.zip.pth", saved(nn.Linear(2, 1), True))
    write("module.legacy.pth", saved(nn.Linear(2, 1), False))
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.Linear(2, 1)), script)
    write("script.pt", script.getvalue())
    good = tensor_pickle(4, 0, (2, 2), (2, 1))
    numbers = struct.pack("<4f", 1, 2, 3, 4)
    write("climbs.zip.pth", zipped({"archive/data.pkl": good, "archive/../../evil": b"x"}))
    write("climbing-key.zip.pth", archive(good.replace(b"X\x01\x00\x00\x000", b"X\x04\x00\x00\x00../0"), numbers))
    write("bomb.zip.pth", zipped({"archive/data.pkl": tensor_pickle(5_000_000, 0, (5_000_000,), (1,)), "archive/data/0": bytes(20_000_000)}, zipfile.ZIP_DEFLATED))
    write("repeats.zip.pth", archive(tensor_pickle(4, 0, (100_000, 100_000), (0, 0)), numbers))
    write("beyond.zip.pth", archive(tensor_pickle(4, 1, (2, 2), (2, 1)), numbers))
    write("short-storage.zip.pth", archive(good, numbers[:-4]))
    write("big-endian.zip.pth", zipped({"archive/data.pkl": good, "archive/byteorder": b"big", "archive/data/0": numbers}))
    write("no-pickle.zip.pth", zipped({"archive/version": b"3\n"}))
    write("text.pth", b"this is no checkpoint\n")
    # Lists of lists of lists as a name: as text it would have 2^40 parts.
    doubled = b"]" + b"q\x00" + b"".join(b"](h" + bytes([n]) + b"h" + bytes([n]) + b"eq" + bytes([n + 1]) for n in range(40))
    write("doubling-name.zip.pth", archive(b"\x80\x04" + doubled + b"\x8c\x01x\x93."))


both("every-type", every_type())
both("views", views())
both("checkpoint", checkpoint())
expected["every-type"] = {name: described(value) for name, value in every_type().items()}
expected["views"] = {name: described(value) for name, value in views().items()}
teacher()
bad()
write("expected.json", (json.dumps(expected, indent=1) + "\n").encode())
print(f"{len(list(FOLDER.iterdir()))} files in {FOLDER}")
