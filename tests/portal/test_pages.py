"""The pages that tell, the two forms on every page, and our own error pages."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import override

from portal.call_centre import call_centre_state, opening_hours
from portal.display import DISPLAY_CHOICES
from portal.feedback import count_page_feedback, is_page
from portal.models import PageFeedback
from portal.views import errors
from saudi.gregorian import RIYADH, riyadh_today
from sawtak import grants
from tests.personas import head, sign_in

TELLING_PAGES = ["/help/", "/privacy/", "/accessibility/"]
WRITTEN_PAGES = ["/privacy/", "/accessibility/"]
"""Pages whose words stand in templates."""


@pytest.mark.django_db
@pytest.mark.parametrize("path", TELLING_PAGES)
def test_arabic_page_is_complete_and_right_to_left(client: Client, path: str) -> None:
    response = client.get(path)
    html = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="ar" dir="rtl">' in html
    assert settings.PROGRAMME.name_ar in html
    assert "Was this page useful?" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("path", TELLING_PAGES)
def test_english_page_is_left_to_right(client: Client, path: str) -> None:
    html = client.get(f"/en{path}").content.decode()
    assert '<html lang="en" dir="ltr">' in html
    assert "Was this page useful?" in html


@pytest.mark.parametrize("path", [*WRITTEN_PAGES, "/nothing-here/"])
def test_visitor_gets_no_cookie_and_costs_no_query(client: Client, path: str) -> None:
    """This test has no database: a query would fail it."""
    assert not client.get(path).cookies


@pytest.mark.django_db
@pytest.mark.parametrize("path", TELLING_PAGES)
def test_public_page_may_be_kept_by_the_browser_but_not_across_cookies(
    client: Client, path: str
) -> None:
    response = client.get(path)
    assert response.headers["Cache-Control"] == "private, max-age=300"
    assert "Cookie" in response.headers["Vary"]


@pytest.mark.django_db
def test_signed_in_reader_sees_sign_out_and_nothing_is_kept(client: Client) -> None:
    sign_in(client, head())
    response = client.get("/help/")
    assert "no-store" in response.headers["Cache-Control"]
    assert f'action="{reverse("portal:sign_out")}"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("here", "there"),
    [("/help/", "/en/help/"), ("/en/help/", "/help/"), ("/help/?a=1", "/en/help/?a=1")],
)
def test_language_link_leads_to_the_same_page(client: Client, here: str, there: str) -> None:
    assert f'href="{there}"' in client.get(here).content.decode()


@pytest.mark.django_db
def test_current_page_is_marked_in_the_menu(client: Client) -> None:
    assert '<a href="/help/" aria-current="page">' in client.get("/help/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_question_of_the_lists_leads_to_an_answer(client: Client, prefix: str) -> None:
    answers = client.get(f"{prefix}/help/").content.decode()
    home = client.get(f"{prefix}/").content.decode()
    anchors = set(re.findall(r'href="#([\w-]+)"', answers)) - {"main"}
    anchors |= set(re.findall(rf'href="{prefix}/help/#([\w-]+)"', home))
    assert len(anchors) > 8
    assert anchors <= set(re.findall(r'id="([\w-]+)"', answers))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_privacy_notice_names_every_cookie(client: Client, prefix: str) -> None:
    html = client.get(f"{prefix}/privacy/").content.decode()
    names = {
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        grants.COOKIE,
        CookieStorage.cookie_name,
        *DISPLAY_CHOICES,
    }
    assert set(re.findall(r'<dt><bdi dir="ltr" class="num">(\w+)</bdi></dt>', html)) == names


# The display tools ------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value", "mark"),
    [
        ("text", "large", 'data-text="large"'),
        ("contrast", "high", 'data-contrast="high"'),
    ],
)
def test_display_choice_is_kept_and_undone(
    client: Client, name: str, value: str, mark: str
) -> None:
    response = client.post("/display/", {name: value, "next": "/help/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/help/")
    assert mark in client.get("/help/").content.decode()
    client.post("/display/", {name: "normal", "next": "/help/"})
    assert mark not in client.get("/help/").content.decode()


def test_display_cookie_is_out_of_scripts_reach(client: Client) -> None:
    cookie = client.post("/display/", {"text": "large"}).cookies["text"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ['large"><script>', "", "huge"])
def test_unknown_display_value_is_ignored(client: Client, value: str) -> None:
    assert not client.post("/display/", {"text": value}).cookies
    client.cookies["text"] = "huge"
    assert "data-text" not in client.get("/help/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "help/", ""]
)
def test_display_leads_nowhere_but_to_our_pages(client: Client, target: str) -> None:
    response = client.post("/display/", {"text": "large", "next": target})
    assert response.headers["Location"] == "/"


CROSS_SITE = [
    {"sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example"},
    {"origin": "http://["},
]


@pytest.mark.parametrize("headers", CROSS_SITE)
@pytest.mark.parametrize("path", ["/display/", "/feedback/"])
def test_post_from_another_site_is_refused(
    client: Client, path: str, headers: dict[str, str]
) -> None:
    data = {"text": "large", "page": "portal:help", "useful": "yes"}
    response = client.post(path, data, headers=headers)
    assert response.status_code == 403
    assert not response.cookies


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}]
)
def test_post_from_our_own_page_is_taken(client: Client, headers: dict[str, str]) -> None:
    assert client.post("/display/", {"text": "large"}, headers=headers).cookies


def test_display_needs_no_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/display/", {"text": "large"}).status_code == 302


# Was this page useful? -----------------------------------------------------------------


@pytest.mark.django_db
def test_answer_is_counted_and_thanked() -> None:
    strict = Client(enforce_csrf_checks=True)
    for _ in range(2):
        response = strict.post("/en/feedback/", {"page": "portal:help", "useful": "no"})
    assert not response.cookies
    count = PageFeedback.objects.get()
    assert (count.page, count.language, count.is_useful) == ("portal:help", "en", False)
    assert (count.day, count.answers) == (riyadh_today(), 2)
    thanks = strict.get(response.headers["Location"])
    assert "Tell us what was missing" in thanks.content.decode()
    assert 'href="/en/help/"' in thanks.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "useful"),
    [
        ("portal:help", "perhaps"),
        ("portal:help", ""),
        ("portal:nothing", "yes"),
        ("admin:index", "yes"),
        ("x" * 5000, "yes"),
        ("", "yes"),
    ],
)
def test_what_is_no_answer_is_not_counted(client: Client, page: str, useful: str) -> None:
    assert client.post("/feedback/", {"page": page, "useful": useful}).status_code == 302
    assert not PageFeedback.objects.exists()


def test_thanks_lead_home_from_a_page_that_needs_more_than_its_name(client: Client) -> None:
    html = client.get("/feedback/?page=portal:result&useful=yes").content.decode()
    assert f'<a href="{reverse("portal:home")}">ارجع إلى الصفحة</a>' in html


@pytest.mark.parametrize(
    ("name", "known"), [("portal:help", True), ("portal:none", False), ("none:help", False)]
)
def test_only_pages_of_the_portal_are_known(name: str, known: bool) -> None:
    assert is_page(name) is known


@pytest.mark.django_db
def test_counts_of_both_answers_stand_side_by_side() -> None:
    for is_useful in (True, False, True):
        count_page_feedback(
            page="portal:help", language="ar", is_useful=is_useful, on=riyadh_today()
        )
    counts = dict(PageFeedback.objects.values_list("is_useful", "answers"))
    assert counts == {True: 2, False: 1}


# Error pages ------------------------------------------------------------------------------


def _request(path: str = "/x/", **data: str) -> HttpRequest:
    request = RequestFactory().post(path, data) if data else RequestFactory().get(path)
    # A session cookie whose row cannot be read: as while the database is away.
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "s" * 32
    request._messages = CookieStorage(request)  # type: ignore[attr-defined] # as the middleware does
    return request


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    ("view", "status"),
    [
        (errors.bad_request, 400),
        (errors.forbidden, 403),
        (errors.csrf_failure, 403),
        (errors.not_found, 404),
        (errors.server_error, 500),
    ],
)
def test_error_page_is_ours_and_shows_a_way_on(view: object, status: int, language: str) -> None:
    assert callable(view)
    with override(language):
        response = view(_request())
        home, contact = reverse("portal:home"), reverse("portal:contact")
    html = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{language}"' in html
    assert f'href="{home}"' in html
    assert f'href="{contact}"' in html
    assert settings.PROGRAMME.call_centre in html


def test_unknown_address_is_404_in_arabic(client: Client) -> None:
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert "لم نجد هذه الصفحة" in response.content.decode()


def test_refused_form_keeps_the_text_on_screen() -> None:
    with override("ar"):
        html = errors.csrf_failure(_request(message="نص طويل <b>كتبته</b>")).content.decode()
    assert "ملفات الارتباط" in html
    assert "نص طويل &lt;b&gt;كتبته&lt;/b&gt;" in html


# The call centre -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "is_open", "arabic", "english"),
    [
        pytest.param(
            datetime(2026, 11, 24, 7, 59, tzinfo=RIYADH),
            False,
            "مغلق الآن، ويفتح اليوم الساعة 8:00\u00a0صباحًا",
            "Closed now, opens today at 8:00\u00a0AM",
            id="before-opening",
        ),
        pytest.param(
            datetime(2026, 11, 24, 8, 0, tzinfo=RIYADH),
            True,
            "مفتوح الآن، ويغلق الساعة 8:00\u00a0مساءً",
            "Open now, closes at 8:00\u00a0PM",
            id="opening-minute",
        ),
        pytest.param(
            datetime(2026, 11, 24, 20, 0, tzinfo=RIYADH),
            False,
            "مغلق الآن، ويفتح غدًا الساعة 8:00\u00a0صباحًا",
            "Closed now, opens tomorrow at 8:00\u00a0AM",
            id="closing-minute",
        ),
        pytest.param(
            datetime(2026, 11, 27, 12, 0, tzinfo=RIYADH),
            False,
            "مغلق الآن، ويفتح يوم الأحد الساعة 8:00\u00a0صباحًا",
            "Closed now, opens on Sunday at 8:00\u00a0AM",
            id="friday",
        ),
        pytest.param(
            datetime(2026, 9, 23, 12, 0, tzinfo=RIYADH),
            False,
            "مغلق اليوم: اليوم الوطني. نعود غدًا الساعة 8:00\u00a0صباحًا",
            "Closed today: National Day Holiday. We are back tomorrow at 8:00\u00a0AM",
            id="national-day",
        ),
        pytest.param(
            datetime(2026, 9, 23, 0, 30, tzinfo=RIYADH),
            False,
            "مغلق اليوم: اليوم الوطني. نعود غدًا الساعة 8:00\u00a0صباحًا",
            "Closed today: National Day Holiday. We are back tomorrow at 8:00\u00a0AM",
            id="national-day-half-past-midnight",
        ),
        pytest.param(
            datetime(2026, 3, 12, 21, 0, tzinfo=RIYADH),
            False,
            "مغلق الآن، ثم إجازة عيد الفطر. نعود الأربعاء 25 مارس الساعة 8:00\u00a0صباحًا",
            "Closed now, then Eid al-Fitr Holiday."
            " We are back on Wednesday 25 March at 8:00\u00a0AM",
            id="thursday-evening-before-the-eid",
        ),
        pytest.param(
            datetime(2026, 3, 16, 10, 0, tzinfo=RIYADH),
            False,
            "مغلق اليوم: إجازة عيد الفطر. نعود الأربعاء 25 مارس الساعة 8:00\u00a0صباحًا",
            "Closed today: Eid al-Fitr Holiday. We are back on Wednesday 25 March at 8:00\u00a0AM",
            id="in-the-eid",
        ),
        pytest.param(
            datetime(2026, 3, 22, 10, 0, tzinfo=RIYADH),
            False,
            "مغلق اليوم: إجازة عيد الفطر. نعود الأربعاء الساعة 8:00\u00a0صباحًا",
            "Closed today: Eid al-Fitr Holiday. We are back on Wednesday at 8:00\u00a0AM",
            id="near-its-end",
        ),
        pytest.param(
            datetime(2026, 3, 25, 8, 0, tzinfo=RIYADH),
            True,
            "مفتوح الآن، ويغلق الساعة 8:00\u00a0مساءً",
            "Open now, closes at 8:00\u00a0PM",
            id="first-minute-after-the-eid",
        ),
        pytest.param(
            datetime(2028, 9, 22, 12, 0, tzinfo=RIYADH),
            False,
            "مغلق الآن، ثم اليوم الوطني (يوم تعويضي). نعود الاثنين الساعة 8:00\u00a0صباحًا",
            "Closed now, then National Day Holiday (observed)."
            " We are back on Monday at 8:00\u00a0AM",
            id="friday-before-a-national-day-at-the-weekend",
        ),
    ],
)
def test_call_centre_says_what_a_caller_needs(
    at: datetime, is_open: bool, arabic: str, english: str
) -> None:
    for language, text in (("ar", arabic), ("en", english)):
        with override(language):
            state = call_centre_state(at, language)
        assert (state.is_open, state.text) == (is_open, text)


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_who_asks_for_the_head_of_a_page_gets_it(client: Client, prefix: str) -> None:
    paths = ("/", "/help/", "/privacy/", "/accessibility/", "/figures/", "/register/", "/sawtak/")
    for path in (*paths, "/sign-in/lost-mobile/", "/sawtak/new/", "/contact/", "/profile/"):
        asked = client.get(prefix + path)
        head = client.head(prefix + path)
        assert head.status_code == asked.status_code, path
        assert head.content == b""


def test_hours_come_from_the_programme() -> None:
    with override("ar"):
        assert (
            opening_hours(settings.PROGRAMME, "ar")
            == "الأحد إلى الخميس، من 8:00\u00a0صباحًا إلى 8:00\u00a0مساءً"
        )


@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError("gone"), 503), (InterfaceError("closed"), 503), (KeyError("x"), 500)],
    ids=["database-away", "connection-closed", "bug"],
)
def test_error_page_has_a_number_that_the_log_has_too(
    rf: RequestFactory, caplog: pytest.LogCaptureFixture, error: Exception, status: int
) -> None:
    try:
        raise error
    except type(error):
        response = errors.server_error(rf.get("/"))
    assert response.status_code == status
    assert response.has_header("Retry-After") == (status == 503)
    [number] = re.findall(r"Error page ([0-9A-F]{8})", caplog.text)
    assert number in response.content.decode()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_page_while_the_database_is_away_speaks_both_languages(language: str) -> None:
    """No mark asks for a database here: the page would fail at the first statement."""
    try:
        raise OperationalError("gone")
    except OperationalError:
        with override(language):
            html = errors.server_error(_request()).content.decode()
    assert "توقفت البوابة قليلًا" in html
    assert "The portal has stopped for a moment" in html
    assert html.count("<h1>") == 1
    other = 'lang="en" dir="ltr"' if language == "ar" else 'lang="ar" dir="rtl"'
    assert f'<div class="gap-l" {other}>' in html
    assert "19912" in html
    assert settings.SESSION_COOKIE_NAME not in html
