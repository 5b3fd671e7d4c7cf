"""The cases of src/hash.test.ts, computed from the documented formula with unbounded integers."""

M = 1 << 32


def mix32(x):
    x ^= x >> 16
    x = x * 0x85EBCA6B % M
    x ^= x >> 13
    x = x * 0xC2B2AE35 % M
    return x ^ (x >> 16)


def hash_row(seed, identity):
    low, high = seed % M, seed // M
    key = mix32(low ^ mix32((high + 0x9E3779B9) % M))
    return mix32((identity % M) ^ key)


for case in [(0, 0), (0, 59_999), (2**32 + 7, 12_345), (7, -1)]:
    print(case, hash_row(*case))

assert mix32(1) == 0x514E28B7 and mix32(M - 1) == 0x81F16F39
