"""The components, and what holds for every template and the stylesheet."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from portal.templatetags.portal_ui import DeadlineView, Step, TimelineItem, file_size, focus_id
from saudi.forms import HijriDateField, NationalIdField
from saudi.hijri import HijriDate
from saudi.iban import mask_iban

TEMPLATES = sorted(
    path for path in (settings.BASE_DIR / "templates").rglob("*.html") if path.is_file()
)
ANNOUNCED = date(2026, 10, 29)
LAST_DAY = ANNOUNCED + timedelta(days=90)


def render(source: str, language: str = "ar", **context: Any) -> str:
    with override(language):
        return Template("{% load portal_ui crispy_forms_tags %}" + source).render(Context(context))


# Deadline -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "state", "text"),
    [
        pytest.param(ANNOUNCED, "", "90 يومًا", id="day-0"),
        pytest.param(date(2026, 11, 24), "", "64 يومًا", id="day-26"),
        pytest.param(LAST_DAY - timedelta(days=15), "", "15 يومًا", id="15-left"),
        pytest.param(LAST_DAY - timedelta(days=14), "is-soon", "14 يومًا", id="14-left"),
        pytest.param(LAST_DAY - timedelta(days=10), "is-soon", "10 أيام", id="10-left"),
        pytest.param(LAST_DAY - timedelta(days=2), "is-soon", "يومان", id="2-left"),
        pytest.param(LAST_DAY - timedelta(days=1), "is-soon", "يوم واحد", id="day-89"),
        pytest.param(LAST_DAY, "is-last", "اليوم آخر يوم", id="day-90-open"),
        pytest.param(LAST_DAY + timedelta(days=1), "is-closed", "انقضت المدة", id="day-91-closed"),
    ],
)
def test_deadline_says_what_is_left(today: date, state: str, text: str) -> None:
    html = render("{% deadline start end today %}", start=ANNOUNCED, end=LAST_DAY, today=today)
    assert f'class="deadline {state}"' in html
    assert text in html
    assert "27 يناير 2027\u00a0م" in html


@pytest.mark.parametrize(
    ("today", "elapsed"),
    [
        (ANNOUNCED - timedelta(days=1), 0),
        (ANNOUNCED, 0),
        (date(2026, 11, 24), 26),
        (LAST_DAY, 90),
        (LAST_DAY + timedelta(days=200), 90),
    ],
)
def test_progress_is_elapsed_days_of_the_window(today: date, elapsed: int) -> None:
    view = DeadlineView(ANNOUNCED, LAST_DAY, today)
    assert (view.window_days, view.elapsed_days) == (90, elapsed)


def test_bar_keeps_a_sliver_on_the_open_last_day() -> None:
    assert DeadlineView(ANNOUNCED, LAST_DAY, LAST_DAY).bar_days == 89
    assert DeadlineView(ANNOUNCED, LAST_DAY, LAST_DAY + timedelta(days=1)).bar_days == 90


def test_closed_window_names_the_first_day_too_late() -> None:
    assert DeadlineView(ANNOUNCED, LAST_DAY, LAST_DAY).closed_on == date(2027, 1, 28)


# Numbers and dates -----------------------------------------------------------------------


def test_reference_is_one_unbroken_text_left_to_right() -> None:
    assert render("{{ r|ref }}", r="4026714834") == '<bdi class="ref" dir="ltr">4026714834</bdi>'


def test_mobile_is_shown_as_people_write_it() -> None:
    assert ">0500000001</bdi>" in render("{{ m|mobile }}", m="+966500000001")


@pytest.mark.parametrize(
    ("stored", "groups"),
    [
        pytest.param("SA4115000000000000000047", "SA41 1500 0000 0000 0000 0047", id="whole"),
        pytest.param(
            mask_iban("SA4115000000000000000047"), "SA•• •••• •••• •••• •••• 0047", id="ends"
        ),
    ],
)
def test_iban_is_compared_in_groups_of_four(stored: str, groups: str) -> None:
    shown = render("{% load staff_ui %}{{ i|changed_value:'iban' }}", i=stored)
    assert shown == f'<bdi dir="ltr">{groups}</bdi>'


@pytest.mark.parametrize(
    ("source", "arabic", "english"),
    [
        ("{{ d|gregorian }}", "27 يناير 2027\u00a0م", "27 January 2027"),
        ("{{ d|hijri }}", "19 شعبان 1448\u00a0هـ", "19 Sha'ban 1448 AH"),
        ("{{ n|days }}", "11 يومًا", "11 days"),
        ("{{ money|sar }}", "216 ريالًا", "SAR 216"),
    ],
)
def test_values_are_written_in_the_language_of_the_page(
    source: str, arabic: str, english: str
) -> None:
    values = {"d": LAST_DAY, "n": 11, "money": Decimal(216)}
    assert render(source, "ar", **values) == arabic
    assert render(source, "en", **values).replace("&#x27;", "'") == english


def test_stored_hijri_date_is_shown_as_it_stands() -> None:
    assert render("{{ d|hijri }}", d=HijriDate(1410, 2, 30)).startswith("30 صفر 1410")


def test_instant_is_shown_on_its_riyadh_day() -> None:
    late = datetime(2026, 11, 12, 21, 30, tzinfo=UTC)
    html = render("{% when at time=True %}", at=late)
    assert "13 نوفمبر 2026\u00a0م" in html
    assert "12:30\u00a0صباحًا" in html


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 KB"), (80_000, "78 KB"), (1_200_000, "1.1 MB"), (10 * 1024 * 1024, "10 MB")],
)
def test_file_size_is_rounded_as_people_read_it(size: int, text: str) -> None:
    with override("en"):
        assert file_size(size) == text


def test_readers_own_calendar_comes_first() -> None:
    arabic, english = (render("{% when d %}", language, d=LAST_DAY) for language in ("ar", "en"))
    assert arabic.index("19 شعبان") < arabic.index("27 يناير")
    assert english.index("27 January") < english.index("19 Sha")


def test_empty_file_has_no_size() -> None:
    assert render("{{ n|file_size }}", "en", n=0) == "0 KB"


def test_day_is_written_in_both_calendars() -> None:
    text = "الأربعاء 19 شعبان 1448\u00a0هـ، الموافق 27 يناير 2027\u00a0م"
    assert render("{{ d|both }}", d=LAST_DAY) == text


# Status, notice, steps, timeline ------------------------------------------------------------


def test_status_is_word_icon_and_colour() -> None:
    html = render('{% tag "مقبول" "ok" "ok" %}')
    assert 'class="tag tag-ok"' in html
    assert "#i-ok" in html
    assert "مقبول" in html


def test_row_of_a_table_of_statuses_is_a_status() -> None:
    row = SimpleNamespace(label="مرفوض", kind="bad", icon="no")
    assert render("{% badge row %}", row=row) == render('{% tag "مرفوض" "bad" "no" %}')


def test_icon_with_a_label_is_spoken_and_one_without_is_not() -> None:
    assert 'role="img" aria-label="مهم"' in render('{% icon "alert" label="مهم" %}')
    assert 'aria-hidden="true"' in render('{% icon "alert" %}')
    assert 'class="icon icon-s icon-flip"' in render('{% icon "next" "s" flip=True %}')


def test_texts_of_others_are_escaped() -> None:
    html = render(
        '{% tag t %}{% notice "info" t %}{{ t }}{% endnotice %}{{ t|ltr }}', t="<script>x</script>"
    )
    assert "<script>" not in html


def test_notice_keeps_the_markup_of_its_block() -> None:
    html = render('{% notice "wait" "عنوان" icon_name="reply" %}<p>نص</p>{% endnotice %}')
    assert "<h2>عنوان</h2>" in html
    assert "<p>نص</p>" in html
    assert "#i-reply" in html


STEPS = [Step("أسباب", "done", "/a/"), Step("بيانات", "now"), Step("إرسال")]


def test_steps_mark_the_present_one_and_lead_back_to_done_ones() -> None:
    html = render("{% steps items %}", items=STEPS)
    assert html.count('aria-current="step"') == 1
    assert '<a href="/a/">أسباب</a>' in html


def test_ring_names_the_step_and_the_next() -> None:
    html = render("{% ring items %}", items=STEPS)
    assert "الخطوة 2 من 3" in html
    assert "التالي: إرسال" in html
    assert "التالي" not in render("{% ring items %}", items=[STEPS[0], Step("إرسال", "now")])


def test_timeline_shows_what_comes_next_without_an_icon() -> None:
    html = render(
        "{% timeline items %}",
        items=[TimelineItem("قُدِّم", at=LAST_DAY), TimelineItem("القرار", "next")],
    )
    assert html.count("<use") == 1
    assert html.count("<time") == 1


@pytest.mark.parametrize(
    ("level", "kind"),
    [("error", "bad"), ("warning", "wait"), ("success", "ok"), ("debug", "info"), ("", "info")],
)
def test_message_level_has_its_kind(level: str, kind: str) -> None:
    assert f"notice-{kind}" in render(
        "{% notice level|notice_kind title='x' %}{% endnotice %}", level=level
    )


# Forms ---------------------------------------------------------------------------------------


class Claim(forms.Form):
    national_id = NationalIdField(label="رقم الهوية", help_text="كما في البطاقة.")
    birth = HijriDateField(label="تاريخ الميلاد")
    ground = forms.ChoiceField(
        label="السبب", choices=[("a", "أول"), ("b", "ثان")], widget=forms.RadioSelect
    )
    category = forms.ChoiceField(label="النوع", choices=[("", "اختر")])
    attachments = forms.FileField(label="مرفقات", required=False, help_text="PDF")
    declaration = forms.BooleanField(label="أقرّ بأن ما كتبته صحيح.")
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        self.add_error(None, "راجع ما كتبت.")
        return self.cleaned_data


def claim(**data: str) -> Claim:
    with override("ar"):
        form = Claim(data or None, auto_id="%s")
        form.is_valid()
    return form


WRONG = {"national_id": "123", "birth_day": "1", "birth_month": "7", "birth_year": "404"}


def test_field_is_label_hint_error_control_in_this_order() -> None:
    html = render("{{ form|crispy }}", form=claim(**WRONG))
    start = html.index('id="div_national_id"')
    places = [
        html.index(part, start)
        for part in (
            '<label class="form-label" for="national_id">',
            'id="national_id_helptext"',
            'id="national_id_error"',
            "<input",
        )
    ]
    assert places == sorted(places)


def test_control_is_tied_to_its_hint_and_error() -> None:
    html = render("{{ form|crispy }}", form=claim(**WRONG))
    control = re.search(r'<input[^>]+name="national_id"[^>]*>', html)
    assert control
    assert 'aria-describedby="national_id_helptext national_id_error"' in control[0]
    assert 'aria-invalid="true"' in control[0]
    assert "is-invalid" in control[0]
    assert 'value="123"' in control[0]


def test_group_is_a_fieldset_tied_to_its_error() -> None:
    html = render("{{ form|crispy }}", form=claim(**WRONG))
    assert (
        '<fieldset id="div_birth" class="field is-invalid" aria-describedby="birth_error">' in html
    )
    assert re.search(r'<legend class="form-label">تاريخ الميلاد\s*</legend>', html)


def test_only_what_may_be_left_out_is_marked() -> None:
    html = render("{{ form|crispy }}", form=claim())
    assert html.count("(اختياري)") == 1
    assert "*" not in re.sub(r"<[^>]+>", "", html)


def test_field_without_errors_shows_none() -> None:
    html = render("{{ form|crispy }}", form=claim())
    assert "is-invalid" not in html
    assert "_error" not in html


def test_summary_links_each_error_to_its_control() -> None:
    html = render("{% error_summary form %}", form=claim(**WRONG))
    for target in ("national_id", "birth_year", "ground_0", "category", "declaration"):
        assert f'<a href="#{target}">' in html
    printed = render("{{ form|crispy }}", form=claim(**WRONG))
    targets = set(re.findall(r'href="#([\w-]+)"', html))
    assert targets <= set(re.findall(r'id="([\w-]+)"', printed))


def test_summary_takes_the_focus_and_names_what_belongs_to_no_field() -> None:
    html = render("{% error_summary form %}", form=claim(**WRONG))
    assert 'tabindex="-1"' in html
    assert "autofocus" in html
    assert "<li>راجع ما كتبت.</li>" in html


def test_summary_names_the_field_before_its_error() -> None:
    html = render("{% error_summary form %}", form=claim(**WRONG))
    assert ">أقرّ بأن ما كتبته صحيح: " in html
    assert ">رقم الهوية: " in html


@pytest.mark.parametrize("form", [None, "", Claim()])
def test_no_errors_no_summary(form: object) -> None:
    assert not render("{% error_summary form %}", form=form).strip()


def test_field_of_parts_without_names_leads_to_its_first() -> None:
    class Timed(forms.Form):
        at = forms.SplitDateTimeField()

    assert focus_id(Timed(auto_id="%s")["at"]) == "at_0"


def _page(form: forms.Form) -> str:
    source = '{% extends "base.html" %}{% block main %}<h1>x</h1>{% endblock %}'
    with override("ar"):
        request = RequestFactory().get("/x/")
        return Template(source).render(Context({"form": form, "request": request}))


def test_title_of_a_refused_form_starts_with_error() -> None:
    assert re.search(r"<title>\s*خطأ:", _page(claim(**WRONG)))
    assert not re.search(r"<title>\s*خطأ:", _page(claim()))


def test_page_shows_the_summary_above_its_heading() -> None:
    html = _page(claim(**WRONG))
    assert html.index('class="errors"') < html.index("<h1>x</h1>")


# What holds for every template and the stylesheet ---------------------------------------------


def _names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(settings.BASE_DIR)) for path in paths]


@pytest.mark.parametrize("path", TEMPLATES, ids=_names(TEMPLATES))
def test_template_holds_no_inline_style_script_or_handler(path: Path) -> None:
    """The content security policy would drop them. Mail programs know no other style."""
    text = path.read_text(encoding="utf-8")
    if path.name == "mail.html" and path.parent.name == "notifications":
        text = re.sub(r" style=\"[^\"]*\"", "", text)
    assert not re.search(r"\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=_names(TEMPLATES))
def test_template_takes_the_programme_from_settings(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for fact in (settings.PROGRAMME.call_centre, settings.PROGRAMME.care_account):
        assert fact not in text


def test_every_icon_that_is_named_is_drawn() -> None:
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'id="i-([\w-]+)"', sprite))
    named: set[str] = set()
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r"{% icon ['\"]([\w-]+)['\"]", text))
        named |= set(re.findall(r"icon_name=['\"]([\w-]+)['\"]", text))
    assert len(named) > 8
    assert named <= drawn


def test_components_have_no_text_without_arabic() -> None:
    html = render_to_string("components/pagination.html", {"previous_url": "/a", "next_url": "/b"})
    assert "السابق" in html
    assert "Previous" not in html


def test_names_in_a_sentence_keep_their_direction_to_themselves():
    """An Arabic name before a day would otherwise swap places with it in an English line."""
    for path in TEMPLATES:
        for found in re.findall(r"\bwho=[\w.|]+", path.read_text(encoding="utf-8")):
            assert found.endswith("|isolate"), f"{path.name}: {found}"
