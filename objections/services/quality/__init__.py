"""Samples of decisions that are decided again, blind, and the teams that figures are of."""

from objections.services.quality.drawing import draw_sample, draw_standing_samples, repeat_draw
from objections.services.quality.reviewing import (
    close_difference,
    put_back_review,
    send_review,
    skip_review,
    take_next_review,
)
from objections.services.quality.teams import set_members

__all__ = [
    "close_difference",
    "draw_sample",
    "draw_standing_samples",
    "put_back_review",
    "repeat_draw",
    "send_review",
    "set_members",
    "skip_review",
    "take_next_review",
]
