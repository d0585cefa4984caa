"""A programme with a long name is told at the start, not by the bill."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings as configured
from django.core.checks import run_checks


def test_shipped_name_fits() -> None:
    assert run_checks(tags=["notifications"]) == []


def test_name_that_makes_a_message_too_long_is_refused(settings: Any) -> None:
    settings.PROGRAMME = replace(configured.PROGRAMME, name_ar="برنامج دعم الأسر الوطني الموحد")
    faults = run_checks(tags=["notifications"])
    assert {fault.id for fault in faults} == {"notifications.E001"}
    assert "objection_documents_wanted (ar)" in faults[0].msg


def test_deployment_without_a_real_gateway_is_warned_of(settings: Any) -> None:
    settings.SMS_GATEWAY, settings.DEMO = "phone", False
    faults = run_checks(tags=["security"], include_deployment_checks=True)
    assert "notifications.W001" in {fault.id for fault in faults}
    settings.SMS_GATEWAY = "twilio"
    faults = run_checks(tags=["security"], include_deployment_checks=True)
    assert "notifications.W001" not in {fault.id for fault in faults}
