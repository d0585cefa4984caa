"""The Arabic catalogues: one an app, extracted, merged, checked and compiled with Babel.

Babel and not GNU gettext, which many machines lack. Messages are never matched by likeness: a
fuzzy guess in Arabic is worse than a missing line, which fails the tests.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages import extract
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

LANGUAGE = "ar"
PLURAL_FORMS = (
    "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 && n%100<=99 ? 4 : 5;"
)
ARABIC_PLURALS = 6
HEADER = "\n".join(
    (
        'msgid ""',
        'msgstr ""',
        f'"Language: {LANGUAGE}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        f'"Plural-Forms: {PLURAL_FORMS}\\n"',
    )
)
SHARED = "portal"
"""The catalogue of templates that belong to no app: base, components, error pages."""

Keyword = tuple[int | tuple[int, str], ...] | None
KEYWORDS: dict[str, Keyword] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?[a-z]|\{(\w+)\}")

MessageKey = tuple[str, str | None]


@dataclass(frozen=True)
class Merge:
    """What a merge changed, by message id."""

    added: list[str]
    removed: list[str]
    missing: list[str]


def catalogue_path(app: str) -> Path:
    """Give where an app's Arabic catalogue stands."""
    return Path(settings.BASE_DIR) / "locale" / app / LANGUAGE / "LC_MESSAGES" / "django.po"


def source_files(app: str) -> Iterator[Path]:
    """Give every file whose messages belong to an app's catalogue."""
    base = Path(settings.BASE_DIR)
    for path in sorted((base / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path
    others = {name for name in settings.CATALOGUES if name != SHARED}
    templates = base / "templates"
    for path in sorted(templates.rglob("*")):
        if path.suffix not in {".html", ".txt"}:
            continue
        owner = path.relative_to(templates).parts[0]
        if owner == app or (app == SHARED and owner not in others):
            yield path


def extract_messages(app: str) -> Catalog:
    """Read the messages out of an app's code and templates."""
    base = Path(settings.BASE_DIR)
    found = _new_catalogue()
    for path in source_files(app):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Indentation means nothing in a template and much to the reader of Python.
            lines = templatize(text, origin=str(path)).splitlines()
            text = "\n".join(line.lstrip() for line in lines)
        results = extract.extract("python", BytesIO(text.encode()), keywords=KEYWORDS)
        for _line, message_id, comments, context in results:
            if message_id and message_id != "":
                found.add(
                    message_id,
                    locations=[(str(path.relative_to(base)), 0)],
                    auto_comments=comments,
                    context=context,
                )
    return found


def read_catalogue(app: str) -> Catalog:
    """Read an app's Arabic catalogue; an empty one where there is none."""
    path = catalogue_path(app)
    if not path.is_file():
        return _new_catalogue()
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain="django", abort_invalid=True)


def merge(app: str) -> Merge:
    """Bring an app's catalogue up to its code: gone messages removed, new ones empty.

    A message that another catalogue has in Arabic already gets that text: the two must agree.
    """
    found, current = extract_messages(app), read_catalogue(app)
    merged, elsewhere = _new_catalogue(), _translations_of_others(app)
    translated = {_key(message): message for message in _entries(current)}
    wanted = {_key(message): message for message in _entries(found)}
    for key, message in sorted(wanted.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        old = translated.get(key)
        usable = [
            candidate.string
            for candidate in (old, elsewhere.get(key))
            if candidate and candidate.id == message.id and not _is_empty(candidate)
        ]
        merged.add(
            message.id,
            string=usable[0] if usable else None,
            locations=message.locations,
            auto_comments=message.auto_comments,
            user_comments=old.user_comments if old else (),
            flags=(old.flags if old else set()) | message.flags,
            context=message.context,
        )
    write_catalogue(app, merged)
    return Merge(
        added=sorted(key[0] for key in wanted.keys() - translated.keys()),
        removed=sorted(key[0] for key in translated.keys() - wanted.keys()),
        missing=[_key(message)[0] for message in _entries(merged) if _is_empty(message)],
    )


def write_catalogue(app: str, catalogue: Catalog) -> None:
    """Write an app's catalogue: no dates and no line numbers, so that only words change a file."""
    body = BytesIO()
    write_po(body, catalogue, include_lineno=False, width=100, omit_header=True)
    path = catalogue_path(app)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEADER}\n\n{body.getvalue().decode().strip()}\n", encoding="utf-8")


def faults(app: str) -> list[str]:
    """List what is wrong with an app's catalogue against its code; empty means complete."""
    unreadable = _unreadable(app)
    if unreadable:
        return unreadable
    translated = {_key(message): message for message in _entries(read_catalogue(app))}
    wanted = {_key(message) for message in _entries(extract_messages(app))}
    lines = [f"{app}: not in the catalogue: {key[0]!r}" for key in sorted_keys(wanted, translated)]
    lines += [f"{app}: obsolete: {key[0]!r}" for key in sorted_keys(set(translated), wanted)]
    return lines + entry_faults(app)


def entry_faults(app: str) -> list[str]:
    """List the entries of a catalogue that are missing, fuzzy, or break their placeholders."""
    lines = _unreadable(app)
    if lines:
        return lines
    catalogue = read_catalogue(app)
    if catalogue.num_plurals != ARABIC_PLURALS:
        lines.append(f"{app}: the header must declare Arabic's six plural forms")
    for message in _entries(catalogue):
        name = repr(_key(message)[0])
        if _is_empty(message):
            lines.append(f"{app}: missing: {name}")
        elif message.fuzzy:
            lines.append(f"{app}: fuzzy: {name}")
        elif not _placeholders_agree(message):
            lines.append(f"{app}: placeholders differ: {name}")
    return lines


def _unreadable(app: str) -> list[str]:
    try:
        read_catalogue(app)
    except PoFileError as error:
        return [f"{app}: the catalogue cannot be read: {error}"]
    return []


def disagreements(apps: tuple[str, ...]) -> list[str]:
    """List messages that two catalogues translate differently: Django would show either."""
    seen: dict[MessageKey, tuple[str, object]] = {}
    lines = []
    for app in apps:
        for message in _entries(read_catalogue(app)):
            if _is_empty(message):
                continue
            key = _key(message)
            other = seen.setdefault(key, (app, message.string))
            if other[1] != message.string:
                lines.append(f"{other[0]} and {app} translate {key[0]!r} differently")
    return lines


def compile_catalogue(app: str) -> Path | None:
    """Write an app's .mo beside its .po; nothing where there is no catalogue."""
    path = catalogue_path(app)
    if not path.is_file():
        return None
    compiled = path.with_suffix(".mo")
    partial = compiled.with_suffix(f".{os.getpid()}.part")
    with partial.open("wb") as file:
        write_mo(file, read_catalogue(app))
    partial.replace(compiled)
    return compiled


def sorted_keys(keys: set[MessageKey], known: Container[MessageKey]) -> list[MessageKey]:
    """Give the keys that are not known, in a stable order."""
    return sorted((key for key in keys if key not in known), key=lambda key: (key[0], key[1] or ""))


def _new_catalogue() -> Catalog:
    return read_po(BytesIO(HEADER.encode()), locale=LANGUAGE, domain="django")


def _entries(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _key(message: Message) -> MessageKey:
    singular = message.id if isinstance(message.id, str) else message.id[0]
    return singular, message.context


def _translations_of_others(app: str) -> dict[MessageKey, Message]:
    others = (name for name in settings.CATALOGUES if name != app)
    return {_key(message): message for name in others for message in _entries(read_catalogue(name))}


def _is_empty(message: Message) -> bool:
    if isinstance(message.string, str):
        return not message.string
    return not message.string or not all(message.string)


def _placeholders(text: str) -> set[str]:
    return {named or braced for named, braced in _PLACEHOLDER.findall(text)}


def _placeholders_agree(message: Message) -> bool:
    """Tell whether a translation uses what the message gives; a plural form may leave some out."""
    if isinstance(message.id, str):
        return _placeholders(message.id) == _placeholders(str(message.string))
    known = set().union(*(_placeholders(form) for form in message.id))
    return all(_placeholders(form) <= known for form in message.string or ())
