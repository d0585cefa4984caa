"""The cut fonts: every letter we print is in them, and Arabic letters still join."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command
from fontTools.ttLib import TTFont

from portal import catalogues, fonts

ARABIC_JOINING = {"init", "medi", "fina", "rlig"}
MARK_POSITIONING = {"mark"}


def test_ranges_are_read_as_css_writes_them() -> None:
    assert list(fonts.codepoints("U+0041-0043,U+060C")) == [0x41, 0x42, 0x43, 0x60C]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fonts, cut anew from the installed package."""
    target = tmp_path_factory.mktemp("fonts")
    fonts.install_packages(settings.BASE_DIR)
    fonts.build_fonts(settings.BASE_DIR, target)
    return target


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_every_character_that_citizens_read_is_in_the_fonts(built: Path, weight: int) -> None:
    texts = [catalogues.catalogue_path(app).read_text("utf-8") for app in settings.CATALOGUES]
    texts += [
        path.read_text("utf-8")
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        if not {"admin", "registration"} & set(path.parts)
    ]
    used = {ord(character) for text in texts for character in text if character.isprintable()}
    drawn: set[int] = set()
    for script in fonts.SCRIPTS:
        drawn |= set(TTFont(built / f"plex-{script}-{weight}.woff2").getBestCmap())
    assert {chr(point) for point in used - drawn} == set()


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_arabic_letters_still_join_and_carry_their_marks(built: Path, weight: int) -> None:
    font = TTFont(built / f"plex-arabic-{weight}.woff2")
    joining = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    marks = {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord}
    assert joining >= ARABIC_JOINING
    assert marks >= MARK_POSITIONING


def test_fonts_keep_to_the_budget_and_carry_their_licence(built: Path) -> None:
    sizes = [path.stat().st_size for path in built.glob("*.woff2")]
    assert len(sizes) == 4
    assert sum(sizes) < 80 * 1024
    assert "SIL Open Font License" in (built / "LICENSE.txt").read_text("utf-8")


def test_fonts_of_printed_pages_have_the_same_letters(built: Path, tmp_path: Path) -> None:
    fonts.build_print_fonts(built, tmp_path)
    for served in built.glob("*.woff2"):
        printed = TTFont(tmp_path / f"{served.stem}.ttf")
        assert printed.flavor is None
        assert printed.getBestCmap() == TTFont(served).getBestCmap()
    assert len(list(tmp_path.iterdir())) == 4


def test_missing_package_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(fonts.FrontendUnavailable, match="npm ci"):
        fonts.build_fonts(tmp_path, tmp_path / "out")


def test_missing_npm_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(fonts.FrontendUnavailable, match=r"Node\.js"):
        fonts.install_packages(tmp_path)


def test_installed_packages_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".package-lock.json").write_text("{}")
    assert fonts.install_packages(tmp_path) is False


def _build(*arguments: str) -> str:
    printed = StringIO()
    call_command("build_frontend", *arguments, stdout=printed)
    return printed.getvalue()


def test_command_builds_once_and_again_when_asked(
    built: Path, tmp_path: Path, settings: LazySettings
) -> None:
    original = settings.BASE_DIR
    (tmp_path / "node_modules").symlink_to(original / "node_modules")
    shutil.copy2(original / "package-lock.json", tmp_path)
    settings.BASE_DIR = tmp_path
    settings.PRINT_FONTS = tmp_path / "var" / "print"
    assert "plex-arabic-400.woff2: " in _build()
    assert (tmp_path / "var" / "frontend" / "fonts" / "plex-latin-600.woff2").is_file()
    assert len(list(settings.PRINT_FONTS.glob("*.ttf"))) == 4
    assert _build() == "Fonts are up to date.\n"
    assert "cut to" in _build("--force")


def test_command_fails_with_what_to_do(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    settings.BASE_DIR = tmp_path
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(CommandError, match=r"Node\.js"):
        _build()
