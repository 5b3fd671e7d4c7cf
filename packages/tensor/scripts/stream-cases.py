"""Writes src/random/stream-cases.json: the streams of docs/adr/0003 computed apart from the code, from the published
definitions, with unbounded integers: xoroshiro128+ (Blackman and Vigna 2021, 24/16/37), whose low 32 bits are a word."""

import hashlib
import json
import math
import pathlib

M64 = (1 << 64) - 1


class Stream:
    def __init__(self, seed, name, stage=None, epoch=None, step=None, row=None):
        text = json.dumps([seed, name, stage, epoch, step, row], separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).digest()
        high0, low0, high1, low1 = (int.from_bytes(digest[i : i + 4], "little") for i in (0, 4, 8, 12))
        # The generator's state lists each 64-bit word's high half first, then (as its author stores it) s1 likewise.
        self.s0, self.s1 = high0 << 32 | low0, high1 << 32 | low1
        self.spare = None

    def word(self):
        rotate = lambda x, k: (x << k | x >> (64 - k)) & M64
        s0, s1 = self.s0, self.s1
        result = (s0 + s1) & M64
        s1 ^= s0
        self.s0 = rotate(s0, 24) ^ s1 ^ (s1 << 16 & M64)
        self.s1 = rotate(s1, 37)
        return result & 0xFFFFFFFF

    def bits53(self):
        low = self.word() >> 6
        return (self.word() >> 5) << 26 | low

    def uniform(self):
        return self.bits53() / 2**53

    def integer(self, bound):
        bits = (bound - 1).bit_length()
        if bits == 0:
            return 0
        while True:
            value = self.word() >> (32 - bits) if bits <= 32 else self.bits53() >> (53 - bits)
            if value < bound:
                return value

    def normal(self):
        if self.spare is not None:
            value, self.spare = self.spare, None
            return value
        while True:
            x, y = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            squared = x * x + y * y
            if 0 < squared < 1:
                factor = math.sqrt(-2 * math.log(squared) / squared)
                self.spare = y * factor
                return x * factor

    def log_gamma(self, shape):
        if shape < 1:
            above = self.log_gamma(shape + 1)
            return above + math.log(1 - self.uniform()) / shape
        d = shape - 1 / 3
        while True:
            x = self.normal()
            v = (1 + x / math.sqrt(9 * d)) ** 3
            if v > 0 and math.log(1 - self.uniform()) < x * x / 2 + d - d * v + d * math.log(v):
                return math.log(d * v)

    def beta(self, alpha, beta):
        if alpha == beta == 1:
            return self.uniform()
        b = self.log_gamma(beta)
        return 1 / (1 + math.exp(b - self.log_gamma(alpha)))

    def choose(self, bound, count):
        values = list(range(bound))
        for place in range(count):
            other = place + self.integer(bound - place)
            values[place], values[other] = values[other], values[place]
        return values[:count]


positions = [
    {"seed": 0, "name": "augmenter:cutmix", "position": {}},
    {"seed": 0, "name": "augmenter:cutmix", "position": {"epoch": 0, "step": 0}},
    {"seed": 7, "name": "order", "position": {"epoch": 239}},
    {"seed": 2**53 - 1, "name": 'a "quoted" näme', "position": {"stage": 1, "epoch": 2, "step": 3, "row": 4}},
]
draws = {
    "uniform": lambda s: [s.uniform() for _ in range(4)],
    "integer": lambda s: [s.integer(bound) for bound in (1, 2, 6, 100, 2**20, 2**32 - 1, 2**32, 2**32 + 1, 2**53 - 1)],
    "normal": lambda s: [s.normal() for _ in range(5)],
    "beta": lambda s: [s.beta(*p) for p in ((1, 1), (0.2, 0.2), (2, 5), (0.5, 3), (30, 1))],
    "permutation": lambda s: s.choose(12, 12),
    "choose few": lambda s: s.choose(50_000, 5),
    "choose many": lambda s: s.choose(20, 15),
}
for case in positions:
    case["draws"] = {
        name: draw(Stream(case["seed"], case["name"], **case["position"])) for name, draw in draws.items()
    }
target = pathlib.Path(__file__).parent.parent / "src/random/stream-cases.json"
lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in positions)
target.write_text(f"[\n{lines}\n]\n")
