"""What a listener refuses: each with a 4xx and a reason in JSON, while the node goes on as if nothing had been."""

import gzip
import json
import resource
import socket
import time
from contextlib import ExitStack

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.scripted import (
    EVENTS,
    REGISTER,
    RESULT,
    UPGRADE,
    Connection,
    ScriptedChild,
    assert_refused,
    heartbeats,
    polls,
)
from harness.waiting import eventually

BODY_LIMIT = 8 << 20


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("listener"), ClusterSettings(depth=1)) as cluster:
        yield cluster.start()


@pytest.fixture
def child(cluster):
    """A registered child; afterwards the node must be as well as before, and must have kept nothing."""
    holon = cluster.holons[0]
    child = ScriptedChild(holon.port, holon.child_token)
    child.register()
    dead_letters = holon.status["dead_letters"]

    yield child

    assert cluster.run("echo", {"still": "well"})["status"] == "finished"

    def nothing_kept() -> bool:
        status = holon.status
        return not holon.queue() and status["outbox"] == {"results": 0, "events": 0}

    eventually("the journal is empty", nothing_kept, within=10)
    assert holon.status["dead_letters"] == dead_letters
    assert holon.process.running


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"a":1}}', b"nul", b"\xff\xfe", b'{"a":"\xed\xa0\x80"}', b'"text"', b"[]"]
)
def test_a_body_that_is_no_json_object(child, body):
    assert_refused(child.call("POST", RESULT, body), 400)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (RESULT, {"job_id": 5, "task_id": "t"}),
        (RESULT, {"job_id": "j", "task_id": "t", "status": ["success"]}),
        (RESULT, {"job_id": "j", "task_id": "t", "data": "text"}),
        (RESULT, {"task_id": "t"}),
        (EVENTS, {"event_id": "e", "origin_worker_id": "o", "event_type": "note", "payload": []}),
        (REGISTER, {"supported_skills": "echo"}),
        (REGISTER, {"supported_skills": [{"name": 1}]}),
    ],
)
def test_wrong_types(child, path, fields):
    ignore = ("bubbling_chain",) if path == EVENTS else ()
    assert_refused(child.call("POST", path, child.signed(fields, ignore=ignore)), 400)


def test_a_heartbeat_of_wrong_types(child):
    assert_refused(child.call("PATCH", heartbeats(child.id), child.heartbeat(status=5)), 400)


def test_a_body_over_the_limit(child):
    assert_refused(child.call("POST", RESULT, b'"' + b"x" * BODY_LIMIT + b'"'), 413)


def test_a_body_over_the_limit_that_does_not_say_so(child):
    head = child.request("POST", RESULT, headers={"Content-Length": None, "Transfer-Encoding": "chunked"})
    with Connection(child.port) as connection:
        connection.send(head)
        for _ in range(2 * BODY_LIMIT // 65536):
            connection.send(b"10000\r\n" + b" " * 65536 + b"\r\n")
        assert_refused(connection.answer(), 413)


def test_a_small_body_that_decodes_to_a_large_one(child):
    bomb = gzip.compress(b" " * (4 * BODY_LIMIT))
    assert_refused(child.call("POST", RESULT, bomb, headers={"Content-Encoding": "gzip"}), 400, 413, 415)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_of_ten_thousand(child, opening):
    assert_refused(child.call("POST", RESULT, opening * 10_000), 400)


def test_an_unknown_worker(child):
    stranger = ScriptedChild(child.port, child.token)
    for answer in (
        stranger.call("GET", polls(stranger.id)),
        stranger.call("PATCH", heartbeats(stranger.id), stranger.heartbeat()),
    ):
        assert_refused(answer, 404)
        # By this text the real worker knows that it must register again.
        assert "not found" in answer.json["error"].lower()
    assert_refused(stranger.call("POST", RESULT, stranger.result()), 403, 404)


@pytest.mark.parametrize("token", ["wrong", "", None])
def test_a_wrong_token(child, token):
    headers = {"X-Worker-Token": token}
    for answer in (
        child.call("GET", polls(child.id), headers=headers),
        child.call("POST", RESULT, child.result(), headers=headers),
        child.call("GET", f"/_worker/ws/{child.id}", headers=headers | UPGRADE),
    ):
        assert_refused(answer, 401, 403)


def test_a_wrong_signature(child):
    wrong = child.signed({"status": "idle"}, token="another secret")
    assert_refused(child.call("PATCH", heartbeats(child.id), wrong), 403)
    changed = child.heartbeat() | {"status": "busy"}
    assert_refused(child.call("PATCH", heartbeats(child.id), changed), 403)
    unsigned = child.heartbeat()
    del unsigned["security"]
    assert_refused(child.call("PATCH", heartbeats(child.id), unsigned), 403)


@pytest.mark.parametrize("age", [62, 3600, -62])
def test_a_stale_timestamp(child, age):
    stale = child.signed({"status": "idle"}, age=age)
    assert_refused(child.call("PATCH", heartbeats(child.id), stale), 403)


def test_a_replay(child):
    event = child.event()
    assert child.call("POST", EVENTS, event).status == 200
    assert_refused(child.call("POST", EVENTS, event), 403)


def test_a_result_in_the_name_of_another(child, cluster):
    assert_refused(child.call("POST", RESULT, child.result(worker_id=cluster.workers[0].id)), 403)


def test_a_result_for_the_task_of_another(child, cluster, tmp_path):
    gate = tmp_path / "gate"
    [job] = cluster.orchestrator.submit("slow", {"gate": str(gate)})
    running = eventually("the task runs", lambda: [e for e in cluster.executions if e["job"] == job], within=20)[0]
    answer = child.call("POST", RESULT, child.result(job=job, task=running["task"], data={"by": child.id}))
    # The reference takes such a result for an answer to ignore, not for an error.
    if answer.status == 200:
        assert (answer.json["status"], answer.json["reason"]) == ("ignored", "worker_mismatch")
    else:
        assert_refused(answer, 403)
    gate.touch()
    assert cluster.orchestrator.ended([job], within=20)[job]["state_history"]["by"] == running["worker"]


IDENTIFIERS = {
    "slash": "a/b",
    "dots": "../../etc",
    "NUL": "a\x00b",
    "space": "a b",
    "nothing": "",
    "129 characters": "x" * 129,
    "umlauts": "ünï",
}


@pytest.mark.parametrize("id", IDENTIFIERS.values(), ids=IDENTIFIERS.keys())
def test_identifiers_that_are_none(child, id):
    impostor = ScriptedChild(child.port, child.token)
    impostor.id = id
    headers = {"X-Worker-ID": child.id}
    assert_refused(child.call("POST", REGISTER, impostor.registration(), headers=headers), 400, 403)
    quoted = "".join(f"%{byte:02X}" for byte in id.encode())
    assert_refused(child.call("GET", polls(quoted), headers=headers), 400, 403, 404)
    if id:
        assert_refused(child.call("POST", RESULT, child.result(job=id)), 400)


def test_headers_of_one_mebibyte(child):
    assert_refused(child.call("GET", polls(child.id), headers={"X-Padding": "x" * (1 << 20)}), 400, 431)
    many = {f"X-Padding-{number}": "x" * 1000 for number in range(1024)}
    assert_refused(child.call("GET", polls(child.id), headers=many), 400, 431)


def test_a_body_that_never_ends(child):
    head = child.request("POST", RESULT, headers={"Content-Length": "1000"})
    assert_refused(child.exchange(head + b'{"job_id":', timeout=90), 408)


def test_a_body_that_begins_fast_and_then_drips(child):
    head = child.request("POST", RESULT, headers={"Content-Length": "1000000"})
    began = time.monotonic()
    with Connection(child.port) as connection:
        connection.send(head + b" " * 500_000)
        connection.socket.settimeout(0.5)
        while time.monotonic() - began < 60:
            connection.send(b" ")
            try:
                if connection.socket.recv(1, socket.MSG_PEEK):
                    break
            except TimeoutError:
                continue
        connection.socket.settimeout(30)
        assert_refused(connection.answer(), 408)
    assert time.monotonic() - began < 30


def test_guessing_a_token(child):
    victim, neighbour = ScriptedChild(child.port, child.token), ScriptedChild(child.port, child.token)
    guesses = [victim.call("GET", polls(victim.id), headers={"X-Worker-Token": f"guess-{n}"}) for n in range(15)]
    for answer in guesses:
        assert_refused(answer, 403, 429)
    assert [answer.status for answer in guesses[:10]] == [403] * 10
    assert guesses[-1].status == 429
    assert guesses[-1].json["code"] == "LIMIT_EXCEEDED_ERROR"
    assert neighbour.call("POST", REGISTER, neighbour.registration()).status == 200


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /",
        "GET /_worker",
        "GET /_worker/tasks/result",
        "DELETE /_worker/workers/register",
        "POST /_worker/workers/x/y/z",
    ],
)
def test_what_is_not_there(child, request_line):
    method, path = request_line.split()
    assert_refused(child.call(method, path), 404, 405)


def test_two_lengths_for_one_body(child):
    headers = {"Transfer-Encoding": "chunked", "Content-Length": "4"}
    assert_refused(child.exchange(child.request("POST", RESULT, headers=headers) + b"0\r\n\r\n"), 400)


def test_bytes_that_are_no_http(child):
    with Connection(child.port) as connection:
        connection.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500) + b"\r\n\r\n")
        assert_refused(connection.answer(), 400)


def test_two_thousand_idle_connections(child, cluster):
    # Only this process: the node has to get along with the limit it was started with.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    try:
        with ExitStack() as open_connections:
            for _ in range(2000):
                open_connections.enter_context(Connection(child.port))
            began = time.monotonic()
            assert cluster.run("echo", {"among": "the idle"})["status"] == "finished"
            assert time.monotonic() - began < 10
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_pipelined_requests_are_answered_in_order(child):
    first, second = child.event(), child.event()
    with Connection(child.port) as connection:
        connection.send(
            child.request("POST", EVENTS, first)
            + child.request("POST", EVENTS, b"{")
            + child.request("POST", EVENTS, second)
        )
        assert [connection.answer().status for _ in range(3)] == [200, 400, 200]


def test_requests_split_at_each_byte(child):
    data = child.request("POST", EVENTS, child.event()) + child.request("POST", EVENTS, b"[1,")
    with Connection(child.port) as connection:
        for byte in data:
            connection.send(bytes([byte]))
        assert connection.answer().status == 200
        refused = connection.answer()
    assert_refused(refused, 400)
    assert json.loads(refused.body)["error"]
