from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self, final

from litestar.types import HTTPScope

_FORWARDED_FOR: Final = b"x-forwarded-for"
_ONE_CALLER_BITS: Final = 64


@final
@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The reverse proxies whose word about who called is taken; nobody else's is."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read addresses and networks, separated by commas. Raise ValueError for anything else."""
        return cls(tuple(ip_network(part.strip()) for part in text.split(",") if part.strip()))

    def include(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self.networks)


@final
@dataclass(frozen=True, slots=True)
class ClientAddress:
    """Where a request comes from, as one caller counts: an IPv4 address, or a /64 of IPv6, which one line has."""

    text: str

    @classmethod
    def of(cls, scope: HTTPScope, proxies: TrustedProxies) -> "ClientAddress | None":
        """Take the nearest hop that is no trusted proxy; None when the peer has no address, as on a unix socket."""
        client = scope["client"]
        address = None if client is None else cls._read(client[0])
        if address is None:
            return None
        for hop in reversed(cls._hops(scope["headers"])):
            if not proxies.include(address):
                break
            told = cls._read(hop)
            if told is None:
                break
            address = told
        return cls._counted(address)

    @staticmethod
    def _hops(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
        told = [value.decode("latin-1") for name, value in headers if name == _FORWARDED_FOR]
        return [hop.strip() for line in told for hop in line.split(",")]

    @staticmethod
    def _read(text: str) -> IPv4Address | IPv6Address | None:
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError:
            return None
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return mapped or address

    @classmethod
    def _counted(cls, address: IPv4Address | IPv6Address) -> "ClientAddress":
        if isinstance(address, IPv4Address):
            return cls(str(address))
        return cls(str(ip_network((address, _ONE_CALLER_BITS), strict=False)))
