"""The page of figures and its files: whose figures who sees, the filters, the small groups, the cost."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from caseload.figures.declared import FIGURES
from lwg_intake.access.roles import Role
from lwg_intake.records.models import Clinician
from tests.caseload import deeds
from tests.caseload.deeds import Practice, ago, assigned
from tests.factories.access import UserFactory
from tests.pages import signed_in, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts")]

PAGE = "/figures/"


@pytest.fixture
def practice(db: None) -> Practice:
    practice = deeds.make_practice()
    # Of Osei's visits 5 of 50 were missed, of Duarte's 10 of 40.
    attend(practice.clinician, kept=45, missed=5)
    attend(practice.colleague, kept=30, missed=10)
    return practice


def attend(clinician: Clinician, kept: int, missed: int) -> None:
    mine = assigned(deeds.Practice(clinician=clinician))
    states = ["no_show"] * missed + ["kept"] * kept
    deeds.visits(mine, *((-1 - nth % 20, state) for nth, state in enumerate(states)))


def figure(answer: HttpResponse, key: str) -> dict[str, list[str]]:
    shown = next(f for f, *_ in answer.context["figures"] if f.figure.key == key)
    return {name: [cell.text for cell in cells] for name, cells in shown.rows}


def lines(answer: HttpResponse) -> list[list[str]]:
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


# --- Whose ----------------------------------------------------------------------------------------------------------
def test_a_clinician_sees_the_practices_and_their_own_and_nobody_elses(practice: Practice) -> None:
    osei = signed_in(practice.osei)
    page = osei.get(PAGE)
    assert figure(page, "misses_by_clinician") == {
        "The practice": ["90", "15", "16.7", "0", "0.0"],
        str(practice.clinician): ["50", "5", "10.0", "0", "0.0"],
    }
    assert [label for _, label in page.context["form"].fields["of"].choices] == ["The practice", "You"]
    assert "Duarte" not in words(page)
    own = osei.get(PAGE, {"of": practice.clinician.pk})
    assert list(figure(own, "misses_by_clinician")) == [str(practice.clinician)]
    assert "Of 50 visits: 10 % no-shows" in words(own) and "Of 90 visits: 17 % no-shows" in words(own)


@pytest.mark.parametrize("address", [PAGE, "/figures/misses.csv"])
def test_asking_for_another_clinicians_figures_is_answered_with_a_sentence(practice: Practice, address: str) -> None:
    answer = signed_in(practice.osei).get(address, {"of": practice.colleague.pk})
    assert answer.status_code == 422
    assert "You can look at those on the list “Whose” only." in words(answer)
    assert "Duarte" not in words(answer)


def test_a_supervisor_sees_the_teams_each_and_together(practice: Practice) -> None:
    marsh = signed_in(practice.marsh)
    page = marsh.get(PAGE)
    labels = [label for _, label in page.context["form"].fields["of"].choices]
    assert labels == ["The practice", "You", "Your team", str(practice.clinician)]
    assert str(practice.colleague) not in figure(page, "misses_by_clinician")
    team = marsh.get(PAGE, {"of": "team"})
    assert figure(team, "misses_by_clinician") == {str(practice.clinician): ["50", "5", "10.0", "0", "0.0"]}
    assert figure(team, "caseload").keys() == {str(practice.clinician), str(practice.supervisor)}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.TRANSITION_MANAGER])
def test_management_sees_everybodys(practice: Practice, role: Role) -> None:
    browser = signed_in(UserFactory(roles=[role]))
    assert list(figure(browser.get(PAGE), "misses_by_clinician")) == [
        "The practice", str(practice.colleague), str(practice.clinician),
    ]  # fmt: skip
    theirs = browser.get(PAGE, {"of": practice.colleague.pk})
    assert list(figure(theirs, "misses_by_clinician").values()) == [["40", "10", "25.0", "0", "0.0"]]


@pytest.mark.parametrize("role", [Role.CSR, Role.BILLING, Role.ADMINISTRATOR])
def test_the_others_do_not_see_figures(practice: Practice, role: Role) -> None:
    browser = signed_in(UserFactory(roles=[role]))
    assert browser.get(PAGE).status_code == browser.get("/figures/misses.csv").status_code == 403
    assert 'href="/figures/"' not in words(browser.get("/"))


def test_a_clinician_whose_record_is_not_linked_sees_the_practices(practice: Practice) -> None:
    page = signed_in(UserFactory(roles=[Role.CLINICIAN])).get(PAGE)
    assert list(figure(page, "misses_by_clinician")) == ["The practice"]


# --- Filters --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("asked", [{"months": "7"}, {"service": "massage"}, {"of": "x" * 300}, {"of": "999999"}])
def test_a_filter_that_is_not_understood_is_said_and_the_page_still_stands(
    practice: Practice, asked: dict[str, str]
) -> None:
    page = signed_in(practice.morgan).get(PAGE, asked)
    assert page.status_code == 422 and 'role="alert"' in words(page)
    assert figure(page, "misses_by_clinician")["The practice"][0] == "90"


def test_the_window_and_the_service_are_kept_in_the_file(practice: Practice) -> None:
    other = assigned(practice, service="medication", started_on=ago(700))
    for nth in range(8):
        deeds.visit(other, -500 - nth, "kept")
    manager = signed_in(practice.morgan)
    asked = {"months": "0", "service": "medication"}
    page = manager.get(PAGE, asked)
    assert "/figures/misses.csv?months=0&service=medication" in words(page)
    answer = manager.get("/figures/misses.csv", asked)
    assert answer["Content-Type"] == "text/csv"
    assert answer["Content-Disposition"] == f'attachment; filename="misses-ever-to-{deeds.today()}.csv"'
    assert sum(int(row[1]) for row in lines(answer)[1:]) == 8


def test_every_figure_comes_as_a_file_with_its_table(practice: Practice) -> None:
    manager = signed_in(practice.morgan)
    page = manager.get(PAGE)
    for key in FIGURES:
        head, *rows = lines(manager.get(f"/figures/{key}.csv"))
        assert len(head) > 1 and {len(row) for row in rows} <= {len(head)}
        assert [row[0] for row in rows] == list(figure(page, key))
    assert manager.get("/figures/nothing.csv").status_code == 404


# --- What is shown --------------------------------------------------------------------------------------------------
def test_small_groups_are_hidden_on_the_page_in_the_picture_and_in_the_file(practice: Practice) -> None:
    few = Clinician.objects.create(
        ref="CL-77", first_name="Noor", last_name="Fewer", kind="therapist", services=["therapy"]
    )
    attend(few, kept=40, missed=4)
    manager = signed_in(practice.morgan)
    page = manager.get(PAGE)
    assert figure(page, "misses_by_clinician")["Noor Fewer"][1:3] == ["fewer than 5", "not shown"]
    row = words(page).split('<th scope="row">Noor Fewer</th>')[-1].split("</tr>")[0]
    assert 'data-value="4' not in row.replace('data-value="44"', "")
    told = {line[0]: line[1:] for line in lines(manager.get("/figures/misses_by_clinician.csv"))}
    assert told["Noor Fewer"][1:3] == ["fewer than 5", "not shown"]
    assert "not shown" in told[str(practice.clinician)], "or else 4 could be had from the practice's 19"


def test_every_figure_says_what_it_counts_of_what_and_what_it_leaves_out(practice: Practice) -> None:
    text = words(signed_in(practice.morgan).get(PAGE))
    for figure_ in FIGURES.values():
        assert figure_.title.replace("’", "’") in text
    assert text.count("<dt>Counted</dt>") == text.count("<dt>Left out</dt>") == len(FIGURES)
    assert "Who began within the last 8 weeks had not the time yet." in text
    assert "Groups under 5 are not shown." in text


def test_a_cell_of_the_file_cannot_act_as_a_formula(practice: Practice) -> None:
    Clinician.objects.filter(pk=practice.colleague.pk).update(first_name="=cmd()")
    names = [row[0] for row in lines(signed_in(practice.morgan).get("/figures/caseload.csv"))]
    assert any(name.startswith("'=cmd()") for name in names)


def test_the_page_costs_the_same_however_large_the_practice(practice: Practice) -> None:
    manager = signed_in(practice.morgan)

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            manager.get(PAGE)
        return len(asked)

    few = statements()
    for nth in range(5):
        one = Clinician.objects.create(ref=f"CL-9{nth}", first_name="A", last_name=f"B{nth}", kind="therapist")
        attend(one, kept=3, missed=1)
        mine = assigned(practice, started_on=ago(90))
        deeds.visit(mine, -80, "kept")
    assert statements() == few


def test_today_counts_and_tomorrow_does_not(practice: Practice) -> None:
    mine = assigned(practice, service="couples", started_on=deeds.today() - timedelta(days=1))
    for days in (0,) * 6 + (1,) * 6:
        deeds.visit(mine, days, "kept")
    page = signed_in(practice.morgan).get(PAGE, {"service": "couples", "months": "3"})
    assert figure(page, "misses_by_clinician")["The practice"][0] == "6"
