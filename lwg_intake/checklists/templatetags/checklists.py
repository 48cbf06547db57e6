from html import escape

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString, mark_safe

from lwg_intake import dates
from lwg_intake.checklists.board import Row
from lwg_intake.checklists.models import Case
from lwg_intake.checklists.registry import wing_of

register = template.Library()
register.filter(dates.waited)


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


@register.simple_tag
def rail(rows: list[Row], at: Row | None, address: str) -> SafeString:
    """The list of steps with how each stands, without a loop in the template: every page of a case has it."""
    return mark_safe("\n".join(_item(row, address, at is not None and row.step.key == at.step.key) for row in rows))


def _item(row: Row, address: str, is_current: bool) -> str:
    current, aria = (" rail__item--current", ' aria-current="step"') if is_current else ("", "")
    return (
        f'<li class="rail__item rail__item--{row.look}{current}"><a href="{address}?step={row.step.key}"{aria}>'
        f'<span>{escape(row.step.title)} <span class="rail__state">{escape(row.words)}</span></span></a></li>'
    )
