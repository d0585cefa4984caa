"""The roles of staff: groups made by a migration, each with its named permissions."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from tests import personas

pytestmark = pytest.mark.django_db

CAN = {
    "sawtak.answer_ticket": {"agent", "supervisor"},
    "objections.decide_objection": {"caseworker", "supervisor"},
    "objections.approve_decision": {"approver", "supervisor"},
    "objections.assign_objection": {"supervisor"},
    "objections.view_decision": {"caseworker", "approver", "supervisor", "auditor"},
    "objections.view_decisionexport": {"supervisor", "auditor"},
    "objections.change_answertemplate": {"supervisor"},
    "objections.view_objection": {"agent", "caseworker", "approver", "supervisor", "auditor"},
    "beneficiaries.view_sensitive_reason": {"caseworker", "approver", "supervisor"},
    "documents.open_document": {"agent", "caseworker", "approver", "supervisor"},
    "notifications.start_campaign": {"approver", "supervisor", "administrator"},
    "notifications.stop_campaign": {"approver", "supervisor", "administrator"},
    "beneficiaries.change_user": {"administrator"},
    "saudi.change_holiday": {"supervisor", "administrator"},
    "objections.change_ground": {"supervisor", "administrator"},
    "objections.view_ground": {"supervisor", "auditor", "administrator"},
    "objections.add_neededdocument": {"supervisor", "administrator"},
    "objections.view_neededdocument": {"supervisor", "auditor", "administrator"},
    "sawtak.change_helparticle": {"supervisor", "administrator"},
    "sawtak.view_helparticle": set(personas.ROLES),
    "portal.work_calltask": {"agent", "supervisor"},
    "portal.view_calltask": {"agent", "supervisor", "auditor"},
    "saudi.view_holiday": {"supervisor", "auditor", "administrator"},
    "beneficiaries.confirm_national_id": {"supervisor", "administrator"},
    "beneficiaries.view_confirmednationalid": {"supervisor", "auditor", "administrator"},
    "notifications.view_smstext": {"supervisor", "approver", "auditor", "administrator"},
    "notifications.edit_smstext": {"supervisor", "administrator"},
    "notifications.approve_smstext": {"approver", "administrator"},
}


def test_the_migration_makes_the_six_roles():
    assert set(Group.objects.values_list("name", flat=True)) == set(personas.ROLES)


@pytest.mark.parametrize("permission", CAN)
def test_a_right_belongs_to_its_roles_and_to_no_other(permission):
    holders = {role for role in personas.ROLES if personas.staff(role).has_perm(permission)}
    assert holders == CAN[permission]


def test_staff_in_no_group_may_do_nothing():
    assert personas.staff().get_all_permissions() == set()


def test_the_auditor_changes_nothing():
    rights = personas.staff("auditor").get_all_permissions()
    assert rights
    assert {right.split(".")[1].split("_")[0] for right in rights} == {"view"}
