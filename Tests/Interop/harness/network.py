import json
import socket
import urllib.request

_given: set[int] = set()


def free_port() -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
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
