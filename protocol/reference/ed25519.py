"""Checks an Ed25519 signature (RFC 8032, section 5.1.7) in plain Python. Slow, and good enough to check vectors."""
import hashlib

P, ORDER = 2 ** 255 - 19, 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    t = D * a[0] * b[0] * a[1] * b[1]
    return (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P) % P


def times(n, a):
    if n == 0: return 0, 1
    half = times(n // 2, add(a, a))
    return add(half, a) if n & 1 else half


def point(data):
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square: x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or y >= P: return None
    return (P - x if x & 1 != data[31] >> 7 else x), y


def is_signed(key, message, signature):
    s, k = int.from_bytes(signature[32:], "little"), int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    base, a, r = point((4 * pow(5, -1, P) % P).to_bytes(32, "little")), point(key), point(signature[:32])
    return s < ORDER and None not in (a, r) and times(s, base) == add(r, times(k % ORDER, a))
