"""Fields written plainly are what crispy would have drawn."""

import pytest
from django import forms
from django.template import Context, Template

from tests.markup import tree

PLAIN = Template("{% load plain %}{{ form|plain }}")
CRISPY = Template("{% load crispy_forms_tags %}{{ form|crispy }}")


class Everything(forms.Form):
    """A field of every kind that is in use, with marks that would break markup."""

    name = forms.CharField(label="Name", max_length=5, help_text="As on <b>record</b>")
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=9)
    state = forms.ChoiceField(choices=[("", "Choose …"), ("Near", [("MD", "Maryland <&>")]), ("VA", "Virginia")])
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)
    way = forms.ChoiceField(
        choices=[("x", "By “<phone>”"), ("y", "Y")], widget=forms.RadioSelect, help_text="How", label="Way"
    )
    sent = forms.MultipleChoiceField(
        choices=[("x", "X"), ("y", "Y")], widget=forms.CheckboxSelectMultiple, required=False
    )
    told = forms.BooleanField(label="Told", help_text="Today", error_messages={"required": "Tell <them>."})
    number = forms.DecimalField(required=False, max_digits=5, decimal_places=2)
    on = forms.DateField(disabled=True, initial="2026-01-01")
    file = forms.FileField(required=False)
    hidden = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> None:
        raise forms.ValidationError("Not <so>.")


TYPED = {"name": "far too long & “so”", "state": "MD", "several": ["b"], "way": "z", "sent": ["x"], "words": "<a>\n&",
         "number": "1e9"}  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [{}, {"initial": {"way": "y", "sent": ["y"], "name": 'a"b', "told": True, "number": "0.10", "hidden": 7}},
     {"data": TYPED}, {"data": TYPED, "prefix": "one"}],
    ids=["empty", "filled", "refused", "prefixed"],
)  # fmt: skip
def test_it_is_what_crispy_draws(given: dict) -> None:
    # Two forms: crispy writes its classes into the widgets.
    plain, crispy = (kind.render(Context({"form": Everything(**given)})) for kind in (PLAIN, CRISPY))
    assert tree(plain) == tree(crispy)
