"""What staff choose from on the page of a case, as each process keeps it (access.kept).

A page offers what is kept; what is sent is compared with the tables themselves.
"""

from __future__ import annotations

from typing import Final

from access.kept import Kept
from objections.models import AnswerTemplate, DecisionReason, Team

REASONS: Final = Kept(lambda: list(DecisionReason.objects.all()))
"""Every reason of decisions in its order, out of use or not."""

TEMPLATES: Final = Kept(lambda: list(AnswerTemplate.objects.filter(is_active=True)))
"""The templates of answers that are in use, in their order."""

TEAMS: Final = Kept(lambda: list(Team.objects.order_by("id")))
"""Every team, the oldest first."""
