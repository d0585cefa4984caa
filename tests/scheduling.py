"""Which tests stay together in one process of pytest-xdist.

By path and not by pytest-xdist's own marks: its `loadgroup` writes the group into a test's id,
which pytest 9.2 no longer takes, and then splits the groups without a word.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/e2e/": "stack",
    "tests/launcher/test_run.py": "run",
    "tests/portal/test_demo.py": "demonstration",
}
"""Folders and files whose tests share something dear: the running stack, a copied checkout, the
loaded demonstration."""


def group_of(nodeid: str) -> str:
    """Give the group a test belongs to, or its own id where it may run anywhere."""
    return next((group for path, group in TOGETHER.items() if nodeid.startswith(path)), nodeid)


class GroupedScheduling(LoadScopeScheduling):
    """Hands out the groups first, the largest before the others, then one test at a time."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
