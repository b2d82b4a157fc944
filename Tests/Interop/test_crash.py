"""kill -9 under load, at random moments: no answer is lost, and none counts twice."""

import os
import random
import time

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.holon import Holon
from harness.ledger import TaskKey
from harness.orchestrator import OrchestratorSettings
from harness.profile import PROFILE
from harness.waiting import eventually
from harness.worker import WorkerSettings

DEPTH = 3
# What a poll loses on the wire is run again after this time, and so is what a row of crashes has delayed.
TASK_TIMEOUT = 45
# Load: about eight tasks a second.
CONCURRENCY = 4
TASK_SECONDS = 1.0
JOBS_PER_CRASH = 40


class Witness:
    """Remembers each task that was ever seen in a journal."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        self.journaled: set[TaskKey] = set()

    def look(self) -> None:
        for holon in self.cluster.holons:
            self.journaled |= holon.journaled_tasks


@pytest.fixture
def chaos() -> random.Random:
    seed = int(os.environ.get("HOLON_TEST_SEED", time.time_ns() % 1_000_000))
    print(f"HOLON_TEST_SEED={seed}")
    return random.Random(seed)


def settings(depth: int, configuration: dict | None = None) -> ClusterSettings:
    # A poll that a crash left behind at the orchestrator goes on to wait there, and takes a task with it: short polls.
    orchestrator = OrchestratorSettings(
        poll_timeout=3, worker_timeout=TASK_TIMEOUT, watcher_interval=2, job_retries=1000
    )
    worker = WorkerSettings(concurrency=CONCURRENCY)
    return ClusterSettings(
        depth=depth, workers=2, orchestrator=orchestrator, worker=worker, configuration=configuration or {}
    )


@pytest.fixture
def cluster(make_cluster) -> Cluster:
    return make_cluster(settings(DEPTH)).start()


def crash(cluster: Cluster, chaos: random.Random, killed: list[Holon], witness: Witness) -> None:
    """Kills these Holons in the midst of work, looks at what all have on disk, and starts them again."""
    before = len(cluster.executions)
    eventually("work goes on", lambda: len(cluster.executions) > before + 3, within=90)
    time.sleep(chaos.uniform(0, 2 * TASK_SECONDS))
    for holon in killed:
        holon.process.kill()
    witness.look()
    for holon in chaos.sample(killed, len(killed)):
        holon.process.start()
    eventually("the nodes answer", lambda: all(holon.status for holon in killed), within=15)


def crash_under_load(cluster: Cluster, chaos: random.Random, victims: list[list[Holon]]) -> None:
    jobs = cluster.orchestrator.submit("slow", {"seconds": TASK_SECONDS}, count=JOBS_PER_CRASH * len(victims))
    witness = Witness(cluster)
    for killed in victims:
        crash(cluster, chaos, killed, witness)

    states = cluster.orchestrator.ended(jobs, within=240 + 20 * len(victims))
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


def test_any_holon_of_a_chain_is_killed_again_and_again(cluster, chaos):
    # Each of them in turn, in another order each time.
    turns = [chaos.sample(cluster.holons, DEPTH) for _ in range(PROFILE.kills)]
    crash_under_load(cluster, chaos, [[holon] for turn in turns for holon in turn][: PROFILE.kills])


def test_all_holons_of_a_chain_are_killed_at_once(cluster, chaos):
    crash_under_load(cluster, chaos, [cluster.holons] * max(2, PROFILE.kills // 5))


def test_a_holon_whose_workers_stand_for_themselves_is_killed_again_and_again(make_cluster, chaos):
    transparent = {"uplinks": [{"mode": "transparent", "child_prefix": "site-"}]}
    cluster = make_cluster(settings(1, transparent)).start()
    crash_under_load(cluster, chaos, [cluster.holons] * max(2, PROFILE.kills // 5))
