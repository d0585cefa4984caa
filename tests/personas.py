"""Who acts in a test: the owner, the household, an outsider, staff of each role.

A refusal is proved with somebody else's session, so making one must cost one line:

    client.force_login(user_of(outsider()), backend=CITIZEN_BACKEND)
    sign_in(client, outsider())
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

from django.apps import apps
from django.contrib.auth.models import Group
from django.db.migrations import RunPython
from django.test import Client

from beneficiaries.models import Person, User
from beneficiaries.services import user_of
from beneficiaries.statuses import Relation
from portal import migrations
from saudi.hijri import HijriDate
from tests.factories import PersonFactory, StaffFactory

CITIZEN_BACKEND: Final = "beneficiaries.backends.OneTimeCodeBackend"
STAFF_BACKEND: Final = "beneficiaries.backends.StaffBackend"
ROLES: Final = ("agent", "caseworker", "approver", "supervisor", "auditor", "administrator")


def head(**fields: Any) -> Person:
    """Give the head of a new household."""
    return PersonFactory.create(relation=Relation.HEAD, **fields)


def adult_of(person: Person, **fields: Any) -> Person:
    """Give a grown-up child in the household of somebody."""
    facts = {"relation": Relation.CHILD, "birth_date": HijriDate(1425, 9, 10)} | fields
    return PersonFactory.create(household=person.household, **facts)


def child_of(person: Person, **fields: Any) -> Person:
    """Give a minor in the household of somebody, with no mobile."""
    facts = {"relation": Relation.CHILD, "birth_date": HijriDate(1442, 3, 5), "mobile": ""} | fields
    return PersonFactory.create(household=person.household, **facts)


def outsider(**fields: Any) -> Person:
    """Give the head of another household, who may see nothing of the owner's."""
    return head(**fields)


def sign_in(client: Client, person: Person) -> User:
    """Give a browser the session of a person, as after a right code."""
    user = user_of(person)
    client.force_login(user, backend=CITIZEN_BACKEND)
    return user


def staff(role: str | None = None, **fields: Any) -> User:
    """Give a member of staff in the group of a role, or in none: a clerk without the right."""
    user = StaffFactory.create(**fields)
    if role is not None:
        user.groups.add(_group(role))
    return user


def _group(role: str) -> Group:
    """Give a role's group; after a test with real transactions the migration's rows are gone."""
    group = Group.objects.filter(name=role).first()
    if group is None:
        _give_rights()
        group = Group.objects.get(name=role)
    return group


def _give_rights() -> None:
    """Give every role its rights, as the portal's migrations do."""
    for module in sorted(each.name for each in iter_modules(migrations.__path__)):
        for operation in import_module(f"portal.migrations.{module}").Migration.operations:
            if isinstance(operation, RunPython):
                operation.code(apps, None)


def sign_in_staff(client: Client, role: str | None = None, **fields: Any) -> User:
    """Give a browser the session of a member of staff."""
    user = staff(role, **fields)
    client.force_login(user, backend=STAFF_BACKEND)
    return user
