import pytest

from duro.http_kit.client_address import ClientAddress, TrustedProxies

PROXIES = TrustedProxies.parse("10.0.0.0/8, 2001:db8:1::1")


def seen(peer: str | None, *forwarded: str, proxies: TrustedProxies = PROXIES) -> str | None:
    scope = {
        "client": None if peer is None else (peer, 5000),
        "headers": [(b"x-forwarded-for", line.encode()) for line in forwarded],
    }
    address = ClientAddress.of(scope, proxies)
    return address and address.text


class TestAClientAddress:
    def test_is_the_peer(self):
        assert seen("192.0.2.7") == "192.0.2.7"

    def test_is_nothing_without_a_peer(self):
        assert seen(None) is None
        assert seen("testclient") is None

    def test_is_one_for_the_whole_line_of_an_ipv6_caller(self):
        assert seen("2001:db8:5:6::1") == seen("2001:db8:5:6:ffff::2") == "2001:db8:5:6::/64"
        assert seen("2001:db8:5:7::1") != seen("2001:db8:5:6::1")

    def test_is_the_same_in_either_notation_of_ipv4(self):
        assert seen("::ffff:192.0.2.7") == "192.0.2.7"

    def test_is_not_what_a_stranger_claims(self):
        assert seen("192.0.2.7", "203.0.113.9") == "192.0.2.7"
        assert seen("10.1.2.3", "203.0.113.9", proxies=TrustedProxies()) == "10.1.2.3"

    @pytest.mark.parametrize(
        "lines", [("203.0.113.9",), ("198.51.100.1, 203.0.113.9",), ("198.51.100.1", "203.0.113.9, 10.9.9.9")]
    )
    def test_is_the_nearest_hop_that_no_trusted_proxy_is(self, lines: tuple[str, ...]):
        assert seen("10.1.2.3", *lines) == "203.0.113.9"

    def test_ends_at_a_hop_that_is_no_address(self):
        assert seen("10.1.2.3", "203.0.113.9, unknown, 10.9.9.9") == "10.9.9.9"

    def test_is_the_proxy_when_nobody_stands_behind_it(self):
        assert seen("10.1.2.3") == "10.1.2.3"


class TestTrustedProxies:
    @pytest.mark.parametrize("text", ["proxy.internal", "10.0.0.0/33", "10.0.0.1/8", "*"])
    def test_are_addresses_and_networks(self, text: str):
        with pytest.raises(ValueError, match=r"."):
            TrustedProxies.parse(text)
