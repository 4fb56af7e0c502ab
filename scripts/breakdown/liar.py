"""A proxy between an agent and its hub that passes on what it is asked, and lies when it is told to."""
import collections, http.client, random, socket, struct, threading, time

SECONDS_MAX = 30
# What a lie may keep a request waiting for, and how many former ones of each path are kept to come once more.
DELAY_SECONDS, FORMER_REQUESTS_MAX = (1, 5), 8
HOP_HEADERS = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body


class Answer:
    """`bytes`: as they go over the line."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def encoded(self, length=None):
        """`length`: another one than the body has."""
        lines = [f"HTTP/1.1 {self.status} {http.client.responses.get(self.status, 'Odd')}", *(f"{n}: {v}" for n, v in self.headers)]
        if length is None: length = len(self.body)
        return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode("latin-1") + self.body


class Liar:
    """`lie(liar, request, line)`: what happens instead of passing on; it may use `ask` and `say`. `None`: the truth."""

    def __init__(self, hub):
        self.hub, self.lie, self.former, self.asked = hub, None, {}, 0
        self.former_requests = collections.defaultdict(lambda: collections.deque(maxlen=FORMER_REQUESTS_MAX))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self): self.listener.close()

    def accept(self):
        while True:
            try: line, _ = self.listener.accept()
            except OSError: return
            threading.Thread(target=self.serve, args=[line], daemon=True).start()

    def serve(self, line):
        """One connection, request after request, until one side is done with it or a lie has ended it."""
        try:
            line.settimeout(SECONDS_MAX * 4)
            reader = line.makefile("rb")
            while request := self.read(reader):
                self.asked += 1
                lie = self.lie
                if lie:
                    lie(self, request, line)
                    break  # what kept connections do with a liar's leftovers is no matter of ours
                line.sendall(self.ask(request).encoded())
                self.former_requests[request.path].append(request)
        except (OSError, http.client.HTTPException, ValueError): pass
        finally: line.close()

    @staticmethod
    def read(reader):
        first = reader.readline().decode("latin-1").split()
        if len(first) != 3: return None
        headers = []
        while (text := reader.readline().decode("latin-1").strip()): headers.append(tuple(text.split(": ", 1)))
        length = next((int(v) for n, v in headers if n.lower() == "content-length"), 0)
        return Request(first[0], first[1], headers, reader.read(length))

    def ask(self, request):
        """The hub's own answer."""
        connection = http.client.HTTPConnection(self.hub, timeout=SECONDS_MAX * 4)
        try:
            connection.request(request.method, request.path, request.body, {n: v for n, v in request.headers if n.lower() not in HOP_HEADERS})
            response = connection.getresponse()
            body = response.read()
        finally: connection.close()
        answer = Answer(response.status, [(n, v) for n, v in response.getheaders() if n.lower() not in HOP_HEADERS], body)
        if response.status == 200: self.former.setdefault(request.path, answer)
        return answer


# Lies. Some of them let the request through and spoil the answer, some never ask the hub.

def delays(liar, request, line):
    time.sleep(random.uniform(*DELAY_SECONDS))
    line.sendall(liar.ask(request).encoded())


def asks_twice(liar, request, line):
    liar.ask(request)
    line.sendall(liar.ask(request).encoded())


def answers_the_first_of_two(liar, request, line):
    answer = liar.ask(request)
    liar.ask(request)
    line.sendall(answer.encoded())


def asks_twice_at_once(liar, request, line):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(liar.ask(request)), daemon=True) for _ in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    line.sendall(answers[0].encoded())


def replays_an_old_request(liar, request, line):
    """One from some time ago comes once more, now that later ones have been answered."""
    answer, former = liar.ask(request), liar.former_requests[request.path]
    if former: liar.ask(random.choice(former))
    former.append(request)
    line.sendall(answer.encoded())


def cuts_the_answer(liar, request, line):
    whole = liar.ask(request).encoded()
    line.sendall(whole[:len(whole) - random.randint(1, 100)])


def cuts_the_request(liar, request, line):
    """The hub sees half a body, and then nothing."""
    host, port = liar.hub.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=SECONDS_MAX) as hub:
        head = f"{request.method} {request.path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in request.headers) + "\r\n"
        hub.sendall(head.encode("latin-1") + request.body[:len(request.body) // 2])


def resets_after_the_commit(liar, request, line):
    liar.ask(request)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def repeats_an_old_answer(liar, request, line):
    answer = liar.former.get(request.path) or liar.ask(request)
    line.sendall(answer.encoded())


def announces_less(liar, request, line):
    answer = liar.ask(request)
    line.sendall(answer.encoded(max(0, len(answer.body) - 5)))


def announces_more(liar, request, line):
    answer = liar.ask(request)
    line.sendall(answer.encoded(len(answer.body) + 5))


def flips_a_bit(liar, request, line):
    answer = liar.ask(request)
    body, at = bytearray(answer.body), random.randrange(len(answer.body))
    body[at] ^= 1 << random.randrange(8)
    line.sendall(Answer(answer.status, answer.headers, bytes(body)).encoded())


def swaps_answers(liar, request, line):
    """A true answer of the hub, of now, to another question."""
    other = next((answer for path, answer in liar.former.items() if path != request.path), None)
    line.sendall((other or liar.ask(request)).encoded())


def says_nothing(liar, request, line): pass


def page(status, kind, body, *headers):
    """Whatever was asked: this page."""
    body = body if isinstance(body, bytes) else body.encode()
    return lambda liar, request, line: line.sendall(Answer(status, [*([("Content-Type", kind)] if kind else []), *headers], body).encoded())


def raw(bytes): return lambda liar, request, line: line.sendall(bytes)


PORTAL = "<html><head><title>Welcome</title></head><body><form action='/login'>Please accept our terms.</form></body></html>"
OURS = "application/vnd.tributary"

# What the hub hears, and what it never does.
PASSING = {
    "delay": delays, "twice, one after the other": asks_twice, "twice, and the first answer": answers_the_first_of_two,
    "twice at once": asks_twice_at_once, "an old request once more": replays_an_old_request, "the answer cut": cuts_the_answer, "reset after the commit": resets_after_the_commit,
    "an old answer": repeats_an_old_answer, "a length that is too small": announces_less, "a length that is too large": announces_more,
    "a bit flipped": flips_a_bit, "the answer to another question": swaps_answers,
}
SWALLOWING = {
    "the request cut": cuts_the_request,
    "nothing": says_nothing,
    "a portal's page": page(200, "text/html", PORTAL),
    "a portal's page, called ours": page(200, OURS, PORTAL),
    "wrong JSON with 200": page(200, "application/json", '{"ok":true}'),
    "a receipt in JSON": page(200, "application/json", '{"receipt":{"last":999999}}'),
    "zeros, called ours": page(200, OURS, bytes(400)),
    "empty, called ours": page(200, OURS, b""),
    "200 without a type": page(200, None, "OK"),
    "204": page(204, None, b""),
    "201": page(201, OURS, b""),
    "304": page(304, None, b""),
    "302 to a page": page(302, "text/html", PORTAL, ("Location", "/portal")),
    "307 to itself": page(307, None, b"", ("Location", "/v1/sync/push")),
    "400 in HTML": page(400, "text/html", "<h1>Bad Request</h1>"),
    "401 in HTML": page(401, "text/html", PORTAL, ("WWW-Authenticate", "Basic realm=hotel")),
    "403 in HTML": page(403, "text/html", "<h1>Blocked by policy</h1>"),
    "404 in HTML": page(404, "text/html", "<h1>Not Found</h1>"),
    "407": page(407, "text/html", PORTAL, ("Proxy-Authenticate", "Basic realm=office")),
    "413 in HTML": page(413, "text/html", "<h1>Too large</h1>"),
    "429 with Retry-After": page(429, "text/plain", "slow down", ("Retry-After", "1")),
    "500": page(500, "text/html", "<h1>Oops</h1>"),
    "502": page(502, "text/html", "<h1>Bad Gateway</h1>"),
    "503 with Retry-After": page(503, "text/html", "<h1>Maintenance</h1>", ("Retry-After", "1")),
    "503 with an odd Retry-After": page(503, "text/html", "", ("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")),
    "511": page(511, "text/html", PORTAL),
    "the hub's own way to say busy": page(503, "application/json", '{"error":{"code":"storage-full","message":"Full.\\u0007","remedy":"Wait."}}'),
    "another protocol": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "an old protocol": raw(b"<html>no header at all</html>"),
    "a broken chunk": raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.tributary\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc"),
    "half a header": raw(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "a header without end": raw(b"HTTP/1.1 200 OK\r\n" + b"X-Filler: " + b"x" * 200_000 + b"\r\n\r\n"),
    "two lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\nOK"),
    "a body without end": lambda liar, request, line: [line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")]
                          + [line.sendall(b"x" * 65536) for _ in range(600)],
}
