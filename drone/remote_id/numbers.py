"""The numbers of remote identification: is one well formed, and what of it may be told.

Serial numbers: ANSI/CTA-2063-A. Operators' registration numbers: EASA's, as in EN 4709-002: three
letters of a country, twelve characters and a check character; three secret characters behind a
hyphen belong to it, from which, too, the check character is made (Luhn's method modulo 36).
"""

from __future__ import annotations

import re

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Neither O nor I, which would be read as digits.
_SERIAL = re.compile(r"[0-9A-HJ-NP-Z]{4}([1-9A-F])([0-9A-HJ-NP-Z]{1,15})")
_EU_OPERATOR = re.compile(r"([A-Z]{3})([0-9a-z]{12})([0-9a-z])(?:-([0-9a-z]{3}))?")
_EU_LENGTHS = (16, 20)


def serial_problem(serial: str) -> str:
    """What is wrong with a vehicle's serial number; empty when nothing is."""
    form = _SERIAL.fullmatch(serial)
    if form is None:
        return (
            f'"{serial}" is no serial number of ANSI/CTA-2063-A: 4 characters of the maker, one '
            "for the length (1 to 9, A to F), then the number, all of 0-9 and A-Z without O and I"
        )
    said, is_long = int(form[1], 16), len(form[2])
    if said != is_long:
        return f'"{serial}" says that {said} characters follow its fifth, but {is_long} do'
    return ""


def operator_problem(operator: str) -> str:
    """What is wrong with an operator's number; empty when nothing is. Numbers of other forms than
    the EU's are only measured: 20 characters of ASCII fit.
    """
    form = _EU_OPERATOR.fullmatch(operator)
    if form is None:
        if len(operator) in _EU_LENGTHS and re.match(r"[A-Z]{3}[0-9a-z]", operator):
            return (
                f'"{operator}" is no EU operator number: 3 capital letters, 13 of 0-9 and a-z, '
                "then nothing, or a hyphen and the 3 secret ones"
            )
        return "" if len(operator) <= 20 and operator.isascii() else f'"{operator}" is too long'
    country, number, check, secret = form.groups()
    if secret is not None and check != check_character(number + secret):
        return f'"{country}{number}{check}" does not fit its secret characters'
    return ""


def public_part(operator: str) -> str:
    """The number as it may be told: the EU's secret characters are for no one else."""
    form = _EU_OPERATOR.fullmatch(operator)
    return operator if form is None else "".join(form.group(1, 2, 3))


def check_character(text: str) -> str:
    """Luhn's method modulo 36 over characters of 0-9 and a-z (ISO/IEC 7812-1, widened)."""
    total = 0
    for place, character in enumerate(reversed(text)):
        doubled = _ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += doubled // 36 + doubled % 36
    return _ALPHABET[-total % 36]
