"""In which order clients are found, who comes nearest, and what is said of each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.records.models import Appointment, Assignment, Client, Clinician, Termination
from lwg_intake.records.search import answer, find
from lwg_intake.records.search_terms import read
from tests.records.searching import TODAY, add, refs

pytestmark = pytest.mark.django_db


def clinician(ref: str, **fields: Any) -> Clinician:
    return Clinician.objects.create(ref=ref, first_name="Cora", last_name=ref, kind="therapist", **fields)


def test_exact_stands_before_beginning_before_near_before_sound() -> None:
    for number, last in enumerate(["Ryder", "Rider", "Reitherson", "Reither", "Riderman"]):
        add(f"R{number}", f"Ann {last}")
    assert refs("rider")[:3] == ["R1", "R4", "R0"]


def test_the_nearer_name_stands_first() -> None:
    for ref, name in (("R1", "Juan González"), ("R2", "John Gonsalves"), ("R3", "Jon Gonzáles"), ("R4", "Jo Gonzales")):
        add(ref, name)
    found = refs("Jon Gonzales")
    assert found[0] == "R3"
    assert found.index("R4") < found.index("R1")


def test_a_nickname_stands_behind_the_name_itself() -> None:
    for ref, name in (("W", "William Stone"), ("B", "Bill Stone"), ("N", "Wilma Stone")):
        add(ref, name)
    assert refs("bill stone") == ["B", "W"]
    assert refs("william stone")[:2] == ["W", "B"]


def test_what_a_nickname_is_short_for_stands_before_other_beginnings() -> None:
    for ref, name in (("Z", "Katarzyna Abel"), ("E", "Katherine Berg"), ("Y", "Kathryn Cole"), ("C", "Cathy Dunn"),
                      ("O", "Lise Côté")):  # fmt: skip
        add(ref, name)
    assert refs("kat")[:3] == refs("kate")[:3] == ["E", "Y", "Z"]
    assert refs("cathie")[:2] == ["E", "Y"]
    assert refs("cathy")[:3] == ["C", "E", "Y"]


def test_the_whole_name_stands_before_one_without_the_middle_word() -> None:
    for ref, name in (("M", "Marcus Meyer"), ("J", "James Meyer"), ("MJ", "Marcus Lane")):
        add(ref, name)
    assert refs("marcus james meyer") == ["M"]
    assert refs("meyer, marcus james") == ["M"]
    add("A", "Marcus-James Meyer")
    assert refs("marcus james meyer")[0] == "A"


def test_who_is_only_near_crowds_out_nobody_who_is_spelt_so() -> None:
    add("W", "William Smith")
    Client.objects.bulk_create(Client(ref=f"B{n:02}", first_name="Bill", last_name="Smyth") for n in range(30))
    assert "W" in refs("bill smith")


def test_who_is_only_near_is_shown_where_fewer_than_five_are_spelt_so() -> None:
    add("near", "Ann Ryder")
    for n in range(5):
        assert "near" in refs("ann rider")
        add(f"so-{n}", "Ann Rider")
    assert "near" not in refs("ann rider")


def test_where_nobody_is_on_record_just_so_it_says_that_they_are_near(people: None) -> None:
    for text, nearly in (("smith", False), ("kathy smith", False), ("smoth", True), ("katherine smyth", True),
                         ("catherine ann smith", True), ("smith 0123", False), ("smyth 0123", True)):  # fmt: skip
        assert answer(read(text, TODAY), user=None).nearly is nearly, text


def test_the_first_is_sure_where_nobody_else_fits_as_well() -> None:
    names = ("Bill Stone", "William Stone", "Maria Santangelo", "Maria Santangelo", "Ann Smith", "Ann Smythe",
             "Lou Smithson", "Katherine Berg", "Katarzyna Berg")  # fmt: skip
    for number, name in enumerate(names):
        add(f"S-{number}", name)
    for text, sure in (("bill stone", True), ("william stone", True), ("stone", False), ("maria santangelo", False),
                       ("smith", True), ("ann smith", True), ("smi", False), ("lou smithsen", True), 
                       ("an smoth", False), ("kat berg", False), ("kathy berg", True), ("nobody", False)):  # fmt: skip
        assert answer(read(text, TODAY), user=None).sure is sure, text


def test_one_word_that_nobody_has_is_sure_of_nobody() -> None:
    add("O-1", "Medard Osei")
    for text, sure in (("jose", False), ("osie", False), ("medart osie", True), ("osei", True)):
        found = answer(read(text, TODAY), user=None)
        assert ([hit.ref for hit in found.hits], found.sure) == (["O-1"], sure), text


def test_what_is_typed_twice_counts_once(people: None) -> None:
    assert refs("smith smith") == refs("smith") == ["C-1001"]


def test_an_initial_that_the_record_lacks_hides_nobody() -> None:
    add("M", "Maria Garcia")
    assert refs("maria j garcia") == ["M"]
    add("J", "Maria Juana Garcia")
    assert refs("maria j garcia") == ["J", "M"]


def test_twins_stand_apart() -> None:
    for first, day in (("Ada", 4), ("Ida", 4)):
        add(f"T-{first}", f"{first} Okafor", dob=date(2010, 6, day), phone="4105550177", city="Laurel", state="MD")
    found = find("okafor 6/4/2010", user=None)
    assert [(hit.name, hit.dob, hit.city) for hit in found] == [
        ("Ada Okafor", date(2010, 6, 4), "Laurel"),
        ("Ida Okafor", date(2010, 6, 4), "Laurel"),
    ]


def test_namesakes_are_told_apart_by_a_line() -> None:
    add("N1", "Maria Garcia", dob=date(1980, 1, 1), phone="4105550001")
    add("N2", "Maria Garcia", dob=date(1999, 9, 9), phone="4105550002")
    assert len({(hit.dob, hit.phone) for hit in find("maria garcia", user=None)}) == 2


def test_status_follows_the_running_assignments() -> None:
    new, now, gone, ended = (add(ref, f"Pat {ref}") for ref in ("Prospect", "Present", "Past", "Terminated"))
    who, start = clinician("K1"), TODAY - timedelta(days=400)
    for client, ended_on in ((now, None), (gone, start + timedelta(days=30)), (ended, None)):
        Assignment.objects.create(client=client, clinician=who, service="therapy", started_on=start, ended_on=ended_on)
    Termination.objects.create(client=ended, clinician=who, service="therapy", ended_on=start + timedelta(days=9))
    seen_at = datetime(2026, 1, 5, 23, tzinfo=ZoneInfo("America/New_York"))
    for days, state in ((0, "kept"), (7, "no_show")):
        Appointment.objects.create(
            client=now,
            clinician=who,
            service="therapy",
            starts_at=seen_at + timedelta(days=days),
            kind="session",
            state=state,
        )
    found = {hit.ref: hit for hit in find("pat", user=None)}
    assert {ref: hit.status for ref, hit in found.items()} == {
        "Prospect": "prospective", "Present": "active", "Past": "former", "Terminated": "former",
    }  # fmt: skip
    assert (found["Present"].clinician, found["Present"].seen_on) == ("Cora K1", date(2026, 1, 5))
    assert (found["Prospect"].clinician, found["Prospect"].seen_on) == (None, None)
    assert new.pk


def test_each_sees_only_whom_they_may() -> None:
    own, team, other = (add(ref, f"Robin {ref}") for ref in ("Own", "Team", "Other"))
    supervisor = User.objects.create_user("sup@example.com", roles=[Role.SUPERVISOR])
    therapist = User.objects.create_user("the@example.com", roles=[Role.CLINICIAN])
    csr = User.objects.create_user("csr@example.com", roles=[Role.CSR])
    clerk = User.objects.create_user("adm@example.com", roles=[Role.ADMINISTRATOR])
    chief = clinician("Chief", account=supervisor)
    for client, who in (
        (own, chief),
        (team, clinician("Member", supervisor=chief, account=therapist)),
        (other, clinician("Stranger")),
    ):
        Assignment.objects.create(client=client, clinician=who, service="therapy", started_on=TODAY)
    for text in ("robin", "ro", "robyn"):
        assert refs(text, csr) == ["Other", "Own", "Team"]
        assert refs(text, supervisor) == ["Own", "Team"]
        assert refs(text, therapist) == ["Team"]
        assert refs(text, clerk) == []


def test_a_changed_client_is_found_by_what_is_true_now(people: None) -> None:
    Client.objects.filter(ref="C-1001").update(last_name="Abernathy", phone="4105559876")
    assert refs("abernathy") == refs("9876") == ["C-1001"]
    assert refs("smith") == refs("0123") == []
    Client.objects.bulk_create([Client(ref="B1", first_name="Bulk", last_name="Quillfeather")])
    assert refs("quilfeather") == ["B1"]


def test_no_more_than_the_limit_and_always_in_the_same_order() -> None:
    Client.objects.bulk_create(Client(ref=f"M{n}", first_name=f"Mo{n}", last_name="Same") for n in range(60))
    assert len(refs("same")) == 20
    assert refs("same") == refs("same")
    assert len(find("mo", user=None, limit=7)) == 7


def test_few_statements_however_much_is_typed(people: None, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(2):
        assert refs("katherine smyth 0123") == ["C-1001"]
    with django_assert_max_num_queries(3):
        assert refs("kathy of the old mill at laurel 0999") == []


def test_typed_and_stored_names_are_folded_alike() -> None:
    letters = "".join(chr(code) for code in range(0xC0, 0x250) if chr(code).isalpha())
    for n in range(0, len(letters), 20):
        piece = letters[n : n + 20]
        Client.objects.create(ref=f"L{n}", first_name="Lee", last_name=f"Q{piece}")
        assert refs(f"lee q{piece}")[:1] == [f"L{n}"]


def test_keys_vanish_with_a_rollback() -> None:
    with transaction.atomic():
        add("Z1", "Zed Fleeting")
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_searchkey WHERE key = 'fleeting'")
        assert cursor.fetchone() == (0,)


def test_of_two_names_one_may_be_misheard_beyond_likeness(people):
    add("C-2001", "Siobhan McLaughlin")
    add("C-2002", "Siobhan Gray")
    for text in ("shivaun mclaughlin", "McLaughlin, Shivaun", "shivaun mclaugh"):
        found = answer(read(text, TODAY), user=None)
        assert ([hit.ref for hit in found.hits], found.nearly) == (["C-2001"], True), text


def test_of_two_names_that_nobody_has_together_the_rarer_is_nearest() -> None:
    for ref, name in (("H1", "Shevon Halevi"), ("D1", "Chia Dahl"), ("D2", "Chia Copeland"), ("D3", "Chia Berg")):
        add(ref, name)
    for text, nearest in (("chia halevi", ["H1"]), ("Halevi, Chia", ["H1"]), ("shevon dahl", ["D1", "H1"])):
        found = answer(read(text, TODAY), user=None)
        assert ([hit.ref for hit in found.hits], found.nearly) == (nearest, True), text


def test_a_misheard_name_beside_a_common_one_brings_no_more_than_a_list_holds() -> None:
    for number in range(21):
        add(f"C-{number}", f"Anna{'abcdefghijklmnopqrstu'[number]} Whitfield")
    assert refs("shivaun whitfield") == refs("whitfield")
    assert len(refs("whitfield")) == 20


@pytest.mark.parametrize("text", ["smith 1987", "smith 87", "catherine 3/8/88", "catherine smith 3/8/88", "j smith",
                                  "smith, born March 8", "katherine smith 3/8/88"])  # fmt: skip
def test_where_the_day_the_year_or_the_initial_is_wrong_the_name_is_nearest(people: None, text: str) -> None:
    found = answer(read(text, TODAY), user=None)
    assert ([hit.ref for hit in found.hits], found.nearly) == (["C-1001"], True)


@pytest.mark.parametrize("text", ["smith 0124", "smith 410-555-0124", "catherine smith 9876", "smith C-9999",
                                  "catherine smith (443) 555-0199", "cat.smith@exmaple.com"])  # fmt: skip
def test_where_the_number_or_the_address_is_another_the_name_is_nearest(people: None, text: str) -> None:
    found = answer(read(text, TODAY), user=None)
    assert (found.hits[0].ref, found.nearly) == ("C-1001", True)
    assert not found.sure or "@" in text


def test_who_has_the_name_stands_before_who_has_the_number() -> None:
    add("N-1", "Ada Brightwater", phone="410-555-0111")
    add("N-2", "Jiri Wojcik", phone="240-555-0100")
    assert refs("Ada Brightwater 240 555 0100") == ["N-1", "N-2"]


def test_whose_guardian_has_the_number_is_shown_with_the_guardian() -> None:
    add("G-1", "Kai Evans", phone="202-555-0141", guardian_name="Lou Evans", guardian_phone="202-555-0162")
    (hit,) = answer(read("0162", TODAY), user=None).hits
    assert "202-555-0141 · guardian Lou Evans 202-555-0162" in hit.facts(TODAY)


def test_who_may_not_be_seen_is_not_found_by_the_other_name_either(people):
    add("C-2001", "Siobhan McLaughlin")
    stranger = User.objects.create_user("stranger@example.com", "x", roles=[Role.CLINICIAN])
    assert refs("shivaun mclaughlin", stranger) == []
