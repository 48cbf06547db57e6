"""Forms drawn as crispy draws them, but written plainly: for what is shown all day long.

A field takes crispy some ten templates, and a case's page has nine fields. The test beside this compares the two.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Textarea
from django.forms.widgets import Input
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def plain(form: BaseForm) -> SafeString:
    """The whole form: what is wrong with it, then its fields in their order."""
    wrong = "".join(f"<li>{conditional_escape(str(error))}</li>" for error in form.non_field_errors())
    head = f'<div class="alert alert-block alert-danger"><ul class="m-0">{wrong}</ul></div>' if wrong else ""
    return mark_safe(head + "".join(plain_field(field) for field in form))


@register.filter
def plain_field(field: BoundField) -> SafeString:
    """One field with its label, its help and what is wrong with it."""
    widget = field.field.widget
    if widget.is_hidden:
        return mark_safe(str(field))
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return mark_safe(_choices(field))
    if widget.needs_multipart_form or not isinstance(widget, Input | Textarea | Select):
        return mark_safe(as_crispy_field(field))
    asked = field.build_widget_attrs({}, widget)
    asked.setdefault("id", field.auto_id)
    shown = widget.get_context(field.html_name, field.value(), asked)["widget"]
    name, wrong = field.auto_id, bool(_errors(field))
    is_box = isinstance(widget, CheckboxInput)
    kind = "form-check-input" if is_box else "form-select" if isinstance(widget, Select) else "form-control"
    attrs = {"name": shown["name"], **shown["attrs"]}
    attrs["class"] = " ".join(
        filter(None, (attrs.get("class"), type(widget).__name__.lower(), kind, "is-invalid" if wrong else ""))
    )
    if isinstance(widget, Select):
        control = f"<select{_attrs(attrs)}>{_options(shown['optgroups'])}</select>"
    elif isinstance(widget, Textarea):
        control = f"<textarea{_attrs(attrs)}>\n{escape(shown['value'] or '')}</textarea>"
    else:
        value = {"value": shown["value"]} if shown["value"] not in (None, "") else {}
        control = f"<input{_attrs({'type': shown['type'], **value, **attrs})}>"
    if is_box:
        return mark_safe(
            f'<div class="mb-3"><div id="div_{name}" class="form-check">{control}{_label(field, "form-check-label")}'
            f"{_wrong(field)}{_help(field)}</div></div>"
        )
    label = _label(field, "form-label") if field.label else ""
    return mark_safe(f'<div id="div_{name}" class="mb-3">{label}{control}{_wrong(field)}{_help(field)}</div>')


def _choices(field: BoundField) -> str:
    """Radio buttons, or boxes to tick, under one heading; what is wrong stands under the last."""
    wrong = " is-invalid" if _errors(field) else ""
    boxes = []
    for choice in field.subwidgets:
        data = choice.data
        attrs = _attrs({"type": data["type"], "name": data["name"], "value": data["value"], **data["attrs"]})
        boxes.append(
            f'<input class="form-check-input{wrong}"{attrs}>'
            f'<label for="{data["attrs"]["id"]}" class="form-check-label">{conditional_escape(data["label"])}</label>'
        )
    last = len(boxes) - 1
    listed = "".join(
        f'<div class="form-check">{box}{_wrong(field) if n == last else ""}</div>' for n, box in enumerate(boxes)
    )
    described = field.aria_describedby
    described = f' aria-describedby="{described}"' if described else ""
    needed = " requiredField" if field.field.required else ""
    return (
        f'<div id="div_{field.auto_id}" class="mb-3"><fieldset{described}>'
        f'<legend class="form-label{needed} fs-6">{_words(field)}</legend><div>{listed}</div>{_help(field)}'
        "</fieldset></div>"
    )


def _label(field: BoundField, kind: str) -> str:
    needed = " requiredField" if field.field.required else ""
    return f'<label for="{field.id_for_label}" class="{kind}{needed}">{_words(field)}</label>'


def _words(field: BoundField) -> str:
    star = '<span class="asteriskField">*</span>' if field.field.required else ""
    return f"{conditional_escape(field.label)}{star}"


def _errors(field: BoundField) -> list[str]:
    """What is wrong with it. A form that nobody sent yet makes an empty list for each field whenever it is asked."""
    return [str(error) for error in field.errors] if field.form.is_bound else []


def _wrong(field: BoundField) -> str:
    name = field.auto_id
    lines = "".join(
        f'<p id="error_{n}_{name}"><strong>{conditional_escape(error)}</strong></p>'
        for n, error in enumerate(_errors(field), 1)
    )
    return f'<div id="{name}_error" class="invalid-feedback">{lines}</div>' if lines else ""


def _help(field: BoundField) -> str:
    return f'<div id="{field.auto_id}_helptext" class="form-text">{field.help_text}</div>' if field.help_text else ""


def _options(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> str:
    parts = []
    for name, options, _ in groups:
        drawn = "".join(map(_option, options))
        parts.append(f'<optgroup label="{escape(str(name))}">{drawn}</optgroup>' if name else drawn)
    return "".join(parts)


def _option(option: Mapping[str, Any]) -> str:
    attrs = _attrs({"value": option["value"], **option["attrs"]})
    return f"<option{attrs}>{conditional_escape(option['label'])}</option>"


def _attrs(attrs: Mapping[str, Any]) -> str:
    """As Django writes them: True stands alone, False and None not at all."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"'
        for name, value in attrs.items()
        if value is not None and value is not False
    )
