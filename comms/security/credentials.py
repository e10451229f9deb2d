"""gRPC credentials over mutual TLS, from the files of the authority.

Both ends prove who they are: a client without one of our certificates does not get past the
handshake. Loopback is no exception.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc

from comms.contracts.errors import ContractError
from comms.security.authority import Authority, KeyPair
from comms.security.identity import Role
from comms.state_dir import state_dir

#: No message is larger than this (a visit with a full picture is about 1 MB).
MAX_MESSAGE_BYTES = 8 * 1024 * 1024

#: A peer that vanished without a word is noticed after about 15 s, also without traffic.
CHANNEL_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
)


def pki_dir() -> Path:
    """Where keys and certificates lie."""
    return state_dir() / "pki"


def server_credentials(pair: KeyPair, root: Path) -> Any:
    """For a server that wants a certificate of ours from every client."""
    return grpc.ssl_server_credentials(
        [(_read(pair.key), _read(pair.certificate))],
        root_certificates=_read(root),
        require_client_auth=True,
    )


def client_credentials(name: str, role: Role, folder: Path | None = None) -> Any:
    """For a client named `name`. Makes its certificate where the authority's key is at hand.

    Raises ContractError when there is neither a certificate nor an authority to make one.
    """
    authority = Authority(folder or pki_dir())
    pair = authority.pair(name, role)
    if authority.root.key.exists():
        pair = authority.ensure(name, role)
    return grpc.ssl_channel_credentials(
        root_certificates=_read(authority.root.certificate),
        private_key=_read(pair.key),
        certificate_chain=_read(pair.certificate),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ContractError(
            f"{path} is missing: run `python -m comms.security.init`, or start the command centre, "
            "on the machine that has the authority, and copy it here"
        ) from None
    except PermissionError:
        raise ContractError(f"{path} may not be read by this user") from None
