"""Where a message may go, when a text may leave, and what it says too much: at the boundaries."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lwg_intake.messages import rules
from lwg_intake.messages.rules import Person, next_allowed, phone_number, reach, segments, variables

HERE = ZoneInfo("America/New_York")
MAIL, PHONE = "mari@example.org", "(410) 555-0123"
ADULT = Person(email=MAIL, phone=PHONE)
CHILD = Person(email=MAIL, phone=PHONE, is_minor=True, guardian_email="mum@example.org", guardian_phone="410.555.0199")


# --- Consent, each channel by itself --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email_ok", "unasked", "goes"),
    [(True, True, True), (True, False, True), (None, True, True), (None, False, False), (False, True, False)],
)
def test_mail_goes_by_consent_and_where_nobody_asked_by_policy(email_ok, unasked, goes):
    found = reach(Person(email=MAIL, email_ok=email_ok, text_ok=False), "email", unasked)
    assert (found.to, bool(found.refused)) == (MAIL if goes else "", not goes)


@pytest.mark.parametrize(("text_ok", "goes"), [(True, True), (None, False), (False, False)])
def test_a_text_needs_a_yes(text_ok, goes):
    found = reach(Person(phone=PHONE, text_ok=text_ok, email_ok=False), "text", True)
    assert (found.to, bool(found.refused)) == ("+14105550123" if goes else "", not goes)


def test_a_minors_messages_go_to_the_guardian_and_nowhere_else():
    ok = {"email_ok": True, "text_ok": True}
    child = Person(**vars(CHILD) | ok)
    assert (reach(child, "email").to, reach(child, "email").guardian) == ("mum@example.org", True)
    assert (reach(child, "text").to, reach(child, "text").guardian) == ("+14105550199", True)
    alone = Person(**vars(child) | {"guardian_email": "", "guardian_phone": ""})
    for channel in ("email", "text"):
        assert "guardian" in reach(alone, channel).refused and not reach(alone, channel).to


def test_why_not_is_a_sentence_that_says_what_to_do():
    assert "no e-mail address on record. Add it" in reach(Person(), "email").refused
    assert "no mobile number on record. Add it" in reach(Person(text_ok=True), "text").refused
    assert "cannot be read. Correct it" in reach(Person(phone="ask mum", text_ok=True), "text").refused
    assert "was never asked about texts" in reach(ADULT, "text").refused


@pytest.mark.parametrize(
    "text",
    ["(410) 555-0123", "410-555-0123", "1 410 555 0123", "+1 (410) 555.0123", "410-555-0123 ext. 7", "4105550123x7"],
)
def test_a_number_in_any_notation(text):
    assert phone_number(text) == "+14105550123"


@pytest.mark.parametrize(
    "text", ["", "555-0123", "410-555-01234", "0105550123", "110-555-0123", "+44 20 7946 0123", "x"]
)
def test_what_is_no_number_is_none(text):
    with pytest.raises(ValueError):
        phone_number(text)


# --- Quiet hours ----------------------------------------------------------------------------------------------------


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("2026-11-20 07:59:59", "2026-11-20 08:00"),
        ("2026-11-20 08:00:00", "2026-11-20 08:00"),
        ("2026-11-20 20:59:59", "2026-11-20 20:59:59"),
        ("2026-11-20 21:00:00", "2026-11-21 08:00"),
        ("2026-11-20 00:00:00", "2026-11-20 08:00"),
        ("2026-12-31 23:59:59", "2027-01-01 08:00"),
        # Clocks forward on 8 March, back on 1 November 2026.
        ("2026-03-07 22:00:00", "2026-03-08 08:00"),
        ("2026-03-08 01:30:00", "2026-03-08 08:00"),
        ("2026-03-08 03:00:00", "2026-03-08 08:00"),
        ("2026-10-31 22:00:00", "2026-11-01 08:00"),
        ("2026-11-01 01:30:00", "2026-11-01 08:00"),
        ("2026-11-01 20:59:00", "2026-11-01 20:59"),
    ],
)
def test_a_text_leaves_at_the_next_hour_that_is_not_quiet(written, leaves):
    assert next_allowed(at(written), 8, 21, HERE) == at(leaves)


def test_the_clocks_own_hour_counts_however_long_the_night_is():
    """From 21:00 to 8:00 is eleven hours; ten when the clocks go forward, twelve when they go back."""
    for day, hours in (("2026-03-06", 11), ("2026-03-07", 10), ("2026-10-31", 12)):
        begins = at(f"{day} 21:00").astimezone(ZoneInfo("UTC"))
        assert next_allowed(begins, 8, 21, HERE) - begins == timedelta(hours=hours)


def test_the_second_half_past_one_of_the_long_night_is_quiet_too():
    again = at("2026-11-01 01:30").replace(fold=1)
    assert next_allowed(again, 8, 21, HERE) == at("2026-11-01 08:00")
    assert rules.is_quiet(again, 8, 21, HERE)


def test_another_zones_moment_is_read_on_the_practices_clock():
    noon_in_utc = datetime(2026, 11, 20, 12, 30, tzinfo=ZoneInfo("UTC"))
    assert next_allowed(noon_in_utc, 8, 21, HERE) == at("2026-11-20 08:00")


# --- Length, words, variables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("", 1), ("a" * 160, 1),
        ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("a" * 158 + "€", 1), ("a" * 159 + "€", 2),
        ("ñ" * 160, 1), ("ł" * 70, 1), ("ł" * 71, 2), ("ł" * 134, 2), ("ł" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2),
    ],
)  # fmt: skip
def test_how_many_texts_a_body_is(body, count):
    assert segments(body) == count


def test_words_that_tell_are_found_in_any_case_and_form():
    assert rules.telling("Your Therapist asks about the PSYCHIATRIST") == ["therapist", "psych", "psychiatr"]
    assert rules.telling("Please call us back at (410) 555-0100.") == []


def test_variables_are_found_and_a_lone_dollar_sign_is_said():
    assert variables("$a and ${b_2}, $$5, $a.") == {"a", "b_2"}
    for words in ("only 5$", "$5", "${a", "${}", "$ a"):
        with pytest.raises(ValueError, match=r"dollar sign as \$\$"):
            variables(words)
