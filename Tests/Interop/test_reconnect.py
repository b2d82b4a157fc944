"""Whatever is started late, stopped, or loses its memory: the others come back to it by themselves."""

import time

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.waiting import eventually

BACK_WITHIN = 35
DEPTHS = [pytest.param(1, id="depth-1"), pytest.param(3, id="depth-3")]


def works_again(cluster: Cluster, within: float) -> bool:
    """Whether a new job succeeds in that time.

    One job a second, because single ones are lost without anybody's fault: the orchestrator refuses a job at once while
    it knows no worker, and a poll whose caller is gone still waits there and takes a job with it.
    """
    deadline = time.monotonic() + within
    jobs: list[str] = []
    while time.monotonic() < deadline:
        jobs += cluster.orchestrator.submit("echo", {})
        time.sleep(1)
        if any(state["status"] == "finished" for state in cluster.orchestrator.states(jobs).values()):
            return True
    return False


@pytest.mark.parametrize("depth", DEPTHS)
def test_workers_below_a_holon_survive_an_orchestrator_that_forgot_everything(depth, make_cluster):
    cluster = make_cluster(ClusterSettings(depth=depth)).start()
    assert cluster.run("echo", {})["status"] == "finished"
    cluster.orchestrator.process.kill()
    cluster.orchestrator.start()
    assert works_again(cluster, BACK_WITHIN)


def test_workers_directly_below_do_not(make_cluster):
    cluster = make_cluster(ClusterSettings(depth=0)).start()
    assert cluster.run("echo", {})["status"] == "finished"
    cluster.orchestrator.process.kill()
    cluster.orchestrator.start()
    assert not works_again(cluster, BACK_WITHIN)
    # They still ask for work, and are told nothing.
    assert cluster.workers[0].process.running
    eventually("the worker's heartbeat is answered", lambda: cluster.orchestrator.ledger.of("heartbeat"), within=30)
    assert cluster.orchestrator.worker(cluster.workers[0].id) is None


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_worker_that_was_started_before_its_holon(depth, make_cluster):
    cluster = make_cluster(ClusterSettings(depth=depth))
    cluster.start_orchestrator()
    worker = cluster.workers[0]
    worker.process.start()
    eventually(
        "the worker fails to register", lambda: "Registration attempt failed" in worker.process.output(), within=15
    )
    for holon in cluster.holons:
        holon.process.start()
    assert works_again(cluster, BACK_WITHIN)


@pytest.mark.parametrize("depth", DEPTHS)
def test_holons_that_were_started_before_their_parent(depth, make_cluster):
    cluster = make_cluster(ClusterSettings(depth=depth))
    for node in [*cluster.workers, *reversed(cluster.holons)]:
        node.process.start()
    top = cluster.holons[0]
    waiting = ("connecting", "backing_off")
    eventually("the top waits for its parent", lambda: top.status["uplinks"][0]["state"] in waiting, within=15)
    assert not top.ready
    cluster.start_orchestrator()
    assert works_again(cluster, BACK_WITHIN)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("which", ["top", "bottom"])
def test_a_holon_that_was_started_again_without_its_journal(depth, which, make_cluster):
    if depth == 1 and which == "bottom":
        pytest.skip("the top is the bottom")
    cluster = make_cluster(ClusterSettings(depth=depth, workers=2)).start()
    assert cluster.run("echo", {})["status"] == "finished"
    holon = cluster.holons[0 if which == "top" else -1]
    holon.process.kill()
    holon.delete_journal()
    holon.process.start()
    assert works_again(cluster, BACK_WITHIN)

    def all_back() -> bool:
        return all(child["connected"] for child in holon.status["children"]) and len(holon.status["children"]) == (
            2 if holon is cluster.holons[-1] else 1
        )

    eventually("every child is back", all_back, within=BACK_WITHIN)
