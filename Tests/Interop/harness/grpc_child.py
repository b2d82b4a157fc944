"""A child over gRPC as anybody could write one: grpcio and what it makes of link.proto, and no code of this project."""

import importlib
import json
import queue
import sys
import tempfile
import threading
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Iterator

import grpc
from grpc_tools import protoc

from .certificates import Certificate
from .scripted import PROTOCOL_VERSION, ScriptedChild

PROTO = Path(__file__).parents[3] / "Sources" / "RXONLink" / "link.proto"


def _generated() -> tuple[ModuleType, ModuleType]:
    """The modules that protoc makes of link.proto."""
    folder = tempfile.mkdtemp(prefix="link-proto-")
    arguments = [f"--proto_path={PROTO.parent}", f"--python_out={folder}", f"--grpc_python_out={folder}", PROTO.name]
    assert protoc.main(["protoc", *arguments]) == 0
    sys.path.insert(0, folder)
    return importlib.import_module("link_pb2"), importlib.import_module("link_pb2_grpc")


link_pb2, link_pb2_grpc = _generated()


class GRPCChild:
    """A worker with one link. Use it in a `with` statement."""

    def __init__(self, port: int, token: str | None, id: str, tls: Certificate | None = None):
        self.id = id
        self.says = ScriptedChild(port, token, id)
        self._token = token
        self._channel = _channel(f"127.0.0.1:{port}", tls)
        self._numbers = count(1)
        self._outgoing: queue.SimpleQueue = queue.SimpleQueue()
        self._answers: dict[int, queue.SimpleQueue] = {}
        self._lost = threading.Event()
        self.welcome = None
        self.failure: grpc.RpcError | None = None

    def __enter__(self) -> "GRPCChild":
        metadata = [("x-worker-id", self.id), ("x-rxon-version", PROTOCOL_VERSION)]
        if self._token:
            metadata.append(("x-worker-token", self._token))
        self._stream = link_pb2_grpc.LinkStub(self._channel).Open(self._frames(), metadata=metadata)
        try:
            self._arrived = (frame for message in self._stream for frame in message.frames)
            self.welcome = next(self._arrived).welcome
        except grpc.RpcError as error:
            self._channel.close()
            raise error
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._outgoing.put(None)
        self._channel.close()

    def _frames(self) -> Iterator:
        while (frame := self._outgoing.get()) is not None:
            yield link_pb2.Frames(frames=[frame])

    def _read(self) -> None:
        bodies: dict[int, tuple] = {}
        try:
            for frame in self._arrived:
                kind = frame.WhichOneof("content")
                if kind == "answer":
                    bodies[frame.call] = (frame.answer.status, bytearray(frame.answer.body.data))
                    missing = frame.answer.body.following
                elif kind == "chunk" and frame.call in bodies:
                    bodies[frame.call][1].extend(frame.chunk.data)
                    missing = bodies[frame.call][2] - len(frame.chunk.data)
                else:
                    continue
                bodies[frame.call] = (*bodies[frame.call][:2], missing)
                if missing == 0:
                    status, body, _ = bodies.pop(frame.call)
                    self._answers[frame.call].put((status, bytes(body)))
        except grpc.RpcError as error:
            self.failure = error
        self._lost.set()

    def wait_until_lost(self, within: float) -> None:
        assert self._lost.wait(within), "the link still stands"

    def call(self, action: str, body: dict | None = None, within: float = 30, **more) -> tuple[int, dict | None]:
        """Begins a call of this action, and waits for its answer: an HTTP status and JSON."""
        return self._answer(self._begin(action, body, **more), within)

    def begin_poll(self, wait: float) -> int:
        """Asks for a task; the call whose answer it will be."""
        return self._begin("POLL", poll=link_pb2.Poll(wait_milliseconds=int(wait * 1000)))

    def polled(self, call: int, within: float) -> dict | None:
        """The task that answered the poll, or none."""
        status, task = self._answer(call, within)
        assert status in (200, 204), (status, task)
        return task

    def _begin(self, action: str, body: dict | None = None, **more) -> int:
        number = next(self._numbers)
        self._answers[number] = queue.SimpleQueue()
        call = link_pb2.Call(action=link_pb2.Action.Value(action), **more)
        following = b""
        if body is not None:
            data = json.dumps(body).encode()
            following = data[CHUNK:]
            call.body.data = data[:CHUNK]
            call.body.following = len(following)
        self._outgoing.put(link_pb2.Frame(call=number, begin=call))
        for start in range(0, len(following), CHUNK):
            chunk = link_pb2.Chunk(data=following[start : start + CHUNK])
            self._outgoing.put(link_pb2.Frame(call=number, chunk=chunk))
        return number

    def _answer(self, call: int, within: float) -> tuple[int, dict | None]:
        status, answer = self._answers[call].get(timeout=within)
        return status, json.loads(answer) if answer else None


# Of a body in one frame, in bytes.
CHUNK = 16 << 10


def _channel(target: str, tls: Certificate | None) -> grpc.Channel:
    if not tls:
        return grpc.insecure_channel(target)
    credentials = grpc.ssl_channel_credentials(
        tls.authority.read_bytes(), tls.key.read_bytes(), tls.certificate.read_bytes()
    )
    return grpc.secure_channel(target, credentials)
