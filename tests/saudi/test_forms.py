"""Form fields: they read any spelling, keep what was typed, and say what to do."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django import forms
from django.http import QueryDict
from django.utils import translation

from saudi.forms import (
    CodeField,
    HijriDateField,
    HijriDateWidget,
    IbanField,
    MessageField,
    MobileField,
    NationalIdField,
    PersonNameField,
)
from saudi.hijri import HijriDate
from tests.saudi.test_digits import INVISIBLE_ONLY

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)  # 1448-06-14


@pytest.fixture(autouse=True)
def _arabic_today() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("ar"):
        yield


class TicketForm(forms.Form):
    """Every field of this module in one form."""

    national_id = NationalIdField()
    mobile = MobileField()
    iban = IbanField(required=False)
    code = CodeField(required=False)
    full_name = PersonNameField()
    birth = HijriDateField()
    message = MessageField()


FILLED = {
    "national_id": "١٠٠٠٠٠٠٠٠٨\u200f",
    "mobile": "\u202a+966 50 000 0001\u202c",
    "iban": "sa03 8000 0000 6080 1016 7519",
    "code": "\u2068٠٤٨٢١٣\u2069",
    "full_name": " سارة \u202eأحمد\n التجريبية ",
    "birth_day": "٢٥",
    "birth_month": "٠٨",
    "birth_year": "۱۴۴۰",
    "message": "لم يصل الدعم\r\nهذا الشهر",
}


def filled(**changes: str) -> TicketForm:
    """Fill the form in as a browser sends it."""
    data = QueryDict(mutable=True)
    data.update(FILLED | changes)
    return TicketForm(data, auto_id="%s")


def errors_of(name: str, **changes: str) -> list[str]:
    """Give the errors beside one field."""
    return list(filled(**changes).errors.get(name, []))


def test_every_spelling_is_read_into_the_stored_form() -> None:
    form = filled()
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "national_id": "1000000008",
        "mobile": "+966500000001",
        "iban": "SA0380000000608010167519",
        "code": "048213",
        "full_name": "سارة أحمد التجريبية",
        "birth": HijriDate(1440, 8, 25),
        "message": "لم يصل الدعم\nهذا الشهر",
    }


def test_optional_fields_left_out_are_empty() -> None:
    form = filled(iban="\u200f", code="")
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["iban"], form.cleaned_data["code"]) == ("", "")


@pytest.mark.parametrize("invisible", INVISIBLE_ONLY)
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("full_name", "اكتب الاسم الكامل كما في البطاقة."),
        ("message", "اكتب ما حدث وما الذي تريده."),
        ("national_id", "اكتب رقم الهوية من 10 أرقام كما في البطاقة."),
        ("mobile", "اكتب رقم الجوال، مثل 0512345678."),
    ],
)
def test_invisible_text_is_refused_as_required(name: str, message: str, invisible: str) -> None:
    form = filled(**{name: invisible})
    assert form.errors.as_data()[name][0].code == "required"
    assert form.errors[name] == [message]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("100000000", "كتبت 9 أرقام. اكتب الأرقام العشرة كما في البطاقة."),
        ("1", "كتبت رقمًا واحدًا. اكتب الأرقام العشرة كما في البطاقة."),
        ("10", "كتبت رقمين. اكتب الأرقام العشرة كما في البطاقة."),
        ("10000000080", "كتبت 11 رقمًا. اكتب الأرقام العشرة كما في البطاقة."),
        ("1" * 100, "كتبت 100 رقم. اكتب الأرقام العشرة كما في البطاقة."),
        ("1000000009", "أحد الأرقام خطأ. قارنها بالبطاقة رقمًا رقمًا."),
        ("1000000080", "أحد الأرقام خطأ. قارنها بالبطاقة رقمًا رقمًا."),
        ("1234567890", "أحد الأرقام خطأ. قارنها بالبطاقة رقمًا رقمًا."),
        ("3000000007", "رقم الهوية يبدأ بالرقم 1 أو 2. راجع أول رقم في البطاقة."),
        ("0000000000", "رقم الهوية يبدأ بالرقم 1 أو 2. راجع أول رقم في البطاقة."),
        ("10000O0008", "اكتب رقم الهوية أرقامًا فقط كما في البطاقة."),
        ("¹000000008", "اكتب رقم الهوية أرقامًا فقط كما في البطاقة."),
    ],
)
def test_bad_national_id_gets_one_message(typed: str, message: str) -> None:
    assert errors_of("national_id", national_id=typed) == [message]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("050000001", "كتبت 9 أرقام. اكتب 05 وبعدها 8 أرقام."),
        ("05000000011", "كتبت 11 رقمًا. اكتب 05 وبعدها 8 أرقام."),
        ("0966500000001", "هذا ليس رقم جوال. اكتب رقمًا يبدأ بـ 05."),
        ("0112345678", "هذا ليس رقم جوال. اكتب رقمًا يبدأ بـ 05."),
        ("05OOOOOO01", "اكتب رقم الجوال أرقامًا فقط، مثل 0512345678."),
        ("+201000000001", "هذا الرقم ليس سعوديًا. اكتب رقمًا يبدأ بـ 05."),
    ],
)
def test_bad_mobile_gets_one_message(typed: str, message: str) -> None:
    assert errors_of("mobile", mobile=typed) == [message]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("SA0380000000608010167591", "أحد الأرقام خطأ. انسخ الآيبان من تطبيق البنك."),
        ("SA03", "كتبت 4 خانات. الآيبان السعودي SA وبعده 22."),
        ("GB82WEST12345698765432", "اكتب آيبانًا سعوديًا يبدأ بـ SA."),
        ("SA03é", "اكتب الآيبان بأحرف إنجليزية وأرقام فقط: SA وبعده 22."),
    ],
)
def test_bad_iban_gets_one_message(typed: str, message: str) -> None:
    assert errors_of("iban", iban=typed) == [message]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("48213", "كتبت 5 أرقام. الرمز 6 أرقام."),
        ("0482130", "كتبت 7 أرقام. الرمز 6 أرقام."),
        ("04821x", "اكتب الرمز أرقامًا فقط كما في الرسالة."),
    ],
)
def test_bad_code_gets_one_message(typed: str, message: str) -> None:
    assert errors_of("code", code=typed) == [message]


@pytest.mark.parametrize("typed", ["000000", "٠٠٠٠٠٠", "۰۰۰ ۰۰۰", "000-000"])
def test_code_of_zeros_stays_six_digits(typed: str) -> None:
    form = filled(code=typed)
    assert form.is_valid()
    assert form.cleaned_data["code"] == "000000"


@pytest.mark.parametrize("typed", ["123", "...", "😀"])
def test_name_without_letters_is_refused(typed: str) -> None:
    assert errors_of("full_name", full_name=typed) == ["اكتب الاسم بالحروف كما في البطاقة."]


def test_name_too_long_is_refused() -> None:
    assert errors_of("full_name", full_name="ا" * 151) == ["الاسم 151 حرفًا. والحد 150. اختصره."]


def test_message_of_2000_characters_is_accepted_with_line_ends_as_one() -> None:
    assert not errors_of("message", message=f"{'ا' * 999}\r\n{'ب' * 1000}")
    assert errors_of("message", message="ا" * 2003) == ["كتبت 2003 أحرف. والحد 2000. اختصر النص."]


def test_joiner_inside_a_word_of_the_message_is_kept() -> None:
    form = filled(message="می\u200cخواهم")
    assert form.is_valid()
    assert form.cleaned_data["message"] == "می\u200cخواهم"


@pytest.mark.parametrize(
    ("day", "month", "year", "part", "message"),
    [
        ("00", "5", "1440", "day", "لا يوجد يوم بهذا الرقم. اكتب اليوم من 1 إلى 30."),
        ("31", "5", "1440", "day", "لا يوجد يوم بهذا الرقم. اكتب اليوم من 1 إلى 30."),
        ("9" * 5000, "5", "1440", "day", "لا يوجد يوم بهذا الرقم. اكتب اليوم من 1 إلى 30."),
        ("-1", "5", "1440", "day", "اكتب اليوم أرقامًا، مثل 7."),
        ("\u200f\u2212٧", "5", "1440", "day", "اكتب اليوم أرقامًا، مثل 7."),
        ("x", "5", "1440", "day", "اكتب اليوم أرقامًا، مثل 7."),
        ("", "5", "1440", "day", "اكتب اليوم كما في البطاقة."),
        ("30", "12", "1433", "day", "شهر ذو الحجة 1433 فيه 29 يومًا. راجع اليوم في البطاقة."),
        ("30", "5", "1446", "day", "شهر جمادى الأولى 1446 فيه 29 يومًا. راجع اليوم في البطاقة."),
        ("30", "2", "1441", "day", "شهر صفر 1441 فيه 29 يومًا. راجع اليوم في البطاقة."),
        ("05", "13", "1440", "month", "لا يوجد شهر بهذا الرقم. اختر الشهر من 1 إلى 12."),
        ("05", "00", "1440", "month", "لا يوجد شهر بهذا الرقم. اختر الشهر من 1 إلى 12."),
        ("05", "", "1440", "month", "اختر الشهر من القائمة."),
        ("05", "رجب", "1440", "month", "اختر الشهر من القائمة."),
        ("1", "7", "404", "year", "السنة 404 ناقصة. اكتب 4 أرقام، مثل 1404."),
        ("1", "7", "14040", "year", "السنة أطول من 4 أرقام. اكتب 4 أرقام، مثل 1404."),
        ("1", "7", "", "year", "اكتب السنة كما في البطاقة."),
        ("1", "7", "١٤٠४", "year", "اكتب السنة أرقامًا، مثل 1404."),
        ("1", "7", "1299", "year", "السنة 1299 قديمة جدًا. راجعها في البطاقة."),
        ("1", "7", "1983", "year", "1983 سنة ميلادية. اكتب السنة الهجرية، مثل 1404."),
        ("1", "7", "1449", "year", "السنة 1449 لم تأت بعد. راجعها في البطاقة."),
    ],
)
def test_refused_birth_date_names_the_part(
    day: str, month: str, year: str, part: str, message: str
) -> None:
    form = filled(birth_day=day, birth_month=month, birth_year=year)
    assert form.errors["birth"] == [message]
    error = form.errors.as_data()["birth"][0]
    assert error.params is not None
    assert error.params["part"] == part
    html = str(form["birth"])
    assert html.count("is-invalid") == 1
    control = re.search(f'<[^<>]*id="birth_{part}"[^<>]*>', html.replace("\n", " "))
    assert control is not None
    assert "is-invalid" in control[0]
    assert 'aria-invalid="true"' in control[0]


def test_every_wrong_part_is_named() -> None:
    form = filled(birth_day="31", birth_month="", birth_year="404")
    codes = [error.code for error in form.errors.as_data()["birth"]]
    assert codes == ["day_range", "month_required", "year_short"]
    assert str(form["birth"]).count("is-invalid") == 3


def test_date_still_to_come_marks_all_parts() -> None:
    form = filled(birth_day="15", birth_month="6", birth_year="1448")
    assert form.errors["birth"] == ["هذا التاريخ لم يأت بعد. راجع اليوم والشهر والسنة."]
    assert str(form["birth"]).count("is-invalid") == 3


@pytest.mark.parametrize("empty", ["", "\u200f"])
def test_empty_birth_date_is_required(empty: str) -> None:
    form = filled(birth_day=empty, birth_month="", birth_year=empty)
    assert form.errors["birth"] == ["اكتب اليوم والشهر والسنة كما في البطاقة."]
    assert str(form["birth"]).count("is-invalid") == 3


def test_missing_birth_date_is_required() -> None:
    assert TicketForm({}).errors.as_data()["birth"][0].code == "required"


def test_optional_birth_date_may_be_empty() -> None:
    assert HijriDateField(required=False).clean(["", "", ""]) is None
    assert HijriDateField(required=False).clean(None) is None


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("25", "1", "1404"),
        ("7", "1", "1410"),
        ("30", "10", "1402"),
        ("30", "2", "1400"),
        ("29", "8", "1364"),
        ("01", "01", "1420"),
        ("29", "12", "1433"),
        ("30", "02", "1445"),
        ("14", "6", "1448"),
    ],
)
def test_birth_date_is_kept_as_typed(day: str, month: str, year: str) -> None:
    form = filled(birth_day=day, birth_month=month, birth_year=year)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["birth"] == HijriDate(int(year), int(month), int(day))


def test_form_field_of_errors_added_later_is_marked() -> None:
    form = filled()
    assert form.is_valid()
    form.add_error("birth", "x")
    assert str(form["birth"]).count("is-invalid") == 3


def test_what_was_typed_stays_in_the_controls() -> None:
    html = str(filled(birth_day="٣١", birth_month="٠٧", birth_year="404")["birth"])
    assert 'value="٣١"' in html
    assert 'value="404"' in html
    assert '<option value="7" selected>7 – رجب</option>' in html


def test_month_outside_the_list_selects_nothing() -> None:
    html = str(filled(birth_month="13")["birth"])
    assert "selected" not in html


def test_controls_have_their_names_ids_and_labels() -> None:
    html = str(filled()["birth"])
    for part, label in (("day", "اليوم"), ("month", "الشهر"), ("year", "السنة")):
        assert f'name="birth_{part}"' in html
        assert f'<label for="birth_{part}">{label}</label>' in html
    assert '<div class="date">' in html
    assert html.count('class="form-control"') == 2
    assert html.count('class="form-select"') == 1
    assert html.count('dir="ltr"') == 2
    assert '<option value="">اختر</option>' in html
    assert HijriDateWidget().id_for_label("birth") == ""
    assert HijriDateWidget().part_id("birth", "year") == "birth_year"
    assert HijriDateWidget().part_id("birth", "") == "birth_day"


def test_controls_speak_english_too() -> None:
    with translation.override("en"):
        form = filled(birth_day="", birth_year="404")
        html = str(form["birth"])
        assert form.errors["birth"] == [
            "Write the day as on the card.",
            "The year 404 is incomplete. Write 4 digits, like 1404.",
        ]
    assert '<option value="8" selected>8 – Sha&#x27;ban</option>' in html


def test_controls_without_ids_are_named_by_the_field() -> None:
    assert 'id="birth_day"' in str(TicketForm(auto_id=False)["birth"])


@pytest.mark.parametrize("initial", [HijriDate(1404, 7, 1), "1404-07-01"])
def test_stored_date_fills_the_controls(initial: HijriDate | str) -> None:
    html = str(TicketForm(initial={"birth": initial})["birth"])
    assert 'value="1"' in html
    assert 'value="1404"' in html
    assert '<option value="7" selected>' in html


@pytest.mark.parametrize(
    ("typed", "changed"),
    [(["1", "7", "1404"], False), (["٠١", "07", "1404"], False), (["2", "7", "1404"], True)],
)
def test_only_another_date_is_a_change(typed: list[str], changed: bool) -> None:
    field = HijriDateField()
    assert field.has_changed(HijriDate(1404, 7, 1), typed) is changed
    assert not HijriDateField(disabled=True).has_changed(HijriDate(1404, 7, 1), typed)
    assert field.has_changed(None, typed)


def test_date_itself_passes_through() -> None:
    assert HijriDateField().clean(HijriDate(1404, 7, 1)) == HijriDate(1404, 7, 1)
    assert HijriDateField().compress(["1", "7", "1404"]) == HijriDate(1404, 7, 1)


def test_marks_do_not_stay_for_the_next_form() -> None:
    assert filled(birth_day="31").errors
    assert "is-invalid" not in str(filled()["birth"])


def test_date_field_works_with_another_widget() -> None:
    field = HijriDateField(widget=forms.MultipleHiddenInput)
    with pytest.raises(forms.ValidationError):
        field.clean(["31", "7", "1404"])


def test_numbers_are_written_left_to_right_on_the_right_keyboard() -> None:
    form = TicketForm()
    assert 'inputmode="numeric"' in str(form["national_id"])
    assert 'type="tel"' in str(form["mobile"])
    assert 'autocomplete="tel"' in str(form["mobile"])
    assert 'autocomplete="one-time-code"' in str(form["code"])
    assert 'type="text"' in str(form["code"])
    for name in ("national_id", "mobile", "iban", "code"):
        assert 'dir="ltr"' in str(form[name])
        assert "maxlength" not in str(form[name])
    assert 'autocomplete="name"' in str(form["full_name"])


def test_form_may_set_an_attribute_itself() -> None:
    field = NationalIdField(widget=forms.TextInput(attrs={"autocomplete": "username"}))
    assert field.widget.attrs["autocomplete"] == "username"


def test_stored_numbers_are_shown_as_people_write_them() -> None:
    initial = {"mobile": "+966500000001", "iban": "SA0380000000608010167519"}
    form = TicketForm(initial=initial)
    assert 'value="0500000001"' in str(form["mobile"])
    assert 'value="SA03 8000 0000 6080 1016 7519"' in str(form["iban"])
    assert "value" not in str(TicketForm()["mobile"])
    assert "value" not in str(TicketForm()["iban"])
    assert not MobileField().has_changed("+966500000001", "050 000 0001")


def test_subclass_must_say_how_it_reads() -> None:
    from saudi.forms.numbers import NumberField

    with pytest.raises(NotImplementedError):
        NumberField().clean("1")
