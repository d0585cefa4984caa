"""Giving the staff's roles their rights, in migrations.

A role is a group and a right a permission of Django. Django makes permissions after the last
migration; a migration that gives them away has to make them first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations


def make_permissions(apps: Any, label: str) -> None:
    """Make the permissions of an app as it is at this migration."""
    config = apps.get_app_config(label)
    config.models_module = True  # a historical app has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None


def grant(label: str, rights: Mapping[str, tuple[str, ...]]) -> migrations.RunPython:
    """Give the step of a migration that adds rights of one app to roles; nothing takes them back.

    `rights` has the names of permissions by the name of the role. Raises Group.DoesNotExist for a
    role that is not there, and LookupError for a right of a wrong name.
    """

    def give(apps: Any, _schema_editor: object) -> None:
        make_permissions(apps, label)
        permissions = apps.get_model("auth", "Permission").objects.filter(
            content_type__app_label=label
        )
        known = {permission.codename: permission for permission in permissions}
        groups = apps.get_model("auth", "Group").objects
        for role, names in rights.items():
            groups.get(name=role).permissions.add(*(known[name] for name in names))

    return migrations.RunPython(give, migrations.RunPython.noop)
