"""kill -9 under load, at random moments: no answer is lost, and none counts twice."""

import os
import random
import time

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.ledger import TaskKey
from harness.orchestrator import OrchestratorSettings
from harness.profile import PROFILE
from harness.waiting import eventually
from harness.worker import WorkerSettings

DEPTH = 3
# What a poll loses on the wire is run again after this time. It also ends the wait of tasks that a chain of crashes has delayed.
TASK_TIMEOUT = 45
# Load: about eight tasks a second.
CONCURRENCY = 4
TASK_SECONDS = 1.0


class Witness:
    """Remembers each task that was ever seen in a journal."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        self.journaled: set[TaskKey] = set()

    def look(self) -> None:
        for holon in self.cluster.holons:
            self.journaled |= {(task["job_id"], task["task_id"]) for task in holon.queue()}


@pytest.fixture
def chaos() -> random.Random:
    seed = int(os.environ.get("HOLON_TEST_SEED", time.time_ns() % 1_000_000))
    print(f"HOLON_TEST_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def cluster(make_cluster) -> Cluster:
    # A poll that a crash left behind at the orchestrator goes on to wait there, and takes a task with it: short polls.
    orchestrator = OrchestratorSettings(
        poll_timeout=3, worker_timeout=TASK_TIMEOUT, watcher_interval=2, job_retries=1000
    )
    worker = WorkerSettings(concurrency=CONCURRENCY)
    return make_cluster(ClusterSettings(depth=DEPTH, workers=2, orchestrator=orchestrator, worker=worker)).start()


def crash_under_load(cluster: Cluster, chaos: random.Random, kills: int, victims) -> None:
    jobs = cluster.orchestrator.submit("slow", {"seconds": TASK_SECONDS}, count=kills * 40)
    witness = Witness(cluster)
    for _ in range(kills):
        busy = len(cluster.executions)
        eventually("work goes on", lambda: len(cluster.executions) > busy + 3, within=90)
        time.sleep(chaos.uniform(0, 2 * TASK_SECONDS))
        killed = victims(cluster)
        for holon in killed:
            holon.process.kill()
        witness.look()
        for holon in chaos.sample(killed, len(killed)):
            holon.process.start()
        eventually("the nodes answer", lambda: all(holon.status for holon in killed), within=15)

    states = cluster.orchestrator.ended(jobs, within=240 + kills * 20)
    assert {state["status"] for state in states.values()} == {"finished"}
    check(cluster, witness)


def check(cluster: Cluster, witness: Witness) -> None:
    def outstanding() -> set[TaskKey]:
        return witness.journaled - cluster.orchestrator.ledger.answered

    # A result may still be on its way for a task that the orchestrator has long given to somebody else.
    eventually("every task that a journal held is answered", lambda: not outstanding(), within=60, every=1)
    ledger = cluster.orchestrator.ledger
    assert witness.journaled, "no journal was ever seen with a task"
    assert not ledger.accepted_twice
    lost = set(ledger.handed_out) - ledger.answered
    print(
        f"{len(set(ledger.handed_out))} tasks handed out, {len(ledger.accepted)} results accepted, "
        f"ignored: {dict(ledger.ignored)}, {len(witness.journaled)} seen in journals, "
        f"{len(lost)} lost by the orchestrator's poll on the wire and run again"
    )
    assert not lost & witness.journaled


@pytest.mark.parametrize("level", range(1, DEPTH + 1))
def test_one_holon_of_a_chain_is_killed_again_and_again(level, cluster, chaos):
    crash_under_load(cluster, chaos, PROFILE.kills, lambda c: [c.holons[level - 1]])


def test_any_holon_of_a_chain_is_killed_again_and_again(cluster, chaos):
    crash_under_load(cluster, chaos, PROFILE.kills, lambda c: [chaos.choice(c.holons)])


def test_all_holons_of_a_chain_are_killed_at_once(cluster, chaos):
    crash_under_load(cluster, chaos, max(2, PROFILE.kills // 5), lambda c: list(c.holons))
