#!/usr/bin/env python3
"""Reads the inflated payload of a page (section 5.3) and says what it means as JSON; holds its entries against its digest (5.6).

    python3 read_page.py FILE

Only pages without receipts and held dots: it is about entries, digests and decisions to keep.
"""
import hashlib
import json
import sys

TOPICS = {1: "record", 2: "profile", 3: "stock", 4: "order"}


class Reader:
    def __init__(self, data):
        self.data, self.place = data, 0

    def take(self, count):
        if self.place + count > len(self.data):
            raise ValueError("cut short")
        self.place += count
        return self.data[self.place - count:self.place]

    def byte(self):
        return self.take(1)[0]

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def bytes(self):
        return self.take(self.varint())


def page(data):
    reader = Reader(data)
    found = {"reached": reader.take(32).hex()}
    flags = reader.byte()
    found["restart"] = bool(flags & 1)
    found["consistentAt"] = reader.take(32).hex() if flags & 2 else None
    found["time"] = reader.varint()
    if reader.varint() or reader.varint():
        raise ValueError("this reader takes no receipts and no held dots")
    found["entries"] = []
    for _ in range(reader.varint()):
        number, code, key = reader.varint(), reader.byte(), reader.bytes()
        body = None if code & 0x80 else reader.bytes().hex()
        found["entries"].append({"number": number, "topic": TOPICS[code & 0x7F], "key": key.hex(), "body": body})
    found["digest"] = digest(reader) if flags & 4 else None
    found["again"] = reader.varint() if flags & 8 else None
    if flags & 16:
        found["kept"] = {"keepUntil": reader.varint(), "decisions": [decision(reader) for _ in range(reader.varint())]}
    if reader.place != len(data):
        raise ValueError("bytes are left over")
    return found


def decision(reader):
    number, replica, counter = reader.varint(), reader.take(16).hex(), reader.varint()
    return {"number": number, "first": f"{replica}:{counter}", "sealed": reader.bytes().hex()}


def digest(reader):
    topics = []
    for _ in range(reader.varint()):
        topic = {"topic": TOPICS[reader.byte()], "ranges": []}
        for _ in range(reader.varint()):
            topic["ranges"].append({"through": reader.varint(), "entries": reader.varint(), "sum": reader.take(8).hex()})
        topics.append(topic)
    return topics


def summed(entries, like):
    """What entries, each key once, sum up to in another digest's ranges."""
    codes = {name: code for code, name in TOPICS.items()}
    topics = []
    for topic in like:
        ranges = [[end["through"], 0, 0] for end in topic["ranges"]]
        for entry in entries:
            if entry["topic"] != topic["topic"] or entry["body"] is None:
                continue
            place = next((place for place, end in enumerate(ranges[:-1]) if entry["number"] <= end[0]), len(ranges) - 1)
            text = bytes([codes[entry["topic"]]]) + entry["number"].to_bytes(8, "big") + bytes.fromhex(entry["key"])
            ranges[place][1] += 1
            ranges[place][2] = (ranges[place][2] + int.from_bytes(hashlib.sha256(text).digest()[:8], "big")) % 2**64
        topics.append({"topic": topic["topic"], "ranges": [
            {"through": through, "entries": count, "sum": f"{total:016x}"} for through, count, total in ranges]})
    return topics


if __name__ == "__main__":
    found = page(open(sys.argv[1], "rb").read())
    print(json.dumps(found, indent=2))
    if found["digest"] is not None and found["consistentAt"] and not found["restart"]:
        if summed(found["entries"], found["digest"]) != found["digest"]:
            sys.exit("The digest is not that of the entries.")
