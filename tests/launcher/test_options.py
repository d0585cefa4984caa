"""What ./run makes of its environment, before anything starts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import time

import pytest
from django.core.exceptions import ImproperlyConfigured

from launcher.console import Failure
from launcher.options import FIRST_PORT, LAST_PORT, listen_on, read_options, url_of
from portal.env import Env
from portal.programme import Programme


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_nothing_set_is_the_demonstration_on_loopback_with_servers_of_its_own() -> None:
    options = read_options(Env({}))
    assert options.demo
    assert (options.host, options.port) == ("127.0.0.1", None)
    assert (options.database_url, options.redis_url) == ("", "")
    assert options.data_dir_is_ours


@pytest.mark.parametrize("typed", ["25:00", "8", "eight", "08:00:99"])
def test_a_time_that_cannot_be_stops_the_start_with_its_name(typed: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PROGRAMME_OPENS must be a time of day"):
        Programme.from_env(Env({"PROGRAMME_OPENS": typed}))
    assert Programme.from_env(Env({"PROGRAMME_OPENS": "07:30"})).opens == time(7, 30)


@pytest.mark.parametrize(
    ("settings", "demo"),
    [
        pytest.param({"SMS_GATEWAY": "phone"}, True, id="phone"),
        pytest.param({"SMS_GATEWAY": "phone", "DEMO": "0"}, False, id="phone-demo-off"),
        pytest.param({"SMS_GATEWAY": "twilio"}, False, id="real-gateway"),
        pytest.param(
            {"SMS_GATEWAY": "twilio", "TWILIO_API_BASE_URL": "http://127.0.0.1:9/"},
            True,
            id="stand-in-on-loopback",
        ),
        pytest.param(
            {"SMS_GATEWAY": "twilio", "TWILIO_API_BASE_URL": "https://sms.example.com"},
            False,
            id="stand-in-elsewhere",
        ),
        pytest.param(
            {"SMS_GATEWAY": "unifonic", "UNIFONIC_API_BASE_URL": "http://127.0.0.1:9/"},
            True,
            id="unifonic-s-stand-in",
        ),
        pytest.param(
            {"SMS_GATEWAY": "phone", "SMS_SECOND_GATEWAY": "unifonic"}, False, id="second-is-real"
        ),
        pytest.param(
            {
                "SMS_GATEWAY": "unifonic",
                "UNIFONIC_API_BASE_URL": "http://127.0.0.1:9/",
                "SMS_SECOND_GATEWAY": "twilio",
                "TWILIO_API_BASE_URL": "http://127.0.0.1:8/",
            },
            True,
            id="both-pretended",
        ),
        pytest.param({"DEMO": "0", "HOST": "0.0.0.0"}, False, id="open-host-demo-off"),
        pytest.param({"HOST": "::1"}, True, id="loopback-v6"),
        pytest.param({"HOST": "localhost"}, True, id="loopback-name"),
    ],
)
def test_demonstration_is_on_where_no_real_phone_is_reached(
    settings: dict[str, str], *, demo: bool
) -> None:
    assert read_options(Env(settings)).demo is demo


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        pytest.param({"SMS_GATEWAY": "twilio", "DEMO": "1"}, "twilio", id="real-gateway"),
        pytest.param(
            {"SMS_SECOND_GATEWAY": "unifonic", "DEMO": "1"}, "unifonic", id="real-second-gateway"
        ),
        pytest.param({"HOST": "0.0.0.0", "DEMO": "1"}, "HOST=0.0.0.0", id="open-host"),
        pytest.param({"HOST": "0.0.0.0"}, "HOST=0.0.0.0", id="open-host-by-default"),
        pytest.param({"DEMO": "maybe"}, "DEMO", id="neither-yes-nor-no"),
        pytest.param({"PORT": "80a"}, "PORT", id="port-not-a-number"),
        pytest.param({"PORT": "70000"}, "PORT", id="port-too-large"),
        pytest.param({"PORT": "0"}, "PORT", id="port-zero"),
    ],
)
def test_refusal_names_the_setting_and_a_way_out(settings: dict[str, str], named: str) -> None:
    with pytest.raises(Failure) as refused:
        read_options(Env(settings))
    assert named in refused.value.what
    assert refused.value.remedy


def test_asked_port_that_is_taken_is_a_clear_failure(busy_port: int) -> None:
    with pytest.raises(Failure, match=f"Port {busy_port} on 127.0.0.1 is in use"):
        listen_on("127.0.0.1", busy_port)


def test_unset_port_is_the_first_free_one() -> None:
    with listen_on("127.0.0.1", None) as first, listen_on("127.0.0.1", None) as second:
        one, other = first.getsockname()[1], second.getsockname()[1]
    assert FIRST_PORT <= one < other <= LAST_PORT


def test_host_of_another_machine_is_a_clear_failure() -> None:
    with pytest.raises(Failure, match=r"192\.0\.2\.1 is not an address of this machine"):
        listen_on("192.0.2.1", 8123)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("localhost", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("0.0.0.0", "http://localhost:8000"),
    ],
)
def test_printed_address_opens_in_a_browser(host: str, url: str) -> None:
    assert url_of(host, 8000) == url
