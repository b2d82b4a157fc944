"""The real orchestrator and the real workers over mutual TLS, each hop under an authority of its own."""

import signal
import ssl
from dataclasses import replace
from datetime import timedelta

import pytest
from harness.certificates import DAY, Certificate, CertificateAuthority, self_signed
from harness.cluster import Cluster, ClusterSettings
from harness.holon import Holon
from harness.impostor import Impostor
from harness.links import LinkSettings
from harness.orchestrator import OrchestratorSettings
from harness.scripted import (
    EVENTS,
    REGISTER,
    RESULT,
    TOKEN,
    UPGRADE,
    ScriptedChild,
    assert_refused,
    commands,
    heartbeats,
    polls,
)
from harness.waiting import eventually
from harness.worker import WorkerSettings

# Over mutual TLS as without: they run here with the clusters of this file.
from test_interop import (  # noqa: F401
    test_a_custom_command_for_a_task_reaches_only_the_worker_that_runs_it,
    test_a_custom_command_reaches_the_workers,
    test_a_failure_of_the_worker_arrives_with_its_code_and_message,
    test_a_job_succeeds_and_its_result_names_who_did_it,
    test_a_result_of_140_kilobytes_arrives_whole,
    test_a_running_task_is_cancelled,
    test_fifty_tasks_of_one_job_fan_out_over_three_workers,
    test_progress_and_events_arrive_with_their_origin_and_the_chain_they_came_by,
    test_unicode_and_the_edges_of_numbers_travel_unharmed,
)

TASK_SECRET = "the secret that tasks are signed with"
MODES = {
    "mixed": LinkSettings(auth="mixed"),
    "mtls-only": LinkSettings(auth="mtls-only", tokens=False),
}
CHAINS = [
    pytest.param((mode, depth), id=f"{mode}-depth-{depth}") for mode in MODES for depth in (1, 3)
]


def secured(mode: str, depth: int = 1, workers: int = 1, **more) -> ClusterSettings:
    """Tasks are signed, and verified by each node and worker."""
    return ClusterSettings(
        depth=depth,
        workers=workers,
        orchestrator=OrchestratorSettings(secret=TASK_SECRET),
        worker=WorkerSettings(secret=TASK_SECRET),
        task_secret=TASK_SECRET,
        tls=MODES[mode],
        **more,
    )


@pytest.fixture(scope="module", params=CHAINS)
def shared(request, tmp_path_factory):
    mode, depth = request.param
    settings = secured(mode, depth, workers=3)
    with Cluster(tmp_path_factory.mktemp("secured"), settings) as cluster:
        yield cluster.start()


# MARK: What the reference does alone, and what it does below a Holon


def times_swapped(cluster: Cluster) -> int:
    """How often the worker has swapped its token."""
    return cluster.workers[0].process.output().count("Token refreshed")


@pytest.mark.parametrize("mode", MODES)
def test_directly_below_the_orchestrator_a_worker_works_until_it_swaps_its_token(mode, make_cluster):
    # The workers need the orchestrator's token whatever the mode: it always demands signatures.
    cluster = make_cluster(ClusterSettings(depth=0, tls=replace(MODES[mode], tokens=True))).start()
    before = cluster.orchestrator.submit("echo", {"sent": "before"})
    eventually("the worker has executed the task", lambda: cluster.executions, within=4)
    assert cluster.orchestrator.ended(before, within=4)[before[0]]["status"] == "finished"
    assert not times_swapped(cluster)

    eventually("the worker swaps its token", lambda: times_swapped(cluster), within=15)
    after = cluster.orchestrator.submit("echo", {"sent": "after"})
    eventually("its result is refused", lambda: ("result", 403) in cluster.orchestrator.ledger.refused, within=15)
    assert cluster.orchestrator.state(after[0])["status"] != "finished"


@pytest.mark.parametrize("mode", MODES)
def test_below_a_holon_a_worker_works_past_the_expiry_of_its_access_tokens(mode, make_cluster):
    life = {"children": {"access_token_life": "10s"}}
    cluster = make_cluster(secured(mode, configuration=life)).start()
    job = 0
    # It swaps its token 5 s after its start and 60 s later, and between when it hears that it has expired.
    while times_swapped(cluster) < 4:
        job += 1
        state = cluster.run("progress", {"steps": 3, "pause": 0.3, "job": job})
        assert state["status"] == "finished"
        assert len(cluster.orchestrator.ledger.events_of(state["id"], "milestone")) == 1
    ledger = cluster.orchestrator.ledger
    assert not ledger.refused
    assert not ledger.accepted_twice
    assert len(cluster.executions) == job


# MARK: Who is let in


class Gate:
    """A Holon that asks for certificates, a real worker below it, and others that try to get in."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        self.holon = cluster.holons[0]
        self.link = cluster.links[1]

    def child(self, certificate: Certificate | None, id: str = "scripted", token: str | None = None) -> ScriptedChild:
        return ScriptedChild(self.holon.port, token, id, client_context(self.link.authority, certificate))

    def assert_unharmed(self) -> None:
        assert self.cluster.run("echo", {"still": "well"})["status"] == "finished"
        assert self.holon.process.running


def client_context(authority: CertificateAuthority, certificate: Certificate | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.certificate)
    if certificate:
        context.load_cert_chain(certificate.certificate, certificate.key)
    return context


@pytest.fixture(scope="module", params=MODES)
def gate(request, tmp_path_factory):
    settings = secured(request.param)
    settings.tls = replace(settings.tls, revocations=True)
    with Cluster(tmp_path_factory.mktemp("gate"), settings) as cluster:
        yield Gate(cluster.start())


@pytest.fixture(scope="module")
def optional_gate(tmp_path_factory):
    """Asks for certificates, and lets in who has none to the point where something else may prove who he is."""
    settings = secured("mtls-only")
    settings.tls = replace(settings.tls, client_certificates="optional")
    with Cluster(tmp_path_factory.mktemp("optional"), settings) as cluster:
        yield Gate(cluster.start())


def test_the_certificate_alone_says_who_a_child_is(gate):
    child = gate.child(gate.link.client("scripted"), token=gate.holon.child_token)
    child.register()
    assert child.call("GET", polls(child.id, wait=0)).status == 204
    assert child.call("PATCH", heartbeats(child.id), child.heartbeat()).status == 200
    assert child.call("POST", EVENTS, child.event()).status == 200
    with child.connect() as socket:
        socket.send(child.request("GET", commands(child.id), headers=UPGRADE))
        assert socket.answer().status == 101
    gate.assert_unharmed()


def test_a_worker_whose_certificate_names_another_is_refused(gate):
    impostor = gate.cluster.make_worker("worker-9", tls=gate.link.client("somebody-else"))
    impostor.process.start()
    try:
        eventually("its registration is refused", lambda: "403" in impostor.process.output(), within=15)
        assert not impostor.registered
        assert gate.holon.child("worker-9") is None and gate.holon.child("somebody-else") is None
        gate.assert_unharmed()
    finally:
        impostor.process.kill()


def test_the_name_in_the_certificate_counts_for_every_call(gate):
    token = gate.holon.child_token
    worker = gate.cluster.workers[0].id
    impostor = gate.child(gate.link.client("somebody-else"), id=worker, token=token)
    for answer in (
        impostor.call("POST", REGISTER, impostor.registration()),
        impostor.call("GET", polls(worker)),
        impostor.call("PATCH", heartbeats(worker), impostor.heartbeat()),
        impostor.call("POST", RESULT, impostor.result()),
        impostor.call("POST", EVENTS, impostor.event()),
        impostor.call("POST", TOKEN),
        impostor.call("GET", commands(worker), headers=UPGRADE),
    ):
        assert_refused(answer, 403)
    gate.assert_unharmed()


def test_an_access_token_does_not_serve_under_the_certificate_of_another(gate):
    one, other = gate.link.client("one"), gate.link.client("other")
    issued = gate.child(one, id="one", token=gate.holon.child_token).call("POST", TOKEN)
    if issued.status != 200:
        pytest.skip("this node issues no access tokens")
    thief = gate.child(other, id="one", token=issued.json["access_token"])
    assert_refused(thief.call("POST", REGISTER, thief.registration()), 403)
    gate.assert_unharmed()


REFUSED = {
    "of another authority": lambda gate, folder: CertificateAuthority(folder, "foreign").issue("scripted"),
    "of the authority of another hop": lambda gate, _: gate.cluster.links[0].authority.issue("scripted"),
    "expired": lambda gate, _: gate.link.authority.issue("scripted", begins=-2 * DAY, ends=-DAY),
    "not yet valid": lambda gate, _: gate.link.authority.issue("scripted", begins=DAY),
    "self-signed": lambda _, folder: self_signed(folder, "scripted"),
    "revoked": lambda gate, _: revoked(gate),
    "none": lambda *_: None,
}


def revoked(gate: Gate) -> Certificate:
    certificate = gate.link.authority.issue("scripted")
    gate.link.authority.revoke(certificate)
    gate.holon.process.signal(signal.SIGHUP)
    eventually("the list of the revoked is read", lambda: not answers_under(gate, certificate), within=10)
    return certificate


def answers_under(gate: Gate, certificate: Certificate | None) -> bool:
    """Whether the node answers over TLS to who shows this certificate."""
    try:
        gate.child(certificate, token=gate.holon.child_token).call("GET", polls("scripted", wait=0))
        return True
    except OSError:
        return False


@pytest.mark.parametrize("which", REFUSED)
def test_without_a_certificate_that_holds_there_is_no_connection(gate, which, tmp_path):
    certificate = REFUSED[which](gate, tmp_path)
    assert not answers_under(gate, certificate)
    refusals = [line for line in gate.holon.process.output().splitlines() if "refused" in line.lower()]
    assert any("TLS" in line or "certificate" in line for line in refusals), "the log does not say why"
    gate.assert_unharmed()


def test_where_certificates_are_optional_a_bad_one_is_refused_all_the_same(optional_gate, tmp_path):
    assert answers_under(optional_gate, optional_gate.link.client("scripted"))
    assert not answers_under(optional_gate, CertificateAuthority(tmp_path, "foreign").issue("scripted"))
    optional_gate.assert_unharmed()


@pytest.mark.parametrize("token", [None, "some token"])
def test_with_certificates_only_nobody_comes_in_without_one(optional_gate, token):
    stranger = optional_gate.child(None, token=token)
    for answer in (
        stranger.call("POST", REGISTER, stranger.registration()),
        stranger.call("GET", polls(stranger.id)),
        stranger.call("POST", EVENTS, stranger.event()),
        stranger.call("POST", TOKEN),
        stranger.call("GET", commands(stranger.id), headers=UPGRADE),
    ):
        assert_refused(answer, 401, 403)
    optional_gate.assert_unharmed()


def test_where_certificates_are_optional_a_token_serves_too(make_cluster):
    settings = secured("mixed")
    settings.tls = replace(settings.tls, client_certificates="optional")
    gate = Gate(make_cluster(settings).start())
    child = gate.child(None, token=gate.holon.child_token)
    child.register()
    assert child.call("POST", EVENTS, child.event()).status == 200
    assert_refused(gate.child(None, token="wrong").call("GET", polls("scripted")), 401, 403)
    gate.assert_unharmed()


# MARK: Whom a node talks to

SERVERS = {
    "of another authority": lambda ours, folder: CertificateAuthority(folder, "foreign").issue("parent"),
    "expired": lambda ours, _: ours.issue("parent", begins=-2 * DAY, ends=-DAY),
    "not yet valid": lambda ours, _: ours.issue("parent", begins=DAY),
    "self-signed": lambda _, folder: self_signed(folder, "parent"),
    "for another address": lambda ours, _: ours.issue("parent", names=("IP:127.0.0.2", "DNS:localhost")),
    "for another name": lambda ours, _: ours.issue("parent", names=("DNS:parent.example",)),
    "for the address in its common name only": lambda ours, _: ours.issue("127.0.0.1", names=("DNS:elsewhere",)),
}


@pytest.mark.parametrize("which", SERVERS)
def test_a_node_says_nothing_to_a_parent_whose_certificate_does_not_hold(which, tmp_path):
    ours = CertificateAuthority(tmp_path, "ours")
    with Impostor(SERVERS[which](ours, tmp_path)) as impostor:
        configuration = {"uplinks": [{"tls": {"ca": str(ours.certificate)}}]}
        url = f"https://127.0.0.1:{impostor.port}"
        holon = Holon("holon", tmp_path, url, "token-of-the-uplink", configuration=configuration)
        holon.process.start()
        try:
            eventually("it has tried twice", lambda: impostor.attempts >= 2, within=20)
            assert impostor.heard == b""
            assert not holon.ready
            lines = [line for line in holon.process.output().splitlines() if "certificate" in line.lower()]
            assert any(f"127.0.0.1:{impostor.port}" in line for line in lines), holon.process.output()
        finally:
            holon.process.kill()


def test_the_name_that_the_parents_certificate_must_bear_can_be_configured(make_cluster):
    cluster = make_cluster(secured("mixed"))
    named = cluster.links[0].authority.issue("parent", names=("DNS:parent.example",))
    cluster.links[0].server.replace_with(named)
    holon = cluster.holons[0]
    cluster.start_orchestrator()
    holon.process.start()
    eventually("it refuses the name", lambda: "certificate" in holon.process.output(), within=15)
    assert not holon.ready
    holon.process.stop()

    configuration = cluster.configuration(1)
    configuration["uplinks"][0]["tls"]["server_name"] = "parent.example"
    holon.configure(configuration)
    holon.process.start()
    cluster.workers[0].process.start()
    cluster.wait_until_ready()
    assert cluster.run("echo", {})["status"] == "finished"


# MARK: New certificates


def serial_at(gate: Gate) -> str:
    """Of the certificate that a new connection sees."""
    with gate.child(gate.link.client("scripted")).connect() as connection:
        return connection.socket.getpeercert()["serialNumber"]


@pytest.mark.parametrize("told", [True, False], ids=["SIGHUP", "by itself"])
def test_new_certificates_are_taken_over_and_nobody_notices(told, make_cluster, tmp_path):
    gate = Gate(cluster := make_cluster(secured("mixed", workers=2)).start())
    job_gate = tmp_path / "gate"
    [running] = cluster.orchestrator.submit("slow", {"gate": str(job_gate)})
    eventually("the task runs", lambda: cluster.executions, within=10)
    child = gate.child(gate.link.client("scripted"), token=gate.holon.child_token)
    before = serial_at(gate)

    with child.connect() as old:
        old.send(child.request("POST", REGISTER, child.registration()))
        assert old.answer().status == 200

        gate.link.server.replace_with(gate.link.authority.issue("renewed"))
        if told:
            gate.holon.process.signal(signal.SIGHUP)
        eventually("new connections see the new certificate", lambda: serial_at(gate) != before, within=15)

        old.send(child.request("POST", EVENTS, child.event()))
        assert old.answer().status == 200
    jobs = cluster.orchestrator.submit("echo", {}, count=10)
    job_gate.touch()
    states = cluster.orchestrator.ended([running, *jobs], within=20)
    assert {state["status"] for state in states.values()} == {"finished"}
    assert len(cluster.executions) == 11
    for worker in cluster.workers:
        assert "WebSocket connection error" not in worker.process.output()
        assert "Network error" not in worker.process.output()


def test_certificates_that_do_not_hold_together_are_not_taken_over(make_cluster):
    gate = Gate(make_cluster(secured("mixed")).start())
    before = serial_at(gate)
    half = gate.link.authority.issue("half")
    for broken in (half.certificate.read_bytes(), b"", b"-----BEGIN CERTIFICATE-----\nrubbish\n"):
        gate.link.server.certificate.write_bytes(broken)
        seen = gate.holon.process.output().count("Kept the certificates")
        gate.holon.process.signal(signal.SIGHUP)
        eventually(
            "the node says so",
            lambda s=seen: gate.holon.process.output().count("Kept the certificates") > s,
            within=10,
        )
        assert serial_at(gate) == before
    gate.assert_unharmed()


def test_a_renewed_certificate_is_the_one_that_the_uplink_shows(make_cluster):
    settings = secured("mtls-only", depth=2)
    settings.tls = replace(settings.tls, revocations=True)
    cluster = make_cluster(settings).start()
    upper, lower = cluster.holons
    link = cluster.links[1]
    kept = link.client(lower.id)
    old = replace(kept, certificate=kept.certificate.with_suffix(".old"), key=kept.key.with_suffix(".old-key"))
    old.certificate.write_bytes(kept.certificate.read_bytes())
    old.key.write_bytes(kept.key.read_bytes())

    kept.replace_with(link.authority.issue(lower.id))
    lower.process.signal(signal.SIGHUP)
    eventually(
        "the new one is read", lambda: "Took over changed certificates" in lower.process.output(), within=10
    )
    link.authority.revoke(old)
    # It reads the list, and everybody must dial it anew.
    upper.process.kill()
    upper.process.start()
    eventually("it is let in", lambda: (upper.child(lower.id) or {}).get("connected"), within=30)


def test_a_certificate_that_ends_soon_is_warned_of(make_cluster):
    cluster = make_cluster(secured("mixed"))
    link = cluster.links[1]
    link.server.replace_with(link.authority.issue("ending", ends=timedelta(hours=3)))
    cluster.start()
    holon = cluster.holons[0]
    assert "ends within a day" in holon.process.output()
    assert cluster.run("echo", {})["status"] == "finished"
