"""`holon children`: tokens of their own, shutting out and letting in again, at a running node and at a stopped one."""

import json
import stat
import subprocess
import time
from pathlib import Path

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.holon import Holon
from harness.process import environment
from harness.programs import holon_binary
from harness.scripted import ScriptedChild
from harness.waiting import eventually

REGISTER = "/_worker/workers/register"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def make_holon():
    """Makes nodes without parents, that end with the test."""
    holons = []

    def make(folder: Path) -> Holon:
        folder.mkdir(parents=True, exist_ok=True)
        holon = Holon("edge", folder, NOBODY, "unused")
        holons.append(holon)
        return holon

    yield make
    for holon in holons:
        holon.process.kill()


@pytest.fixture
def holon(make_holon, tmp_path):
    holon = make_holon(tmp_path / "edge")
    start(holon)
    return holon


def start(holon: Holon) -> None:
    holon.process.start()
    eventually("the node serves its status", lambda: holon.status, within=20)


def socket_of(holon: Holon) -> Path:
    return Path(f"{holon.journal}.control")


def registration(holon: Holon, id: str, token: str) -> int:
    """The status with which a child's registration is answered."""
    child = ScriptedChild(holon.port, token)
    child.id = id
    return child.call("POST", REGISTER, child.registration()).status


def listed(holon: Holon) -> dict[str, dict]:
    answer = holon.children("list", "--json")
    assert answer.returncode == 0, answer.stderr
    return {child["id"]: child for child in json.loads(answer.stdout)["children"]}


def changed(holon: Holon, *arguments: str) -> str:
    answer = holon.children(*arguments)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_a_token_that_was_issued_admits_its_child_alone_over_restarts(holon):
    token = holon.issue_token("w1")
    assert registration(holon, "w1", token) == 200
    assert registration(holon, "w2", token) == 403
    assert registration(holon, "w1", holon.child_token) == 403
    assert registration(holon, "w2", holon.child_token) == 200
    holon.process.kill()
    start(holon)
    assert registration(holon, "w1", token) == 200
    assert registration(holon, "w1", holon.child_token) == 403


def test_a_second_token_ends_the_first(holon):
    first, second = holon.issue_token("w1"), holon.issue_token("w1")
    assert first != second
    assert registration(holon, "w1", first) == 403
    assert registration(holon, "w1", second) == 200


def test_a_token_is_shown_once_and_kept_nowhere(holon):
    token = holon.issue_token("w1")
    assert registration(holon, "w1", token) == 200
    assert token not in holon.children("list", "--json").stdout
    holon.process.stop()
    for file in holon.journal.parent.iterdir():
        if file.is_file():
            assert token.encode() not in file.read_bytes(), file


def test_a_revoked_child_is_refused_over_restarts_until_it_is_restored(holon):
    token = holon.issue_token("w1")
    assert registration(holon, "w1", token) == 200
    assert changed(holon, "revoke", "w1") == "revoked w1"
    assert registration(holon, "w1", token) == 403
    assert changed(holon, "revoke", "w2") == "revoked w2"
    assert registration(holon, "w2", holon.child_token) == 403
    holon.process.kill()
    start(holon)
    assert registration(holon, "w1", token) == 403
    assert listed(holon)["w1"]["revoked_at"] > 0
    assert changed(holon, "restore", "w1") == "restored w1"
    assert registration(holon, "w1", token) == 200
    assert "revoked_at" not in listed(holon)["w1"]


def test_a_stopped_node_takes_up_what_was_changed_meanwhile(holon):
    holon.process.stop()
    assert not socket_of(holon).exists()
    token = holon.issue_token("w1")
    changed(holon, "revoke", "w2")
    assert set(listed(holon)) == {"w1", "w2"}
    start(holon)
    assert registration(holon, "w1", token) == 200
    assert registration(holon, "w2", holon.child_token) == 403
    assert listed(holon)["w1"]["connected"] is False


def test_what_cannot_be_done_is_told(holon):
    for arguments, code, reason in [
        (("add", "a/b"), 64, "is no worker id"),
        (("restore", "w1"), 1, "w1 is not revoked"),
    ]:
        answer = holon.children(*arguments)
        assert answer.returncode == code and reason in answer.stderr, answer
    changed(holon, "revoke", "w1")
    answer = holon.children("add", "w1")
    assert answer.returncode == 1 and "'holon children restore w1'" in answer.stderr, answer
    holon.process.stop()
    holon.delete_journal()
    answer = holon.children("list")
    assert answer.returncode == 1 and "there is no journal" in answer.stderr, answer
    assert not holon.journal.exists()


def test_the_control_socket_is_its_owners_alone_and_replaces_one_that_was_left_over(holon):
    assert stat.S_IMODE(socket_of(holon).stat().st_mode) == 0o600
    holon.process.kill()
    assert socket_of(holon).is_socket()
    start(holon)
    assert listed(holon) == {}
    holon.process.stop()
    assert not socket_of(holon).exists()


def test_a_node_without_room_for_a_control_socket_works_and_says_so(make_holon, tmp_path):
    holon = make_holon(tmp_path / ("deep" * 30))
    start(holon)
    assert "There is no control socket" in holon.process.output()
    check = [holon_binary(), "check", "--id", "x", "--listen", "http://127.0.0.1:0", "--journal", str(holon.journal)]
    checked = subprocess.run(check, capture_output=True, text=True, timeout=30, env=environment())
    assert "has no control socket" in checked.stdout, checked
    assert registration(holon, "w1", holon.child_token) == 200
    answer = holon.children("list")
    assert answer.returncode == 1 and "held by another process" in answer.stderr, answer
    holon.process.stop()
    holon.issue_token("w1")


def test_a_file_in_the_place_of_the_control_socket_is_left_alone(make_holon, tmp_path):
    holon = make_holon(tmp_path / "edge")
    socket_of(holon).write_text("precious")
    start(holon)
    assert "another file has this name" in holon.process.output()
    holon.process.stop()
    assert socket_of(holon).read_text() == "precious"


# With the real orchestrator and the real worker.


def test_a_real_worker_and_a_holon_work_with_tokens_that_were_issued_to_them(make_cluster):
    cluster = make_cluster(ClusterSettings(depth=2, workers=1))
    upper, lower = cluster.holons
    worker = cluster.workers[0]
    cluster.start_orchestrator()
    start(upper)
    lower.present(upper.issue_token(lower.id))
    start(lower)
    worker.process.env["WORKER_TOKEN"] = lower.issue_token(worker.id)
    worker.process.start()
    cluster.wait_until_ready()
    assert cluster.run("echo", {"a": 1})["status"] == "finished"
    assert cluster.run("progress", {"steps": 3})["status"] == "finished"


def test_a_real_worker_that_is_revoked_loses_its_task_to_another_and_returns_once_restored(make_cluster, tmp_path):
    cluster = make_cluster(ClusterSettings(depth=1, workers=2)).start()
    holon = cluster.holons[0]
    gate = tmp_path / "gate"
    [job] = cluster.orchestrator.submit("slow", {"gate": str(gate)})
    first = eventually("a worker has the task", lambda: holder(cluster, job), within=20)
    changed(holon, "revoke", first)
    second = eventually("the other has it", lambda: holder(cluster, job, other_than=first), within=20)
    gate.touch()
    assert cluster.orchestrator.ended([job], 30)[job]["status"] == "finished"
    assert {first, second} == {worker.id for worker in cluster.workers}
    assert holon.child(first) is None
    changed(holon, "restore", first)
    eventually("it is back", lambda: holon.child(first), within=40)


def test_a_real_worker_known_by_its_certificate_alone_works_on_while_its_access_tokens_end(make_cluster, tmp_path):
    """It swaps its token for an access token after 5 s and renews that no more often than every 60 s, so that with this
    life its tokens end in between: it then refreshes, and for a while signs with a token other than it presents."""
    life = 20
    cluster = make_cluster(ClusterSettings(depth=1, workers=1))
    holon, worker = cluster.holons[0], cluster.workers[0]
    authority = tmp_path / "authority"
    make_certificates(authority, holon.id, worker.id)
    holon.process.command[holon.process.command.index("--listen") + 1] = holon.url.replace("http:", "https:")
    del_option(holon.process.command, "--child-token")
    holon.process.env |= {
        "HOLON_LISTEN_0_TLS_CERTIFICATE": str(authority / f"{holon.id}.pem"),
        "HOLON_LISTEN_0_TLS_KEY": str(authority / f"{holon.id}.key"),
        "HOLON_LISTEN_0_TLS_CLIENT_CA": str(authority / "ca.pem"),
        "HOLON_CHILDREN_AUTH": "mtls-only",
        "HOLON_CHILDREN_ACCESS_TOKEN_LIFE": f"{life}s",
    }
    worker.process.env |= {
        "ORCHESTRATOR_URL": holon.url.replace("http:", "https:"),
        "WORKER_TOKEN": "known-to-nobody",
        "TLS_CA_PATH": str(authority / "ca.pem"),
        "TLS_CERT_PATH": str(authority / f"{worker.id}.pem"),
        "TLS_KEY_PATH": str(authority / f"{worker.id}.key"),
    }
    cluster.start()
    assert holon.children("list").returncode == 0
    refreshed = "Token refreshed"
    end = time.monotonic() + 65 + life
    while time.monotonic() < end:
        assert cluster.run("echo", {})["status"] == "finished"
        time.sleep(1)
    assert worker.process.output().count(refreshed) >= 3
    counters = holon.status["counters"]
    assert counters["calls_refused.401"] >= 2
    assert "calls_refused.403" not in counters
    changed(holon, "revoke", worker.id)
    eventually("it is gone", lambda: holon.child(worker.id) is None, within=5)
    changed(holon, "restore", worker.id)
    # Its pauses between heartbeats have grown to a minute by now, and its void token is renewed in as much.
    eventually("it is back", lambda: holon.child(worker.id), within=150)
    eventually("its work is taken", lambda: cluster.run("echo", {})["status"] == "finished", within=90)


def make_certificates(folder: Path, *ids: str) -> None:
    holon_pki("init", folder)
    for id in ids:
        holon_pki("issue", folder, "--id", id, "--ip", "127.0.0.1", "--out", str(folder))


def holon_pki(action: str, folder: Path, *options: str) -> None:
    command = [holon_binary(), "pki", action, "--folder", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment())
    assert done.returncode == 0, done.stderr


def del_option(command: list[str], option: str) -> None:
    place = command.index(option)
    del command[place : place + 2]


def holder(cluster: Cluster, job: str, other_than: str | None = None) -> str | None:
    workers = [execution["worker"] for execution in cluster.executions if execution["job"] == job]
    return next((worker for worker in workers if worker != other_than), None)
