"""The certificate authority of one installation, and the certificates that it issues.

ECDSA P-256 throughout. Keys are files of mode 0600 that never leave the machine; every file appears
whole or not at all, and a lock keeps two processes that start together from making two authorities.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from comms.contracts.errors import ContractError
from comms.security.identity import Role

CA_YEARS = 10
LEAF_DAYS = 397
RENEW_BEFORE = timedelta(days=30)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


@dataclass(frozen=True)
class KeyPair:
    """Where a private key and its certificate (PEM) lie."""

    key: Path
    certificate: Path


class Authority:
    """The authority whose files are in `folder` (normally `$PATROL_STATE_DIR/pki`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = KeyPair(folder / "ca.key", folder / "ca.crt")

    def pair(self, name: str, role: Role) -> KeyPair:
        """Where the files of `name` are. Raises ContractError for a name unfit for a file."""
        if not _NAME.fullmatch(name):
            raise ContractError(
                f"{name!r} cannot be a name in a certificate: letters, digits, dot, dash and "
                "underscore, at most 63"
            )
        stem = self.folder / f"{role}s" / name
        return KeyPair(stem.with_name(name + ".key"), stem.with_name(name + ".crt"))

    def ensure_root(self) -> None:
        """Make the authority if there is none yet."""
        with self._locked():
            self._root()

    def ensure(self, name: str, role: Role, hosts: Sequence[str] = ()) -> KeyPair:
        """A valid pair for `name`, issued or renewed (30 days before its end) where needed.

        `hosts`: names and addresses that a server's certificate stands for.
        """
        pair = self.pair(name, role)
        with self._locked():
            root_key, root = self._root()
            if not self._is_good(pair, root, hosts):
                self._issue(pair, name, role, hosts, root_key, root)
        return pair

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _root(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key_there, cert_there = self.root.key.exists(), self.root.certificate.exists()
        if cert_there and not key_there:
            raise ContractError(
                f"{self.root.certificate} has no ca.key beside it, so nothing can be issued here; "
                "issue on the machine that has it and copy the files"
            )
        if not cert_there:
            return self._make_root()
        key = serialization.load_pem_private_key(self.root.key.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(self.root.certificate.read_bytes())
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ContractError(f"{self.root.key} is not an elliptic-curve key")
        return key, certificate

    def _make_root(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Patrol command centre CA")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365 * CA_YEARS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(sign_certificates=True), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        # The key first: a certificate alone would look like another machine's authority.
        _write(self.root.key, _key_pem(key))
        _write(self.root.certificate, certificate.public_bytes(serialization.Encoding.PEM))
        return key, certificate

    def _is_good(self, pair: KeyPair, root: x509.Certificate, hosts: Sequence[str]) -> bool:
        try:
            certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
            key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
            certificate.verify_directly_issued_by(root)
        except (OSError, ValueError, TypeError, InvalidSignature):
            return False
        if key.public_key() != certificate.public_key():
            return False
        if certificate.not_valid_after_utc - datetime.now(UTC) < RENEW_BEFORE:
            return False
        return not hosts or _hosts_of(certificate) >= set(hosts)

    def _issue(
        self,
        pair: KeyPair,
        name: str,
        role: Role,
        hosts: Sequence[str],
        root_key: ec.EllipticCurvePrivateKey,
        root: x509.Certificate,
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        use = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = (
            x509.CertificateBuilder()
            .subject_name(
                x509.Name(
                    [
                        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, str(role)),
                        x509.NameAttribute(NameOID.COMMON_NAME, name),
                    ]
                )
            )
            .issuer_name(root.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=LEAF_DAYS))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
                critical=False,
            )
        )
        if hosts:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general_name(host) for host in hosts]),
                critical=False,
            )
        certificate = builder.sign(root_key, hashes.SHA256())
        pair.key.parent.mkdir(mode=0o700, exist_ok=True)
        _write(pair.key, _key_pem(key))
        _write(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def own_hosts(extra: Sequence[str] = ()) -> list[str]:
    """The names and addresses under which this machine's server is reached."""
    names = ["localhost", "127.0.0.1", "::1", socket.gethostname(), *extra]
    return list(dict.fromkeys(name for name in names if name))


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _hosts_of(certificate: x509.Certificate) -> set[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {str(name.value) for name in names}


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, mode 0600 from its first byte on."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
