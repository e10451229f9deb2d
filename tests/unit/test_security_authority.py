"""Certificates: made once, kept, renewed when they must be, readable by their owner alone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from comms.contracts.errors import ContractError
from comms.security import authority as authority_module
from comms.security.authority import Authority
from comms.security.credentials import client_credentials
from comms.security.identity import Identity, Role, identity_of, may_call
from comms.security.init import ensure_all


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*.*") if p.is_file()}


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    ensure_all(tmp_path, units=["unit-1"])
    before = files_of(tmp_path)
    ensure_all(tmp_path, units=["unit-1"])
    assert files_of(tmp_path) == before
    assert len(before) >= 10


def test_every_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    ensure_all(tmp_path, units=["unit-1"])
    for path in tmp_path.rglob("*.*"):
        if path.suffix in (".key", ".crt"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_processes_that_start_together_make_one_authority(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "comms.security.init", "--folder", str(tmp_path)]
    running = [
        subprocess.Popen([*command, "--unit", f"unit-{n}"], stdout=subprocess.DEVNULL)
        for n in range(3)
    ]
    assert [process.wait(30) for process in running] == [0, 0, 0]
    root = x509.load_pem_x509_certificate((tmp_path / "ca.crt").read_bytes())
    for path in (tmp_path / "units").glob("*.crt"):
        x509.load_pem_x509_certificate(path.read_bytes()).verify_directly_issued_by(root)
    assert len(list((tmp_path / "units").glob("*.crt"))) == 3


def test_a_certificate_says_who_and_in_which_role(tmp_path: Path) -> None:
    pair = Authority(tmp_path).ensure("unit-7", Role.UNIT)
    assert identity_of(pair.certificate.read_bytes()) == Identity("unit-7", Role.UNIT)


def test_a_certificate_near_its_end_is_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority_module, "LEAF_DAYS", 10)
    pair = Authority(tmp_path).ensure("unit-1", Role.UNIT)
    short = pair.certificate.read_bytes()
    monkeypatch.undo()
    assert Authority(tmp_path).ensure("unit-1", Role.UNIT).certificate.read_bytes() != short


def test_a_certificate_of_another_authority_is_replaced(tmp_path: Path) -> None:
    here, there = Authority(tmp_path / "a"), Authority(tmp_path / "b")
    mine, other = here.ensure("unit-1", Role.UNIT), there.ensure("unit-1", Role.UNIT)
    mine.certificate.write_bytes(other.certificate.read_bytes())
    mine.key.write_bytes(other.key.read_bytes())
    here.ensure("unit-1", Role.UNIT)
    root = x509.load_pem_x509_certificate(here.root.certificate.read_bytes())
    x509.load_pem_x509_certificate(mine.certificate.read_bytes()).verify_directly_issued_by(root)


def test_a_server_that_gets_another_name_gets_another_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    first = authority.ensure("centre", Role.SERVER, ["localhost"]).certificate.read_bytes()
    assert authority.ensure("centre", Role.SERVER, ["localhost"]).certificate.read_bytes() == first
    both = authority.ensure("centre", Role.SERVER, ["localhost", "10.0.0.5"])
    assert both.certificate.read_bytes() != first


@pytest.mark.parametrize("name", ["", "../escape", "a b", "x" * 64, "unit/1"])
def test_a_name_that_cannot_be_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContractError, match="cannot be a name in a certificate"):
        Authority(tmp_path).ensure(name, Role.UNIT)


def test_a_machine_without_the_authority_s_key_says_what_is_missing(tmp_path: Path) -> None:
    ensure_all(tmp_path)
    (tmp_path / "ca.key").unlink()
    with pytest.raises(ContractError, match=r"has no ca\.key beside it"):
        Authority(tmp_path).ensure("unit-1", Role.UNIT)
    with pytest.raises(ContractError, match=r"units/unit-1\.key is missing"):
        client_credentials("unit-1", Role.UNIT, tmp_path)


def test_a_method_that_nobody_is_listed_for_is_closed() -> None:
    for role in Role:
        assert not may_call(Identity("x", role), "/patrol.v1.NewService/Do")
    assert may_call(Identity("x", Role.UNIT), "/patrol.v1.UnitLink/Connect")
    assert not may_call(Identity("x", Role.UNIT), "/patrol.v1.Centre/StopUnit")
    assert not may_call(Identity("x", Role.OPERATOR), "/patrol.v1.UnitLink/Connect")
