"""The link upwards is gone for longer than a signature stays fresh; what was done meanwhile waits in the journal."""

import time

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.profile import PROFILE
from harness.waiting import eventually
from harness.worker import WorkerSettings

# A signed message is refused when its timestamp is more than 60 s old.
CUT_SECONDS = 72
DEPTHS = [pytest.param(1, id="depth-1"), pytest.param(3, id="depth-3")]


def run_all(cluster: Cluster, gate) -> list[str]:
    """Tasks that all run, and end when the gate opens."""
    jobs = cluster.orchestrator.submit("slow", {"gate": str(gate)}, count=PROFILE.held_tasks)
    eventually("all tasks run", lambda: len(cluster.executions) == len(jobs), within=60, every=0.5)
    return jobs


def wait_out_the_cut(cluster: Cluster, began: float) -> None:
    holon = cluster.holons[0]

    def all_wait() -> bool:
        return holon.status["outbox"]["results"] == PROFILE.held_tasks and time.monotonic() - began > CUT_SECONDS

    eventually("all results wait in the journal, and the cut has lasted", all_wait, within=CUT_SECONDS + 30, every=1)


def check_all_arrived(cluster: Cluster, jobs: list[str]) -> None:
    states = cluster.orchestrator.ended(jobs, within=90)
    assert {state["status"] for state in states.values()} == {"finished"}
    ledger = cluster.orchestrator.ledger
    assert not ledger.accepted_twice
    assert len(ledger.accepted) == len(jobs)
    assert not ledger.ignored
    assert len(cluster.executions) == len(jobs), "a task ran twice"
    eventually("the journal is empty again", lambda: cluster.holons[0].status["outbox"]["results"] == 0, within=10)
    # Work goes on.
    assert cluster.run("echo", {"after": "the cut"}, within=40)["status"] == "finished"


def settings(depth: int, redis: bool = False) -> ClusterSettings:
    return ClusterSettings(depth=depth, workers=2, redis=redis, worker=WorkerSettings(concurrency=PROFILE.held_tasks))


@pytest.mark.parametrize("depth", DEPTHS)
def test_results_wait_while_the_link_to_the_orchestrator_is_cut(depth, make_cluster, tmp_path):
    cluster = make_cluster(settings(depth)).start()
    gate = tmp_path / "gate"
    jobs = run_all(cluster, gate)

    began = time.monotonic()
    cluster.uplink.cut()
    gate.touch()
    wait_out_the_cut(cluster, began)
    assert not cluster.orchestrator.ledger.accepted
    cluster.uplink.restore()
    check_all_arrived(cluster, jobs)


@pytest.mark.parametrize("depth", DEPTHS)
def test_results_wait_while_the_orchestrator_is_stopped(depth, make_cluster, tmp_path):
    cluster = make_cluster(settings(depth, redis=True)).start()
    gate = tmp_path / "gate"
    jobs = run_all(cluster, gate)

    began = time.monotonic()
    cluster.orchestrator.process.stop()
    gate.touch()
    wait_out_the_cut(cluster, began)
    cluster.orchestrator.start()
    check_all_arrived(cluster, jobs)
