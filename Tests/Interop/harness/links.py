"""TLS on the hops of a cluster, each hop under an authority of its own."""

from dataclasses import dataclass
from pathlib import Path

from .certificates import Certificate, CertificateAuthority


@dataclass
class LinkSettings:
    """How every hop is secured. Without tokens nothing but certificates says who somebody is."""

    auth: str = "mixed"
    tokens: bool = True
    client_certificates: str = "required"
    revocations: bool = False


class Link:
    """One hop: the certificate of the node above, and those of the nodes below it."""

    def __init__(self, folder: Path, name: str, settings: LinkSettings):
        self.settings = settings
        self.authority = CertificateAuthority(folder, name)
        self.authority.write_crl()
        self.server = self.authority.issue(f"server-of-{name}")
        self._clients: dict[str, Certificate] = {}

    def client(self, id: str) -> Certificate:
        if id not in self._clients:
            self._clients[id] = self.authority.issue(id)
        return self._clients[id]

    @property
    def listener(self) -> dict:
        """The `tls` of a Holon's listener."""
        tls = {
            "certificate": str(self.server.certificate),
            "key": str(self.server.key),
            "client_ca": str(self.authority.certificate),
            "client_certificates": self.settings.client_certificates,
        }
        return tls | ({"crl": str(self.authority.crl)} if self.settings.revocations else {})

    def uplink(self, id: str) -> dict:
        """The `tls` of a Holon's uplink."""
        client = self.client(id)
        return {
            "ca": str(self.authority.certificate),
            "certificate": str(client.certificate),
            "key": str(client.key),
        }

    @property
    def orchestrator(self) -> dict[str, str]:
        """The variables of a real orchestrator."""
        return {
            "TLS_ENABLED": "true",
            "TLS_CERT_PATH": str(self.server.certificate),
            "TLS_KEY_PATH": str(self.server.key),
            "TLS_CA_PATH": str(self.authority.certificate),
            "TLS_REQUIRE_CLIENT_CERT": str(self.settings.client_certificates == "required").lower(),
            "WORKER_AUTH_MODE": self.settings.auth,
        }
