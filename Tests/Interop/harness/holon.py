import json
import os
import subprocess
from pathlib import Path

from .ledger import TaskKey
from .network import answers, call, free_port
from .process import Process, environment
from .programs import holon_binary


class Holon:
    def __init__(
        self,
        id: str,
        folder: Path,
        uplink: str,
        uplink_token: str | None,
        task_secret: str | None = None,
        configuration: dict = {},
        child_token: bool = True,
        wire: str | None = None,
    ):
        """What `configuration` holds goes into a file, beside the flags. Children dial `url`, by the scheme `wire`;
        without it `tls` of a listener makes it an https one."""
        self.id = id
        self.port = free_port()
        secured = any("tls" in listener for listener in configuration.get("listen", []))
        wire = wire or ("https" if secured else "http")
        self.url = f"{wire}://127.0.0.1:{self.port}"
        # A WebSocket begins as HTTP.
        listened = {"ws": "http", "wss": "https"}.get(wire, wire)
        self.child_token = f"token-of-the-children-of-{id}" if child_token else None
        self.status_url = f"http://127.0.0.1:{free_port()}"
        self.journal = folder / f"{id}.db"
        self.configuration = folder / f"{id}.yaml"
        if configuration:
            self.configure(configuration)
        flags = {
            "--config": str(self.configuration) if configuration else None,
            "--id": id,
            "--listen": f"{listened}://127.0.0.1:{self.port}",
            "--child-token": self.child_token,
            "--uplink": uplink,
            "--uplink-token": uplink_token,
            "--journal": str(self.journal),
            "--status": self.status_url,
            "--log-level": os.environ.get("HOLON_LOG_LEVEL", "debug"),
            "--task-secret": task_secret,
        }
        arguments = [word for flag, value in flags.items() if value is not None for word in (flag, value)]
        self.process = Process(id, [holon_binary(), "run", *arguments], {}, folder)

    def configure(self, configuration: dict) -> None:
        """JSON is YAML."""
        self.configuration.write_text(json.dumps(configuration, indent=2))

    @property
    def ready(self) -> bool:
        """Whether it is registered at its parent."""
        return answers(f"{self.status_url}/readyz")

    @property
    def status(self) -> dict:
        return call(f"{self.status_url}/status")

    def child(self, id: str) -> dict | None:
        return next((child for child in self.status["children"] if child["id"] == id), None)

    def queue(self) -> list[dict]:
        """What waits in the journal; the node may run or not."""
        command = [holon_binary(), "queue", "list", "--journal", str(self.journal), "--json", "--limit", "100000"]
        listing = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment())
        assert listing.returncode == 0, f"holon queue list: {listing.stderr}"
        return json.loads(listing.stdout)["entries"]

    def children(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`holon children …` of this node, which may run or not."""
        command = [holon_binary(), "children", *arguments, "--journal", str(self.journal)]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment())

    def present(self, token: str) -> None:
        """From its next start on, this token at the parent."""
        self.process.command[self.process.command.index("--uplink-token") + 1] = token

    def dial(self, scheme: str) -> None:
        """From its next start on, its parent by this wire."""
        place = self.process.command.index("--uplink") + 1
        self.process.command[place] = f"{scheme}://{self.process.command[place].split('://')[1]}"

    def issue_token(self, child: str) -> str:
        added = self.children("add", child)
        assert added.returncode == 0, added.stderr
        return added.stdout.strip()

    @property
    def journaled_tasks(self) -> set[TaskKey]:
        """The tasks in the journal, and those whose results are."""
        subjects = [entry["subject"] for entry in self.queue() if entry["kind"] in ("task", "result")]
        return {tuple(subject.split("/")) for subject in subjects}

    def delete_journal(self) -> None:
        for file in self.journal.parent.glob(f"{self.journal.name}*"):
            file.unlink()
