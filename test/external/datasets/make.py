"""Makes the small data sets, images, archives and pickles in `fixtures/` that the tests of data sets read.

    python make.py            writes them
    python make.py --check    makes them again elsewhere; fails where a file differs

NumPy, Pillow and Python's own pickle, tarfile and zipfile write the files and say what is in them (`expected.json`, `*.rgb`),
so that kdf's readers are compared with something that kdf did not write.
"""

import gzip
import hashlib
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
import tempfile
import zipfile
import zlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent / "fixtures"
STAMP = (2020, 1, 1, 0, 0, 0)


def picture(seed: int, height: int, width: int, channels: int = 3) -> np.ndarray:
    """Smooth waves with a few hard edges: compresses well, and shows each mistake of place, order or rounding."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for _ in range(channels):
        a, b, c = random.uniform(0.03, 0.25, 3)
        plane = 127.5 + 90 * np.sin(a * x + b * y + 6 * c) + 30 * ((x // 7 + y // 5) % 2)
        planes.append(np.clip(plane, 0, 255))
    return np.stack(planes, -1).astype(np.uint8)


def sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


# --- archives -----------------------------------------------------------------------------------------------------------


def tar_bytes(members: list[tuple[str, bytes]], extra=None) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            if name.endswith("/"):
                entry.type = tarfile.DIRTYPE
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for entry in extra or []:
            archive.addfile(entry)
    return target.getvalue()


def gz(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def zip_bytes(members: list[tuple[str, bytes]], modes: dict[str, int] | None = None) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, STAMP)
            entry.create_system = 3
            entry.external_attr = (modes or {}).get(name, 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type = kind
    entry.linkname = target
    return entry


def archives(write) -> None:
    good = [("folder/", b""), ("folder/one.txt", b"one"), ("folder/two.txt", b"two" * 400)]
    write("archives/good.tar.gz", gz(tar_bytes(good)))
    write("archives/good.tar", tar_bytes(good))
    write("archives/good.zip", zip_bytes(good))
    write("archives/cut-off.tar.gz", gz(tar_bytes(good))[:-60])
    write("archives/climbs.tar", tar_bytes([("folder/one.txt", b"one"), ("folder/../../evil", b"x")]))
    write("archives/absolute.tar", tar_bytes([("/etc/evil", b"x")]))
    write("archives/symbolic-link.tar", tar_bytes(good, [link("folder/evil", "../../outside", tarfile.SYMTYPE)]))
    write("archives/hard-link.tar", tar_bytes(good, [link("folder/evil", "/etc/passwd", tarfile.LNKTYPE)]))
    write("archives/device.tar", tar_bytes(good, [link("folder/evil", "", tarfile.CHRTYPE)]))
    write("archives/climbs.zip", zip_bytes([("folder/one.txt", b"one"), ("../../evil", b"x")]))
    write("archives/absolute.zip", zip_bytes([("/etc/evil", b"x")]))
    write("archives/symbolic-link.zip", zip_bytes([("folder/evil", b"../../outside")], {"folder/evil": 0o120777}))
    write("archives/large.zip", zip_bytes([("zeros", bytes(3_000_000))]))
    whole = zip_bytes(good)
    write("archives/cut-off.zip", whole[:-30])
    place = whole.index(b"folder/two.txt") + len("folder/two.txt") + 2
    write("archives/damaged.zip", whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])


# --- pickles ------------------------------------------------------------------------------------------------------------


class Python2Pickler(pickle._Pickler):
    """Writes text as the `str` of Python 2, as the files of the CIFAR data sets have it."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_python2(self, value):
        content = value.encode("latin1") if isinstance(value, str) else bytes(value)
        if len(content) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(content)]) + content)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(content)) + content)
        self.memoize(value)

    dispatch[str] = save_python2
    dispatch[bytes] = save_python2


def python2_pickle(value) -> bytes:
    target = io.BytesIO()
    Python2Pickler(target, protocol=2).dump(value)
    content = target.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    loaded = pickle.loads(content, encoding="latin1")
    assert set(loaded) == set(value), "Python does not read what stands for Python 2"
    return content


class Evil:
    def __reduce__(self):
        import os

        return (os.system, ("echo executed > executed-by-a-pickle",))


def pickles(write) -> None:
    data = np.arange(24, dtype=np.uint8).reshape(4, 6)
    for protocol in (2, 3, 4, 5):
        value = {"data": data, "labels": [3, 1, 2, 0], "name": "é", "big": 2**80, "small": -7, "share": 0.5, "none": None, "yes": True, "pair": (1, 2)}
        write(f"pickles/protocol-{protocol}.pickle", pickle.dumps(value, protocol=protocol))
    write("pickles/columns-first.pickle", pickle.dumps({"data": np.asfortranarray(data)}, protocol=4))
    write("pickles/columns-first-5.pickle", pickle.dumps({"data": np.asfortranarray(data)}, protocol=5))
    write("pickles/python-2.pickle", python2_pickle({"data": data, "labels": [3, 1, 2, 0]}))
    write("pickles/floats.pickle", pickle.dumps({"data": np.arange(3, dtype="<f4")}, protocol=2))
    write("pickles/system.pickle", pickle.dumps({"data": Evil()}, protocol=2))
    write("pickles/system-4.pickle", pickle.dumps({"data": Evil()}, protocol=4))
    write("pickles/eval.pickle", b"\x80\x02cbuiltins\neval\nX\x04\x00\x00\x001+1\n\x85R.")
    write("pickles/prototype.pickle", b"\x80\x02c__proto__\ntoString\n)R.")
    write("pickles/build.pickle", b"\x80\x02cnumpy\nndarray\n}b.")
    write("pickles/text-protocol.pickle", pickle.dumps([1, 2], protocol=0))
    write("pickles/persistent.pickle", b"\x80\x02X\x01\x00\x00\x00aQ.")


# --- CIFAR --------------------------------------------------------------------------------------------------------------

CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def planar(images: np.ndarray) -> np.ndarray:
    """[n,H,W,C] as rows of 3,072 bytes: the red plane, the green, the blue."""
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), -1)


def records(labels: list[np.ndarray], images: np.ndarray) -> bytes:
    return np.concatenate([*(column[:, None].astype(np.uint8) for column in labels), planar(images)], 1).tobytes()


def cifar10(write, expected) -> None:
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    binary, python, images, labels = [], [], [], []
    for part, name in enumerate(names):
        pictures = np.stack([picture(100 * part + row, 32, 32) for row in range(4)])
        given = np.array([(part + 3 * row) % 10 for row in range(4)])
        images.append(pictures)
        labels.append(given)
        binary.append((f"cifar-10-batches-bin/{name}.bin", records([given], pictures)))
        content = {"batch_label": name, "labels": given.tolist(), "data": planar(pictures), "filenames": [f"{row}.png" for row in range(4)]}
        python.append((f"cifar-10-batches-py/{name}", python2_pickle(content)))
    binary.append(("cifar-10-batches-bin/batches.meta.txt", "".join(f"{name}\n" for name in CIFAR10).encode()))
    python.append(("cifar-10-batches-py/batches.meta", python2_pickle({"label_names": CIFAR10, "num_vis": 3072})))
    write("cifar10/cifar-10-binary.tar.gz", gz(tar_bytes([("cifar-10-batches-bin/", b""), *binary])))
    write("cifar10/cifar-10-python.tar.gz", gz(tar_bytes([("cifar-10-batches-py/", b""), *python])))
    expected["cifar10"] = {
        "training": {"pixels": sha256(np.concatenate(images[:5])), "labels": np.concatenate(labels[:5]).tolist()},
        "test": {"pixels": sha256(images[5]), "labels": labels[5].tolist()},
    }


def cifar100(write, expected) -> None:
    binary, python, stated = [], [], {}
    for seed, (split, count) in enumerate((("train", 60), ("test", 20))):
        pictures = np.stack([picture(5000 + 1000 * seed + row, 32, 32) for row in range(count)])
        fine = np.array([(37 * row + seed) % 100 for row in range(count)])
        coarse = fine % 20
        binary.append((f"cifar-100-binary/{split}.bin", records([coarse, fine], pictures)))
        content = {"filenames": [f"{row}.png" for row in range(count)], "fine_labels": fine.tolist(), "coarse_labels": coarse.tolist(), "data": planar(pictures)}
        python.append((f"cifar-100-python/{split}", python2_pickle(content)))
        stated["training" if split == "train" else split] = {"pixels": sha256(pictures), "labels": fine.tolist()}
    write("cifar100/cifar-100-binary.tar.gz", gz(tar_bytes([("cifar-100-binary/", b""), *binary])))
    write("cifar100/cifar-100-python.tar.gz", gz(tar_bytes([("cifar-100-python/", b""), *python])))
    expected["cifar100"] = stated


# --- images -------------------------------------------------------------------------------------------------------------


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def png_of_16_bits(values: np.ndarray) -> bytes:
    """A PNG of 16 bits a channel: Pillow writes none with colours."""
    height, width, channels = values.shape
    rows = b"".join(b"\0" + values[row].astype(">u2").tobytes() for row in range(height))

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2}[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def resized(image: Image.Image, shorter: int, size: int) -> Image.Image:
    """torchvision's Resize(shorter) and CenterCrop(size) on a Pillow image: bilinear with antialiasing, its roundings."""
    width, height = image.size
    wide, high = (shorter, int(shorter * height / width)) if width <= height else (int(shorter * width / height), shorter)
    if (wide, high) != (width, height):
        image = image.resize((wide, high), Image.Resampling.BILINEAR)
    left, top = int(round((wide - size) / 2)), int(round((high - size) / 2))
    return image.crop((left, top, left + size, top + size))


def images(write, expected) -> None:
    rgb = Image.fromarray(picture(1, 45, 60))
    grey = Image.fromarray(picture(2, 45, 60, 1)[:, :, 0])
    alpha = Image.fromarray(picture(3, 45, 60, 1)[:, :, 0])
    turned = Image.Exif()
    turned[0x0112] = 6
    palette = rgb.quantize(32)
    deep = picture(4, 20, 24).astype(np.uint16) * 256 + 77
    deep_grey = picture(5, 20, 24, 1).astype(np.uint16) * 256 + 200
    cmyk = Image.fromarray(picture(6, 45, 60, 4), "CMYK")
    files = {
        "rgb.png": encoded(rgb, "PNG"),
        "grey.png": encoded(grey, "PNG"),
        "bilevel.png": encoded(grey.point(lambda value: 255 * (value > 120)).convert("1"), "PNG"),
        "palette.png": encoded(palette, "PNG"),
        "palette-transparent.png": encoded(palette, "PNG", transparency=3),
        "alpha.png": encoded(Image.merge("RGBA", [*rgb.split(), alpha]), "PNG"),
        "grey-alpha.png": encoded(Image.merge("LA", [grey, alpha]), "PNG"),
        "deep.png": png_of_16_bits(deep),
        "deep-grey.png": png_of_16_bits(deep_grey),
        "lossless.webp": encoded(rgb, "WEBP", lossless=True),
        "lossy.webp": encoded(rgb, "WEBP", quality=80),
        "rgb.jpg": encoded(rgb, "JPEG", quality=90),
        "full-colour.jpg": encoded(rgb, "JPEG", quality=90, subsampling=0),
        "progressive.jpg": encoded(rgb, "JPEG", quality=90, progressive=True),
        "grey.jpg": encoded(grey, "JPEG", quality=90),
        "cmyk.jpg": encoded(cmyk, "JPEG", quality=95),
        "turned.jpg": encoded(rgb, "JPEG", quality=90, exif=turned),
        "png-named.jpg": encoded(rgb, "PNG"),
    }
    sizes = {}
    for name, content in files.items():
        write(f"images/{name}", content)
        if name.startswith("deep"):
            # Sixteen bits keep their upper eight; Pillow's own way with them differs from mode to mode.
            pixels = (deep if name == "deep.png" else np.repeat(deep_grey, 3, -1)) >> 8
        else:
            pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
        sizes[name] = list(pixels.shape)
        write(f"images/{name}.rgb", gz(pixels.astype(np.uint8).tobytes()))
    expected["images"] = sizes
    write("images/damaged/cut-off.jpg", files["rgb.jpg"][:-400])
    write("images/damaged/cut-off.png", files["rgb.png"][: len(files["rgb.png"]) // 2])
    write("images/damaged/text.jpg", b"This is no image.\n")
    write("images/damaged/empty.png", b"")

    cases = []
    for number, (high, wide, shorter, size) in enumerate([(45, 60, 32, 28), (60, 45, 32, 28), (37, 91, 41, 36), (20, 24, 32, 28), (64, 64, 64, 56), (101, 33, 33, 33), (50, 75, 20, 20)]):
        picture_of_case = Image.fromarray(picture(40 + number, high, wide))
        write(f"resize/{number}.png", encoded(picture_of_case, "PNG"))
        write(f"resize/{number}.rgb", gz(np.asarray(resized(picture_of_case, shorter, size)).tobytes()))
        cases.append({"height": high, "width": wide, "resize": shorter, "size": size})
    expected["resize"] = cases
    crops = []
    for number, (top, left, high, wide, size) in enumerate([(3, 5, 30, 41, 24), (0, 0, 45, 60, 32), (10, 20, 7, 9, 24)]):
        cut = rgb.crop((left, top, left + wide, top + high)).resize((size, size), Image.Resampling.BILINEAR)
        write(f"resize/crop-{number}.rgb", gz(np.asarray(cut).tobytes()))
        crops.append({"top": top, "left": left, "height": high, "width": wide, "size": size})
    expected["crops"] = crops


def folders(write, expected) -> None:
    """train/<class> and val/<class>, in all formats, of several sizes."""
    kinds = [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("JPEG", "JPEG")]
    for split, count in (("train", 12), ("val", 4)):
        for label, name in enumerate(("ant", "bee", "cat")):
            for row in range(count):
                ending, kind = kinds[row % 4]
                image = Image.fromarray(picture(1000 * label + 50 * row + len(split), 40 + 3 * row, 48 + 2 * label))
                write(f"image-folder/{split}/{name}/{row:02}.{ending}", encoded(image, kind))


def tiny_imagenet(write, expected) -> None:
    wnids = ["n02000001", "n01000002", "n03000003"]
    words = "".join(f"{wnid}\tthing {number}, other name\n" for number, wnid in enumerate(wnids)) + "n09999999\tnot in it\n"
    members, annotations = [("tiny-imagenet-200/wnids.txt", "\n".join(wnids).encode()), ("tiny-imagenet-200/words.txt", words.encode())], []
    stated = {"classes": sorted(wnids), "training": [], "test": []}

    def jpeg(seed: int, grey: bool) -> bytes:
        pixels = picture(seed, 64, 64, 1 if grey else 3)
        return encoded(Image.fromarray(pixels[:, :, 0] if grey else pixels), "JPEG", quality=85)

    for label, wnid in enumerate(sorted(wnids)):
        members.append((f"tiny-imagenet-200/train/{wnid}/{wnid}_boxes.txt", b""))
        for row in range(4):
            content = jpeg(70 + 10 * label + row, row == 2)
            members.append((f"tiny-imagenet-200/train/{wnid}/images/{wnid}_{row}.JPEG", content))
            stated["training"].append({"label": label, "pixels": np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).ravel()[:64].tolist()})
    for row in range(6):
        content = jpeg(170 + row, row == 3)
        label = (row * 2) % 3
        members.append((f"tiny-imagenet-200/val/images/val_{row}.JPEG", content))
        annotations.append(f"val_{row}.JPEG\t{sorted(wnids)[label]}\t0\t0\t63\t63\n")
        stated["test"].append({"label": label, "pixels": np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).ravel()[:64].tolist()})
    members.append(("tiny-imagenet-200/val/val_annotations.txt", "".join(annotations).encode()))
    members.append(("tiny-imagenet-200/test/images/test_0.JPEG", jpeg(300, False)))
    write("tiny-imagenet/tiny-imagenet-200.zip", zip_bytes(members))
    expected["tiny-imagenet"] = stated


def idx(values: np.ndarray) -> bytes:
    return struct.pack(">HBB", 0, 8, values.ndim) + struct.pack(f">{values.ndim}I", *values.shape) + values.astype(np.uint8).tobytes()


def mnist(write, expected) -> None:
    stated = {}
    for seed, (split, prefix, count) in enumerate((("training", "train", 12), ("test", "t10k", 5))):
        pictures = np.stack([picture(9000 + 100 * seed + row, 28, 28, 1)[:, :, 0] for row in range(count)])
        labels = np.arange(count) % 10
        write(f"mnist/{prefix}-images-idx3-ubyte.gz", gz(idx(pictures)))
        write(f"mnist/{prefix}-labels-idx1-ubyte.gz", gz(idx(labels)))
        stated[split] = {"pixels": sha256(pictures), "labels": labels.tolist()}
    expected["mnist"] = stated


def make(folder: pathlib.Path) -> None:
    def write(name: str, content: bytes) -> None:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    expected = {}
    archives(write)
    pickles(write)
    for part in (cifar10, cifar100, images, folders, tiny_imagenet, mnist):
        part(write, expected)
    write("expected.json", (json.dumps(expected, indent=1) + "\n").encode())


def files_in(folder: pathlib.Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def unpacked(path: pathlib.Path):
    """What a file holds: versions of zlib compress differently. An archive that is broken on purpose is as long as it is."""
    content = path.read_bytes()
    try:
        if path.suffix in (".gz", ".rgb"):
            return gzip.decompress(content)
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                return [(entry.filename, entry.external_attr, archive.read(entry)) for entry in archive.infolist()]
    except (EOFError, zipfile.BadZipFile, zlib.error):
        return None
    return content


def main() -> None:
    if "--check" not in sys.argv:
        make(HERE)
        return
    with tempfile.TemporaryDirectory() as fresh:
        made = pathlib.Path(fresh)
        make(made)
        names = files_in(made)
        assert names == files_in(HERE), set(names) ^ set(files_in(HERE))
        differ = [name for name in names if unpacked(made / name) != unpacked(HERE / name)]
        assert not differ, f"these differ: {differ}"
        print(f"{len(names)} files are the same")


main()
