"""The field that only programs fill in: it takes nothing, and takes nothing away from people."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from sawtak.models import Ticket
from tests.sawtak.tickets import form, page, texts_sent

TEXT = "لم تصل دفعة نوفمبر إلى حسابي."
CONTACT = {
    "token": "t",
    "name": "ناصر سعد التجريبي",
    "mobile": "0500000007",
    "subject": "سؤال",
    "message": TEXT,
}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "fields"),
    [("/sawtak/new/", form()), ("/contact/", CONTACT)],
    ids=["sawtak", "contact"],
)
def test_filled_it_is_shown_with_what_was_typed_and_cleared_it_is_sent(
    client: Client, path: str, fields: dict[str, str]
) -> None:
    empty = page(client.get(path))
    hidden = re.search(r'<div class="trap"><div id="div_id_website".*?</div>\s*</div>', empty, re.S)
    assert hidden, "in a box that the stylesheet keeps off the page"
    assert 'autocomplete="off"' in hidden.group()
    assert "required" not in hidden.group()
    assert "اترك هذا الحقل فارغًا" in hidden.group()

    answer = client.post(path, fields | {"website": "https://example.com/"})
    refused = page(answer)
    assert answer.status_code == 200
    assert 'class="trap"' not in refused, "who was caught by a browser's help can clear it"
    assert 'href="#website"' in refused or 'href="#id_website"' in refused
    assert "امسحه ثم أرسل مرة أخرى" in refused
    assert TEXT in refused
    assert fields["mobile"] in refused
    assert not Ticket.objects.exists()
    assert not texts_sent("ticket_received")

    assert client.post(path, fields | {"website": ""}).status_code == 302
    assert Ticket.objects.count() == 1
