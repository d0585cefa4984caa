"""Corrections of many results: prepared, fixed, approved by a second person, applied."""

from objections.services.corrections.applying import apply_corrections
from objections.services.corrections.events import wake_corrections
from objections.services.corrections.fixing import fix_sets, prepare_correction
from objections.services.corrections.payments import prepare_payment_correction
from objections.services.corrections.steps import (
    approve_correction,
    ask_for_approval,
    record_export,
    remove_row,
    return_correction,
    reword,
    withdraw_correction,
)

__all__ = [
    "apply_corrections",
    "approve_correction",
    "ask_for_approval",
    "fix_sets",
    "prepare_correction",
    "prepare_payment_correction",
    "record_export",
    "remove_row",
    "return_correction",
    "reword",
    "wake_corrections",
    "withdraw_correction",
]
