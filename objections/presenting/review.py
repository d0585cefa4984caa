"""What staff read beside a case: what was declared then and now, templates, reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import TruncDate

from access.beside import rows_beside
from beneficiaries.models import Person, PersonChange
from objections.catalogues import REASONS, TEMPLATES
from objections.models import Decision
from saudi.gregorian import RIYADH
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


def changes_beside_case() -> ArraySubquery:
    """Give what changed in the person's file since day 0, as an annotation of a case."""
    changes = PersonChange.objects.filter(person=OuterRef("person")).annotate(
        changed_on=TruncDate("changed_at", tzinfo=RIYADH)
    )
    since = changes.filter(changed_on__gte=OuterRef("counted_from"))
    return rows_beside(since.order_by("changed_at", "id"), "field", "old_value", "new_value")


def declared_then_and_now(person: Person, *, since: Iterable[dict[str, str]]) -> list[Declared]:
    """Give what the person's file said on day 0 of what is contested, and what it says now.

    Then is what the first change after that day replaced; what never changed was so then. Of other
    values only those that changed are told. `since` are the changes from that day on, in order.
    """
    then: dict[str, str] = {}
    now: dict[str, str] = {}
    for change in since:
        then.setdefault(change["field"], change["old_value"])
        now[change["field"]] = change["new_value"]
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
        for template in TEMPLATES.rows():
            choice = TemplateChoice(
                template.pk, template.title(language), template.get_kind_display()
            )
            offered.setdefault(template.kind, []).append(choice)
    return offered


def reason_labels(decisions: Iterable[Decision]) -> dict[str, str]:
    """Give the words of all reasons of some decisions by their codes, out of use or not."""
    codes = {code for decision in decisions for code in decision.reason_codes}
    language = page_language()
    return {each.code: each.label(language) for each in REASONS.rows() if each.code in codes}
