"""Which tests stay together in one process of pytest-xdist.

By path and not by pytest-xdist's own marks: its `loadgroup` writes the group into a test's id,
which pytest 9.2 no longer takes, and then splits the groups without a word.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

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

    def mark_test_complete(
        self, node: WorkerController, item_index: int, duration: float = 0
    ) -> None:
        """Note what is done, and forget a group once all of it is.

        The parent keeps each and counts them all after every test: with thousands of groups that
        takes as long as some hundred tests.
        """
        nodeid = self.registered_collections[node][item_index]
        groups, group = self.assigned_work[node], self._split_scope(nodeid)
        groups[group][nodeid] = True
        if all(groups[group].values()):
            del groups[group]
        self._reschedule(node)
