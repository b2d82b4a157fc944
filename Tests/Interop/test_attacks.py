"""Children with good credentials of their own that reach for what is another's: each is refused, nobody is harmed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.scripted import (
    EVENTS,
    REFRESH,
    REGISTER,
    RESULT,
    TOKEN,
    UPGRADE,
    Connection,
    ScriptedChild,
    assert_refused,
    commands,
    heartbeats,
    polls,
)
from harness.waiting import eventually

TOKENS = {"mallory": "token-of-mallory", "victim": "token-of-the-victim"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    settings = ClusterSettings(configuration={"children": {"tokens": TOKENS}})
    with Cluster(tmp_path_factory.mktemp("attacks"), settings) as cluster:
        yield cluster.start()


@pytest.fixture
def mallory(cluster):
    """An attacker with credentials of its own; afterwards the node works as before and has let nothing in."""
    holon = cluster.holons[0]
    mallory = ScriptedChild(holon.port, TOKENS["mallory"], id="mallory")
    mallory.register()

    yield mallory

    assert cluster.run("echo", {"still": "well"})["status"] == "finished"
    assert not cluster.orchestrator.ledger.refused
    assert holon.process.running


@pytest.fixture
def victim(cluster):
    victim = ScriptedChild(cluster.holons[0].port, TOKENS["victim"], id="victim")
    victim.register()
    return victim


def in_the_name_of(victim: ScriptedChild, mallory: ScriptedChild, token: str) -> ScriptedChild:
    """Mallory, who calls itself the victim, presents this token, and signs with it."""
    return ScriptedChild(mallory.port, token, id=victim.id)


@contextmanager
def running_task(cluster: Cluster, gate) -> Iterator[dict]:
    """A task that a real worker is at work on."""
    [job] = cluster.orchestrator.submit("slow", {"gate": str(gate)})
    yield eventually("the task runs", lambda: [e for e in cluster.executions if e["job"] == job], within=20)[0]
    gate.touch()
    state = cluster.orchestrator.ended([job], within=20)[job]
    assert state["status"] == "finished"
    assert state["state_history"]["by"] == cluster.workers[0].id


def assert_no_way_in(impostor: ScriptedChild, *, owner: ScriptedChild) -> None:
    """Not by any call, in the name and under the path of the owner."""
    for answer in (
        impostor.call("POST", REGISTER, impostor.registration()),
        impostor.call("GET", polls(owner.id)),
        impostor.call("PATCH", heartbeats(owner.id), impostor.heartbeat()),
        impostor.call("POST", RESULT, impostor.result()),
        impostor.call("POST", EVENTS, impostor.event()),
        impostor.call("POST", TOKEN),
        impostor.call("GET", commands(owner.id), headers=UPGRADE),
    ):
        assert_refused(answer, 401, 403)


def test_the_token_of_one_child_does_not_serve_for_another(mallory, victim):
    assert_no_way_in(in_the_name_of(victim, mallory, mallory.token), owner=victim)


def test_the_token_of_all_does_not_serve_for_a_child_that_has_its_own(cluster, mallory, victim):
    assert_no_way_in(in_the_name_of(victim, mallory, cluster.holons[0].child_token), owner=victim)


def test_an_access_token_serves_only_for_whom_it_was_issued_to(mallory, victim):
    token = mallory.call("POST", TOKEN).json["access_token"]
    assert_no_way_in(in_the_name_of(victim, mallory, token), owner=victim)


def test_a_refresh_token_is_no_access_token(mallory):
    token = mallory.call("POST", TOKEN).json["refresh_token"]
    assert_no_way_in(in_the_name_of(mallory, mallory, token), owner=mallory)


def test_a_refresh_token_gives_no_access_token_of_another(mallory, victim):
    refresh = {"refresh_token": mallory.call("POST", TOKEN).json["refresh_token"]}
    answer = mallory.call("POST", REFRESH, refresh, headers={"X-Worker-ID": victim.id})
    if answer.status == 200:
        assert answer.json["worker_id"] == mallory.id
        assert_no_way_in(in_the_name_of(victim, mallory, answer.json["access_token"]), owner=victim)
    else:
        assert_refused(answer, 401, 403)


@pytest.mark.parametrize("forge", ["changed", "cut", "longer", "of another kind"])
def test_a_forged_access_token_opens_nothing(mallory, forge):
    issued = mallory.call("POST", TOKEN).json["access_token"]
    forged = {
        "changed": issued[:-1] + ("0" if issued[-1] != "0" else "1"),
        "cut": issued[:-8],
        "longer": issued + "0",
        "of another kind": issued.replace("access", "refresh", 1),
    }[forge]
    assert_no_way_in(in_the_name_of(mallory, mallory, forged), owner=mallory)


def test_another_childs_tasks_cannot_be_polled_for(mallory, victim):
    for headers in ({}, {"X-Worker-ID": victim.id}, {"X-Worker-ID": None}):
        assert_refused(mallory.call("GET", polls(victim.id), headers=headers), 403)


def test_another_childs_heartbeat_cannot_be_given(mallory, victim):
    assert_refused(mallory.call("PATCH", heartbeats(victim.id), mallory.heartbeat()), 403)
    assert_refused(mallory.call("PATCH", heartbeats(victim.id), mallory.heartbeat(worker_id=victim.id)), 403)
    assert_refused(mallory.call("PATCH", heartbeats(victim.id)), 403)


def test_another_childs_commands_cannot_be_listened_to(cluster, mallory, victim):
    with Connection(victim.port) as socket:
        socket.send(victim.request("GET", commands(victim.id), headers=UPGRADE))
        assert socket.answer().status == 101
        for headers in ({}, {"X-Worker-ID": victim.id}, {"X-Worker-ID": None}):
            assert_refused(mallory.call("GET", commands(victim.id), headers=UPGRADE | headers), 403)

        # The victim's own is still the one that commands go down.
        command = {"command": "announce", "params": {"for": "all"}}
        assert cluster.orchestrator.command(cluster.tops[0], command)
        socket.socket.settimeout(10)
        received = b""
        while not received.endswith(b"}"):
            chunk = socket.socket.recv(4096)
            assert chunk, "the victim's channel was closed"
            received += chunk
        assert json.loads(received[received.index(b"{") :])["command"] == "announce"


def test_a_result_for_the_task_of_another_is_ignored(cluster, mallory, tmp_path):
    with running_task(cluster, tmp_path / "gate") as running:
        result = mallory.result(running["job"], running["task"], data={"by": mallory.id})
        answer = mallory.call("POST", RESULT, result)
        assert answer.status == 200, answer
        assert (answer.json["status"], answer.json["reason"]) == ("ignored", "worker_mismatch")


def test_a_result_in_the_name_of_the_worker_that_has_the_task_is_refused(cluster, mallory, tmp_path):
    worker = cluster.workers[0].id
    with running_task(cluster, tmp_path / "gate") as running:
        result = mallory.result(running["job"], running["task"], data={"by": mallory.id}, worker_id=worker)
        assert_refused(mallory.call("POST", RESULT, result), 403)


@pytest.mark.parametrize("type", ["progress", "milestone"])
@pytest.mark.parametrize("named", ["job", "task", "both", "job as task"])
def test_an_event_for_the_job_of_another_is_refused(cluster, mallory, type, named, tmp_path):
    with running_task(cluster, tmp_path / "gate") as running:
        target = {
            "job": {"target_job_id": running["job"]},
            "task": {"target_task_id": running["task"]},
            "both": {"target_job_id": running["job"], "target_task_id": running["task"]},
            # The orchestrator looks a target task up among the jobs.
            "job as task": {"target_task_id": running["job"]},
        }[named]
        event = mallory.event(event_type=type, payload={"progress": 0.99, "message": "hijacked"}, **target)
        assert_refused(mallory.call("POST", EVENTS, event), 403)
    assert not cluster.orchestrator.ledger.events_of(running["job"], type)


def test_an_event_for_another_down_ones_own_command_channel_goes_nowhere(cluster, mallory, victim, tmp_path):
    with running_task(cluster, tmp_path / "gate") as running, mallory.connect() as socket:
        socket.send(mallory.request("GET", commands(mallory.id), headers=UPGRADE))
        assert socket.answer().status == 101
        target = {"target_job_id": running["job"], "target_task_id": running["task"]}
        hijacks = [
            mallory.event(event_type="progress", payload={"progress": 0.99, "message": "hijacked"}, **target),
            mallory.event(event_type="milestone", **target),
            mallory.event(event_type="milestone", worker_id=victim.id),
        ]
        honest = mallory.event(event_type="milestone")
        for event in [*hijacks, honest]:
            socket.send_text(json.dumps(event))

        def arrived() -> list[str]:
            return [record["event"]["event_id"] for record in cluster.orchestrator.ledger.of("event")]

        # The last one came behind the others.
        eventually("the honest event arrives", lambda: honest["event_id"] in arrived(), within=10)
        assert not {event["event_id"] for event in hijacks} & set(arrived())


def test_an_event_that_claims_another_childs_task_as_its_origin_is_refused(cluster, mallory, tmp_path):
    with running_task(cluster, tmp_path / "gate") as running:
        event = mallory.event(origin_worker_id=cluster.workers[0].id, origin_task_id=running["task"])
        assert_refused(mallory.call("POST", EVENTS, event), 403)


def test_a_heartbeat_that_claims_the_task_of_another_does_not_get_it(cluster, mallory, tmp_path):
    with running_task(cluster, tmp_path / "gate") as running:
        claim = mallory.heartbeat(current_tasks=[running["task"]])
        assert mallory.call("PATCH", heartbeats(mallory.id), claim).status == 200
        result = mallory.result(running["job"], running["task"], data={"by": mallory.id})
        assert mallory.call("POST", RESULT, result).json["status"] == "ignored"
