"""What can be a telephone number, a state and a ZIP code: pure functions of a text."""

import re

_STATES = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI
SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI
"""
STATES = frozenset(_STATES.split())


def digits_of(phone: str) -> str:
    """The digits of a telephone number without its extension, and without the 1 before ten others."""
    digits = re.sub(r"[^0-9]", "", re.split(r"(?i)x|ext", phone)[0])
    return digits.removeprefix("1") if len(digits) == 11 else digits


def is_phone(text: str) -> bool:
    """Ten digits with whatever stands between them, an extension after them; abroad a + and the country's code."""
    digits = digits_of(text)
    return len(digits) == 10 or (text.startswith("+") and 8 <= len(digits) <= 15)


def is_zip(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{5}(-?[0-9]{4})?", text))
