"""A programme with a long name is told at the start, not by the bill."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.checks import run_checks


def test_shipped_name_fits() -> None:
    assert run_checks(tags=["notifications"]) == []


def test_name_that_makes_a_message_too_long_is_refused(settings: Any) -> None:
    settings.PROGRAMME = replace(configured.PROGRAMME, name_ar="برنامج دعم الأسر الوطني الموحد")
    faults = run_checks(tags=["notifications"])
    assert {fault.id for fault in faults} == {"notifications.E001"}
    assert any("objection_documents_wanted (ar)" in fault.msg for fault in faults)


SECRETS = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32,
    "UNIFONIC_APP_SID": "app",
}
HERE = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        pytest.param({"SMS_GATEWAY": "unifonic"}, "", id="unifonic"),
        pytest.param({"SMS_GATEWAY": "pigeon"}, "SMS_GATEWAY must be", id="no-gateway"),
        pytest.param(
            {"SMS_GATEWAY": "unifonic", "UNIFONIC_APP_SID": ""}, "UNIFONIC_APP_SID", id="no-app"
        ),
        pytest.param({"SMS_GATEWAY": "twilio", "SMS_SECOND_GATEWAY": "unifonic"}, "", id="two"),
        pytest.param(
            {"SMS_GATEWAY": "twilio", "SMS_SECOND_GATEWAY": "unifonic", "UNIFONIC_APP_SID": ""},
            "UNIFONIC_APP_SID",
            id="second-without-its-app",
        ),
        pytest.param(
            {"SMS_GATEWAY": "twilio", "SMS_SECOND_GATEWAY": "twilio"}, "SECOND", id="twice-the-same"
        ),
        pytest.param(
            {"SMS_GATEWAY": "twilio", "SMS_SECOND_GATEWAY": "phone"}, "SECOND", id="second-a-phone"
        ),
        pytest.param({"SMS_GATEWAY": "unifonic", "DEMO": "1"}, "DEMO", id="demo-beside-a-real-one"),
        pytest.param(
            {"SMS_GATEWAY": "unifonic", "DEMO": "1", "UNIFONIC_API_BASE_URL": HERE},
            "",
            id="demo-beside-a-stand-in",
        ),
        pytest.param(
            {
                "SMS_GATEWAY": "unifonic",
                "DEMO": "1",
                "UNIFONIC_API_BASE_URL": HERE,
                "SMS_SECOND_GATEWAY": "twilio",
            },
            "DEMO",
            id="demo-beside-a-real-second-one",
        ),
    ],
)
def test_settings_that_cannot_be_meant_stop_the_start(
    changed: dict[str, str], refusal: str
) -> None:
    environ = {**os.environ, "DEMO": "0", "HOST": "", **SECRETS, **changed}
    said = subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        cwd=configured.BASE_DIR,
        env=environ,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (said.returncode == 0) == (refusal == ""), said.stderr
    assert refusal in said.stderr


def test_deployment_without_a_real_gateway_is_warned_of(settings: Any) -> None:
    settings.SMS_GATEWAY, settings.DEMO = "phone", False
    faults = run_checks(tags=["security"], include_deployment_checks=True)
    assert "notifications.W001" in {fault.id for fault in faults}
    settings.SMS_GATEWAY = "twilio"
    faults = run_checks(tags=["security"], include_deployment_checks=True)
    assert "notifications.W001" not in {fault.id for fault in faults}
