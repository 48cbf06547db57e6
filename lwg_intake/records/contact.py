"""What can be a telephone number, a state and a ZIP code: pure functions of a text."""

import re

_STATES = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI
SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI
"""
STATES = frozenset(_STATES.split())
_NAMED = """
AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, KS Kansas,
KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi,
MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York,
NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island,
SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington,
WV West Virginia, WI Wisconsin, WY Wyoming, PR Puerto Rico
"""
_BY_NAME = {name.casefold(): code for code, _, name in (one.strip().partition(" ") for one in _NAMED.split(","))}


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


def state_of(text: str) -> str:
    """A state's two letters where its name is written out or in small letters; anything else as it is."""
    code = _BY_NAME.get(text.casefold(), text.upper())
    return code if code in STATES else text


def is_same_number(one: str, other: str) -> bool:
    """Whether two notations are of one telephone number, the extension included."""
    return _every_digit(one) == _every_digit(other) != ""


def _every_digit(phone: str) -> str:
    return re.sub(r"[^0-9]", "", phone).removeprefix("1")
