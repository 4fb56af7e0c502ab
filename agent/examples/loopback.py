#!/usr/bin/env python3
"""A clerk's screen in plain Python: looks up a customer and a stock figure at the agent on this machine, and takes a stock-take.

    tributary-agent run --listen 127.0.0.1:7441 &
    agent/examples/loopback.py /var/lib/tributary-agent ada@example.com SHOE-42 "Leeds" 7
"""

import json
import pathlib
import sys
import urllib.error
import urllib.request
import uuid


class Agent:
    """The agent on this machine. Its folder says where it listens, and proves that we may ask."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.address = (folder / "loopback.address").read_text().strip()
        self.secret = (folder / "loopback.secret").read_text().strip()

    def ask(self, path, question, headers=None):
        request = urllib.request.Request(
            self.address + path,
            data=json.dumps(question).encode(),
            headers={"Authorization": "Bearer " + self.secret, "Content-Type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            complaint = json.load(error)["error"]
            sys.exit(f"{complaint['message']}\n{complaint['remedy']}")

    def write(self, *writes):
        """Takes all writes or none. The key makes it safe to send the same batch twice."""
        return self.ask("/v1/writes", {"writes": writes}, {"Idempotency-Key": str(uuid.uuid4())})


def main(folder, email, sku, location, counted):
    agent = Agent(folder)

    for found in agent.ask("/v1/customers/search", {"email": email})["customers"]:
        fields = (found["profile"] or {}).get("fields", {})
        print("customer:", ", ".join(f"{name} {field['value']}" for name, field in fields.items()))
        print("not at the hub yet:", len(found["unsent"]), "changes")

    for found in agent.ask("/v1/stock/search", {"sku": sku})["stock"]:
        if found["location"] != location:
            continue
        print("stock:", (found["figure"]["onHand"] if found["figure"] else 0) / 10_000, "at", location)
        # The count includes exactly what this figure shows: a sale that another till makes now still counts.
        count = {"kind": "count", "sku": sku, "location": location, "quantity": counted}
        print("counted as", agent.write({"stock": count, "seen": found["seen"]})["writes"][0]["dot"])


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
