"""A Holon in mode transparent: the orchestrator knows each worker below it as a worker of its own."""

import json
import time

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.orchestrator import OrchestratorSettings
from harness.waiting import eventually

CHEAP, DEAR = "worker-1", "worker-2"
TRANSPARENT = {"uplinks": [{"mode": "transparent", "child_prefix": "site-"}]}
# Longer than a worker waits before it calls a node again that was away.
BACK_WITHIN = 90


def at_parent(worker: str) -> str:
    return f"site-{worker}"


@pytest.fixture
def cluster(make_cluster) -> Cluster:
    return prepared(make_cluster, depth=1).start()


def prepared(make_cluster, depth: int) -> Cluster:
    """Two workers of different costs, of which only the dear one has what some jobs ask for."""
    orchestrator = OrchestratorSettings(poll_timeout=5)
    cluster = make_cluster(
        ClusterSettings(depth=depth, workers=2, orchestrator=orchestrator, configuration=TRANSPARENT)
    )
    software = {CHEAP: {"python": "3.11"}, DEAR: {"python": "3.11", "blender": "4"}}
    for worker, cost in zip(cluster.workers, (1.0, 9.0), strict=True):
        worker.process.env["COST_PER_SKILL"] = json.dumps({"echo": cost, "slow": cost})
        worker.process.env["INSTALLED_SOFTWARE"] = json.dumps(software[worker.id])
    return cluster


def status(cluster: Cluster, worker: str) -> str | None:
    info = cluster.orchestrator.worker(at_parent(worker))
    return info.get("status", "idle") if info else None


def did(cluster: Cluster, job: str) -> str:
    """The worker that ran the job."""
    return next(execution["worker"] for execution in cluster.executions if execution["job"] == job)


def start_slow(cluster: Cluster, gate, requirements: dict | None = None, count: int = 1) -> list[str]:
    before = len(cluster.executions)
    jobs = cluster.orchestrator.submit("slow", {"gate": str(gate)}, count=count, requirements=requirements)
    eventually("they run", lambda: len(cluster.executions) == before + count, within=40)
    return jobs


def test_requirements_and_costs_act_on_the_real_workers(cluster):
    assert cluster.orchestrator.worker("holon-1") is None
    known = {worker: cluster.orchestrator.worker(at_parent(worker)) for worker in (CHEAP, DEAR)}
    assert known[CHEAP]["capabilities"]["cost_per_skill"]["echo"] == 1.0
    assert known[DEAR]["capabilities"]["cost_per_skill"]["echo"] == 9.0
    assert known[DEAR]["installed_software"]["blender"] == "4"
    assert known[DEAR]["worker_type"] == "interop"

    for _ in range(3):
        [cheapest] = cluster.orchestrator.submit("echo", {}, strategy="cheapest")
        [special] = cluster.orchestrator.submit("echo", {}, requirements={"installed_software": {"blender": "4"}})
        states = cluster.orchestrator.ended([cheapest, special], within=40)
        assert {state["status"] for state in states.values()} == {"finished"}
        assert (did(cluster, cheapest), did(cluster, special)) == (CHEAP, DEAR)
    [result] = cluster.orchestrator.ledger.results_of(special)
    assert (result["worker_id"], result["origin_worker_id"]) == (at_parent(DEAR), DEAR)
    assert not cluster.orchestrator.ledger.refused


def test_a_command_reaches_the_worker_that_it_is_for(cluster, tmp_path):
    [other] = start_slow(cluster, tmp_path / "gate", {"installed_software": {"blender": "4"}})
    announce = {"command": "announce", "params": {"to": DEAR}, "task_id": "unheard-of"}
    assert cluster.orchestrator.command(at_parent(DEAR), announce)
    eventually("it is heard", lambda: [c["worker"] for c in cluster.commands] == [DEAR], within=20)

    # Tasks that are the dear worker's are not cancelled by a word to the cheap one.
    task = next(execution["task"] for execution in cluster.executions if execution["job"] == other)
    cancel = {"command": "cancel_task", "task_id": task, "job_id": other}
    assert cluster.orchestrator.command(at_parent(CHEAP), cancel)
    time.sleep(2)
    assert cluster.orchestrator.state(other)["status"] not in ("finished", "cancelled", "failed")
    assert cluster.orchestrator.command(at_parent(DEAR), cancel)
    eventually(
        "the orchestrator is told", lambda: cluster.orchestrator.state(other)["status"] == "cancelled", within=20
    )
    [result] = cluster.orchestrator.ledger.results_of(other)
    assert (result["worker_id"], result["status"]) == (at_parent(DEAR), "cancelled")


def test_a_killed_worker_alone_disappears(cluster):
    cluster.workers[0].process.kill()
    eventually("it is gone", lambda: status(cluster, CHEAP) in (None, "offline"), within=40)
    assert status(cluster, DEAR) == "idle"
    [job] = cluster.orchestrator.submit("echo", {}, strategy="cheapest")
    assert cluster.orchestrator.ended([job], within=40)[job]["status"] == "finished"
    assert did(cluster, job) == DEAR

    cluster.workers[0].process.start()
    eventually("it is back", lambda: status(cluster, CHEAP) == "idle", within=BACK_WITHIN)


def test_a_restart_in_the_middle_loses_nothing_and_repeats_nothing(cluster, tmp_path):
    gate, holon = tmp_path / "gate", cluster.holons[0]
    jobs = start_slow(cluster, gate, {"installed_software": {"blender": "4"}}, count=3)
    jobs += start_slow(cluster, gate, count=3)
    holon.process.kill()
    holon.process.start()
    eventually("both workers are back", lambda: len(holon.status["children"]) == 2, within=BACK_WITHIN)

    # Results wait in the journal when it is killed once more.
    cluster.uplink.cut()
    gate.touch()
    eventually("all results wait", lambda: holon.status["outbox"]["results"] == len(jobs), within=60)
    holon.process.kill()
    holon.process.start()
    cluster.uplink.restore()
    states = cluster.orchestrator.ended(jobs, within=BACK_WITHIN)
    assert {state["status"] for state in states.values()} == {"finished"}
    ledger = cluster.orchestrator.ledger
    assert not ledger.accepted_twice
    assert len(cluster.executions) == len(jobs), "a task ran twice"
    for job in jobs:
        assert ledger.results_of(job)[-1]["worker_id"] == at_parent(did(cluster, job))


@pytest.mark.parametrize("wires", [("http", "ws"), ("ws", "http")], ids="-".join)
def test_two_in_a_row_over_different_wires(wires, make_cluster):
    """The orchestrator has no links, so that ws:// to it becomes plain calls; between the Holons one link carries all."""
    cluster = prepared(make_cluster, depth=2)
    for holon, scheme in zip(cluster.holons, wires, strict=True):
        holon.dial(scheme)
    cluster.start()
    requirements = {"installed_software": {"blender": "4"}}
    [cheapest] = cluster.orchestrator.submit("echo", {}, strategy="cheapest")
    [special] = cluster.orchestrator.submit("echo", {}, requirements=requirements)
    states = cluster.orchestrator.ended([cheapest, special], within=40)
    assert {state["status"] for state in states.values()} == {"finished"}
    assert (did(cluster, cheapest), did(cluster, special)) == (CHEAP, DEAR)
    [result] = cluster.orchestrator.ledger.results_of(special)
    assert (result["worker_id"], result["origin_worker_id"]) == (f"site-site-{DEAR}", DEAR)

    announce = {"command": "announce", "params": {"to": DEAR}}
    assert cluster.orchestrator.command(f"site-site-{DEAR}", announce)
    eventually("it is heard", lambda: [c["worker"] for c in cluster.commands] == [DEAR], within=20)
