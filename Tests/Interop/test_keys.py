"""Messages and ways signed with keys: by the reference library, and between Holons, under a real orchestrator."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from harness.cluster import Cluster, ClusterSettings
from harness.scripted import ScriptedChild
from harness.waiting import eventually
from rxon.security import sign_bubbling_chain, sign_payload_ed25519

EVENTS = "/_worker/events"
REGISTER = "/_worker/workers/register"


class KeyPair:
    def __init__(self, folder: Path, name: str):
        key = Ed25519PrivateKey.generate()
        self.text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.private = folder / f"{name}.key"
        self.private.touch(mode=0o600)
        self.private.write_text(self.text)
        self.public = folder / f"{name}.pub"
        self.public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


class KeyedChild(ScriptedChild):
    """Signs as the reference library does with a key."""

    def __init__(self, port: int, token: str, id: str, keys: KeyPair):
        super().__init__(port, token)
        self.id = id
        self.keys = keys

    def signed(self, body: dict, token: str | None = None, ignore: tuple[str, ...] = (), age: int = 0) -> dict:
        signed = super().signed(body, token, ignore, age)
        del signed["security"]
        signature = sign_payload_ed25519(signed, self.keys.text, ignore_fields=list(ignore))
        return signed | {"security": {"signature": signature, "signer_id": self.id}}

    def relayed_event(self, chain: list[str]) -> dict:
        event = self.event(origin_worker_id="deep", bubbling_chain=chain)
        way = ["event", event["event_id"], "deep", *chain, self.id]
        link = {"id": self.id, "signature": sign_bubbling_chain(way, self.keys.text)}
        event["security"]["metadata"] = {"holon": {"chain": [link]}}
        return event


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return {name: KeyPair(folder, name) for name in ("holon-2", "scripted")}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, keys):
    cluster = Cluster(tmp_path_factory.mktemp("keyed"), ClusterSettings(depth=2))
    upper, lower = cluster.holons
    for name, pair in keys.items():
        upper.process.env[f"HOLON_CHILDREN_PUBLIC_KEYS_{name}"] = str(pair.public)
    lower.process.env["HOLON_SIGNING_KEY"] = str(keys["holon-2"].private)
    lower.process.env["HOLON_UPLINKS_0_SIGNATURES"] = "ed25519"
    with cluster:
        yield cluster.start()


@pytest.fixture(scope="module")
def child(cluster, keys):
    upper = cluster.holons[0]
    child = KeyedChild(upper.port, upper.child_token, "scripted", keys["scripted"])
    answer = child.call("POST", REGISTER, child.registration())
    assert answer.status == 200, answer
    return child


def test_a_job_through_a_holon_that_signs_with_its_key(cluster):
    assert cluster.run("echo", {"signed": "by a key"})["status"] == "finished"
    counters = cluster.holons[0].status["counters"]
    assert not [name for name in counters if name.startswith("calls_refused")], counters


def test_the_token_alone_does_not_sign(child):
    thief = ScriptedChild(child.port, child.token)
    thief.id = child.id
    answer = thief.call("POST", EVENTS, thief.event())
    assert (answer.status, answer.json["code"]) == (403, "SECURITY_ERROR")


def test_a_way_signed_by_the_reference_library(child, cluster):
    event = child.relayed_event(["middle"])
    answer = child.call("POST", EVENTS, event)
    assert answer.status == 200, answer

    def told() -> bool:
        return any(record["event"]["event_id"] == event["event_id"] for record in cluster.orchestrator.ledger.of("event"))

    eventually("the orchestrator has the event", told, within=20)


@pytest.mark.parametrize("chain", [None, [], ["elsewhere"], ["middle", "middle"]])
def test_a_way_that_was_changed(child, chain):
    event = child.relayed_event(["middle"]) | {"bubbling_chain": chain}
    answer = child.call("POST", EVENTS, event)
    assert (answer.status, answer.json["code"]) == (403, "SECURITY_ERROR")


def test_a_way_from_another_event(child):
    event, other = child.relayed_event(["middle"]), child.relayed_event(["middle"])
    event["security"]["metadata"] = other["security"]["metadata"]
    answer = child.call("POST", EVENTS, event)
    assert (answer.status, answer.json["code"]) == (403, "SECURITY_ERROR")


def test_a_way_that_is_not_signed(child):
    event = child.event(origin_worker_id="deep", bubbling_chain=["middle"])
    answer = child.call("POST", EVENTS, event)
    assert (answer.status, answer.json["code"]) == (403, "SECURITY_ERROR")
