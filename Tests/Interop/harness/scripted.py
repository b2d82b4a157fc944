"""A child made by hand that says what no real worker would: raw bytes, signed by the reference library."""

import http.client
import json
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from rxon.security import sign_payload

PROTOCOL_VERSION = "1.0b17"


@dataclass
class Answer:
    status: int
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)


class _Answers:
    """The receiving half of a connection, in the shape that http.client reads one answer after another from."""

    def __init__(self, connection: socket.socket):
        self._file = connection.makefile("rb")

    def makefile(self, *_) -> "_Answers":
        return self

    def __getattr__(self, name: str):
        return getattr(self._file, name)

    def close(self) -> None:
        """http.client closes after each answer; the next is still to come."""


class Connection:
    def __init__(self, port: int, timeout: float = 30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = _Answers(self.socket)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Sends what the other side is willing to take: it may refuse and close before the end."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def answer(self) -> Answer:
        response = http.client.HTTPResponse(self._answers)
        response.begin()
        return Answer(response.status, response.read())


class ScriptedChild:
    def __init__(self, port: int, token: str):
        self.id = f"scripted-{uuid4().hex[:12]}"
        self.port = port
        self.token = token

    def signed(self, body: dict, token: str | None = None, ignore: tuple[str, ...] = (), age: int = 0) -> dict:
        body = {"worker_id": self.id, "timestamp": int(time.time()) - age, **body}
        signature = sign_payload(body, token or self.token, ignore_fields=list(ignore))
        return body | {"security": {"signature": signature, "signer_id": self.id}}

    def registration(self) -> dict:
        return self.signed({"worker_type": "scripted", "supported_skills": [{"name": "scripted"}]})

    def heartbeat(self, **more) -> dict:
        return self.signed({"status": "idle", "current_tasks": [], **more})

    def event(self, **more) -> dict:
        body = {"event_id": str(uuid4()), "origin_worker_id": self.id, "event_type": "note", "payload": {}}
        return self.signed(body | more, ignore=("bubbling_chain",))

    def request(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> bytes:
        payload = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {
            "Host": f"127.0.0.1:{self.port}",
            "X-Worker-Token": self.token,
            "X-Worker-ID": self.id,
            "X-RXON-Version": PROTOCOL_VERSION,
            "Content-Type": "application/json",
            "Content-Length": str(len(payload)),
            **(headers or {}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + payload

    def call(self, method: str, path: str, body: object = None, **more) -> Answer:
        return self.exchange(self.request(method, path, body, **more))

    def exchange(self, data: bytes, timeout: float = 30) -> Answer:
        with Connection(self.port, timeout) as connection:
            connection.send(data)
            return connection.answer()
