"""The client's address: a header that anybody can write defeats no limit (O19 c, f)."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from access.client import client_address


def address(remote: str, forwarded: str = "") -> str:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return client_address(RequestFactory(headers=headers).get("/", REMOTE_ADDR=remote))


class TestWithoutProxy:
    @pytest.mark.parametrize("forwarded", [f"10.0.0.{n}" for n in range(1, 6)])
    def test_written_header_changes_nothing(self, forwarded: str) -> None:
        assert address("203.0.113.7", forwarded) == "203.0.113.7"

    def test_ipv6_line_counts_as_one(self) -> None:
        assert address("2001:db8:1:2::1") == address("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"

    def test_ipv4_written_as_ipv6_is_the_same_client(self) -> None:
        assert address("::ffff:203.0.113.7") == "203.0.113.7"

    @pytest.mark.parametrize("remote", ["", "@", "not an address"])
    def test_connection_without_address_is_unknown(self, remote: str) -> None:
        assert address(remote, "203.0.113.7") == "unknown"


class TestBehindProxies:
    @pytest.fixture(autouse=True)
    def _proxies(self, settings: Settings) -> None:
        settings.TRUSTED_PROXIES = ["10.1.0.0/16", "192.0.2.1", "unix"]

    @pytest.mark.parametrize(
        ("remote", "forwarded", "client"),
        [
            pytest.param("10.1.2.3", "203.0.113.7", "203.0.113.7", id="one-proxy"),
            pytest.param("10.1.2.3", "10.0.0.5, 203.0.113.7", "203.0.113.7", id="forged-first"),
            pytest.param("10.1.2.3", "203.0.113.7, 192.0.2.1", "203.0.113.7", id="two-proxies"),
            pytest.param("10.1.2.3", "nonsense", "10.1.2.3", id="nonsense"),
            pytest.param("10.1.2.3", "nonsense, 192.0.2.1", "192.0.2.1", id="nonsense-first"),
            pytest.param("10.1.2.3", "", "10.1.2.3", id="no-header"),
            pytest.param("", "203.0.113.7", "203.0.113.7", id="socket"),
            pytest.param("", "", "unknown", id="socket-no-header"),
            pytest.param("10.1.2.3", "10.1.0.7, 192.0.2.1", "10.1.0.7", id="proxies-only"),
            pytest.param("203.0.113.9", "10.0.0.5", "203.0.113.9", id="not-through-the-proxy"),
            pytest.param("10.1.2.3", "2001:db8::1", "2001:db8::/64", id="ipv6-behind"),
        ],
    )
    def test_last_hop_before_the_proxies_is_the_client(
        self, remote: str, forwarded: str, client: str
    ) -> None:
        assert address(remote, forwarded) == client
