"""The files of a form that was refused or looked at are there when it is sent again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from documents.kept import KEPT_FOR
from documents.models import Document
from documents.sweeping import SAFE_AGE, remove_files_without_row
from sawtak.models import Ticket, TicketAttachment
from sawtak.services import answer_ticket
from tests import personas
from tests.sawtak import tickets
from tests.sawtak.staff_pages import act, address, opened
from tests.sawtak.tickets import NOW, file, form, kept_tokens, page, png

pytestmark = pytest.mark.django_db

NEW = "/sawtak/new/"
GONE = "لم يعد ملف محفوظًا"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _storage(settings: Settings, tmp_path: Path) -> None:
    storages = {**settings.STORAGES}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = storages


def stored() -> int:
    """Give how many files lie in the store."""
    folders = default_storage.listdir("")[0]
    return sum(len(default_storage.listdir(folder)[1]) for folder in folders)


def sent_files(ticket: Ticket) -> list[str]:
    rows = TicketAttachment.objects.filter(message__ticket=ticket).order_by("id")
    return list(rows.values_list("document__name", flat=True))


def refused(client: Client, **fields: object) -> list[str]:
    """Send the public form without its message; give the tokens of what is kept."""
    html = page(client.post(NEW, form(message="", **fields)))
    assert 'href="#id_message"' in html
    return kept_tokens(html)


# The public form ------------------------------------------------------------------------


def test_the_files_of_a_refused_form_are_sent_without_choosing_them_again(client: Client) -> None:
    tokens = refused(client, attachments=[png(), png("عقد.png", "red")])
    assert len(tokens) == 2
    again = refused(client, attachments_kept=tokens)  # refused a second time
    assert again == tokens
    assert stored() == 2
    more = [png("ثالث.png", "blue"), png("مكرر.png", "red")]  # the last one is kept already
    answer = client.post(NEW, form(attachments_kept=tokens, attachments=more))
    assert answer.status_code == 302
    assert sent_files(Ticket.objects.get()) == ["كشف.png", "عقد.png", "ثالث.png"]


def test_what_is_unticked_is_not_sent_and_what_is_left_goes_in_the_night(
    client: Client, clock: time_machine.Traveller
) -> None:
    first, _second = refused(client, attachments=[png(), png("عقد.png", "red")])
    client.post(NEW, form(attachments_kept=[first]))
    assert sent_files(Ticket.objects.get()) == ["كشف.png"]
    document = Document.objects.get()
    clock.shift(SAFE_AGE + timedelta(days=1))
    # The store dates its files by the machine's clock, whatever day the test lives.
    remove_files_without_row(
        now=default_storage.get_modified_time(document.file.name) + 2 * SAFE_AGE
    )
    assert stored() == 1
    assert default_storage.exists(document.file.name)


def test_a_file_is_its_sender_s_for_some_hours_alone(
    client: Client, clock: time_machine.Traveller
) -> None:
    tokens = refused(client, attachments=png())
    for wrong in (
        form(token="form-token-2", attachments_kept=tokens),
        form(attachments_kept=[tokens[0][:-3]]),
    ):
        html = page(client.post(NEW, wrong))
        assert GONE in html
        assert "لم تصل دفعة نوفمبر" in html
    clock.shift(KEPT_FOR - timedelta(minutes=1))
    assert client.post(NEW, form(attachments_kept=tokens)).status_code == 302
    clock.shift(timedelta(minutes=2))
    assert GONE in page(client.post(NEW, form(attachments_kept=tokens, message="طلب آخر.")))


def test_back_and_another_request_with_the_same_file_is_no_fault(client: Client) -> None:
    tokens = refused(client, attachments=png())
    for message in ("لم تصل دفعة نوفمبر إلى حسابي.", "أريد تحديث بيانات الأسرة كلها."):
        assert client.post(NEW, form(message=message, attachments_kept=tokens)).status_code == 302
    assert [sent_files(each) for each in Ticket.objects.all()] == [["كشف.png"], ["كشف.png"]]
    assert len(set(Document.objects.values_list("file", flat=True))) == 2


def test_a_file_that_the_store_lost_is_asked_for(client: Client) -> None:
    tokens = refused(client, attachments=png())
    for folder in default_storage.listdir("")[0]:
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
    assert GONE in page(client.post(NEW, form(attachments_kept=tokens)))


def test_an_address_has_so_many_forms_kept_in_an_hour(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "kept_forms_per_address_hour": 1}
    assert len(refused(client, attachments=png())) == 1
    html = page(client.post(NEW, form(message="", attachments=png())))
    assert kept_tokens(html) == []
    assert "تعذّر حفظ الملفات" in html
    assert stored() == 1


def test_what_is_kept_already_stays_when_nothing_new_is(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "kept_forms_per_address_hour": 1}
    tokens = refused(client, attachments=png())
    assert refused(client, attachments_kept=tokens) == tokens
    more = page(
        client.post(NEW, form(message="", attachments_kept=tokens, attachments=png("2.png", "red")))
    )
    assert kept_tokens(more) == tokens
    assert "تعذّر حفظ الملفات" in more


def test_no_more_files_come_by_tokens_than_may_be_sent(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "files": 2}
    first = refused(client, attachments=[png("1.png"), png("2.png", "red")])
    other = refused(client, attachments=[png("3.png", "blue"), png("4.png", "green")])
    html = page(client.post(NEW, form(attachments_kept=[*first, *other])))
    assert kept_tokens(html) == first
    assert "3.png" in html
    assert "4.png" not in html
    assert not Ticket.objects.exists()


def test_a_file_that_was_kept_twice_is_sent_once(client: Client) -> None:
    tokens = [*refused(client, attachments=png()), *refused(client, attachments=png())]
    client.post(NEW, form(attachments_kept=tokens))
    assert sent_files(Ticket.objects.get()) == ["كشف.png"]


def test_a_store_that_takes_nothing_refuses_the_form_in_words(
    client: Client, settings: Settings
) -> None:
    (Path(settings.STORAGES["default"]["OPTIONS"]["location"]) / "x").touch()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": f"{settings.STORAGES['default']['OPTIONS']['location']}/x"},
        },
    }
    html = page(client.post(NEW, form(message="", attachments=png())))
    assert kept_tokens(html) == []
    assert "تعذّر حفظ الملفات" in html


# The sender's reply ---------------------------------------------------------------------


def prove(client: Client, ticket: Ticket) -> None:
    client.post(f"/sawtak/{ticket.reference}/code/", {"send": "1"})
    client.post(f"/sawtak/{ticket.reference}/code/", {"code": tickets.code_sent()})


def filed_by(client: Client) -> Ticket:
    client.post(NEW, form())
    return Ticket.objects.latest("id")


def test_the_files_of_a_refused_reply_are_kept(client: Client) -> None:
    ticket = filed_by(client)
    prove(client, ticket)
    url = f"/sawtak/{ticket.reference}/"
    tokens = kept_tokens(page(client.post(url, {"message": "", "attachments": png()})))
    assert client.post(url, {"message": "وهذا كشف.", "attachments_kept": tokens}).status_code == 302
    assert sent_files(ticket) == ["كشف.png"]


def test_words_and_files_wait_for_the_new_code(
    client: Client, clock: time_machine.Traveller
) -> None:
    ticket = filed_by(client)
    prove(client, ticket)
    url = f"/sawtak/{ticket.reference}/"
    clock.shift(timedelta(minutes=31))
    assert client.post(url, {"message": "وهذا كشف.", "attachments": png()}).url == f"{url}code/"
    prove(client, ticket)
    html = page(client.get(url))
    assert "وهذا كشف." in html
    tokens = kept_tokens(html)
    client.post(url, {"message": "وهذا كشف.", "attachments_kept": tokens})
    assert sent_files(ticket) == ["كشف.png"]


# The answer of staff --------------------------------------------------------------------


def test_the_look_at_an_answer_keeps_its_files_and_sends_them(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    ticket = file()
    seen = opened(client, ticket)
    looked = page(act(client, ticket, "answer", seen, text="رد.", preview="1", attachments=png()))
    assert 'type="file"' not in looked
    (token, same) = kept_tokens(looked)  # to send, and to change
    assert token == same
    edited = page(act(client, ticket, "answer", {}, text="رد.", edit="1", attachments_kept=token))
    assert kept_tokens(edited) == [token]
    act(client, ticket, "answer", seen, text="رد.", attachments_kept=token)
    assert sent_files(ticket) == ["كشف.png"]


def test_a_refused_answer_and_a_template_keep_the_files(client: Client) -> None:
    first = personas.staff("agent")
    personas.sign_in_staff(client, "agent")
    ticket = file()
    seen = opened(client, ticket)
    (token,) = kept_tokens(page(act(client, ticket, "ask", seen, text=" ", attachments=png())))
    put_in = act(client, ticket, "answer", seen, text="رد.", insert="1", attachments_kept=token)
    assert kept_tokens(page(put_in)) == [token]
    answer_ticket(ticket_id=ticket.pk, agent=first, text="سبق", seen_status="new", now=NOW)
    # A colleague was first: the words and the files are there for the next try.
    late = page(act(client, ticket, "answer", seen, text="رد.", attachments_kept=token))
    assert "رد." in late
    assert sent_files(ticket) == []


def test_a_colleague_s_file_and_another_ticket_s_is_asked_for(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    ticket, other = file(), file(mobile="+966500000044")
    seen = opened(client, ticket)
    (token,) = kept_tokens(page(act(client, ticket, "answer", seen, text="", attachments=png())))
    words = {"text": "رد.", "attachments_kept": token}
    assert GONE in page(act(client, other, "answer", opened(client, other), **words))
    personas.sign_in_staff(client, "agent")
    assert GONE in page(act(client, ticket, "answer", seen, **words))
    assert not Document.objects.exists()
    assert client.get(address(ticket)).status_code == 200
