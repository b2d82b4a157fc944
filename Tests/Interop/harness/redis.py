import socket
from pathlib import Path

from .network import free_port
from .process import Process
from .waiting import eventually


class Redis:
    """A Redis server that writes every change to disk."""

    def __init__(self, folder: Path):
        self.port = free_port()
        data = folder / "redis"
        data.mkdir()
        command = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--dir",
            str(data),
            "--appendonly",
            "yes",
            "--save",
            "",
        ]
        self.process = Process("redis", command, {}, folder)

    def start(self) -> None:
        self.process.start()
        eventually("Redis listens", self._listens, within=15)

    def _listens(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
