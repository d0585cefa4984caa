"""One design: tokens in one file, one sheet for both directions, pages made of components."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template
from django.utils.translation import override

from portal.templatetags.portal_ui import tokens

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
SHEETS = sorted(path for path in STATIC.glob("*.css") if path.name != "tokens.css")

PARTS = ("components", "bootstrap5", "saudi/widgets", "admin", "registration", "base.html")
"""Where markup of a component may stand: the components themselves, crispy's pack, the frame. The
staff site is drawn within Django's admin and is not held to this."""

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


# Pages are made of components -----------------------------------------------------------

OWN_ELEMENTS = "form|button|input|select|textarea|table|dl|dialog|svg|progress"
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
