import json
import os
import random
import socket
import urllib.request

_given: set[int] = set()
# Two runs at once (pytest-xdist calls them gw0, gw1, …) have seven thousand ports each.
_first = 18_000 + 7_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def free_port() -> int:
    """A port that nobody uses, below those that the system gives to outgoing connections: it stays free while its server
    is down for a while. No two tests get the same."""
    while True:
        port = random.randrange(_first, _first + 7_000)
        if port in _given:
            continue
        _given.add(port)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def call(url: str, body: object = None, timeout: float = 30) -> object:
    """GET, or POST with a JSON body; raises OSError for anything but a 2xx."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as response:
        return json.loads(response.read() or b"null")


def answers(url: str) -> bool:
    """Whether the URL answers with a 2xx at all."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False
