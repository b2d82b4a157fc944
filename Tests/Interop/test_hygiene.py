"""Secrets are planted wherever a node may be given one; nothing that it says or leaves behind holds any of them."""

import json
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from uuid import uuid4

import pytest
from harness.certificates import CertificateAuthority
from harness.network import free_port
from harness.process import Process, environment
from harness.programs import holon_binary
from harness.scripted import EVENTS, REFRESH, REGISTER, RESULT, TOKEN, UPGRADE, ScriptedChild, commands, heartbeats
from harness.waiting import eventually

ROLES = ("all-children", "child", "uplink", "task", "status", "passphrase", "wrong")


class Site:
    """A node below another, with every secret planted, and everything that was heard of it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.secrets = {role: f"planted-{role}-{uuid4().hex}" for role in ROLES}
        self.heard: dict[str, bytes] = {}
        self.upper_port, self.port, self.status_port = free_port(), free_port(), free_port()
        authority = CertificateAuthority(folder, "site")
        self.identity = authority.issue("edge", passphrase=self.secrets["passphrase"])
        self.configuration = folder / "edge.yaml"
        self.journal = folder / "edge.db"
        self.write_configuration()
        upper = [
            holon_binary(), "run", "--id", "upper", "--listen", f"http://127.0.0.1:{self.upper_port}",
            "--child-token", f"file:{self.file('uplink')}", "--journal", str(folder / "upper.db"),
        ]
        self.upper = Process("upper", upper, {}, folder)
        variables = {"STATUS_TOKEN": self.secrets["status"], "HOLON_TASKS_SECRET": self.secrets["task"]}
        edge = [holon_binary(), "run", "--config", str(self.configuration), "--log-level", "trace"]
        self.edge = Process("edge", edge, variables, folder)

    def file(self, role: str) -> Path:
        path = self.folder / f"{role}.secret"
        path.write_text(self.secrets[role] + "\n")
        path.chmod(0o600)
        return path

    def write_configuration(self, **changes) -> None:
        tls = {
            "certificate": str(self.identity.certificate),
            "key": str(self.identity.key),
            "key_passphrase": f"file:{self.file('passphrase')}",
        }
        configuration = {
            "id": "edge",
            "listen": [{"url": f"https://127.0.0.1:{self.port}", "tls": tls}],
            "children": {
                "token": self.secrets["all-children"],
                "tokens": {"child": f"file:{self.file('child')}"},
            },
            "uplinks": [{"url": f"http://127.0.0.1:{self.upper_port}", "token": f"file:{self.file('uplink')}"}],
            "journal": {"path": str(self.journal)},
            "status": {"url": f"http://127.0.0.1:{self.status_port}", "token": "${STATUS_TOKEN}"},
        }
        self.configuration.write_text(json.dumps(configuration | changes))
        self.configuration.chmod(0o600)

    def child(self, role: str = "child", id: str = "child") -> ScriptedChild:
        context = ssl.create_default_context(cafile=str(self.identity.authority))
        return ScriptedChild(self.port, self.secrets[role], id=id, tls=context)

    def hear(self, where: str, what: bytes) -> None:
        self.heard[where] = self.heard.get(where, b"") + what

    def ask(self, child: ScriptedChild, method: str, path: str, body: object = None, **more) -> bytes:
        answer = child.call(method, path, body, **more)
        if not path.startswith(TOKEN):
            self.hear(f"answer to {method} {path}", answer.body)
        return answer.body

    def status(self, path: str, token: str | None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.status_port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                self.hear(path, response.read())
        except urllib.error.HTTPError as refusal:
            self.hear(path, refusal.read())

    def command(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
        command = [holon_binary(), *arguments]
        run = subprocess.run(command, capture_output=True, timeout=60, env=environment() | variables)
        self.hear(f"output of holon {arguments[0]}", run.stdout + run.stderr)
        return run


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    site.upper.start()
    site.edge.start()
    eventually("the node is up", lambda: "Registered with the parent" in site.edge.output(), within=30)
    yield site
    site.edge.kill()
    site.upper.kill()


def take_tokens(site: Site) -> dict[str, str]:
    """Tokens that the node itself gives out."""
    child = site.child()
    issued = json.loads(site.ask(child, "POST", TOKEN))
    renewed = json.loads(site.ask(child, "POST", REFRESH, {"refresh_token": issued["refresh_token"]}))
    added = subprocess.run(
        [holon_binary(), "children", "add", "other", "--journal", str(site.journal)],
        capture_output=True, text=True, timeout=30, env=environment(),
    )
    assert added.returncode == 0, added.stderr
    return {
        "access token": issued["access_token"],
        "refresh token": issued["refresh_token"],
        "renewed access token": renewed["access_token"],
        "issued token": added.stdout.split()[-1],
    }


def talk(site: Site) -> None:
    """Every call well and badly, with the secrets also where they do not belong."""
    child, wrong = site.child(), site.child("wrong")
    for one in (child, wrong, site.child("all-children", id="neighbour")):
        site.ask(one, "POST", REGISTER, one.registration())
        site.ask(one, "PATCH", heartbeats(one.id), one.heartbeat())
        site.ask(one, "POST", EVENTS, one.event(payload={"secret": site.secrets["child"]}))
        site.ask(one, "POST", RESULT, one.result(data={"secret": site.secrets["child"]}))
        site.ask(one, "GET", commands(one.id) + "x", headers=UPGRADE)
    site.ask(child, "POST", EVENTS, ('{"secret": "%s"' % site.secrets["child"]).encode())
    site.ask(child, "POST", EVENTS, child.signed(child.event(), token=site.secrets["wrong"]))
    site.ask(child, "POST", REFRESH, {"refresh_token": site.secrets["wrong"]})
    site.ask(child, "GET", f"/_worker/{site.secrets['child']}")


def look(site: Site) -> None:
    """Whatever a person or a monitor may ask."""
    for path in ("/status", "/metrics", "/readyz"):
        for token in (site.secrets["status"], site.secrets["wrong"], None):
            site.status(path, token)
    variables = {"STATUS_TOKEN": site.secrets["status"], "HOLON_TASKS_SECRET": site.secrets["task"]}
    configuration = ("--config", str(site.configuration))
    site.command("check", *configuration, **variables)
    site.command("status", *configuration, **variables)
    site.command("children", "list", *configuration, **variables)
    site.hear("ps", Path(f"/proc/{site.edge.id}/cmdline").read_bytes())


def reload_badly(site: Site) -> None:
    """Configurations that are refused: a fault beside each secret, and a file that everybody can read."""
    faulty = {"token": site.secrets["child"], "signatures": site.secrets["wrong"][:3], "tokens": {"a b": "\u0001"}}
    site.write_configuration(children=faulty)
    site.edge.signal(signal.SIGHUP)
    eventually("the reload is refused", lambda: "Kept the old configuration" in site.edge.output(), within=10)
    site.command("check", "--config", str(site.configuration), STATUS_TOKEN=site.secrets["status"])
    site.write_configuration()
    (site.folder / "child.secret").chmod(0o644)
    refused = site.command("run", "--config", str(site.configuration), STATUS_TOKEN=site.secrets["status"])
    assert refused.returncode == 64
    assert b"chmod" in refused.stderr
    (site.folder / "child.secret").chmod(0o600)


def crash(site: Site) -> None:
    site.edge.signal(signal.SIGABRT)
    eventually("the node is gone", lambda: not site.edge.running, within=60)


def test_no_secret_is_told_or_left_behind(site):
    given = take_tokens(site)
    talk(site)
    look(site)
    reload_badly(site)
    crash(site)
    site.hear("log", site.edge.log.read_bytes())
    site.hear("log of the parent", site.upper.log.read_bytes())
    for file in (file for file in site.folder.glob("edge.db*") if file.is_file()):
        # What children send in results and events is theirs to keep: it is stored as it came.
        content = file.read_bytes()
        for role in set(ROLES) - {"child"}:
            assert site.secrets[role].encode() not in content, f"{role} in {file.name}"
        for name, token in given.items():
            assert token.encode() not in content, f"{name} in {file.name}"
    assert b"Refused a call" in site.heard["log"]
    for where, what in site.heard.items():
        for name, secret in (site.secrets | given).items():
            assert secret.encode() not in what, f"{name} in {where}"


def test_a_secret_on_the_command_line_is_warned_of_and_not_repeated(tmp_path):
    secret = f"planted-{uuid4().hex}"
    command = [
        holon_binary(), "run", "--id", "edge", "--listen", "http://127.0.0.1:0", "--child-token", secret,
        "--journal", str(tmp_path / "edge.db"),
    ]
    node = Process("edge", command, {}, tmp_path)
    node.start()
    try:
        eventually("it listens", lambda: "Listening" in node.output(), within=20)
    finally:
        node.stop()
    assert "every user of this machine can read children.token on the command line" in node.output()
    assert secret not in node.output()
