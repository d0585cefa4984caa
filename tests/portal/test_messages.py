"""The Arabic catalogues: extraction, merge, the faults that stop a build, and the real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command

from portal import catalogues

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext
PLAIN = _("Sign in")
NAMED = _("Hello %(name)s")
MANY = ngettext("%(count)s file", "%(count)s files", 2)
IN_CONTEXT = pgettext("month", "May")
"""
TEMPLATE = """{% translate "From a template" %}
{% blocktranslate trimmed with who=name %}
  Dear {{ who }}
{% endblocktranslate %}"""

Translate = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path, settings: LazySettings) -> Path:
    """A small project of two catalogues: portal (shared templates) and sawtak."""
    settings.BASE_DIR = tmp_path
    settings.CATALOGUES = ("portal", "sawtak")
    for folder in ("portal", "sawtak/migrations", "templates/sawtak", "templates/components"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "sawtak" / "views.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "sawtak" / "migrations" / "0001.py").write_text('_("Not this")', encoding="utf-8")
    (tmp_path / "templates" / "sawtak" / "new.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "templates" / "base.html").write_text('{% translate "Menu" %}', encoding="utf-8")
    return tmp_path


@pytest.fixture
def translate(project: Path) -> Translate:
    """Give every message of sawtak an Arabic text, some of them as a test wants."""

    def fill(**wanted: object) -> None:
        catalogues.merge("sawtak")
        catalogue = catalogues.read_catalogue("sawtak")
        for message in catalogue:
            if not message.id:
                continue
            key = message.id if isinstance(message.id, str) else message.id[0]
            text = key.replace("Sign in", "دخول")
            message.string = text if isinstance(message.id, str) else (text,) * 6
            if key in wanted:
                message.string = wanted[key]  # type: ignore[assignment] # a test's own value
        catalogues.write_catalogue("sawtak", catalogue)

    return fill


def ids(catalogue: Catalog) -> set[str]:
    return {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id
    }


def test_messages_come_from_code_and_templates_of_the_app(project: Path) -> None:
    assert ids(catalogues.extract_messages("sawtak")) == {
        "Sign in",
        "Hello %(name)s",
        "%(count)s file",
        "May",
        "From a template",
        "Dear %(who)s",
    }


def test_shared_templates_belong_to_the_portal(project: Path) -> None:
    assert ids(catalogues.extract_messages("portal")) == {"Menu"}


def test_new_catalogue_declares_six_plural_forms(project: Path) -> None:
    catalogues.merge("sawtak")
    with catalogues.catalogue_path("sawtak").open("rb") as file:
        assert read_po(file).num_plurals == 6
    assert catalogues.PLURAL_FORMS in catalogues.catalogue_path("sawtak").read_text("utf-8")


def test_merge_keeps_arabic_adds_what_is_new_and_drops_what_is_gone(
    project: Path, translate: Translate
) -> None:
    translate()
    views = project / "sawtak" / "views.py"
    views.write_text('_("Sign in")\n_("Sign out")\n', encoding="utf-8")
    done = catalogues.merge("sawtak")
    catalogue = catalogues.read_catalogue("sawtak")
    assert catalogue["Sign in"].string == "دخول"
    assert done.added == ["Sign out"]
    assert "Hello %(name)s" in done.removed
    assert done.missing == ["Sign out"]


def test_merge_never_guesses_by_likeness(project: Path, translate: Translate) -> None:
    translate()
    (project / "sawtak" / "views.py").write_text('_("Sign in.")\n', encoding="utf-8")
    catalogues.merge("sawtak")
    message = catalogues.read_catalogue("sawtak")["Sign in."]
    assert not message.string
    assert not message.fuzzy


def test_merge_takes_the_arabic_that_another_catalogue_has(
    project: Path, translate: Translate
) -> None:
    translate()
    (project / "templates" / "base.html").write_text('{% translate "Sign in" %}', encoding="utf-8")
    assert not catalogues.merge("portal").missing
    assert catalogues.read_catalogue("portal")["Sign in"].string == "دخول"
    assert not catalogues.disagreements(("portal", "sawtak"))


def test_merge_twice_changes_nothing(project: Path, translate: Translate) -> None:
    translate()
    path = catalogues.catalogue_path("sawtak")
    catalogues.merge("sawtak")
    first = path.read_text("utf-8")
    catalogues.merge("sawtak")
    assert path.read_text("utf-8") == first


def test_complete_catalogue_has_no_faults(translate: Translate) -> None:
    translate()
    assert not catalogues.faults("sawtak")


@pytest.mark.parametrize(
    ("message", "string", "fault"),
    [
        ("Sign in", "", "missing"),
        ("%(count)s file", ("ملف",) * 5 + ("",), "missing"),
        ("Hello %(name)s", "أهلًا", "placeholders differ"),
        ("Hello %(name)s", "أهلًا %(nom)s", "placeholders differ"),
        ("%(count)s file", ("%(many)s ملف",) * 6, "placeholders differ"),
    ],
)
def test_broken_entry_is_a_fault(
    translate: Translate, message: str, string: object, fault: str
) -> None:
    translate(**{message: string})
    assert [line for line in catalogues.faults("sawtak") if fault in line]


def test_plural_form_may_leave_the_number_out(translate: Translate) -> None:
    forms = ("لا ملفات", "ملف واحد", "ملفان", "%(count)s ملفات", "%(count)s ملفًا", "%(count)s ملف")
    translate(**{"%(count)s file": forms})
    assert not catalogues.faults("sawtak")


def test_fuzzy_entry_is_a_fault(translate: Translate) -> None:
    translate()
    path = catalogues.catalogue_path("sawtak")
    text = path.read_text("utf-8").replace('msgid "Sign in"', '#, fuzzy\nmsgid "Sign in"')
    path.write_text(text, encoding="utf-8")
    assert "sawtak: fuzzy: 'Sign in'" in catalogues.faults("sawtak")


def test_message_of_no_code_and_code_without_message_are_faults(
    project: Path, translate: Translate
) -> None:
    translate()
    (project / "sawtak" / "views.py").write_text('_("New one")\n', encoding="utf-8")
    lines = catalogues.faults("sawtak")
    assert "sawtak: not in the catalogue: 'New one'" in lines
    assert "sawtak: obsolete: 'Sign in'" in lines


def test_catalogue_that_cannot_be_read_is_a_fault(translate: Translate) -> None:
    translate()
    path = catalogues.catalogue_path("sawtak")
    text = path.read_text("utf-8").replace("nplurals=6", "nplurals=3")
    path.write_text(text, encoding="utf-8")
    assert "cannot be read" in catalogues.faults("sawtak")[0]
    assert "cannot be read" in catalogues.entry_faults("sawtak")[0]


def test_fewer_plural_forms_are_a_fault(project: Path) -> None:
    path = catalogues.catalogue_path("sawtak")
    path.parent.mkdir(parents=True)
    path.write_text(catalogues.HEADER.replace("nplurals=6", "nplurals=3"), encoding="utf-8")
    assert "six plural forms" in catalogues.entry_faults("sawtak")[0]


def test_two_translations_of_one_message_are_named(project: Path, translate: Translate) -> None:
    (project / "templates" / "base.html").write_text('{% translate "Sign in" %}', encoding="utf-8")
    translate()
    catalogues.merge("portal")
    catalogue = catalogues.read_catalogue("portal")
    catalogue["Sign in"].string = "تسجيل الدخول"
    catalogues.write_catalogue("portal", catalogue)
    assert len(catalogues.disagreements(("portal", "sawtak"))) == 1


def test_check_fails_and_changes_nothing(project: Path) -> None:
    with pytest.raises(CommandError, match="not in the catalogue"):
        call_command("messages", "--check")
    assert not (project / "locale").exists()


def test_unknown_app_is_refused(project: Path) -> None:
    with pytest.raises(CommandError, match="nonsense"):
        call_command("messages", "nonsense")


def test_merge_reports_what_waits_for_arabic(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("messages", "sawtak")
    printed = capsys.readouterr().out
    assert "6 added, 0 removed, 6 without Arabic" in printed
    assert "  From a template" in printed


def test_compile_writes_what_django_reads_and_fails_on_a_gap(
    project: Path, translate: Translate
) -> None:
    translate()
    compiled = catalogues.compile_catalogue("sawtak")
    assert compiled
    assert compiled.stat().st_size > 100
    assert catalogues.compile_catalogue("portal") is None
    with pytest.raises(CommandError, match="portal: no catalogue"):
        call_command("compile_catalogues")
    call_command("compile_catalogues", "--allow-incomplete")


def test_no_arabic_page_of_the_portal_can_show_an_english_message() -> None:
    faults = [line for app in settings.CATALOGUES for line in catalogues.faults(app)]
    assert faults + catalogues.disagreements(tuple(settings.CATALOGUES)) == []
