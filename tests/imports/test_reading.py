import pytest

from lwg_intake.records.models import Client, Contact

BAD_CELLS = [
    ("clinicians", "clinician_ref", "", "clinician_ref is empty, and a row cannot go in without it."),
    ("clinicians", "kind", "wizard", "This is not one of therapist, np, psychiatrist, intern."),
    ("clinicians", "email", "naomi", "This is no e-mail address: write it like name@example.com."),
    ("clinicians", "services", "therapy;golf", "This is not one of therapy, medication, couples, family, omhc."),
    ("clinicians", "payers", "Cigna@", "This is no payer: write Cigna, or CareFirst BCBS@MD"),
    ("clinicians", "states", "A state of great length indeed", "This is no state: write it like MD."),
    ("clinicians", "capacity", "-1", "This is no whole number from 0 to 10000."),
    ("clinicians", "capacity", "many", "This is no whole number from 0 to 10000."),
    ("clinicians", "accepting_new", "perhaps", "Write yes or no, or leave it empty when it is not known."),
    ("clinicians", "ages", "adults", "These are no ages: write them like 13-17 or 18+."),
    ("clinicians", "ages", "18-13", "These are no ages: write them like 13-17 or 18+."),
    ("clinicians", "supervisor_ref", "CL-9", "No clinician on record or in this file has this clinician_ref."),
    ("clients", "first_name", "x" * 81, "This has 81 characters; at most 80 fit."),
    ("clients", "dob", "3/7/1988", "This is no date: write it as year-month-day, like 2026-03-31."),
    ("clients", "dob", "19880307", "This is no date: write it as year-month-day, like 2026-03-31."),
    ("clients", "dob", "1988-02-30", "There is no such day in the calendar."),
    ("clients", "dob", "0088-02-03", "This lies outside the years 1900 to 2199: correct the year."),
    ("clients", "portal", "open", "This is not one of none, invited, active."),
    ("clients", "flags", "vip", "This is not one of risk, part2, hold."),
    ("clients", "last_name", "a\0b", "This holds a NUL character, which no text can: remove it."),
    ("assignments", "client_ref", "LW-9", "No client on record has this client_ref."),
    ("assignments", "clinician_ref", "CL-9", "No clinician on record has this clinician_ref."),
    ("assignments", "service", "massage", "This is not one of therapy, medication, couples, family, omhc."),
    ("assignments", "started_on", "", "started_on is empty, and a row cannot go in without it."),
    ("assignments", "ended_on", "2024-12-31", "ended_on lies before started_on (2025-01-06): correct one of the two."),
    ("appointments", "starts_at", "2025-01-06", "This is no time: write it like 2026-03-31T14:30"),
    ("appointments", "starts_at", "2025-01-06T25:00", "This is no time: write it like 2026-03-31T14:30"),
    ("appointments", "kind", "chat", "This is not one of intake, session, follow_up, assessment."),
    ("contacts", "direction", "sideways", "This is not one of in, out."),
    ("contacts", "outcome", "shrug", "This is not one of reached, voicemail"),
    ("contacts", "note", "x" * 20_001, "This has 20001 characters; at most 20000 fit."),
    ("terminations", "category", "E", "This is not one of A, B, C, D, none."),
    ("insurance", "payer_class", "gold", "This is not one of commercial, medicaid"),
    ("insurance", "priority", "0", "This is no whole number from 1 to 99."),
    ("documents", "clinician_ref", "CL-9", "No clinician on record has this clinician_ref."),
    ("documents", "state", "lost", "This is not one of not_sent, sent, signed, expired."),
]  # fmt: skip


@pytest.mark.parametrize("name", dict.fromkeys(name for name, *_ in BAD_CELLS))
def test_each_bad_cell_is_named_and_the_good_row_goes_in(practice, name):
    good = {"clinicians": {"clinician_ref": "CL-2"}, "clients": {"client_ref": "LW-2"}}.get(name, {})
    good |= {"appointments": {"appointment_ref": "B"}, "contacts": {"contact_ref": "B"}}.get(name, {})
    good |= {"member_id": "M2"} if name == "insurance" else {"kind": "HIPAA"} if name == "documents" else {}
    good |= {"service": "family"} if name in ("assignments", "terminations") else {}
    bad = [(column, value, reason) for file, column, value, reason in BAD_CELLS if file == name]
    practice.run()
    answer = practice.write(name, *({column: value} for column, value, _ in bad), good).run()[name]
    assert answer["created"] + answer["unchanged"] == 1
    for line, ((column, value, reason), fault) in enumerate(zip(bad, answer["rejected"], strict=True), 2):
        assert (fault["line"], fault["column"], fault["value"]) == (line, column, value)
        assert fault["reason"].startswith(reason)


BAD_ROWS = [
    ("clients", {"balance": "5"}, "balance_as_of", "balance and balance_as_of go together: give both or neither."),
    ("clients", {"balance_as_of": "2026-01-02"}, "balance", "balance and balance_as_of go together"),
    ("clients", {"balance": "$5", "balance_as_of": "2026-01-02"}, "balance", "This is no amount in dollars"),
    ("clients", {"no_show_fees": "5"}, "no_show_fees", "no_show_fees is a part of the balance"),
    ("clients", {"no_show_fees": "-5"}, "no_show_fees", "Fees cannot be less than zero."),
    ("insurance", {"starts_on": "2026-01-02", "ends_on": "2026-01-01"}, "ends_on", "ends_on lies before starts_on"),
    ("documents", {"sent_on": "2026-01-02", "signed_on": "2026-01-01"}, "signed_on", "signed_on lies before sent_on"),
    ("documents", {"signed_on": "2026-01-02", "expires_on": "2026-01-01"}, "expires_on", "expires_on lies before"),
]


@pytest.mark.parametrize(("name", "cells", "column", "reason"), BAD_ROWS)
def test_cells_that_do_not_go_together(practice, name, cells, column, reason):
    fault = practice.write(name, cells).only_rejected(name)
    assert fault["column"] == column and fault["reason"].startswith(reason)


def test_a_key_said_twice_keeps_the_first(folder):
    fault = folder.write("clients", {"first_name": "Ada"}, {"first_name": "Eve"}).only_rejected("clients")
    assert (fault["line"], fault["column"], fault["value"]) == (3, "client_ref", "LW-1")
    assert fault["reason"] == "Line 2 has the same client_ref: keep one of the two."
    assert Client.objects.get().first_name == "Ada"


def test_a_longer_key_said_twice_is_named_in_full(practice):
    fault = practice.write("terminations", {}, {"category": "B"}).only_rejected("terminations")
    assert (
        fault["reason"] == "Line 2 has the same client_ref, clinician_ref, service and ended_on: keep one of the two."
    )


def test_lines_count_as_in_the_file_with_line_breaks_inside_cells(practice):
    practice.write(
        "contacts",
        {"contact_ref": "A", "note": "one\ntwo\r\nthree"},
        {"contact_ref": "B", "direction": "?"},
        {"contact_ref": "C", "note": 'said "hello", twice'},
    )
    assert practice.only_rejected("contacts")["line"] == 5
    assert {c.note for c in Contact.objects.all()} == {"one\ntwo\r\nthree", 'said "hello", twice'}


def test_a_byte_order_mark_strange_capitals_and_another_order_of_columns_are_all_the_same(folder):
    folder.write("clients", last_name="Peña")
    lines = (folder.path / "clients.csv").read_text("utf-8").splitlines()
    turned = "\r\n".join(",".join(reversed(line.split(","))) for line in (lines[0].upper(), lines[1]))
    folder.raw("clients", b"\xef\xbb\xbf" + turned.encode() + b"\r\n\r\n,,\r\n")
    assert folder.figures() == {"clients": (1, 0, 0, 0)}
    assert Client.objects.get().last_name == "Peña"


def test_a_row_with_too_many_cells_or_an_open_quotation_mark(folder):
    folder.write("clients", {"client_ref": "LW-1"}, {"client_ref": "LW-2"})
    header, first, second = (folder.path / "clients.csv").read_text().splitlines()
    folder.raw("clients", f'{header}\n{first},extra\n{second}\nLW-3,"open\n'.encode())
    answer = folder.run()["clients"]
    assert (answer["rows"], answer["created"]) == (3, 1)
    assert [row["line"] for row in answer["rejected"]] == [2, 4]
    assert "needs quotation marks around it" in answer["rejected"][0]["reason"]
    assert "a quotation mark is missing" in answer["rejected"][1]["reason"]


def test_a_quotation_mark_never_closed_costs_one_row_and_no_more(folder):
    folder.write("clients", *({"client_ref": f"LW-{n}", "address": "12 Main St, Apt 4"} for n in range(1, 5)))
    header, first, *others = (folder.path / "clients.csv").read_text().splitlines()
    folder.raw("clients", "\n".join([header, first, 'LW-9,"Ann', *others, ""]).encode())
    answer = folder.run()["clients"]
    assert (answer["rows"], answer["created"]) == (5, 4)
    assert [row["line"] for row in answer["rejected"]] == [3]


def test_a_header_with_an_open_quotation_mark(folder):
    folder.raw("clients", b'client_ref,"first_name\nLW-1,Ann\n')
    assert unreadable(folder)["reason"].startswith("The header cannot be read. This row cannot be read: a quotation")


def unreadable(folder, name="clients"):
    """The fault of a file that cannot be used, beside one that can."""
    folder.write("clinicians")
    answer = folder.run()[name]
    assert (answer["rows"], answer["created"], len(answer["rejected"])) == (0, 0, 1)
    return answer["rejected"][0]


def test_a_file_that_is_not_utf8(folder):
    folder.write("clients")
    folder.raw("clients", (folder.path / "clients.csv").read_bytes() + "LW-2,Peña".encode("latin-1"))
    fault = unreadable(folder)
    assert fault["line"] == 3 and "Line 3 is not UTF-8. Save the file as “CSV UTF-8”" in fault["reason"]


def test_a_file_that_lacks_a_column(folder):
    folder.write("clients", without=("dob", "email"))
    fault = unreadable(folder)
    assert (fault["line"], fault["column"]) == (1, "dob")
    assert fault["reason"] == "clients.csv lacks the columns dob, email. Add what is missing; the cells may be empty."


def test_a_column_that_stands_twice(folder):
    folder.raw("clients", b"client_ref,first_name,first_name\n")
    assert unreadable(folder)["reason"] == "The column first_name stands twice in the header: keep one of the two."


def test_an_empty_file(folder):
    folder.raw("clients", b"\n\n")
    assert unreadable(folder)["reason"] == "The file is empty: its first line must name the columns."


def test_a_header_alone_is_no_rows(folder):
    header = (folder.write("clients").path / "clients.csv").read_text().splitlines()[0]
    assert folder.raw("clients", header.encode()).figures() == {"clients": (0, 0, 0, 0)}
