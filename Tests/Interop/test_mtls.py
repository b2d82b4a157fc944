"""The real orchestrator and the real workers over mutual TLS, each hop under an authority of its own."""

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.links import LinkSettings
from harness.waiting import eventually

MODES = {
    "mixed": LinkSettings(auth="mixed"),
    "mtls-only": LinkSettings(auth="mtls-only", tokens=False),
}

def swapped_its_token(cluster: Cluster) -> bool:
    return all("Token refreshed" in worker.process.output() for worker in cluster.workers)


@pytest.mark.parametrize("mode", ["mixed", "mtls-only"])
def test_directly_below_the_orchestrator_a_worker_works_until_it_swaps_its_token(mode, make_cluster):
    # The workers need the orchestrator's token whatever the mode: it always demands signatures.
    cluster = make_cluster(ClusterSettings(depth=0, tls=LinkSettings(auth=mode)))
    cluster.start_orchestrator()
    worker = cluster.workers[0]
    worker.process.start()
    cluster.wait_until_ready()
    before = cluster.orchestrator.submit("echo", {"sent": "before"})
    eventually("the worker has executed the task", lambda: cluster.executions, within=4)
    assert cluster.orchestrator.ended(before, within=4)[before[0]]["status"] == "finished"
    assert not swapped_its_token(cluster)

    eventually("the worker swaps its token", lambda: swapped_its_token(cluster), within=15)
    after = cluster.orchestrator.submit("echo", {"sent": "after"})
    eventually("its result is refused", lambda: ("result", 403) in cluster.orchestrator.ledger.refused, within=15)
    assert cluster.orchestrator.state(after[0])["status"] != "finished"
