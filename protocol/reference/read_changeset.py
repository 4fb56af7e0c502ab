#!/usr/bin/env python3
"""Reads one change-set of Tributary, checks its hash, leaves and signature, prints it as JSON.

    read_changeset.py FILE [PUBLIC-KEY-HEX]

Plain Python, standard library only, written from ../SPECIFICATION.md; its section numbers stand beside the code.
Meant to be read: it is slow, and holds a writer only to the rules without which it would misread.
Exit 0 with the JSON on stdout; exit 1 with an error's code and message on stderr.
"""
import hashlib, hmac, json, pathlib, re, struct, sys, zlib

from ed25519 import is_signed

# Section 3: the codes of names, from the table itself.
SPECIFICATION = pathlib.Path(__file__).resolve().parent.parent / "SPECIFICATION.md"
SECTION_3 = SPECIFICATION.read_text("utf-8").split("\n## ")[3]
FIELDS = {entity: fields.split(", ") for entity, fields in re.findall(r"^\| \d+ \| ([^|]+) \| ([^|]+) \|$", SECTION_3, re.M)}
ENTITIES = list(FIELDS)
MOVEMENTS = [None, "sale", "customer return", "receipt", "transfer out", "transfer in", "adjustment", "reservation", "release"]


class Bad(Exception):
    pass


def need(condition, message, code="changeset-damaged"):
    if not condition: raise Bad(f"{code}: {message}")


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    # Sections 2.1 and 2.2: numbers and composites.
    def raw(self, count):
        need(count <= len(self.data) - self.at, f"{count} bytes were to follow byte {self.at}", "changeset-truncated")
        self.at += count
        return self.data[self.at - count:self.at]

    def byte(self): return self.raw(1)[0]
    def id(self): return self.raw(16).hex()
    def dot(self): return f"{self.id()}:{self.varint()}"

    def code(self, limit, what):
        value = self.byte()
        need(value <= limit, f"unknown {what} {value}", "changeset-too-new")
        return value

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value, shift = value | (byte & 127) << shift, shift + 7
            need(value < 1 << 64 and shift <= 70, "a number needs more than 64 bits")
            if byte < 128:
                need(byte or shift == 7, "a number is longer than needed", "changeset-not-canonical")
                return value

    def count(self, limit, what):
        value = self.varint()
        need(value <= limit, f"{value} {what}, at most {limit}", "changeset-too-large")
        return value

    def signed(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def text(self, count=None):
        try: return self.raw(self.varint() if count is None else count).decode("utf-8")
        except UnicodeDecodeError: raise Bad("changeset-damaged: a text is no valid UTF-8")

    def name(self, known):
        code = self.varint()
        need(code <= len(known), f"unknown name code {code}", "changeset-too-new")
        if code: return known[code - 1]
        name = self.text(self.count(255, "bytes in a name"))
        need(name not in known, "a name that has a code is written out", "changeset-not-canonical")
        return name

    def value(self):  # Section 2.3.
        kind = self.code(6, "class")
        if kind == 0: return None
        if kind == 1: return self.signed()
        if kind == 2: return {"real": self.raw(8).hex()}
        if kind == 3: return self.text()
        if kind < 6: return {"malformed" if kind == 4 else "blob": self.raw(self.varint()).hex()}
        entity, flags = self.name(ENTITIES), self.code(3, "flags")
        source = self.id() if flags & 1 else None
        key = [self.value() for _ in range(self.count(32, "key columns"))]
        return {"entity": entity, "source": source, "key": key, "life": self.dot() if flags & 2 else None}

    def column(self, rows):  # Section 4.5.
        if rows == 0: return []
        coding = self.code(9, "column coding")
        if coding == 0: return [self.value() for _ in range(rows)]
        if coding == 1: return [self.value()] * rows
        if coding <= 4:
            factor = 10 ** self.code(18, "power of ten")
            count = self.count(rows, "dictionary entries") if coding == 4 else rows
            values = [self.signed() for _ in range(count)]
            if coding > 2:
                for i in range(1, count): values[i] += values[i - 1]
                values = [(value + (1 << 63)) % (1 << 64) - (1 << 63) for value in values]
            values = [value * factor for value in (self.indexed(values, rows) if coding == 4 else values)]
            need(all(-1 << 63 <= value < 1 << 63 for value in values), "an integer leaves the 64-bit range")
            return values
        if coding == 5:
            planes = self.raw(rows * 8)
            return [{"real": planes[row::rows].hex()} for row in range(rows)]
        if coding == 6: return [self.text(length) for length in [self.varint() for _ in range(rows)]]
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
        values = iter(self.column(sum(present)))
        return [next(values) if bit else None for bit in present]

    def indexed(self, entries, rows):
        low, high = self.raw(rows), self.raw(rows) if len(entries) > 256 else bytes(rows)
        return pick(entries, [l + 256 * h for l, h in zip(low, high)])

    def integers(self, rows):
        values = self.column(rows)
        need(all(type(value) is int for value in values), "a column of integers holds something else")
        return values


def pick(table, indexes):
    need(all(0 <= index < len(table) for index in indexes), "an index points behind its table")
    return [table[index] for index in indexes]


# Sections 2.2 and 2.3 backwards: the one way to write a value, for its leaf.
def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def sized(data):
    return varint(len(data)) + data


def encoded(value):
    if value is None: return b"\0"
    if isinstance(value, int): return b"\1" + varint(value << 1 if value >= 0 else ~value << 1 | 1)
    if isinstance(value, str): return b"\3" + sized(value.encode())
    if "real" in value: return b"\2" + bytes.fromhex(value["real"])
    if "malformed" in value: return b"\4" + sized(bytes.fromhex(value["malformed"]))
    if "blob" in value: return b"\5" + sized(bytes.fromhex(value["blob"]))
    entity, source, life = value["entity"], value["source"] or "", value["life"]
    out = b"\6" + (varint(ENTITIES.index(entity) + 1) if entity in ENTITIES else b"\0" + sized(entity.encode()))
    out += bytes([bool(source) + 2 * bool(life)]) + bytes.fromhex(source)
    out += varint(len(value["key"])) + b"".join(map(encoded, value["key"]))
    return out + (bytes.fromhex(life[:32]) + varint(int(life[33:])) if life else b"")


def read_header(r):
    """Section 4.1, with the compression and lengths of the plain stream."""
    need(r.data, "the change-set is empty", "changeset-truncated")
    need(r.data[:4] == b"TRCS"[:len(r.data)], "it does not begin with TRCS", "not-a-changeset")
    need(r.raw(5)[4] == 1, "unknown version", "changeset-too-new")
    compression, flags = r.code(1, "compression"), r.code(1, "flags")
    head = {"replica": r.id(), "first": 0, "count": 0, "previous": r.raw(32).hex()}
    head["first"], head["count"] = r.varint(), r.count(10_000, "changes")
    head["opening"], head["part"] = None, {name: r.varint() for name in ("drain", "number", "total")}
    lengths = r.count(64 << 20, "bytes"), r.count(8 << 20, "bytes")
    need(head["count"] and head["first"], "it holds no change, or one before the first")
    need((head["first"] == 1) == (head["previous"] == "00" * 32), "only the first set has none before it")
    if head["first"] == 1:
        head["opening"] = {"source": r.id(), "name": r.text(r.count(255, "bytes in a name")), "follows": r.dot() if flags else None}
    return head, compression, lengths


def inflated(data, compression, length):
    """Section 4.2: no more memory than announced, and no announcement that deflate cannot keep."""
    if compression:
        need(length <= len(data) * 1032, "so few bytes cannot hold so many")
        try: data = (z := zlib.decompressobj(-15)).decompress(data, length + 1)
        except zlib.error as error: raise Bad(f"changeset-damaged: {error}")
        need(z.eof and not z.unused_data, "its deflated stream does not end where it should")
    need(len(data) == length, "a stream is not as long as it says")
    return data


def read_shape(r):
    """Section 4.4."""
    shape = {"action": r.code(3, "action"), "flags": 0, "fields": [], "rows": []}
    if shape["action"] != 3:
        shape |= {"flags": r.code(7, "shape flags"), "entity": r.name(ENTITIES), "width": r.count(32, "key columns")}
    for _ in range(r.count(1000, "fields") if shape["action"] == 1 else 0):
        field = {"name": r.name(FIELDS.get(shape["entity"], [])), "flags": r.code(63, "field flags")}
        if field["flags"] & 8: field |= {"entity": r.name(ENTITIES), "width": r.count(32, "key columns")}
        shape["fields"].append(field)
    shape["stock"] = r.code(17, "stock effect")
    need(not 8 < shape["stock"] < 16, "unknown stock effect", "changeset-too-new")
    if shape["stock"]: shape |= {"extra": r.code(7, "stock flags"), "from": [r.varint(), r.varint(), r.varint()]}
    return shape


class Plain:
    """Section 4.3: shapes and runs at once, the columns when `changes` is asked for."""

    def __init__(self, r, head):
        self.r, self.head = r, head
        self.replicas = [head["replica"]] + [r.id() for _ in range(r.count(65536, "replicas"))]
        self.sources = [None] + [r.id() for _ in range(r.count(65536, "sources"))]
        self.shapes = [read_shape(r) for _ in range(r.count(head["count"], "shapes"))]
        place = 0
        for _ in range(r.count(head["count"], "runs")):
            shape, length = pick(self.shapes, [r.varint()])[0], r.count(head["count"] - place, "changes in a run")
            shape["rows"] += range(place, place := place + length)
        need(place == head["count"], "its runs do not cover it")
        self.personal = [(shape, field) for shape in self.shapes for field in shape["fields"] if field["flags"] & 1]

    def changes(self, personal):
        times = self.r.integers(self.head["count"])
        changes = [{"dot": f"{self.head['replica']}:{self.head['first'] + i}", "time": time} for i, time in enumerate(times)]
        for shape in self.shapes:
            rows, columns = shape["rows"], {"action": ["write", "delete", "stock only"][shape["action"] - 1]}
            if shape["action"] != 3: columns |= self.origins(shape, rows, shape["flags"] & 2, not shape["flags"] & 1)
            fields = [by_row(self.field(field, rows, personal), rows) for field in shape["fields"]]
            if shape["action"] == 1: columns["fields"] = [[field[i] for field in fields] for i in range(len(rows))]
            if shape["action"] == 2: columns["context"] = self.lists(rows) if shape["flags"] & 4 else None
            columns["stock"] = by_row(self.stock(shape, rows, fields), rows) if shape["stock"] else None
            for row, change in zip(rows, by_row(columns, rows)): changes[row] |= change
        need(self.r.at == len(self.r.data), "bytes follow the columns")
        return changes

    def field(self, field, rows, personal):
        flags = field["flags"]
        out = {"field": field["name"], "value": None, "context": self.lists(rows) if flags & 2 else None,
               "saw": self.lists(rows) if flags & 4 else [[]] * len(rows), "personal": bool(flags & 1)}
        if flags & 1: out["value"] = personal.pop(0)
        elif flags & 8: out["value"] = by_row(self.origins(field, rows, flags & 16, flags & 32), rows)
        else: out["value"] = self.r.column(len(rows))
        return out

    def origins(self, of, rows, has_source, has_life):
        sources = pick(self.sources, self.r.integers(len(rows))) if has_source else None
        keys = [self.r.column(len(rows)) for _ in range(of["width"])]
        return {"entity": of["entity"], "source": sources, "key": [[column[i] for column in keys] for i in range(len(rows))],
                "life": self.dots(rows) if has_life else None}

    def dots(self, rows):
        replicas, counters = self.r.integers(len(rows)), self.r.integers(len(rows))
        counters = [counter if replica else self.head["first"] + row - counter for row, replica, counter in zip(rows, replicas, counters)]
        return [f"{replica}:{counter}" for replica, counter in zip(pick(self.replicas, replicas), counters)]

    def lists(self, rows):
        counts = self.r.integers(len(rows))
        need(all(0 <= count <= 1000 for count in counts), "too many dots in a list", "changeset-too-large")
        dots = iter(self.dots([row for row, count in zip(rows, counts) for _ in range(count)]))
        return [[next(dots) for _ in range(count)] for count in counts]

    def stock(self, shape, rows, fields):
        code, n, (sku, location, quantity) = shape["stock"], len(rows), shape["from"]

        def of(place, kind):
            values = [cell["value"] for cell in pick(fields, [place - 1])[0]]
            need(all(type(value) is kind for value in values), "a stock effect points at a field that does not hold it")
            return values

        out = {"movement": MOVEMENTS[code]} if code <= 8 else {"count": True}
        out["sku"] = of(sku, str) if sku else self.r.column(n)
        out["location"] = of(location, str) if location else self.r.column(n)
        out["quantity"] = of((quantity + 1) // 2, int) if quantity else self.r.integers(n)
        if quantity and quantity % 2 == 0: out["quantity"] = [-value for value in out["quantity"]]
        for bit, name in ((1, "note"), (2, "counterpart"), (4, "expires")) if code <= 8 else ():
            out[name] = self.r.column(n) if shape["extra"] & bit else None
        for name in ("replaced", "included") if code == 17 else ():
            out[name] = [sorted(dots) for dots in self.lists(rows)]
        return out


def by_row(columns, rows):
    """A dictionary of columns as one of values a row; what is no list is the same in every row."""
    return [{name: column[i] if isinstance(column, list) else column for name, column in columns.items()} for i in range(len(rows))]


def read_personal(r, fields):
    """Section 4.7: the values by column, destroyed ones marked, and the root over the leaves."""
    start, kind, total = r.at, r.code(2, "kind of personal section"), sum(len(shape["rows"]) for shape, _ in fields)
    need((kind == 0) == (total == 0), "its personal section does not fit its fields")
    columns, leaves, gone, at = [], [], {}, 0
    if kind:
        compression, length, sent = r.code(1, "compression"), r.count(64 << 20, "bytes"), r.count(8 << 20, "bytes")
        if kind == 1:
            seed = r.raw(32)
            salts = iter([hmac.digest(seed, struct.pack(">I", entry), "sha256")[:16] for entry in range(total)])
        else:
            for _ in range(r.count(total, "destroyed entries")):
                at += r.count(total, "as a distance")
                gone[at], at = None, at + 1
            for entry in gone: gone[entry] = r.raw(32)
            salts = iter([r.raw(16) for _ in range(total - len(gone))])
        stream = Reader(inflated(r.raw(sent), compression, length))
        check = hashlib.sha256(r.data[start:r.at]).digest()[:4]
        need(r.raw(4) == check, "its personal section does not match its check")
    for shape, field in fields:
        places = range(len(leaves), len(leaves) + len(shape["rows"]))
        kept = iter(stream.column(sum(entry not in gone for entry in places)))
        columns.append([{"destroyed": True} if entry in gone else next(kept) for entry in places])
        for entry, row, value in zip(places, shape["rows"], columns[-1]):
            leaves.append(gone[entry] if entry in gone else hashlib.sha256(
                b"\0" + next(salts) + struct.pack(">I", row) + sized(field["name"].encode()) + encoded(value)).digest())
    need(r.at == len(r.data) and (kind == 0 or stream.at == len(stream.data)), "bytes follow its end")
    return columns, hashlib.sha256(b"\1" + b"".join(leaves)).digest()


def read(data, key=None):
    """The change-set in the form of section 6. With a key its signature is checked (section 4.6)."""
    need(len(data) <= 8 << 20, "too many bytes", "changeset-too-large")
    r = Reader(data)
    head, compression, (length, sent) = read_header(r)
    plain = Plain(Reader(inflated(r.raw(sent), compression, length)), head)
    hashed, signature = data[:r.at], r.raw(64)
    personal, root = read_personal(r, plain.personal)
    message = b"tributary change-set 1\n" + hashlib.sha256(hashed + root).digest()
    need(key is None or is_signed(key, message, signature), "not signed with that key", "signature-invalid")
    return {**head, "changes": plain.changes(personal)}


if __name__ == "__main__":
    try:
        key = bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else None
        print(json.dumps(read(open(sys.argv[1], "rb").read(), key), indent=2, ensure_ascii=False))
    except Bad as bad:
        sys.exit(str(bad))
