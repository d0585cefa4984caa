"""A Hijri date in the browser: never converted there, whatever its clock (O01, O03)."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs

import pytest
from django import forms
from playwright.sync_api import Browser, Request, Route

from saudi.forms import HijriDateField
from saudi.hijri import HijriDate
from tests.saudi.umm_al_qura import FIRST_DAY, month_lengths

ADDRESS = "https://portal.example.sa/form/"

MONTHS_IN_BROWSER = """([start, days]) => {
    const format = new Intl.DateTimeFormat(
        "en-u-ca-islamic-umalqura-nu-latn",
        {timeZone: "UTC", year: "numeric", month: "numeric", day: "numeric"},
    );
    const lengths = {};
    for (let day = 0; day < days; day += 1) {
        const parts = Object.fromEntries(
            format.formatToParts(start + day * 864e5).map((part) => [part.type, part.value]),
        );
        const key = `${parts.year}-${parts.month}`;
        lengths[key] = (lengths[key] || 0) + 1;
    }
    return lengths;
}"""


class BirthForm(forms.Form):
    """The three parts as every page has them."""

    birth = HijriDateField()


@pytest.mark.parametrize("zone", ["Asia/Riyadh", "UTC", "America/Los_Angeles"])
def test_chosen_day_reaches_the_server_in_every_time_zone(browser: Browser, zone: str) -> None:
    """1 Ramadan 1446 is 1 March 2025, and never the day before."""
    posted: list[Request] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            posted.append(route.request)
        route.fulfill(
            content_type="text/html; charset=utf-8",
            body=f'<form method="post">{BirthForm()["birth"]}<button>أرسل</button></form>',
        )

    with browser.new_context(timezone_id=zone, locale="ar-SA") as context:
        page = context.new_page()
        page.route(ADDRESS, answer)
        page.goto(ADDRESS)
        page.fill("[name=birth_day]", "١")
        page.select_option("[name=birth_month]", "9")
        page.fill("[name=birth_year]", "١٤٤٦")
        page.click("button")
    [request] = posted
    typed = {name: values[0] for name, values in parse_qs(request.post_data or "").items()}
    form = BirthForm(typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["birth"] == HijriDate(1446, 9, 1)
    assert HijriDate(1446, 9, 1).approximate_gregorian() == date(2025, 3, 1)


def test_browser_has_the_settled_years_that_the_second_oracle_has(browser: Browser) -> None:
    expected = month_lengths()
    days = sum(expected.values())
    start = (FIRST_DAY - date(1970, 1, 1)).days * 86_400_000
    with browser.new_context() as context:
        found = context.new_page().evaluate(MONTHS_IN_BROWSER, [start, days])
    assert found == {f"{year}-{month}": length for (year, month), length in expected.items()}
