"""Checks an Ed25519 signature (RFC 8032, section 5.1.7) in plain Python. Slow, and good enough to check vectors."""
import hashlib


def is_signed(key, message, signature):
    p, order = 2 ** 255 - 19, 2 ** 252 + 27742317777372353535851937790883648493
    d = -121665 * pow(121666, -1, p) % p

    def add(a, b):
        x = d * a[0] * b[0] * a[1] * b[1]
        return ((a[0] * b[1] + b[0] * a[1]) * pow(1 + x, -1, p) % p, (a[1] * b[1] + a[0] * b[0]) * pow(1 - x, -1, p) % p)

    def times(n, a):
        out = (0, 1)
        while n:
            if n & 1: out = add(out, a)
            a, n = add(a, a), n >> 1
        return out

    def point(data):
        y = int.from_bytes(data, "little") & (1 << 255) - 1
        square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(square, (p + 3) // 8, p)
        if x * x % p != square: x = x * pow(2, (p - 1) // 4, p) % p
        if x * x % p != square or y >= p: raise ValueError("no point of the curve")
        return (p - x if x & 1 != data[31] >> 7 else x, y)

    scalar = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % order
    base = point((4 * pow(5, -1, p) % p).to_bytes(32, "little"))
    try:
        return scalar < order and times(scalar, base) == add(point(signature[:32]), times(k, point(key)))
    except ValueError:
        return False
