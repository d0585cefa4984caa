"""The numbers that staff type into forms: in any digits, and never asked for where one is usual."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from portal.models import RoutingRule
from sawtak.models import ReplyTemplate, TicketType
from tests import personas
from tests.sawtak.tickets import page

pytestmark = pytest.mark.django_db

TYPED: dict[type[Model], dict[str, Any]] = {
    RoutingRule: {"position": "٥", "priority": "2", "is_active": "on", "city": "الدمام"},
    ReplyTemplate: {
        "place": "٥",
        "title_ar": "قالب جديد",
        "title_en": "A new template",
        "text_ar": "نص القالب الجديد.",
        "text_en": "The text.",
        "is_active": "on",
    },
    TicketType: {
        "order": "٥",
        "label_ar": "نوع جديد للطلب",
        "label_en": "A new type",
        "hint_ar": "تلميح",
        "hint_en": "A hint",
        "is_active": "on",
    },
}


@pytest.mark.parametrize("model", TYPED, ids=lambda model: model._meta.model_name)
def test_a_place_is_typed_in_arabic_digits_and_offered_first(
    client: Client, model: type[Model]
) -> None:
    personas.sign_in_staff(client, is_superuser=True)
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    html = page(client.get(url))
    assert 'type="number"' not in html  # which takes Latin digits alone
    name = next(iter(TYPED[model]))
    usual = model._meta.get_field(name).get_default()  # type: ignore[union-attr]
    assert f'name="{name}" value="{usual}"' in html
    answer = client.post(url, TYPED[model])
    assert answer.status_code == 302, answer.context["errors"]
    assert getattr(model._default_manager.latest("pk"), name) == 5


def test_a_rule_is_named_and_its_form_has_nothing_of_another_look(client: Client) -> None:
    personas.sign_in_staff(client, "administrator")
    rule = RoutingRule.objects.create(position=7)
    html = page(client.get(f"/admin/portal/routingrule/{rule.pk}/change/"))
    assert "القاعدة 7" in html
    assert "related-widget-wrapper" not in html
    assert "---------" not in html


def test_other_numbers_stay_refused(client: Client) -> None:
    personas.sign_in_staff(client, "administrator")
    for typed in ("-1", "1000", "x", "٥x"):
        answer = client.post(
            "/admin/portal/routingrule/add/", TYPED[RoutingRule] | {"position": typed}
        )
        assert answer.status_code == 200
        assert typed in page(answer)
    assert not RoutingRule.objects.filter(city="الدمام").exists()
