"""What one does on a case's page, as a browser sends it."""

from django.urls import reverse

from lwg_intake.checklists.models import Tick
from tests.pages import typed
from tests.returning.conftest import ANSWERS


def page(case, step=""):
    return reverse("case", args=[case.pk]) + (f"?step={step}" if step else "")


def post(browser, case, key, *, version=0, press="tick", **fields):
    data = typed({**ANSWERS.get(key, {}), **fields})
    return browser.post(reverse("case-step", args=[case.pk, key]), {"do": press, "version": version, **data})


def send(browser, name, thing, **data):
    return browser.post(reverse(name, args=[thing.pk]), data)


def outcome(case, key):
    return Tick.objects.filter(case=case, step=key).values_list("outcome", flat=True).first()


def poll(browser, case, version, **more):
    return browser.get(
        reverse("case-rail", args=[case.pk]),
        {"version": version, **more},
        headers={"X-Poll": "1", "HX-Request": "true"},
    )
