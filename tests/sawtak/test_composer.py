"""The composer of an answer: templates with fields, the look at it before it is sent."""

from __future__ import annotations

import pytest
from django.utils import translation

from portal.forms.reply_templates import ReplyTemplateForm
from sawtak.answering.fields import filled, unfilled, unknown_fields
from sawtak.models import ReplyTemplate
from tests import personas
from tests.factories import ResultFactory
from tests.sawtak import tickets
from tests.sawtak.staff_pages import act, address, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _arabic():
    with translation.override("ar"):
        yield


def test_fields_are_filled_and_what_is_left_is_named():
    text = "{name} [السبب] {cycle} {other}"
    assert unknown_fields(text) == ["{other}"]
    assert filled(text, {"name": "سارة", "cycle": ""}) == "سارة [السبب] {cycle} {other}"
    assert unfilled("سارة [السبب] {cycle} [السبب]") == ["[السبب]", "{cycle}"]
    assert unfilled("ردّ كامل") == []


def test_a_template_goes_into_the_answer_and_is_not_sent_unfilled(client):
    personas.sign_in_staff(client, "agent")
    person = personas.head()
    ResultFactory.create(person=person, cycle__code="2026-10")
    ticket = tickets.file(
        national_id=person.national_id,
        birth_date=person.birth_date,
        mobile=person.mobile,
        full_name="سارة",
    )
    row = ReplyTemplate.objects.create(
        category="payments",
        title_ar="تأخرت",
        title_en="Late",
        text_ar="{name}: دفعة {cycle} لطلبك {reference} [الحالة].",
        text_en="{name}: {cycle} {reference} [status].",
    )
    other = ReplyTemplate.objects.filter(category="sign_in").first()
    page = tickets.page(client.get(address(ticket)))
    assert "تأخرت" in page
    assert other.title_ar not in page
    seen = opened(client, ticket)
    text = tickets.page(
        act(client, ticket, "answer", seen, text="مرحبًا.", template=row.pk, insert="1")
    )
    put_in = f"سارة: دفعة أكتوبر 2026 لطلبك {ticket.reference} [الحالة]."
    assert f"مرحبًا.\n\n{put_in}" in text
    refused = tickets.page(act(client, ticket, "answer", seen, text=put_in))
    assert "[الحالة]" in refused
    assert "لم نملأ" in refused or "املأ" in refused
    assert ticket.messages.count() == 1
    full = put_in.replace("[الحالة]", "مدفوعة")
    assert act(client, ticket, "answer", seen, text=full).status_code == 302


def test_an_unknown_sender_gets_no_cycle_and_english_gets_english(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file(language="en")
    row = ReplyTemplate.objects.create(
        title_ar="عام", title_en="Any", text_ar="دورة {cycle}", text_en="Cycle {cycle}"
    )
    text = tickets.page(
        act(client, ticket, "answer", opened(client, ticket), template=row.pk, insert="1")
    )
    assert "Cycle {cycle}" in text
    assert 'lang="en"' in text


def test_the_look_at_an_answer_saves_nothing_and_is_sent_from_there(client):
    personas.sign_in_staff(client, "agent")
    ticket = tickets.file()
    seen = opened(client, ticket)
    words = "نعيد الإيداع غدًا.\nلا تحتاج إلى عمل شيء."
    looked = tickets.page(
        act(client, ticket, "answer", seen, text=words, preview="1", attachments=tickets.png())
    )
    assert "حساب المواطن" in looked
    assert "نعيد الإيداع غدًا.<br>" in looked  # as the sender's page writes it
    assert f"رددنا على طلبك {ticket.reference}" in looked
    assert "عندنا سؤال" in looked
    assert "UCS-2" in looked
    assert "كشف.png" in looked
    ticket.refresh_from_db()
    assert (ticket.status, ticket.messages.count()) == ("new", 1)
    assert not tickets.texts_sent("ticket_answered")
    edited = tickets.page(act(client, ticket, "answer", {}, text=words, edit="1"))
    assert words in edited
    assert act(client, ticket, "answer", seen, text=words).status_code == 302
    sent = tickets.texts_sent("ticket_answered")
    assert len(sent) == 1
    assert sent[0] in looked
    empty = tickets.page(act(client, tickets.file(), "answer", {}, text=" ", preview="1"))
    assert 'id="id_text_error"' in empty


def test_a_template_with_an_unknown_field_is_refused():
    typed = {
        "category": "",
        "title_ar": "قالب",
        "title_en": "Template",
        "text_ar": "مرحبًا {name} {iban}",
        "text_en": "Hello {name}",
        "place": "5",
        "is_active": "on",
    }
    form = ReplyTemplateForm(typed)
    assert not form.is_valid()
    assert "{iban}" in form.errors["text_ar"][0]
    assert "text_en" not in form.errors
    assert ReplyTemplateForm(typed | {"text_ar": "مرحبًا {name}"}).is_valid()


def test_stock_templates_are_in_two_languages_with_known_fields():
    stock = list(ReplyTemplate.objects.all())
    assert len(stock) >= 10
    for row in stock:
        facts = {name: getattr(row, name) for name in ReplyTemplateForm.Meta.fields}
        assert ReplyTemplateForm(facts, instance=row).is_valid(), row.title_en
        assert unknown_fields(row.text_ar) == unknown_fields(row.text_en) == []
