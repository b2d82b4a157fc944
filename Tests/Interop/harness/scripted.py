"""A child made by hand that says what no real worker would: raw bytes, signed by the reference library."""

import http.client
import json
import socket
import ssl
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from rxon.security import sign_payload

PROTOCOL_VERSION = "1.0b17"
REGISTER = "/_worker/workers/register"
RESULT = "/_worker/tasks/result"
EVENTS = "/_worker/events"
TOKEN = "/_worker/auth/token"
REFRESH = "/_worker/auth/token/refresh"
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Content-Length": None,
}


def heartbeats(worker: str) -> str:
    return f"/_worker/workers/{worker}"


def polls(worker: str, wait: int = 1) -> str:
    return f"/_worker/workers/{worker}/tasks/next?timeout={wait}"


def commands(worker: str) -> str:
    return f"/_worker/ws/{worker}"


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
    def __init__(self, port: int, timeout: float = 30, tls: ssl.SSLContext | None = None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="127.0.0.1")
        self._answers = _Answers(self.socket)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Sends what the other side is willing to take: it may refuse and close before the end."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def send_text(self, text: str) -> None:
        """One WebSocket frame, as a client sends it (RFC 6455, 5.2), under a mask of zeros."""
        data = text.encode()
        self.send(struct.pack("!BBH4x", 0x81, 0x80 | 126, len(data)) + data)

    def answer(self) -> Answer:
        response = http.client.HTTPResponse(self._answers)
        response.begin()
        return Answer(response.status, response.read())


class ScriptedChild:
    def __init__(self, port: int, token: str | None, id: str | None = None, tls: ssl.SSLContext | None = None):
        """Without a token it neither presents one nor signs."""
        self.id = id or f"scripted-{uuid4().hex[:12]}"
        self.port = port
        self.token = token
        self.tls = tls

    def signed(self, body: dict, token: str | None = None, ignore: tuple[str, ...] = (), age: int = 0) -> dict:
        body = {"worker_id": self.id, "timestamp": int(time.time()) - age, **body}
        if not (secret := token or self.token):
            return body
        signature = sign_payload(body, secret, ignore_fields=list(ignore))
        return body | {"security": {"signature": signature, "signer_id": self.id}}

    def registration(self) -> dict:
        # Two of one second would be alike, and one of them a replay.
        unlike = {"registration": str(uuid4())}
        skills = [{"name": "scripted"}]
        return self.signed({"worker_type": "scripted", "supported_skills": skills, "metadata": unlike})

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

    def result(self, job: str = "no-job", task: str = "no-task", **more) -> dict:
        return self.signed({"job_id": job, "task_id": task, "data": {}, **more})

    def register(self) -> None:
        answer = self.call("POST", REGISTER, self.registration())
        assert answer.status == 200, answer

    def call(self, method: str, path: str, body: object = None, **more) -> Answer:
        return self.exchange(self.request(method, path, body, **more))

    def connect(self, timeout: float = 30) -> Connection:
        return Connection(self.port, timeout, self.tls)

    def exchange(self, data: bytes, timeout: float = 30) -> Answer:
        with self.connect(timeout) as connection:
            connection.send(data)
            return connection.answer()


def assert_refused(answer: Answer, *statuses: int) -> None:
    """A 4xx with a reason in JSON; one of these, where some are named."""
    assert 400 <= answer.status < 500, answer
    if statuses:
        assert answer.status in statuses, answer
    assert isinstance(answer.json["error"], str) and answer.json["error"], answer
