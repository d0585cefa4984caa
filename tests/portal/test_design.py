"""One design: tokens in one file, one sheet for both directions, pages made of components."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from beneficiaries.statuses import PaymentStatus, ResultStatus
from objections.statuses import ObjectionStatus
from portal.templatetags.portal_ui import tokens
from sawtak.statuses import TicketStatus

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
SHEETS = sorted(path for path in STATIC.glob("*.css") if path.name != "tokens.css")

PARTS = (
    *("components", "bootstrap5", "saudi/widgets", "admin", "registration", "base.html"),
    "notifications/mail.html",
)
"""Where markup of a component may stand: the components themselves, crispy's pack, the frame. The
staff site is drawn within Django's admin and is not held to this, nor is a mail, which is no page
and reaches no stylesheet."""

PAGES = [
    path
    for path in sorted(TEMPLATES.rglob("*.html"))
    if not str(path.relative_to(TEMPLATES)).startswith(PARTS)
]


def rules_of(path: Path) -> str:
    """Give a stylesheet without its comments and texts."""
    css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r'"[^"]*"', '""', css)


def name_of(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def render(source: str, language: str = "ar", **context: object) -> str:
    with override(language):
        return Template("{% load portal_ui components %}" + source).render(Context(context))


# Tokens ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sheet", SHEETS, ids=name_of)
def test_colours_and_sizes_of_type_come_from_the_tokens(sheet: Path) -> None:
    css = rules_of(sheet)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*[;}])|\b(?:rgb|hsl)a?\(", css)
    sizes = re.findall(r"font-size\s*:\s*([^;}]+)", css)
    sizes += re.findall(r"font\s*:\s*\d+ ([^/\s]+)", css)
    assert [size for size in sizes if not size.strip().startswith("var(--t-")] == []


def test_every_token_that_is_named_is_defined_and_every_one_defined_is_named() -> None:
    own = (STATIC / "tokens.css").read_text(encoding="utf-8")
    css = "".join(map(rules_of, SHEETS))
    local = set(re.findall(r"(?<!var\()(--[\w-]+)\s*:", css))
    named = set(re.findall(r"var\((--[\w-]+)", css))
    defined = {f"--{name}" for name in tokens()}
    assert named - local <= defined
    assert defined - named <= set(re.findall(r"var\((--[\w-]+)", own))


def test_drawings_hold_no_colour_but_the_tokens() -> None:
    values = set(tokens().values())
    for drawing in STATIC.glob("*.svg"):
        colours = set(re.findall(r"#[0-9a-f]{3,6}\b", drawing.read_text(encoding="utf-8")))
        assert colours <= values, drawing.name


def test_bar_of_the_browser_has_the_colour_of_the_footer() -> None:
    html = get_template("base.html").render()
    assert f'<meta name="theme-color" content="{tokens()["green-900"]}">' in html


@pytest.mark.parametrize("sheet", [*SHEETS, STATIC / "tokens.css"], ids=name_of)
def test_stylesheet_knows_no_left_and_right(sheet: Path) -> None:
    physical = re.findall(
        r"(?<![\w-])(?:left|right)(?![\w-])|-(?:left|right|top|bottom)\s*:|(?<![\w-])(?:top|bottom)\s*:"
        r"|float\s*:|(?<![\w-])(?:min-|max-)?(?:width|height)\s*:(?=[^()]*[;}])",
        rules_of(sheet),
    )
    assert physical == []


@pytest.mark.parametrize("sheet", [*SHEETS, STATIC / "tokens.css"], ids=name_of)
def test_stylesheet_closes_what_it_opens(sheet: Path) -> None:
    """A browser reads past a brace too few and drops the rest without a word."""
    depth = 0
    for brace in re.findall(r"[{}]", rules_of(sheet)):
        depth += 1 if brace == "{" else -1
        assert 0 <= depth <= 2
    assert depth == 0


# Pages are made of components -----------------------------------------------------------

OWN_ELEMENTS = "form|button|input|select|textarea|table|dl|details|dialog|svg|progress"
OWN_CLASSES = (
    "btn|notice|errors|tag|files|upload|field|form-label|form-control|form-check|choice|date"
    "|facts|links|crumbs|service|empty|pagination|page-link|steps(?! steps-plain)|ring|timeline"
    "|deadline|dialog|call|ref|when|day"
)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page_has_no_markup_of_a_component(page: Path) -> None:
    """A form, a button or a notice is drawn in one place; a page says what it holds."""
    text = page.read_text(encoding="utf-8")
    assert re.findall(rf"<(?:{OWN_ELEMENTS})\b[^>]*", text) == []
    assert re.findall(rf'class="(?:{OWN_CLASSES})[ "]', text) == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=name_of)
def test_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(TEMPLATES)))


# The page of the design -------------------------------------------------------------------


@pytest.fixture
def _in_demonstration(settings: Settings) -> None:
    settings.DEMO = True


@pytest.mark.django_db
def test_design_is_shown_in_the_demonstration_only(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.get("/design/").status_code == HTTPStatus.NOT_FOUND
    settings.DEMO = True
    assert client.get("/design/").status_code == HTTPStatus.OK
    assert client.post("/design/").status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.django_db
@pytest.mark.usefixtures("_in_demonstration")
@pytest.mark.parametrize(
    ("path", "language", "direction"), [("/design/", "ar", "rtl"), ("/en/design/", "en", "ltr")]
)
def test_design_shows_every_status_of_every_table(
    client: Client, path: str, language: str, direction: str
) -> None:
    html = client.get(path).content.decode()
    assert f'<html lang="{language}" dir="{direction}"' in html
    with override(language):
        labels = [
            str(status.label)
            for table in (ObjectionStatus, TicketStatus, PaymentStatus, ResultStatus)
            for status in table
        ]
    shown = re.findall(r'<span class="tag tag-\w+"><svg.*?</svg>(.*?)</span>', html)
    assert len(labels) == 9 + 6 + 6 + 2
    assert set(labels) <= {unescape(label) for label in shown}


@pytest.mark.django_db
@pytest.mark.usefixtures("_in_demonstration")
def test_dialog_is_a_page_of_its_own_without_a_script(client: Client) -> None:
    over = client.get("/en/design/").content.decode()
    assert '<a class="btn btn-outline" href="?dialog=page" data-dialog="withdraw">' in over
    assert '<dialog class="dialog" id="withdraw" aria-labelledby="withdraw-title">' in over
    assert 'formmethod="dialog"' in over
    page = client.get("/en/design/?dialog=page").content.decode()
    assert "<dialog" not in page
    assert '<section class="dialog is-page" aria-labelledby="withdraw-title">' in page
    assert "The review stops." in page
    assert 'href="/en/design/">Keep it</a>' in page


FRAMEWORK_CLASSES = {"js"}
"""Classes that a script sets."""


def classes_of(markup: str) -> set[str]:
    """Give the classes of a template; of one made of parts only what is written out."""
    found: set[str] = set()
    for value in re.findall(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"', markup):
        written = re.sub(r"[\w-]*\{\{.*?\}\}[\w-]*|\{%.*?%\}", " ", value)
        found |= set(written.split())
    for given in (
        r'\{% form "([\w -]+)"',
        r'\{% card [^%]*? "[\w-]+" "([\w -]+)"',
        r'\{% card [^%]*?css="([\w -]+)"',
        r"\{% block (?:container_class|body_class|body_grid) %\}([\w -]+)\{%",
    ):
        for value in re.findall(given, markup):
            found |= set(value.split())
    return found | {f"btn-{width}" for width in re.findall(r' width="([a-z]+)"', markup)}


def classes_of_the_stylesheets() -> set[str]:
    selectors = re.findall(r"([^{}]+)\{", "".join(map(rules_of, SHEETS)))
    return {name for one in selectors for name in re.findall(r"\.([a-zA-Z][\w-]*)", one)}


def test_every_class_of_a_template_is_ours() -> None:
    """Names as crispy's pack prints them are in our stylesheet too: nothing else dresses a page."""
    ours = classes_of_the_stylesheets()
    unknown = {
        f"{name_of(path)}: {name}"
        for path in TEMPLATES.rglob("*.html")
        for name in classes_of(path.read_text(encoding="utf-8")) - ours
    }
    assert unknown == set()


@pytest.mark.django_db
@pytest.mark.usefixtures("_in_demonstration")
def test_every_class_of_the_stylesheets_is_used(client: Client) -> None:
    used = set(FRAMEWORK_CLASSES)
    for path in ("/en/design/", "/en/design/?dialog=page"):
        used |= classes_of(client.get(path).content.decode())
    for template in TEMPLATES.rglob("*.html"):
        used |= classes_of(template.read_text(encoding="utf-8"))
    code = "".join(
        path.read_text(encoding="utf-8")
        for app in ("portal", "objections", "sawtak", "beneficiaries", "access", "saudi")
        for path in (settings.BASE_DIR / app).rglob("*.py")
    )
    written = set(re.findall(r"[\w-]+", " ".join(re.findall(r'"([\w -]+)"', code))))
    assert classes_of_the_stylesheets() - used - written == set()
