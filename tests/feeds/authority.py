"""A certificate authority of a test's own, and what it signs."""

import shutil
import ssl
import subprocess
from pathlib import Path

OPENSSL = shutil.which("openssl")


class Authority:
    """Signs by the openssl command; ``certificate`` is what a client must trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.certificate = folder / "ca.pem"
        self._key = folder / "ca.key"
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", self._key, "-out", self.certificate, "-days", "2", "-subj", "/CN=test CA"),
        )

    def server(self, name: str, names: str, days: int) -> ssl.SSLContext:
        """A server's context with a certificate for ``names`` that lasts ``days``."""
        key, request, signed = (self._folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        extensions = self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n")
        self._openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", key, "-out", request, "-subj", f"/CN={name}"),
        )
        self._openssl(
            *("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key),
            *("-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", signed),
        )
        return context_of(signed, key)

    def self_signed(self) -> ssl.SSLContext:
        """A server's context with a certificate that nobody else signed."""
        key, certificate = self._folder / "self.key", self._folder / "self.pem"
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        )
        return context_of(certificate, key)

    def _openssl(self, *arguments: object) -> None:
        command = [str(OPENSSL), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True)


def context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """A server's context with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
