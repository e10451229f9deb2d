"""Make what is missing of an installation's certificates: `python -m comms.security.init`.

Safe to run at every start and by several processes at once; what is there and valid stays.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from comms.contracts.errors import ContractError
from comms.security.authority import Authority, own_hosts
from comms.security.credentials import pki_dir
from comms.security.identity import Role

SERVER_NAME = "command-centre"
DEFAULT_OPERATOR = "operator"
SCREENS_OPERATOR = "screens"


def ensure_all(
    folder: Path,
    *,
    units: Sequence[str] = (),
    operators: Sequence[str] = (DEFAULT_OPERATOR, SCREENS_OPERATOR),
    hosts: Sequence[str] = (),
) -> Authority:
    """The authority in `folder` with a server's certificate and those of `units`, `operators`."""
    authority = Authority(folder)
    authority.ensure_root()
    authority.ensure(SERVER_NAME, Role.SERVER, own_hosts(hosts))
    for unit in units:
        authority.ensure(unit, Role.UNIT)
    for operator in operators:
        authority.ensure(operator, Role.OPERATOR)
    return authority


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="comms.security.init", description=__doc__)
    parser.add_argument("--folder", type=Path, default=None, help="default: the state folder's pki")
    parser.add_argument("--unit", action="append", default=[], help="id of a unit; repeatable")
    parser.add_argument("--operator", action="append", default=[], help="a person or program")
    parser.add_argument("--host", action="append", default=[], help="a name of the server")
    given = parser.parse_args(arguments)
    folder = given.folder or pki_dir()
    try:
        ensure_all(
            folder,
            units=given.unit,
            operators=(DEFAULT_OPERATOR, SCREENS_OPERATOR, *given.operator),
            hosts=given.host,
        )
    except ContractError as error:
        print(error, file=sys.stderr)
        return 1
    print(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
