"""The public page of figures, and what the contact page says to expect: rounded, never of few."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from portal.figures.models import PublicFigure
from portal.figures.wording import time_text
from tests.sawtak.tickets import page

pytestmark = pytest.mark.django_db

FIGURES = "/figures/"


def figure(**fields: Any) -> None:
    facts: dict[str, Any] = {
        "kind": "ticket",
        "channel": "",
        "first_day": date(2026, 10, 25),
        "last_day": date(2026, 11, 23),
        "answered": 137,
        "late": 4,
        "half_within": 7.5,
        "most_within": 25.0,
    }
    PublicFigure.objects.create(**facts | fields)


def test_what_was_answered_is_said_in_round_numbers(client: Client) -> None:
    figure()
    html = page(client.get(f"/en{FIGURES}"))
    for text in ("130", "8 working hours", "3 working days", "95%", "fewer than ten"):
        assert text in html
    assert "137" not in html


def test_few_are_no_number(client: Client) -> None:
    figure(answered=9, late=0)
    html = page(client.get(f"/en{FIGURES}"))
    assert html.count("fewer than ten") == 2
    assert "within" not in html.partition("<table")[2].partition("</table>")[0]


def test_nothing_counted_is_said(client: Client) -> None:
    assert "لا توجد أرقام بعد" in page(client.get(FIGURES))


def test_visitors_find_the_page(client: Client) -> None:
    assert page(client.get("/contact/")).count(f'href="{FIGURES}"') == 2


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (0.5, "within 1 working hour"),
        (12.0, "within 12 working hours"),
        (12.5, "within 2 working days"),
    ],
)
def test_a_time_is_rounded_up(hours: float, text: str) -> None:
    with translation.override("en"):
        assert time_text(hours) == text


@pytest.mark.parametrize(("answered", "said"), [(19, 0), (20, 1)])
def test_a_channel_says_what_to_expect_from_twenty_answers_on(
    client: Client, answered: int, said: int
) -> None:
    figure(channel="contact", answered=answered, late=0)
    figure(kind="objection", channel="web", answered=500)
    html = page(client.get("/en/contact/?drawn=anew"))  # the bare address is drawn once a minute
    assert html.count("half were answered within 8 working hours") == said
