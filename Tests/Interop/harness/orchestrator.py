import json
from dataclasses import dataclass, field
from pathlib import Path

from .ledger import Ledger
from .network import answers, call, free_port
from .process import Process
from .programs import peer_command
from .waiting import eventually

TERMINAL = {"finished", "failed", "error", "quarantined", "cancelled"}


@dataclass
class OrchestratorSettings:
    rate_limits: bool = False
    secret: str | None = None
    redis_port: int | None = None
    poll_timeout: int = 30
    worker_timeout: int = 300
    watcher_interval: int = 20
    job_retries: int = 3
    more: dict[str, str] = field(default_factory=dict)


class Orchestrator:
    def __init__(self, folder: Path, token: str, settings: OrchestratorSettings):
        self.port = free_port()
        self.url = f"{'https' if settings.more.get('TLS_ENABLED') else 'http'}://127.0.0.1:{self.port}"
        self._control = f"http://127.0.0.1:{(control_port := free_port())}"
        self._record = folder / "orchestrator.jsonl"
        env = {
            "API_HOST": "127.0.0.1",
            "API_PORT": str(self.port),
            "GLOBAL_WORKER_TOKEN": token,
            "CLIENT_TOKEN": "client-token",
            "LOG_FORMAT": "text",
            "RATE_LIMITING_ENABLED": str(settings.rate_limits).lower(),
            "WORKER_POLL_TIMEOUT_SECONDS": str(settings.poll_timeout),
            "WORKER_TIMEOUT_SECONDS": str(settings.worker_timeout),
            "WATCHER_INTERVAL_SECONDS": str(settings.watcher_interval),
            "JOB_MAX_RETRIES": str(settings.job_retries),
            "INTEROP_CONTROL_PORT": str(control_port),
            "INTEROP_RECORD": str(self._record),
        }
        if settings.secret:
            env["ORCHESTRATOR_SECRET_KEY"] = settings.secret
        if settings.redis_port:
            env["INTEROP_REDIS_PORT"] = str(settings.redis_port)
        self.process = Process("orchestrator", peer_command("orch", "orchestrator.py"), env | settings.more, folder)

    def start(self) -> None:
        self.process.start()
        eventually("the orchestrator listens", self._is_up, within=30)

    def _is_up(self) -> bool:
        assert self.process.running, self.process.tail()
        # The control API starts last.
        return answers(f"{self._control}/workers")

    def submit(self, type: str, params: object, count: int = 1, blueprint: str = "single", **job) -> list[str]:
        jobs = [{"type": type, "params": params, **job}] * count
        return call(f"{self._control}/jobs", {"blueprint": blueprint, "jobs": jobs})

    def submit_each(self, type: str, params: list, blueprint: str = "single", **job) -> list[str]:
        jobs = [{"type": type, "params": each, **job} for each in params]
        return call(f"{self._control}/jobs", {"blueprint": blueprint, "jobs": jobs})

    def states(self, jobs: list[str]) -> dict[str, dict]:
        return call(f"{self._control}/states", jobs)

    def state(self, job: str) -> dict:
        return self.states([job])[job]

    def cancel(self, job: str) -> bool:
        return call(f"{self._control}/cancel", {"job_id": job})

    def command(self, worker: str, command: dict) -> bool:
        """Whether the orchestrator had a WebSocket to send the command down."""
        return call(f"{self._control}/command", {"worker_id": worker, "command": command})

    def enqueue(self, worker: str, type: str, deadline: int) -> str:
        """Queues a task past the dispatcher; returns its job."""
        return call(f"{self._control}/task", {"worker_id": worker, "type": type, "deadline": deadline})

    def worker(self, worker: str) -> dict | None:
        return next((w for w in call(f"{self._control}/workers") if w["worker_id"] == worker), None)

    def ended(self, jobs: list[str], within: float) -> dict[str, dict]:
        """The states of the jobs once all have ended."""

        def all_ended() -> dict[str, dict] | None:
            states = self.states(jobs)
            waiting = [job for job, state in states.items() if not state or state["status"] not in TERMINAL]
            all_ended.waiting = len(waiting)
            return None if waiting else states

        try:
            return eventually(f"{len(jobs)} jobs end", all_ended, within, every=0.2 if len(jobs) < 100 else 1)
        except AssertionError as error:
            raise AssertionError(f"{error} ({all_ended.waiting} still wait)") from None

    @property
    def ledger(self) -> Ledger:
        if not self._record.exists():
            return Ledger([])
        # A record that is just being written has no line end yet.
        complete = self._record.read_text().rpartition("\n")[0]
        return Ledger([json.loads(line) for line in complete.splitlines()])
