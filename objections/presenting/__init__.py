"""How an objection is shown. Words only, nothing is written."""

from objections.presenting.cases import Station, StatusView, back_pay_view, status_of, timeline_of
from objections.presenting.files import FileView, kept_files, refused_files
from objections.presenting.matters import (
    StepView,
    cycle_text,
    deadline_text,
    matter_of,
    new_url,
    reasons_of,
    step_name,
    steps_of,
    title_of,
)

__all__ = [
    "FileView",
    "Station",
    "StatusView",
    "StepView",
    "back_pay_view",
    "cycle_text",
    "deadline_text",
    "kept_files",
    "matter_of",
    "new_url",
    "reasons_of",
    "refused_files",
    "status_of",
    "step_name",
    "steps_of",
    "timeline_of",
    "title_of",
]
