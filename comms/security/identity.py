"""Who is at the other end of a connection, as its certificate says, and what that role may call.

The unit's id or the operator's name is the certificate's common name, the role is its
organisational unit. A method that no role is listed for is closed to everybody: forgetting is safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import NameOID

from comms.contracts.errors import ContractError


class Role(StrEnum):
    UNIT = "unit"
    OPERATOR = "operator"
    SERVER = "server"


@dataclass(frozen=True)
class Identity:
    name: str
    role: Role


#: Service (full gRPC name) -> the roles that may call it.
ALLOWED: Mapping[str, frozenset[Role]] = {
    "patrol.v1.UnitLink": frozenset({Role.UNIT}),
    "patrol.v1.Centre": frozenset({Role.OPERATOR}),
    "grpc.health.v1.Health": frozenset({Role.UNIT, Role.OPERATOR}),
    "grpc.reflection.v1alpha.ServerReflection": frozenset({Role.OPERATOR}),
    "grpc.reflection.v1.ServerReflection": frozenset({Role.OPERATOR}),
}


def identity_of(certificate_pem: bytes) -> Identity:
    """The identity in a certificate that TLS has already verified against our CA.

    Raises ContractError when it names nobody or no role that we know.
    """
    try:
        subject = x509.load_pem_x509_certificate(certificate_pem).subject
    except ValueError:
        raise ContractError("the peer's certificate cannot be read") from None
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    units = subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    if len(names) != 1 or len(units) != 1:
        raise ContractError("the peer's certificate must have one common name and one role (OU)")
    try:
        role = Role(str(units[0].value))
    except ValueError:
        raise ContractError(f"the role {units[0].value!r} is not known") from None
    return Identity(str(names[0].value), role)


def may_call(identity: Identity, method: str) -> bool:
    """Whether `identity` may call `method` ("/patrol.v1.Centre/Watch")."""
    service = method.lstrip("/").partition("/")[0]
    return identity.role in ALLOWED.get(service, frozenset())
