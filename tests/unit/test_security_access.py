"""Who does not belong does not get in: real gRPC over real TLS."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from comms.security import authority as authority_module
from comms.security.authority import Authority
from comms.security.credentials import client_credentials
from comms.security.identity import Role
from comms.wire import centre_pb2 as pb
from comms.wire import centre_pb2_grpc, link_pb2, link_pb2_grpc
from tests.unit.centre_rig import UNIT, RunningCentre


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCentre]:
    running = RunningCentre(tmp_path_factory.mktemp("centre"))
    yield running
    running.stop()


def ask(centre: RunningCentre, credentials: grpc.ChannelCredentials) -> grpc.StatusCode | None:
    """The status of ListUnits with these credentials, None when it was answered."""
    with grpc.secure_channel(f"localhost:{centre.port}", credentials) as channel:
        try:
            centre_pb2_grpc.CentreStub(channel).ListUnits(pb.ListUnitsRequest(), timeout=5)
        except grpc.RpcError as error:
            return error.code()
    return None


def test_an_operator_is_answered(centre: RunningCentre) -> None:
    folder = centre.authority.folder
    assert ask(centre, client_credentials("operator", Role.OPERATOR, folder)) is None


def test_a_unit_may_not_use_the_service_for_people(centre: RunningCentre) -> None:
    credentials = client_credentials(UNIT, Role.UNIT, centre.authority.folder)
    assert ask(centre, credentials) is grpc.StatusCode.PERMISSION_DENIED
    with centre.channel(UNIT, Role.UNIT) as channel:
        stub = centre_pb2_grpc.CentreStub(channel)
        with pytest.raises(grpc.RpcError) as watching:
            next(iter(stub.Watch(pb.WatchRequest(), timeout=5)))
        assert watching.value.code() is grpc.StatusCode.PERMISSION_DENIED
        with pytest.raises(grpc.RpcError) as stopping:
            stub.StopUnit(pb.StopUnitRequest(), timeout=5)
        assert stopping.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_an_operator_may_not_speak_as_a_unit(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.close()
    centre.authority.ensure("unit-9", Role.OPERATOR)
    channel = centre.channel("unit-9", Role.OPERATOR)
    hello = link_pb2.UnitMessage(hello=link_pb2.Hello(unit_id="unit-9", protocol=1, outbox_id="x"))
    with channel, pytest.raises(grpc.RpcError) as refused:
        next(link_pb2_grpc.UnitLinkStub(channel).Connect(iter([hello]), timeout=5))
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_a_unit_may_not_say_that_it_is_another(centre: RunningCentre) -> None:
    unit = centre.unit(name="unit-2", unit_id=UNIT)
    error = unit.ended()
    assert error.code() is grpc.StatusCode.PERMISSION_DENIED
    assert "the certificate is that of 'unit-2', not of 'unit-1'" in str(error.details())


def test_a_certificate_of_another_authority_is_refused(
    centre: RunningCentre, tmp_path: Path
) -> None:
    other = Authority(tmp_path)
    pair = other.ensure("operator", Role.OPERATOR)
    credentials = grpc.ssl_channel_credentials(
        centre.authority.root.certificate.read_bytes(),
        pair.key.read_bytes(),
        pair.certificate.read_bytes(),
    )
    assert ask(centre, credentials) is grpc.StatusCode.UNAVAILABLE


def test_nobody_gets_in_without_a_certificate(centre: RunningCentre) -> None:
    root = centre.authority.root.certificate.read_bytes()
    assert ask(centre, grpc.ssl_channel_credentials(root)) is grpc.StatusCode.UNAVAILABLE
    with grpc.insecure_channel(f"localhost:{centre.port}") as channel:
        with pytest.raises(grpc.RpcError) as refused:
            centre_pb2_grpc.CentreStub(channel).ListUnits(pb.ListUnitsRequest(), timeout=5)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


def test_an_expired_certificate_is_refused(
    centre: RunningCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority_module, "LEAF_DAYS", -0.5)
    pair = centre.authority.ensure("late", Role.OPERATOR)
    credentials = grpc.ssl_channel_credentials(
        centre.authority.root.certificate.read_bytes(),
        pair.key.read_bytes(),
        pair.certificate.read_bytes(),
    )
    assert ask(centre, credentials) is grpc.StatusCode.UNAVAILABLE


def test_a_server_of_another_authority_is_not_believed(
    centre: RunningCentre, tmp_path: Path
) -> None:
    other = Authority(tmp_path)
    other.ensure("operator", Role.OPERATOR)
    credentials = client_credentials("operator", Role.OPERATOR, tmp_path)
    assert ask(centre, credentials) is grpc.StatusCode.UNAVAILABLE


def shake_hands(centre: RunningCentre, at_most: ssl.TLSVersion) -> str | None:
    """The TLS version agreed on with a client that knows none above `at_most`."""
    pair = centre.authority.pair("operator", Role.OPERATOR)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.set_alpn_protocols(["h2"])
    context.load_verify_locations(centre.authority.root.certificate)
    context.load_cert_chain(pair.certificate, pair.key)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = at_most
    with (
        socket.create_connection(("localhost", centre.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        return secured.version()


def test_old_tls_is_refused(centre: RunningCentre) -> None:
    assert shake_hands(centre, ssl.TLSVersion.TLSv1_3) in ("TLSv1.2", "TLSv1.3")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shake_hands(centre, ssl.TLSVersion.TLSv1_1)


def test_health_answers_units_and_operators(centre: RunningCentre) -> None:
    for name, role in (("operator", Role.OPERATOR), (UNIT, Role.UNIT)):
        with centre.channel(name, role) as channel:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service="patrol.v1.UnitLink"), timeout=5
            )
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
