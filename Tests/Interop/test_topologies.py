"""The trees in topology/ run as they are written; only ports, tokens and the folder of the journals are given."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.network import answers, free_port
from harness.orchestrator import Orchestrator, OrchestratorSettings
from harness.process import Process
from harness.programs import holon_binary
from harness.waiting import eventually
from harness.worker import Worker, WorkerSettings

TOPOLOGIES = Path(__file__).parents[2] / "topology"
ORCHESTRATOR_TOKEN = "token-of-the-orchestrator"
CHILD_TOKEN = "token-of-all-children"


@dataclass
class Topology:
    """A folder of topology/: its nodes, the top one first, and those that workers dial."""

    folder: str
    nodes: list[str]
    edges: list[str]
    # What stands before a worker's name at the orchestrator; none where that knows the top node in place of workers.
    prefix: str | None = None

    def variable(self, node: str) -> str:
        """What the node's variables begin with in its file."""
        return node.upper().replace("-", "")


CHAIN = Topology("chain", ["core", "region", "edge"], ["edge"])
GATEWAY = Topology("nat-edge-gateway", ["relay", "gateway"], ["gateway"])
TRANSPARENT = Topology("transparent", ["region", "site"], ["site"], prefix="site-1-")
FAN_OUT = Topology("fan-out", ["hub", "cell-1", "cell-2", "cell-3"], ["cell-1", "cell-2", "cell-3"])


class Tree:
    """orchestrator <- the topology's nodes <- a worker at each edge."""

    def __init__(self, topology: Topology, folder: Path):
        self.topology = topology
        self.folder = folder
        self.orchestrator = Orchestrator(folder, ORCHESTRATOR_TOKEN, OrchestratorSettings())
        self.ports = {node: free_port() for node in topology.nodes}
        self.status_ports = {node: free_port() for node in topology.nodes}
        variables = self._variables(folder)
        self.nodes = [
            Process(node, [holon_binary(), "run", "--config", str(self._file(node))], variables, folder)
            for node in topology.nodes
        ]
        self.workers = [
            Worker(f"worker-of-{edge}", folder, f"http://127.0.0.1:{self.ports[edge]}", CHILD_TOKEN, WorkerSettings())
            for edge in topology.edges
        ]

    def _file(self, node: str) -> Path:
        return TOPOLOGIES / self.topology.folder / f"{node}.yaml"

    def _variables(self, folder: Path) -> dict[str, str]:
        variables = {
            "ORCHESTRATOR_URL": f"http://127.0.0.1:{self.orchestrator.port}",
            "HOLON_UPLINK_TOKEN": ORCHESTRATOR_TOKEN,
            "HOLON_CHILD_TOKEN": CHILD_TOKEN,
            "DATA": str(folder),
        }
        for node in self.topology.nodes:
            name = self.topology.variable(node)
            variables[f"{name}_PORT"] = str(self.ports[node])
            variables[f"{name}_STATUS_PORT"] = str(self.status_ports[node])
        return variables

    def __enter__(self) -> "Tree":
        self.orchestrator.start()
        for process in [*self.nodes, *(worker.process for worker in self.workers)]:
            process.start()
        for node, port in self.status_ports.items():
            eventually(f"{node} is ready", lambda p=port: answers(f"http://127.0.0.1:{p}/readyz"), within=40)
        eventually("the workers' skills have come up", self._top_has_skills, within=40)
        return self

    def __exit__(self, _type=None, error: BaseException | None = None, _traceback=None) -> None:
        processes = [self.orchestrator.process, *self.nodes, *(worker.process for worker in self.workers)]
        if error:
            error.add_note("\n".join(f"--- {process.log} ---\n{process.tail()}" for process in processes))
        for process in reversed(processes):
            process.kill()

    def _top_has_skills(self) -> bool:
        prefix = self.topology.prefix
        ids = [self.topology.nodes[0]] if prefix is None else [prefix + worker.id for worker in self.workers]
        infos = [self.orchestrator.worker(id) for id in ids]
        return all(i and i.get("supported_skills") and i.get("status", "idle") == "idle" for i in infos)

    def executed_by(self, jobs: int) -> set[str]:
        ids = [self.orchestrator.submit("echo", {"number": number})[0] for number in range(jobs)]
        states = self.orchestrator.ended(ids, 40)
        assert [states[id]["status"] for id in ids] == ["finished"] * jobs
        lines = (self.folder / "executions.jsonl").read_text().splitlines()
        return {json.loads(line)["worker"] for line in lines}


@pytest.mark.parametrize("topology", [CHAIN, GATEWAY, TRANSPARENT], ids=lambda topology: topology.folder)
def test_a_job_passes_through_the_tree(topology, tmp_path):
    with Tree(topology, tmp_path) as tree:
        assert tree.executed_by(3) == {f"worker-of-{topology.edges[0]}"}


def test_jobs_spread_over_the_cells_of_a_fan_out(tmp_path):
    with Tree(FAN_OUT, tmp_path) as tree:
        assert tree.executed_by(12) == {f"worker-of-{cell}" for cell in FAN_OUT.edges}
