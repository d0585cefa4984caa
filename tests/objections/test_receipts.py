"""The receipt: what it says, that it is genuine, and how its PDF reads (O07)."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from objections.models import Objection
from objections.receipts import Receipt, draw_receipt, receipt_code, receipt_of
from objections.selectors import with_whole_case
from tests.objections.cases import result_of, submitted
from tests.personas import adult_of, head, outsider, sign_in, sign_in_staff, user_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

WRAPPED = "طلب اعتراض على قرار الاستحقاق رقم OBJ-2025-000123 بتاريخ 30/05/2025"
OVERRIDDEN = "سارة \u202e أحمد"


@pytest.fixture
def filed() -> Objection:
    person = head()
    return submitted(result_of(person), person)


def url(objection: Objection) -> str:
    return reverse("objections:receipt", args=[objection.reference])


def receipt(objection: Objection) -> Receipt:
    whole = with_whole_case(user_of(objection.filed_by), objection.reference or "")
    assert whole is not None
    with translation.override("ar"):
        return receipt_of(whole)


def pages(pdf: bytes) -> list[pypdf.PageObject]:
    return list(pypdf.PdfReader(BytesIO(pdf)).pages)


def words(pdf: bytes) -> str:
    """Give the text of a PDF; the words of a right-to-left line come one by one, each whole."""
    return "\n".join(page.extract_text() for page in pages(pdf))


def test_receipt_says_what_was_received_and_when(client: Client, filed: Objection) -> None:
    sign_in(client, filed.filed_by)
    response = client.get(url(filed))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        f'attachment; filename="receipt-{filed.reference}.pdf"'
    )
    assert response["Cache-Control"] == "no-store, private"
    text = words(response.content)
    for part in (
        str(filed.reference),
        "21:14:07",
        receipt_code(filed),
        filed.documents.get().document.sha256,
        "19912",
    ):
        assert part in text
    for word in ("الإيصال", "المواطن", "عقد", "أكتوبر", "الاعتراض"):
        assert word in text, word


def test_receipt_in_english(client: Client, filed: Objection) -> None:
    sign_in(client, filed.filed_by)
    text = words(client.get(f"/en{url(filed)}").content)
    assert "Receipt" in text
    assert "27 January 2027" in text
    assert "الإيصال" not in text


def test_pdf_can_be_read_aloud_and_archived(filed: Objection) -> None:
    reader = pypdf.PdfReader(BytesIO(draw_receipt(receipt(filed))))
    catalogue = reader.trailer["/Root"]
    assert bool(catalogue["/MarkInfo"]["/Marked"])
    assert catalogue["/Lang"] == "ar"
    assert "/StructTreeRoot" in catalogue
    assert reader.metadata is not None
    assert str(filed.reference) in str(reader.metadata.title)


def test_numbers_stay_in_order_where_lines_wrap(filed: Objection) -> None:
    long = replace(receipt(filed), facts=(("الرقم +966 50 000 0001", WRAPPED * 3),))
    text = words(draw_receipt(long))
    for number in ("OBJ-2025-000123", "30/05/2025"):
        assert text.count(number) == 3, number
    first, last = text.index("OBJ-2025-000123"), text.rindex("OBJ-2025-000123")
    assert first < last, "the first line is on top"


def test_what_people_wrote_is_no_markup_and_turns_no_line(filed: Objection) -> None:
    odd = '#panic("x") *a* $b$ _c_ \\ [d] <e> @f `g` // h'
    text = words(draw_receipt(replace(receipt(filed), facts=(("اسم", odd), ("آخر", OVERRIDDEN)))))
    assert "\u202e" not in text
    for part in ("#panic", "*a*", "$b$", "@f", "// h"):
        assert part in text
    assert "سارة" in text


def test_thirty_files_make_more_pages_and_lose_none(filed: Objection) -> None:
    one = receipt(filed)
    many = tuple(replace(one.files[0], sha256=f"{number:064x}") for number in range(30))
    pdf = draw_receipt(replace(one, files=many))
    assert len(pages(pdf)) > 1
    text = words(pdf)
    assert all(file.sha256 in text for file in many)


def test_receipt_of_a_sensitive_reason_does_not_name_it(client: Client) -> None:
    person = head()
    objection = submitted(result_of(person, reason_codes=["PRISON"]), person)
    sign_in(client, person)
    assert "سجن" not in words(client.get(url(objection)).content)


def test_code_is_bound_to_one_objection_and_key(filed: Objection) -> None:
    other_person = head()
    other = submitted(result_of(other_person), other_person)
    code = receipt_code(filed)
    assert code.isascii()
    assert len(code) == 12
    assert code.isdecimal()
    filed.refresh_from_db()
    assert receipt_code(filed) == code, "the same again from the database"
    assert receipt_code(other) != code
    with override_settings(SECRET_KEY="another-key-" * 6):
        assert receipt_code(filed) != code


def test_citizen_and_staff_see_the_same_code(client: Client, filed: Objection) -> None:
    sign_in(client, filed.filed_by)
    detail = client.get(reverse("objections:detail", args=[filed.reference])).content.decode()
    assert receipt_code(filed) in detail
    assert url(filed) in detail
    desk = Client()
    sign_in_staff(desk, "caseworker")
    case = desk.get(reverse("admin:objections_objection_change", args=[filed.pk]))
    assert receipt_code(filed) in case.content.decode()


def test_only_who_may_open_the_objection_gets_its_receipt(client: Client) -> None:
    filer = head()
    adult = adult_of(filer)
    filed = submitted(result_of(adult), filer)
    for who in (filer, adult):
        browser = Client()
        sign_in(browser, who)
        assert browser.get(url(filed)).status_code == 200
    assert client.get(url(filed)).status_code == 302
    sign_in(client, outsider())
    assert client.get(url(filed)).status_code == 404


def test_demonstrations_receipt_says_that_it_is_none(filed: Objection) -> None:
    for is_demonstration in (True, False):
        with override_settings(DEMO=is_demonstration):
            text = words(draw_receipt(receipt(filed)))
        assert ("تجريبي عرض" in text) is is_demonstration  # read from the left, word by word


def test_missing_fonts_are_an_error_that_says_what_to_do(
    filed: Objection, tmp_path: object
) -> None:
    with override_settings(PRINT_FONTS=tmp_path), pytest.raises(RuntimeError, match="build_front"):
        draw_receipt(receipt(filed))
