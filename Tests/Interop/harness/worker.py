from dataclasses import dataclass
from pathlib import Path

from .certificates import Certificate
from .process import Process
from .programs import peer_command


@dataclass
class WorkerSettings:
    concurrency: int = 10
    secret: str | None = None


class Worker:
    def __init__(
        self,
        id: str,
        folder: Path,
        url: str,
        token: str | None,
        settings: WorkerSettings,
        tls: Certificate | None = None,
    ):
        self.id = id
        env = {
            "WORKER_ID": id,
            "ORCHESTRATOR_URL": url,
            "WORKER_ENABLE_WEBSOCKETS": "true",
            "MAX_CONCURRENT_TASKS": str(settings.concurrency),
            "TASK_FILES_DIR": str(folder / f"{id}-files"),
            "WORKER_BLOB_CACHE_DIR": str(folder / f"{id}-cache"),
            "WORKER_SKILLS_DIR": str(folder / "no-skills"),
            "INTEROP_EXECUTIONS": str(folder / "executions.jsonl"),
            "INTEROP_COMMANDS": str(folder / "commands.jsonl"),
        }
        if token:
            env["WORKER_TOKEN"] = token
        if tls:
            env["TLS_CA_PATH"] = str(tls.authority)
            env["TLS_CERT_PATH"] = str(tls.certificate)
            env["TLS_KEY_PATH"] = str(tls.key)
        if settings.secret:
            env["ORCHESTRATOR_SECRET_KEY"] = settings.secret
        self.process = Process(id, peer_command("worker", "worker.py"), env, folder)

    @property
    def registered(self) -> bool:
        return "Successfully registered" in self.process.output()
