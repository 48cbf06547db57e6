from django import template
from django.forms import BoundField

from lwg_intake.checklists.models import Case
from lwg_intake.checklists.registry import wing_of

register = template.Library()


@register.filter
def in_words(field: BoundField) -> str:
    """What stands in a field, in the words of its choices."""
    value = field.value()
    choices = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list | tuple):
        return ", ".join(choices.get(str(one), str(one)) for one in value)
    return choices.get(str(value), str(value)) if value not in (None, "") else ""


@register.filter
def procedure_title(case: Case) -> str:
    """What a case is about, in the words of its procedure."""
    return wing_of(case.procedure).procedure.title
