"""Grounds and needed documents as a citizen reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from objections.models import Ground, NeededDocument


@dataclass(frozen=True)
class GroundView:
    """A ground to choose, with what to write about it."""

    code: str
    label: str
    hint: str


@dataclass(frozen=True)
class NeedView:
    """A document that helps, and what must be visible in it."""

    pk: int | None
    name: str
    visible: str


def ground_views(grounds: Iterable[Ground], language: str) -> list[GroundView]:
    """Word grounds in one language."""
    return [GroundView(each.code, each.label(language), each.hint(language)) for each in grounds]


def need_views(needs: Iterable[NeededDocument], language: str) -> list[NeedView]:
    """Word needed documents in one language."""
    return [NeedView(each.pk, each.name(language), each.visible(language)) for each in needs]
