"""Certificate authorities and what they issue, made with the openssl command in a test's own folder."""

import os
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = ("IP:127.0.0.1", "DNS:localhost")
DAY = timedelta(days=1)

_CONFIGURATION = """
[ca]
default_ca = this
[this]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
copy_extensions = none
[any]
commonName = supplied
[req]
prompt = no
distinguished_name = name
[name]
commonName = unused
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
{names}
"""


def _openssl(*arguments: str | Path) -> None:
    command = ["openssl", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert run.returncode == 0, f"{' '.join(command)}: {run.stderr}"


def _new_key(path: Path, passphrase: str | None = None) -> None:
    encryption = ["-aes256", "-pass", f"pass:{passphrase}"] if passphrase else []
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", *encryption, "-out", path)
    path.chmod(0o600)


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key; `authority` is the file of those who vouch for it."""

    certificate: Path
    key: Path
    authority: Path

    def replace_with(self, other: "Certificate") -> None:
        """Puts the other's certificate and key where these are, each at once, as a renewal does."""
        for ours, theirs in ((self.key, other.key), (self.certificate, other.certificate)):
            beside = ours.with_suffix(".new")
            beside.write_bytes(theirs.read_bytes())
            beside.chmod(0o600)
            os.replace(beside, ours)


class CertificateAuthority:
    def __init__(self, folder: Path, name: str):
        self.name = name
        self.folder = folder / f"ca-{name}"
        self.folder.mkdir()
        (self.folder / "index.txt").touch()
        self.key = self.folder / "ca.key"
        self.certificate = self.folder / "ca.pem"
        self.crl = self.folder / "crl.pem"
        self._issued = 0
        _new_key(self.key)
        subject = f"/CN=CA {name}"
        request = ["req", "-x509", "-config", self._configuration(), "-extensions", "authority", "-subj", subject]
        _openssl(*request, "-key", self.key, "-days", "30", "-out", self.certificate)

    def issue(
        self,
        id: str,
        names: tuple[str, ...] = HERE,
        begins: timedelta = -DAY,
        ends: timedelta = 30 * DAY,
        passphrase: str | None = None,
    ) -> Certificate:
        """A certificate for a server and a client, valid from and until times counted from now."""
        self._issued += 1
        stem = self.folder / f"{id}-{self._issued}"
        issued = Certificate(stem.with_suffix(".pem"), stem.with_suffix(".key"), self.certificate)
        request = stem.with_suffix(".csr")
        configuration = self._configuration(names)
        _new_key(issued.key, passphrase)
        opening = ["-passin", f"pass:{passphrase}"] if passphrase else []
        subject = f"/CN={id}"
        _openssl(
            "req", "-new", "-config", configuration, "-key", issued.key, *opening, "-subj", subject, "-out", request
        )
        dates = ["-startdate", _moment(begins), "-enddate", _moment(ends)]
        self._sign(configuration, "-extensions", "leaf", *dates, "-in", request, "-out", issued.certificate)
        return issued

    def revoke(self, issued: Certificate) -> None:
        self._sign(self._configuration(), "-revoke", issued.certificate)
        self.write_crl()

    def write_crl(self) -> None:
        beside = self.crl.with_suffix(".new")
        self._sign(self._configuration(), "-gencrl", "-out", beside)
        os.replace(beside, self.crl)

    def _sign(self, configuration: Path, *arguments: str | Path) -> None:
        identity = ["-keyfile", self.key, "-cert", self.certificate]
        _openssl("ca", "-batch", "-notext", "-config", configuration, *identity, *arguments)

    def _configuration(self, names: tuple[str, ...] = ()) -> Path:
        path = self.folder / "openssl.cnf"
        line = f"subjectAltName = {','.join(names)}" if names else ""
        path.write_text(_CONFIGURATION.format(folder=self.folder, names=line))
        return path


def self_signed(folder: Path, id: str) -> Certificate:
    """One that only itself vouches for."""
    issued = Certificate(folder / f"{id}-alone.pem", folder / f"{id}-alone.key", folder / f"{id}-alone.pem")
    _new_key(issued.key)
    names = f"subjectAltName={','.join(HERE)}"
    request = ["req", "-x509", "-key", issued.key, "-subj", f"/CN={id}", "-addext", names]
    _openssl(*request, "-days", "30", "-out", issued.certificate)
    return issued


def _moment(distance: timedelta) -> str:
    return (datetime.now(timezone.utc) + distance).strftime("%Y%m%d%H%M%SZ")
