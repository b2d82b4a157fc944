"""A Tor network of its own on loopback: directory authorities, relays, one onion service and one client."""

import re
import subprocess
from pathlib import Path

from .network import free_port
from .process import Process
from .waiting import eventually

AUTHORITIES = 3
RELAYS = 3
# Seconds; the authorities vote this often, which must divide the hour.
VOTING = 20

COMMON = """
TestingTorNetwork 1
DataDirectory {folder}
Nickname {name}
Log notice stdout
SafeLogging 0
RunAsDaemon 0
Address 127.0.0.1
ShutdownWaitLength 1
PathsNeededToBuildCircuits 0.67
{authorities}
"""

RELAY = """
ORPort 127.0.0.1:{or_port}
SocksPort 0
ContactInfo none@test.invalid
AssumeReachable 1
ExitRelay 1
ExitPolicy accept 127.0.0.0/8:*
ExitPolicyRejectPrivate 0
ServerDNSDetectHijacking 0
ServerDNSTestAddresses
"""

AUTHORITY = """
DirPort 127.0.0.1:{dir_port}
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
V3AuthVotingInterval {voting}
V3AuthVoteDelay 4
V3AuthDistDelay 4
TestingV3AuthInitialVotingInterval {voting}
TestingV3AuthInitialVoteDelay 4
TestingV3AuthInitialDistDelay 4
TestingDirAuthVoteExit *
TestingDirAuthVoteHSDir *
TestingDirAuthVoteGuard *
TestingMinExitFlagThreshold 0
MinUptimeHidServDirectoryV2 0
"""

SERVICE = """
SocksPort 0
HiddenServiceDir {folder}/onion
HiddenServicePort 80 127.0.0.1:{port}
"""

CLIENT = """
SocksPort 127.0.0.1:{port}
"""


class TorNetwork:
    def __init__(self, folder: Path, port: int):
        """`port` of this machine is what the onion service leads to."""
        self.folder = folder
        self.socks_port = free_port()
        self.authorities = [_Authority(folder / f"authority{n}") for n in range(1, AUTHORITIES + 1)]
        lines = "\n".join(authority.line for authority in self.authorities)
        self.processes = [
            self._node(authority.folder, lines, authority.configuration + RELAY.format(or_port=authority.or_port))
            for authority in self.authorities
        ]
        for n in range(1, RELAYS + 1):
            self.processes.append(self._node(folder / f"relay{n}", lines, RELAY.format(or_port=free_port())))
        service = folder / "service"
        self.service = self._node(service, lines, SERVICE.format(folder=service, port=port))
        self.client = self._node(folder / "client", lines, CLIENT.format(port=self.socks_port))
        self.processes += [self.service, self.client]

    def _node(self, folder: Path, authorities: str, more: str) -> Process:
        folder.mkdir(mode=0o700, exist_ok=True)
        name = folder.name
        torrc = folder / "torrc"
        torrc.write_text(COMMON.format(folder=folder, name=name, authorities=authorities) + more)
        return Process(name, ["tor", *_files(torrc)], {}, self.folder)

    def __enter__(self) -> "TorNetwork":
        return self

    def __exit__(self, *_error: object) -> None:
        for process in reversed(self.processes):
            process.kill()

    def start(self, within: float) -> None:
        for process in self.processes:
            process.start()
        for process in [self.service, self.client]:
            eventually(f"Tor's {process.name} is ready", lambda p=process: self._is_ready(p), within)

    def _is_ready(self, process: Process) -> bool:
        assert process.running, f"tor ended:\n{process.tail()}"
        return "Bootstrapped 100%" in process.output()

    @property
    def onion(self) -> str:
        """The service's name."""
        return (self.folder / "service" / "onion" / "hostname").read_text().strip()

    @property
    def version(self) -> str:
        return _output(["tor", "--version"]).splitlines()[0]

    def tails(self) -> str:
        return "\n".join(f"--- {process.log} ---\n{process.tail(12)}" for process in self.processes)


class _Authority:
    """Has its keys, so that the others can be told of it before it runs."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.or_port, self.dir_port = free_port(), free_port()
        keys = folder / "keys"
        keys.mkdir(parents=True, mode=0o700)
        folder.chmod(0o700)
        _output(
            ["tor-gencert", "--create-identity-key", "--passphrase-fd", "0", "-m", "12"]
            + ["-a", f"127.0.0.1:{self.dir_port}", "-i", str(keys / "authority_identity_key")]
            + ["-s", str(keys / "authority_signing_key"), "-c", str(keys / "authority_certificate")],
            input="passphrase\n",
        )
        certificate = (keys / "authority_certificate").read_text()
        identity = re.search(r"^fingerprint ([0-9A-F]+)$", certificate, re.MULTILINE).group(1)
        torrc = folder / "torrc"
        torrc.touch()
        listing = _output(
            ["tor", "--list-fingerprint", "--quiet", *_files(torrc)]
            + ["--DataDirectory", str(folder), "--ORPort", str(self.or_port), "--Nickname", folder.name]
            + ["--DirAuthority", f"{folder.name} 127.0.0.1:1 {'0' * 40}"]
        )
        fingerprint = listing.split(maxsplit=1)[1].replace(" ", "").strip()
        self.line = (
            f"DirAuthority {folder.name} orport={self.or_port} no-v2 v3ident={identity} "
            f"127.0.0.1:{self.dir_port} {fingerprint}"
        )
        self.configuration = AUTHORITY.format(dir_port=self.dir_port, voting=VOTING)


def _files(torrc: Path) -> list[str]:
    """Without the defaults of the machine."""
    defaults = torrc.with_name("defaults")
    defaults.touch()
    return ["-f", str(torrc), "--defaults-torrc", str(defaults)]


def _output(command: list[str], input: str = "") -> str:
    ran = subprocess.run(command, input=input, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, f"{' '.join(command)}: {ran.stdout}{ran.stderr}"
    return ran.stdout
