import socket
import ssl
import threading

from .certificates import Certificate
from .network import free_port


class Impostor:
    """A TLS server that is no parent: it notes what it is told once a handshake has succeeded, and answers nothing."""

    def __init__(self, certificate: Certificate):
        self.port = free_port()
        self.attempts = 0
        self.heard = b""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.certificate, certificate.key)
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._thread = threading.Thread(target=self._serve, name="impostor", daemon=True)

    def __enter__(self) -> "Impostor":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        # Closing alone would not wake the thread.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.attempts += 1
            connection.settimeout(5)
            try:
                with self._context.wrap_socket(connection, server_side=True) as secured:
                    while data := secured.recv(4096):
                        self.heard += data
            except OSError:
                connection.close()
