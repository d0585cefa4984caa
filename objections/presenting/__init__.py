"""How an objection is shown. Words only, nothing is written."""

from objections.presenting.after import (
    DecisionView,
    Way,
    decisions_of,
    no_second_look_text,
    ways_on,
)
from objections.presenting.cases import (
    Station,
    StatusView,
    back_pay_view,
    status_of,
    status_of_outcome,
    timeline_of,
)
from objections.presenting.files import FileView, kept_files, nothing_new_text, refused_files
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
    "DecisionView",
    "FileView",
    "Station",
    "StatusView",
    "StepView",
    "Way",
    "back_pay_view",
    "cycle_text",
    "deadline_text",
    "decisions_of",
    "kept_files",
    "matter_of",
    "new_url",
    "no_second_look_text",
    "nothing_new_text",
    "reasons_of",
    "refused_files",
    "status_of",
    "status_of_outcome",
    "step_name",
    "steps_of",
    "timeline_of",
    "title_of",
    "ways_on",
]
