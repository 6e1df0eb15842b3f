"""A certificate authority of the tests' own, and a TLS front before a loopback server."""

import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


class Authority:
    """Issues certificates for servers; `bundle` is the file by which it is believed."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of the tests")])
        root = self._certificate(self._name, self._key, timedelta(days=1))
        root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(self._key, hashes.SHA256())
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(root.public_bytes(PEM))

    def _certificate(self, subject, key, lasts):
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        return builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=2)).not_valid_after(now + lasts)

    def server(self, *names, lasts=timedelta(days=1)):
        """A server's side of TLS, with a certificate for these host names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(x509.Name([]), key, lasts)
        alternatives = [x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names]
        certificate = certificate.add_extension(x509.SubjectAlternativeName(alternatives), critical=True).sign(self._key, hashes.SHA256())
        chain = self._folder / "server.pem"
        private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        chain.write_bytes(private + certificate.public_bytes(PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


class Front:
    """Takes connections on a loopback port until its end, and passes on what comes over each, after `greet` has let it in."""

    def __init__(self, port, greet):
        self._to = port
        self._greet = greet
        # What `greet` has given for each connection that it let in.
        self.let_in = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with suppress(OSError):
            while True:
                threading.Thread(target=self._converse, args=(self._listener.accept()[0],), daemon=True).start()

    def _converse(self, raw):
        # Whoever does not like the certificate hangs up.
        with suppress(OSError), raw:
            connection, noted = self._greet(raw)
            self.let_in.append(noted)
            with connection, socket.create_connection(("127.0.0.1", self._to)) as beyond:
                threading.Thread(target=_pour, args=(beyond, connection), daemon=True).start()
                _pour(connection, beyond)

    def end(self):
        self._listener.close()


def _pour(source, sink):
    with suppress(OSError):
        while some := source.recv(65536):
            sink.sendall(some)
        sink.shutdown(socket.SHUT_WR)


def tls_front(port, context):
    """TLS before a server without; notes the protocol's version."""

    def greet(raw):
        wrapped = context.wrap_socket(raw, server_side=True)
        return wrapped, wrapped.version()

    return Front(port, greet)


def web_proxy(port):
    """A web proxy that makes tunnels, all of them to one port; notes what it is asked for."""

    def greet(raw):
        asked = b""
        while b"\r\n\r\n" not in asked:
            some = raw.recv(4096)
            if not some:
                raise ConnectionError("it hung up before it had asked")
            asked += some
        raw.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        return raw, asked.decode()

    return Front(port, greet)
