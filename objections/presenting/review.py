"""What staff read beside a case: what was declared then and now, templates, reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from beneficiaries.models import Person
from objections.models import AnswerTemplate, Decision, DecisionReason, Objection
from saudi.gregorian import start_of_day
from saudi.languages import page_language

_DECLARED: Final = ("city", "iban", "mobile")


@dataclass(frozen=True)
class Declared:
    """A value of the person's file on the day of the result, and now."""

    field: str
    then: str
    now: str

    @property
    def has_changed(self) -> bool:
        return self.then != self.now


def declared_then_and_now(case: Objection) -> list[Declared]:
    """Give what the person's file said on day 0 of what is contested, and what it says now.

    Then is what the first change after that day replaced; what never changed was so then. Of other
    values only those that changed are told.
    """
    person = case.person
    since = start_of_day(case.counted_from)
    then: dict[str, str] = {}
    now: dict[str, str] = {}
    for change in person.changes.filter(changed_at__gte=since).order_by("changed_at", "id"):
        then.setdefault(change.field, change.old_value)
        now[change.field] = change.new_value
    for field in _DECLARED:
        now[field] = _value(person, field)
        then.setdefault(field, now[field])
    return [Declared(field, then[field], now[field]) for field in then]


def _value(person: Person, field: str) -> str:
    return str(getattr(person, field))


@dataclass(frozen=True)
class TemplateChoice:
    """A template as a list offers it."""

    pk: int
    title: str
    kind_text: str


def answer_templates(is_wanted: bool) -> dict[str, list[TemplateChoice]]:
    """Give the templates in use by what they are for; none where nobody may use them."""
    offered: dict[str, list[TemplateChoice]] = {}
    if is_wanted:
        language = page_language()
        for template in AnswerTemplate.objects.filter(is_active=True):
            choice = TemplateChoice(
                template.pk, template.title(language), template.get_kind_display()
            )
            offered.setdefault(template.kind, []).append(choice)
    return offered


def reason_labels(
    decisions: Iterable[Decision], *, known: Iterable[DecisionReason] = ()
) -> dict[str, str]:
    """Give the words of all reasons of some decisions by their codes, out of use or not.

    `known` are reasons that were read already.
    """
    language = page_language()
    labels = {reason.code: reason.label(language) for reason in known}
    codes = {code for decision in decisions for code in decision.reason_codes} - set(labels)
    if codes:
        others = DecisionReason.objects.filter(code__in=codes)
        labels |= {reason.code: reason.label(language) for reason in others}
    return labels
