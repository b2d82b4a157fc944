import json
from dataclasses import dataclass, field
from pathlib import Path

from .certificates import Certificate
from .holon import Holon
from .links import Link, LinkSettings
from .network import free_port
from .orchestrator import Orchestrator, OrchestratorSettings
from .process import Process
from .proxy import Proxy
from .redis import Redis
from .waiting import eventually
from .worker import Worker, WorkerSettings

READY_WITHIN = 40
# Known to nobody, and so without effect.
PROBE = {"command": "probe"}
ORCHESTRATOR_TOKEN = "token-of-the-orchestrator"
# On Redis the orchestrator writes down when a task times out by a clock that counts from the machine's start, and
# compares that with the time of day. Only a timeout longer than the difference keeps it from giving up every task.
REDIS_WORKER_TIMEOUT = 2_000_000_000


@dataclass
class ClusterSettings:
    depth: int = 1
    workers: int = 1
    orchestrator: OrchestratorSettings = field(default_factory=OrchestratorSettings)
    worker: WorkerSettings = field(default_factory=WorkerSettings)
    task_secret: str | None = None
    redis: bool = False
    tls: LinkSettings | None = None
    # The URL scheme of each hop, that to the orchestrator first; all `http` or `https` where it is left out.
    wires: list[str] | None = None
    # What stands in the configuration files of the Holons beside what their place in the cluster asks for.
    configuration: dict = field(default_factory=dict)


class Cluster:
    """orchestrator <- proxy <- chain of Holons <- workers; at depth 0 the workers dial the proxy themselves."""

    alive: list["Cluster"] = []

    def __init__(self, folder: Path, settings: ClusterSettings):
        self.folder = folder
        self.settings = settings
        self.redis = Redis(folder) if settings.redis else None
        if self.redis:
            settings.orchestrator.redis_port = self.redis.port
            settings.orchestrator.worker_timeout = REDIS_WORKER_TIMEOUT
        hops = range(settings.depth + 1)
        self.wires = settings.wires or ["https" if settings.tls else "http" for _ in hops]
        # The hop to the orchestrator first. What is not encrypted makes no use of its own.
        encrypts = any(map(is_encrypted, self.wires))
        self.links = [Link(folder, f"hop-{n}", settings.tls or LinkSettings()) for n in hops] if encrypts else []
        if is_encrypted(self.wires[0]):
            settings.orchestrator.more |= self.links[0].orchestrator
        self.orchestrator = Orchestrator(folder, ORCHESTRATOR_TOKEN, settings.orchestrator)
        self.uplink = Proxy(free_port(), self.orchestrator.port)
        self.holons: list[Holon] = []
        url, token = f"{self.wires[0]}://127.0.0.1:{self.uplink.port}", ORCHESTRATOR_TOKEN
        for level in range(1, settings.depth + 1):
            holon = self._holon(level, url, token)
            self.holons.append(holon)
            url, token = holon.url, holon.child_token
        self.workers = [self.make_worker(f"worker-{number}") for number in range(1, settings.workers + 1)]

    def _holon(self, level: int, uplink: str, token: str | None) -> Holon:
        settings = self.settings
        tokens = not settings.tls or settings.tls.tokens
        configuration = self.configuration(level)
        return Holon(
            f"holon-{level}", self.folder, uplink, token, settings.task_secret, configuration, tokens, self.wires[level]
        )

    def configuration(self, level: int) -> dict:
        """What stands in the file of the Holon at this level, the top one being the first."""
        configuration = dict(self.settings.configuration)
        if self.settings.tls:
            configuration["children"] = {"auth": self.settings.tls.auth} | configuration.get("children", {})
        if is_encrypted(self.wires[level]):
            configuration["listen"] = [{"tls": self.links[level].listener}]
        if is_encrypted(self.wires[level - 1]):
            tls = {"tls": self.links[level - 1].uplink(f"holon-{level}")}
            configuration["uplinks"] = [uplink | tls for uplink in configuration.get("uplinks", [{}])]
        return configuration

    def make_worker(self, id: str, tls: Certificate | None = None, token: str | None = None) -> Worker:
        """A worker below the lowest node, with the certificate of its id and the token of all if not told otherwise."""
        if self.holons:
            url, everybodys = self.holons[-1].url, self.holons[-1].child_token
        else:
            url, everybodys = f"{self.wires[0]}://127.0.0.1:{self.uplink.port}", ORCHESTRATOR_TOKEN
        if is_encrypted(self.wires[-1]):
            tls = tls or self.links[-1].client(id)
        return Worker(id, self.folder, url, token or everybodys, self.settings.worker, tls)

    def __enter__(self) -> "Cluster":
        Cluster.alive.append(self)
        return self

    def __exit__(self, _type=None, error: BaseException | None = None, _traceback=None) -> None:
        if error:
            error.add_note(self.tails())
        Cluster.alive.remove(self)
        for process in reversed(self.processes):
            process.kill()
        self.uplink.stop()

    @property
    def processes(self) -> list[Process]:
        nodes = [self.orchestrator, *self.holons, *self.workers]
        return ([self.redis.process] if self.redis else []) + [node.process for node in nodes]

    def start(self) -> "Cluster":
        self.start_orchestrator()
        for node in [*self.holons, *self.workers]:
            node.process.start()
        self.wait_until_ready()
        return self

    def start_orchestrator(self) -> None:
        if self.redis:
            self.redis.start()
        self.orchestrator.start()
        self.uplink.start()

    def wait_until_ready(self, within: float = READY_WITHIN) -> None:
        """Until the orchestrator may give work to the top, every worker is in its place, and commands reach all."""
        eventually("the top is idle, with the workers' skills", self.top_takes_work, within)
        if self.holons:
            for worker in self.workers:
                eventually(f"{worker.id} is connected", lambda w=worker: self._is_connected(w), within)
        for top in self.tops:
            eventually(f"commands reach {top}", lambda t=top: self.orchestrator.command(t, PROBE), within)

    @property
    def tops(self) -> list[str]:
        """The ids that the orchestrator knows."""
        workers = [worker.id for worker in self.workers]
        if not self.holons:
            return workers
        uplink = self.settings.configuration.get("uplinks", [{}])[0]
        if uplink.get("mode") == "transparent":
            return [uplink.get("child_prefix", "") * len(self.holons) + worker for worker in workers]
        return [self.holons[0].id]

    def top_takes_work(self) -> bool:
        infos = [self.orchestrator.worker(top) for top in self.tops]
        return all(info and info.get("status", "idle") == "idle" and _skills(info) for info in infos)

    def _is_connected(self, worker: Worker) -> bool:
        child = self.holons[-1].child(worker.id)
        return bool(child and child["connected"] and child["command_socket"])

    def run(self, type: str, params: object, within: float = 30, **job) -> dict:
        """Runs one job to its end and returns its state."""
        [id] = self.orchestrator.submit(type, params, **job)
        return self.orchestrator.ended([id], within)[id]

    @property
    def executions(self) -> list[dict]:
        return self._lines("executions.jsonl")

    @property
    def commands(self) -> list[dict]:
        return self._lines("commands.jsonl")

    def _lines(self, file: str) -> list[dict]:
        path = self.folder / file
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def tails(self) -> str:
        return "\n".join(f"--- {process.log} ---\n{process.tail()}" for process in self.processes)


def is_encrypted(wire: str) -> bool:
    return wire in ("https", "wss", "grpcs")


def _skills(info: dict) -> set[str]:
    return {skill["name"] for skill in info.get("supported_skills") or []}
