"""The Compose file is valid and opens nothing to the network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from launcher.processes import CODES, EMAIL, OTHER_QUEUES
from notifications.statuses import Lane
from portal.celery import app

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ["worker", "worker-codes", "worker-email", "worker-imports", "worker-messages"]
PROCESSES = ["web", *WORKERS, "scheduler"]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    services: dict[str, Any] = document["services"]
    return services


def test_file_follows_the_compose_schema() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
        ],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_parts_of_the_portal_are_there(services: dict[str, Any]) -> None:
    assert {*PROCESSES, "postgres", "redis"} <= services.keys()


def test_only_the_web_server_is_published_and_only_on_loopback(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published.pop("web") == ["127.0.0.1:${PORT:-8000}:8000"]
    assert [services[name].get("profiles") for name in published] == [["proxy"]]


def test_every_lasting_service_is_watched(services: dict[str, Any]) -> None:
    lasting = {name for name in services if name != "migrations"}
    assert {name for name in lasting if "healthcheck" not in services[name]} == set()


def test_processes_wait_for_migrations_and_have_few_rights(services: dict[str, Any]) -> None:
    for name in PROCESSES:
        service = services[name]
        assert (
            service["depends_on"]["migrations"]["condition"] == "service_completed_successfully"
        ), name
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name


def test_documents_are_scanned_and_no_process_waits_for_the_scanner(
    services: dict[str, Any],
) -> None:
    for name in PROCESSES:
        setting = services[name]["environment"]["CLAMAV_ADDRESS"]
        assert setting == "${CLAMAV_ADDRESS-clamav:3310}", name
        assert "clamav" not in services[name]["depends_on"], name
    assert services["clamav"]["volumes"] == ["clamav:/var/lib/clamav"]


def test_demonstration_is_off(services: dict[str, Any]) -> None:
    assert {services[name]["environment"]["DEMO"] for name in PROCESSES} == {"0"}


def queues_of(service: dict[str, Any]) -> list[str]:
    """Give the queues that a worker takes from."""
    options = [option for option in service["command"] if option.startswith("--queues=")]
    return [queue for option in options for queue in option.removeprefix("--queues=").split(",")]


def test_every_queue_has_a_worker(services: dict[str, Any]) -> None:
    queues = {queue for name in WORKERS for queue in queues_of(services[name])}
    assert queues == {CODES, EMAIL, *OTHER_QUEUES.split(",")}


@pytest.mark.parametrize("lane", [lane.value for lane in Lane])
def test_one_process_sends_a_lane(services: dict[str, Any], lane: str) -> None:
    """SMS_IN_FLIGHT is a process's own: two of them would pass what the provider allows."""
    (name,) = [name for name in WORKERS if lane in queues_of(services[name])]
    assert "--pool=threads" in services[name]["command"]
    assert services[name].get("deploy", {}).get("replicas", 1) == 1


def test_every_scheduled_task_goes_to_a_queue_that_has_a_worker() -> None:
    scheduled = {
        entry.get("options", {}).get("queue", "default")
        for entry in app.conf.beat_schedule.values()
    }
    assert scheduled
    assert scheduled | {lane.value for lane in Lane} <= {CODES, EMAIL, *OTHER_QUEUES.split(",")}
