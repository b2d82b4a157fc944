"""The wire gRPC: a child that is written in Python after link.proto, and Holons with gRPC and other wires between them.

Needs a binary that is built with the trait GRPC.
"""

from uuid import uuid4

import grpc
import pytest
from harness.cluster import Cluster, ClusterSettings, is_encrypted
from harness.grpc_child import GRPCChild
from harness.waiting import eventually

WIRES = ["grpc", "grpcs"]


class Edge:
    """orchestrator <- a Holon that listens for gRPC; no worker of its own."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        self.holon = cluster.holons[0]

    def child(self, id: str, token: str | None = None, certificate_of: str | None = None) -> GRPCChild:
        tls = self.cluster.links[-1].client(certificate_of or id) if is_encrypted(self.cluster.wires[-1]) else None
        return GRPCChild(self.holon.port, token or self.holon.child_token, id, tls)


@pytest.fixture(scope="module", params=WIRES)
def edge(request, tmp_path_factory):
    settings = ClusterSettings(depth=1, workers=0, wires=["http", request.param])
    with Cluster(tmp_path_factory.mktemp("edge"), settings) as cluster:
        cluster.start_orchestrator()
        cluster.holons[0].process.start()
        eventually("the Holon is registered", lambda: cluster.holons[0].ready, within=40)
        yield Edge(cluster)


def registered(child: GRPCChild) -> GRPCChild:
    registration = child.says.registration() | {"supported_skills": [{"name": "echo"}]}
    registration = child.says.signed({k: v for k, v in registration.items() if k != "security"})
    status, answer = child.call("REGISTER", registration)
    assert status == 200, answer
    return child


def test_a_child_in_python_registers_takes_a_task_and_returns_its_result(edge):
    id = f"python-{uuid4().hex[:8]}"
    with edge.child(id) as child:
        assert child.welcome.polls > 0
        registered(child)
        # Without an open poll nothing can start here, and the Holon calls itself busy.
        poll = child.begin_poll(wait=60)
        eventually("the skill has come up", edge.cluster.top_takes_work, within=40)
        [job] = edge.cluster.orchestrator.submit("echo", {"said": "hello"})
        task = child.polled(poll, within=70)
        assert task["type"] == "echo" and task["job_id"] == job, task
        result = {"job_id": task["job_id"], "task_id": task["task_id"], "status": "success", "data": {"heard": "hello"}}
        assert child.call("RESULT", child.says.signed(result)) == (200, {"status": "accepted"})
        state = edge.cluster.orchestrator.ended([job], 30)[job]
        assert state["status"] == "finished", state


def test_large_bodies_travel_in_chunks(edge):
    with edge.child(f"python-{uuid4().hex[:8]}") as child:
        registered(child)
        payload = {"text": "x" * 300_000}
        status, answer = child.call("EVENT", child.says.event(payload=payload))
        assert status == 200, answer


def test_a_refused_call_says_why_and_the_link_goes_on(edge):
    with edge.child(f"python-{uuid4().hex[:8]}") as child:
        unknown = child.says.signed({"status": "idle", "current_tasks": []})
        status, answer = child.call("HEARTBEAT", unknown)
        assert status == 404 and answer["error"], answer
        registered(child)


def test_who_may_not_open_a_link_is_told_by_the_status_of_grpc(edge):
    with pytest.raises(grpc.RpcError) as refusal:
        with edge.child(f"python-{uuid4().hex[:8]}", token="not-the-token", certificate_of="somebody-else"):
            pass
    assert refusal.value.code() in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)
    assert dict(refusal.value.trailing_metadata())["x-holon-status"] in ("401", "403")


def test_the_newest_link_of_a_worker_takes_the_place_of_the_last(edge):
    id = f"python-{uuid4().hex[:8]}"
    with edge.child(id) as first:
        registered(first)
        with edge.child(id) as second:
            first.wait_until_lost(within=10)
            assert first.failure.code() == grpc.StatusCode.ABORTED
            registered(second)


@pytest.mark.parametrize("wires", [["http", "grpc", "wss", "http"], ["http", "wss", "grpcs", "http"]], ids="-".join)
def test_a_chain_of_mixed_wires_carries_jobs_commands_and_results(wires, tmp_path):
    settings = ClusterSettings(depth=len(wires) - 1, workers=2, wires=wires)
    with Cluster(tmp_path, settings) as cluster:
        cluster.start()
        jobs = cluster.orchestrator.submit_each("echo", [{"number": number} for number in range(12)])
        states = cluster.orchestrator.ended(jobs, 40)
        assert [states[job]["status"] for job in jobs] == ["finished"] * len(jobs)
        assert {line["worker"] for line in cluster.executions} <= {worker.id for worker in cluster.workers}


@pytest.mark.parametrize("wire", WIRES)
def test_in_mode_transparent_the_orchestrator_knows_each_worker_behind_the_link(wire, tmp_path):
    configuration = {"uplinks": [{"mode": "transparent", "child_prefix": "site-"}]}
    # The parent takes a token for who calls: the certificate of the link names the Holon alone.
    if is_encrypted(wire):
        configuration["children"] = {"auth": "token-only"}
    settings = ClusterSettings(depth=2, workers=2, wires=["http", wire, "http"], configuration=configuration)
    with Cluster(tmp_path, settings) as cluster:
        cluster.start()
        # It waits for a worker of the orchestrator's for each that runs; none stands for a Holon.
        assert [cluster.orchestrator.worker(holon.id) for holon in cluster.holons] == [None, None]
        jobs = cluster.orchestrator.submit_each("echo", [{"number": number} for number in range(8)])
        states = cluster.orchestrator.ended(jobs, 40)
        assert [states[job]["status"] for job in jobs] == ["finished"] * len(jobs)


def test_a_grpc_link_that_was_cut_comes_back(tmp_path):
    # The real orchestrator gives a task to a poll whose caller is dead, and loses it: what dies here polls at a Holon.
    with Cluster(tmp_path, ClusterSettings(depth=3, workers=1, wires=["http", "http", "grpc", "http"])) as cluster:
        cluster.start()
        assert cluster.run("echo", {"number": 1})["status"] == "finished"
        _, above, below = cluster.holons
        above.process.kill()
        above.process.start()

        def stands() -> bool:
            child = above.ready and above.child(below.id)
            return bool(child and child["connected"] and child["command_socket"])

        eventually("the link stands again", stands, within=40)
        cluster.wait_until_ready()
        assert cluster.run("echo", {"number": 2})["status"] == "finished"
