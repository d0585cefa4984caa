"""Every write to an objection. Staff's are in `objections.services.review`."""

from objections.services.drafts import (
    attach_documents,
    open_draft,
    reach_step,
    record_profile_step,
    remove_document,
    stop_overdue_drafts,
)
from objections.services.exemptions import grant_exemption
from objections.services.extensions import extend_window, follow_extensions
from objections.services.filing import submit_objection
from objections.services.late import record_late_attempt
from objections.services.names import follow_names
from objections.services.papers import add_documents, add_wanted_documents, tell_of_refused
from objections.services.reminders import queue_reminders
from objections.services.second_looks import ask_second_look, withdraw_second_look
from objections.services.statements import save_statement
from objections.services.withdrawal import withdraw_objection

__all__ = [
    "add_documents",
    "add_wanted_documents",
    "ask_second_look",
    "attach_documents",
    "extend_window",
    "follow_extensions",
    "follow_names",
    "grant_exemption",
    "open_draft",
    "queue_reminders",
    "reach_step",
    "record_late_attempt",
    "record_profile_step",
    "remove_document",
    "save_statement",
    "stop_overdue_drafts",
    "submit_objection",
    "tell_of_refused",
    "withdraw_objection",
    "withdraw_second_look",
]
