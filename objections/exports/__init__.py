"""The programme's file of decisions: its rows, and the act that makes it."""

from objections.exports.making import (
    Exported,
    NothingToExport,
    NotReconciled,
    export_decisions,
    finish_files,
    repeat_export,
)

__all__ = [
    "Exported",
    "NotReconciled",
    "NothingToExport",
    "export_decisions",
    "finish_files",
    "repeat_export",
]
