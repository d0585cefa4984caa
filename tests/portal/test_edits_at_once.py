"""Two who edit one row of the staff site: the second overwrites nothing that they did not see."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.contrib.admin.sites import site
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from access.edits import SEEN, SeenEdits
from beneficiaries.models import User
from objections.models import AnswerTemplate, DecisionReason, Ground, NeededDocument, Team
from portal.models import RoutingRule
from saudi.models import Holiday
from sawtak.models import HelpArticle, ReplyTemplate, TicketType
from tests.personas import STAFF_BACKEND, staff
from tests.portal.staff_rows import row_of
from tests.portal.test_staff_site import WRITTEN_BY_FORMS

pytestmark = pytest.mark.django_db

TEXT_OF: Final[dict[type[Model], str]] = {
    User: "display_name",
    Holiday: "name_ar",
    Ground: "label_ar",
    NeededDocument: "name_ar",
    AnswerTemplate: "title_ar",
    DecisionReason: "label_ar",
    Team: "name_ar",
    HelpArticle: "question_ar",
    ReplyTemplate: "title_ar",
    TicketType: "label_ar",
    RoutingRule: "city",
}


def as_superuser(name: str) -> Client:
    client = Client()
    user = staff(is_superuser=True)
    user.display_name = name
    user.save()
    client.force_login(user, backend=STAFF_BACKEND)
    return client


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def opened(client: Client, row: Model) -> dict[str, Any]:
    """Give what the form of a row would send, as it was opened."""
    response = client.get(page_of(row))
    assert response.status_code == 200
    return sent_by(response)


def sent_by(response: Any) -> dict[str, Any]:
    form = response.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    kept = {name: value for name, value in values.items() if value not in (None, False)}
    return kept | {SEEN: response.context[SEEN]}


def test_each_form_that_writes_holds_it() -> None:
    assert set(TEXT_OF) == WRITTEN_BY_FORMS
    assert all(isinstance(site.get_model_admin(model), SeenEdits) for model in WRITTEN_BY_FORMS)


@pytest.mark.parametrize("model", TEXT_OF, ids=lambda model: model._meta.model_name)
def test_second_save_is_refused_with_who_and_keeps_what_was_typed(model: type[Model]) -> None:
    row, text = row_of(model), TEXT_OF[model]
    if isinstance(row, NeededDocument):
        row.grounds.set(Ground.objects.all()[:1])
    first, second = as_superuser("هدى القحطاني"), as_superuser("ماجد العتيبي")
    of_first, of_second = opened(first, row), opened(second, row)
    saved = first.post(page_of(row), {**of_first, text: "نص الأولى"})
    assert saved.status_code == 302, saved.context["errors"]
    refused = second.post(page_of(row), {**of_second, text: "نص الثاني"})
    assert refused.status_code == 200
    shown = refused.content.decode()
    assert "هدى القحطاني" in shown
    assert "نص الثاني" in shown
    row.refresh_from_db()
    assert getattr(row, text) == "نص الأولى"
    again = second.post(page_of(row), sent_by(refused))
    assert again.status_code == 302
    row.refresh_from_db()
    assert getattr(row, text) == "نص الثاني"


def test_own_page_saves_twice_and_another_row_matters_to_nobody() -> None:
    row, other = Team.objects.create(name_ar="أ", name_en="A"), row_of(Team)
    first = as_superuser("هدى القحطاني")
    of_first = opened(first, row)
    assert first.post(page_of(other), opened(first, other)).status_code == 302
    assert first.post(page_of(row), {**of_first, "name_ar": "ب"}).status_code == 302
    assert first.post(page_of(row), opened(first, row)).status_code == 302
