"""Staff of each role, with one password for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group

from beneficiaries.models import User


@dataclass(frozen=True)
class DemoStaff:
    """A member of staff of the demonstration."""

    username: str
    display_name: str
    role: str
    to_try: str


STAFF: Final = (
    DemoStaff("agent", "منال التجريبية", "agent", "answer the tickets that wait"),
    DemoStaff("caseworker", "بندر التجريبي", "caseworker", "take an objection and decide it"),
    DemoStaff("caseworker2", "سلمان التجريبي", "caseworker", "study the second look that waits"),
    DemoStaff("approver", "أروى التجريبية", "approver", "start the campaign that waits"),
    DemoStaff("approver2", "هيا التجريبية", "approver", "approve what others propose"),
    DemoStaff("supervisor", "فواز التجريبي", "supervisor", "see which cases are late"),
    DemoStaff("auditor", "ديمة التجريبية", "auditor", "read what was done, change nothing"),
    DemoStaff("admin", "مدير النظام", "administrator", "look at imports, SMS and accounts"),
)


def make_staff(password: str) -> dict[str, User]:
    """Make the staff, each in the group of their role, and give them by user name."""
    hashed = make_password(password)  # once: hashing is slow on purpose
    groups = {group.name: group for group in Group.objects.all()}
    made = {}
    for person in STAFF:
        user = User.objects.create(
            username=person.username,
            display_name=person.display_name,
            password=hashed,
            is_staff=True,
            is_superuser=person.role == "administrator",
        )
        user.groups.add(groups[person.role])
        made[person.username] = user
    return made


def change_password(password: str) -> bool:
    """Give the staff another password, where it is another; tell whether it was."""
    names = [person.username for person in STAFF]
    users = User.objects.filter(username__in=names, person=None)
    current = users.filter(username="admin").first()
    if current is None or check_password(password, current.password):
        return False
    users.update(password=make_password(password))
    return True
