#!/usr/bin/env python3
"""Reads one change-set of Tributary, checks its hash, leaves and signature, prints it as JSON.

    read_changeset.py FILE [PUBLIC-KEY-HEX]

Plain Python, standard library only, written from ../SPECIFICATION.md; section numbers stand beside the
code. Meant to be read: it is slow, and keeps only the limits that it needs for itself.
Exit 0 with the JSON on stdout; exit 1 with an error's code and message on stderr.
"""
import hashlib, hmac, json, os, re, struct, sys, zlib

from ed25519 import is_signed

# Section 3: the codes of names, from the table itself.
SPECIFICATION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "SPECIFICATION.md")
SECTION_3 = open(SPECIFICATION, encoding="utf-8").read().split("\n## ")[3]
NAMES = re.findall(r"^\| \d+ \| ([^|]+) \| ([^|]+) \|$", SECTION_3, re.M)
ENTITIES = [name for name, _ in NAMES]
FIELDS = {name: fields.split(", ") for name, fields in NAMES}
KINDS = {1: "sale", 2: "customer return", 3: "receipt", 4: "transfer out", 5: "transfer in",
         6: "adjustment", 7: "reservation", 8: "release"}
MAX_SET, MAX_STREAM, MAX_CHANGES = 8 << 20, 64 << 20, 10_000


class Bad(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")


def need(condition, message, code="changeset-damaged"):
    if not condition:
        raise Bad(code, message)


class Reader:
    """Section 2: single values."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def raw(self, count):
        need(count <= len(self.data) - self.at, f"{count} bytes were to follow byte {self.at}", "changeset-truncated")
        self.at += count
        return self.data[self.at - count:self.at]

    def byte(self):
        return self.raw(1)[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            need(value < 1 << 64 and shift < 70, "a number needs more than 64 bits")
            if byte < 128:
                need(byte or not shift, "a number is longer than needed", "changeset-not-canonical")
                return value
            shift += 7

    def count(self, limit, what):
        value = self.varint()
        need(value <= limit, f"{value} {what}, at most {limit}", "changeset-too-large")
        return value

    def signed(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def text(self, count=None):
        try:
            return self.raw(self.varint() if count is None else count).decode("utf-8")
        except UnicodeDecodeError:
            raise Bad("changeset-damaged", "a text is no valid UTF-8")

    def id(self):
        return self.raw(16).hex()

    def dot(self):
        replica = self.id()
        return f"{replica}:{self.varint()}"

    def name(self, known):
        code = self.varint()
        need(code <= len(known), f"unknown name code {code}", "changeset-too-new")
        return known[code - 1] if code else self.text(self.count(255, "bytes in a name"))

    def value(self):
        kind = self.byte()
        need(kind <= 6, f"unknown class {kind}", "changeset-too-new")
        if kind == 0: return None
        if kind == 1: return self.signed()
        if kind == 2: return {"real": self.raw(8).hex()}
        if kind == 3: return self.text()
        if kind == 4: return {"malformed": self.raw(self.varint()).hex()}
        if kind == 5: return {"blob": self.raw(self.varint()).hex()}
        entity, flags = self.name(ENTITIES), self.byte()
        source = self.id() if flags & 1 else None
        key = [self.value() for _ in range(self.count(32, "key columns"))]
        return {"entity": entity, "source": source, "key": key, "life": self.dot() if flags & 2 else None}


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def sized(data):
    return varint(len(data)) + data


def encoded(value):
    """Section 2.3 backwards: the one way to write a value, for its leaf."""
    if value is None: return b"\0"
    if isinstance(value, int): return b"\1" + varint(value << 1 if value >= 0 else (-value << 1) - 1)
    if isinstance(value, str): return b"\3" + sized(value.encode())
    if "real" in value: return b"\2" + bytes.fromhex(value["real"])
    if "malformed" in value: return b"\4" + sized(bytes.fromhex(value["malformed"]))
    if "blob" in value: return b"\5" + sized(bytes.fromhex(value["blob"]))
    out, source, life = named(value["entity"], ENTITIES), value["source"], value["life"]
    out += bytes([(1 if source else 0) | (2 if life else 0)]) + bytes.fromhex(source or "")
    out += varint(len(value["key"])) + b"".join(map(encoded, value["key"]))
    return b"\6" + out + (bytes.fromhex(life[:32]) + varint(int(life[33:])) if life else b"")


def named(name, known):
    return varint(known.index(name) + 1) if name in known else b"\0" + sized(name.encode())


class Columns(Reader):
    """Section 4.5: one column."""

    def column(self, rows, inside=False):
        if rows == 0: return []
        coding = self.byte()
        need(coding <= 9, f"unknown column coding {coding}", "changeset-too-new")
        if coding == 0: return [self.value() for _ in range(rows)]
        if coding == 1: return [self.value()] * rows
        if coding in (2, 3, 4):
            exponent = self.byte()
            need(exponent <= 18, "a power of ten is out of range")
            values = self.numbers(rows, coding)
            values = [value * 10 ** exponent for value in values]
            need(all(-1 << 63 <= value < 1 << 63 for value in values), "an integer leaves the 64-bit range")
            return values
        if coding == 5:
            planes = self.raw(rows * 8)
            return [{"real": planes[row::rows].hex()} for row in range(rows)]
        if coding == 6:
            lengths = [self.varint() for _ in range(rows)]
            return [self.text(length) for length in lengths]
        if coding == 7:
            entries, last = [], b""
            for _ in range(self.count(rows, "dictionary entries")):
                shared, own = self.count(len(last), "shared bytes"), self.varint()
                last = last[:shared] + self.raw(own)
                entries.append(Reader(last).text(len(last)))
            return self.indexed(entries, rows)
        if coding == 8: return [str(value) for value in self.integers(rows)]
        bits = self.raw((rows + 7) // 8)
        present = [bits[row // 8] >> row % 8 & 1 for row in range(rows)]
        need(not inside and sum(present) == sum(bin(byte).count("1") for byte in bits) > 0, "a bitmap does not fit")
        values = iter(self.column(sum(present), inside=True))
        return [next(values) if bit else None for bit in present]

    def numbers(self, rows, coding):
        if coding == 2: return [self.signed() for _ in range(rows)]
        count = rows if coding == 3 else self.count(rows, "dictionary entries")
        values, sum = [], 0
        for _ in range(count):
            sum = (sum + self.signed() + (1 << 63)) % (1 << 64) - (1 << 63)
            values.append(sum)
        return values if coding == 3 else self.indexed(values, rows)

    def indexed(self, entries, rows):
        low = self.raw(rows)
        high = self.raw(rows) if len(entries) > 256 else bytes(rows)
        need(all(l + 256 * h < len(entries) for l, h in zip(low, high)), "an index points behind its dictionary")
        return [entries[l + 256 * h] for l, h in zip(low, high)]

    def integers(self, rows):
        values = self.column(rows)
        need(all(type(value) is int for value in values), "a column of integers holds something else")
        return values


def read_header(data):
    """Section 4.1."""
    need(data, "the change-set is empty", "changeset-truncated")
    need(len(data) <= MAX_SET, "too many bytes", "changeset-too-large")
    need(data[:4] == b"TRCS"[:len(data)], "it does not begin with TRCS", "not-a-changeset")
    r, h = Reader(data, 4), {}
    need(r.byte() == 1, "unknown version", "changeset-too-new")
    h["compression"], h["flags"] = r.byte(), r.byte()
    need(h["compression"] < 2 and h["flags"] < 2, "unknown compression or flags", "changeset-too-new")
    h["replica"], h["previous"], h["first"] = r.id(), r.raw(32).hex(), r.varint()
    h["count"] = r.count(MAX_CHANGES, "changes")
    need(h["count"] >= 1 and 1 <= h["first"] <= (1 << 63) - 1 - h["count"], "its counters leave the range")
    h["part"] = {"drain": r.varint(), "number": r.count(1 << 20, "as a part"), "total": r.count(1 << 20, "parts")}
    need(1 <= h["part"]["number"] <= h["part"]["total"], "it is no part")
    h["raw"], h["sent"] = r.count(MAX_STREAM, "bytes"), r.count(MAX_SET, "bytes")
    need((h["first"] == 1) == (h["previous"] == "00" * 32), "only the first set has none before it")
    need(h["first"] == 1 or h["flags"] == 0, "only the first set follows another replica")
    h["opening"] = None
    if h["first"] == 1:
        h["opening"] = {"source": r.id(), "name": r.text(r.count(255, "bytes in a name")),
                        "follows": r.dot() if h["flags"] else None}
    return h, r.at


def inflated(data, compression, raw):
    if compression == 1:
        need(raw <= len(data) * 1032, "so few bytes cannot hold so many")
        try:
            z = zlib.decompressobj(-15)
            data = z.decompress(data, raw + 1)
            need(z.eof and not z.unused_data, "its deflated stream does not end where it should")
        except zlib.error as error:
            raise Bad("changeset-damaged", str(error))
    need(len(data) == raw, "a stream is not as long as it says")
    return data


class Plain(Columns):
    """Sections 4.3 and 4.4: the plain stream, by shapes and columns."""

    def __init__(self, data, header):
        super().__init__(data)
        self.h = header
        self.replicas = [header["replica"]] + [self.id() for _ in range(self.count(65536, "replicas"))]
        self.sources = [None] + [self.id() for _ in range(self.count(65536, "sources"))]
        self.shapes = [self.shape() for _ in range(self.count(header["count"], "shapes"))]
        place = 0
        for _ in range(self.count(header["count"], "runs")):
            index, length = self.varint(), self.count(header["count"] - place, "changes in a run")
            need(index < len(self.shapes) and length, "a run is empty or points behind the shapes")
            self.shapes[index]["rows"] += range(place, place + length)
            place += length
        need(place == header["count"] and all(shape["rows"] for shape in self.shapes), "its runs do not cover it")

    def shape(self):
        s = {"action": self.byte(), "flags": 0, "entity": "", "width": 0, "fields": [], "rows": []}
        need(1 <= s["action"] <= 3, "unknown action", "changeset-too-new")
        if s["action"] != 3:
            s["flags"] = self.byte()
            need(s["flags"] < 8, "unknown shape flags", "changeset-too-new")
            need(s["action"] == 2 or s["flags"] < 4, "a write's context stands with its fields")
            s["entity"], s["width"] = self.name(ENTITIES), self.count(32, "key columns")
        for _ in range(self.count(1000, "fields") if s["action"] == 1 else 0):
            f = {"name": self.name(FIELDS.get(s["entity"], [])), "flags": self.byte()}
            need(f["flags"] < 64, "unknown field flags", "changeset-too-new")
            need(f["flags"] & 8 or f["flags"] < 8, "reference flags without a reference")
            need(f["flags"] & 9 != 9, "a personal value's class stands in the plain stream")
            need(all(f["name"] != other["name"] for other in s["fields"]), "a field is written twice")
            if f["flags"] & 8: f["entity"], f["width"] = self.name(ENTITIES), self.count(32, "key columns")
            s["fields"].append(f)
        s["stock"] = self.byte()
        need(s["stock"] <= 8 or s["stock"] in (16, 17), "unknown stock effect", "changeset-too-new")
        if s["stock"]:
            n = len(s["fields"])
            s["stockFlags"] = self.byte()
            s["from"] = [self.count(n, "as a field"), self.count(n, "as a field"), self.count(2 * n, "as a field")]
        return s

    def personal(self):
        return [(shape, field) for shape in self.shapes for field in shape["fields"] if field["flags"] & 1]

    def changes(self, personal):
        dot = [f"{self.h['replica']}:{self.h['first'] + place}" for place in range(self.h["count"])]
        out = [{"dot": d, "time": t} for d, t in zip(dot, self.integers(self.h["count"]))]
        for shape in self.shapes:
            self.actions(shape, out, personal)
            stock = self.stock(shape, out) if shape["stock"] else [None] * len(shape["rows"])
            for row, effect in zip(shape["rows"], stock): out[row]["stock"] = effect
        need(self.at == len(self.data), "bytes follow the columns")
        return out

    def actions(self, shape, out, personal):
        rows = shape["rows"]
        if shape["action"] == 3:
            for row in rows: out[row]["action"] = "stock only"
            return
        origins = self.origins(rows, shape["flags"] & 2, shape["width"], not shape["flags"] & 1)
        for row, (source, key, life) in zip(rows, origins):
            out[row].update(action="write" if shape["action"] == 1 else "delete",
                            entity=shape["entity"], source=source, key=key, life=life)
        if shape["action"] == 2:
            named = self.lists(rows) if shape["flags"] & 4 else [None] * len(rows)
            for row, context in zip(rows, named): out[row]["context"] = context
            return
        for row in rows: out[row]["fields"] = []
        for field in shape["fields"]:
            named = self.lists(rows) if field["flags"] & 2 else [None] * len(rows)
            saw = self.lists(rows) if field["flags"] & 4 else [[]] * len(rows)
            if field["flags"] & 1: values = personal.pop(0)
            elif field["flags"] & 8:
                origins = self.origins(rows, field["flags"] & 16, field["width"], field["flags"] & 32)
                values = [{"entity": field["entity"], "source": s, "key": k, "life": l} for s, k, l in origins]
            else: values = self.column(len(rows))
            for row, value, n, s in zip(rows, values, named, saw):
                out[row]["fields"].append({"field": field["name"], "value": value, "context": n, "saw": s,
                                           "personal": bool(field["flags"] & 1)})

    def origins(self, rows, has_source, width, has_life):
        sources = self.pick(self.sources, rows) if has_source else [None] * len(rows)
        keys = [self.column(len(rows)) for _ in range(width)]
        lives = self.dots(rows) if has_life else [None] * len(rows)
        return [(sources[i], [column[i] for column in keys], lives[i]) for i in range(len(rows))]

    def pick(self, table, rows):
        indexes = self.integers(len(rows))
        need(all(0 <= index < len(table) for index in indexes), "an index points behind its table")
        return [table[index] for index in indexes]

    def dots(self, rows):
        replicas, counters, out = self.pick(self.replicas, rows), self.integers(len(rows)), []
        for row, replica, counter in zip(rows, replicas, counters):
            if replica == self.replicas[0]: counter = self.h["first"] + row - counter
            need(0 <= counter < 1 << 63, "a counter leaves the range")
            out.append(f"{replica}:{counter}")
        return out

    def lists(self, rows):
        counts = self.integers(len(rows))
        need(all(0 <= count <= 1000 for count in counts) and sum(counts) <= 200_000, "dots", "changeset-too-large")
        dots = iter(self.dots([row for row, count in zip(rows, counts) for _ in range(count)]))
        return [[next(dots) for _ in range(count)] for count in counts]

    def stock(self, shape, out):
        rows, (sku, location, quantity), flags = shape["rows"], shape["from"], shape["stockFlags"]
        field = lambda place: [out[row]["fields"][place - 1]["value"] for row in rows]
        skus = field(sku) if sku else self.column(len(rows))
        locations = field(location) if location else self.column(len(rows))
        quantities = field((quantity + 1) // 2) if quantity else self.integers(len(rows))
        if quantity and quantity % 2 == 0: quantities = [-value for value in quantities]
        effects = [{"sku": s, "location": l, "quantity": q} for s, l, q in zip(skus, locations, quantities)]
        if shape["stock"] <= 8:
            extra = [self.column(len(rows)) if flags & bit else [None] * len(rows) for bit in (1, 2, 4)]
            return [{"movement": KINDS[shape["stock"]], **effect, "note": n, "counterpart": c, "expires": e}
                    for effect, n, c, e in zip(effects, *extra)]
        if shape["stock"] == 16: return [{"count": True, **effect} for effect in effects]
        replaced, included = self.lists(rows), self.lists(rows)
        return [{"count": True, **effect, "replaced": sorted(r), "included": sorted(i)}
                for effect, r, i in zip(effects, replaced, included)]


def read_personal(r, plain):
    """Section 4.7: the values by column, destroyed ones marked, and the root over the leaves."""
    start, kind, fields = r.at, r.byte(), plain.personal()
    total = sum(len(shape["rows"]) for shape, _ in fields)
    need(kind <= 2, "unknown personal section", "changeset-too-new")
    need((kind == 0) == (total == 0), "its personal section does not fit its fields")
    if kind == 0:
        need(r.at == len(r.data), "bytes follow its end")
        return [], hashlib.sha256(b"\1").digest()
    compression, raw, sent, gone, at = r.byte(), r.count(MAX_STREAM, "bytes"), r.count(MAX_SET, "bytes"), {}, 0
    if kind == 1:
        seed = r.raw(32)
        salts = [hmac.digest(seed, struct.pack(">I", entry), "sha256")[:16] for entry in range(total)]
    else:
        for _ in range(r.count(total, "destroyed entries")):
            at += r.count(total, "as a distance")
            gone[at], at = None, at + 1
        for entry in gone: gone[entry] = r.raw(32)
        salts = [r.raw(16) for _ in range(total - len(gone))]
    stream = Columns(inflated(r.raw(sent), compression, raw))
    check = hashlib.sha256(r.data[start:r.at]).digest()[:4]
    need(r.raw(4) == check and r.at == len(r.data), "its personal section does not match its check")
    columns, leaves, entry, salts = [], [], 0, iter(salts)
    for shape, field in fields:
        kept = iter(stream.column(sum(entry + i not in gone for i in range(len(shape["rows"])))))
        columns.append([])
        for row in shape["rows"]:
            columns[-1].append({"destroyed": True} if entry in gone else next(kept))
            leaves.append(gone[entry] if entry in gone else hashlib.sha256(
                b"\0" + next(salts) + struct.pack(">I", row) + sized(field["name"].encode()) + encoded(columns[-1][-1])).digest())
            entry += 1
    need(stream.at == len(stream.data), "bytes follow the personal columns")
    return columns, hashlib.sha256(b"\1" + b"".join(leaves)).digest()


def read(data, key=None):
    """The change-set as nested lists and dictionaries (section 6), and its hash."""
    h, at = read_header(data)
    r = Reader(data, at)
    plain = Plain(inflated(r.raw(h["sent"]), h["compression"], h["raw"]), h)
    hashed, signature = data[:r.at], r.raw(64)
    personal, root = read_personal(r, plain)
    digest = hashlib.sha256(hashed + root).digest()
    need(key is None or is_signed(key, b"tributary change-set 1\n" + digest, signature), "not signed with that key", "signature-invalid")
    out = {name: h[name] for name in ("replica", "first", "count", "previous", "opening", "part")}
    return {**out, "changes": plain.changes(personal)}, digest.hex()


if __name__ == "__main__":
    try:
        key = bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else None
        document, digest = read(open(sys.argv[1], "rb").read(), key)
        print(json.dumps(document, indent=2, ensure_ascii=False))
    except Bad as bad:
        sys.exit(str(bad))
