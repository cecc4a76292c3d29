import errno
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Self, final

from duro.cli.errors import CommandError

_PREFERRED: Final = {
    "public API": ("DURO_PUBLIC_API_PORT", 8401),
    "billing worker": ("DURO_WORKER_HEALTH_PORT", 8402),
    "gateway simulator": ("DURO_GATEWAY_PORT", 8403),
}
_TRIES: Final = 200
LOOPBACK: Final = "127.0.0.1"


class PortTakenError(CommandError):
    """A port that was asked for by name is in use."""

    def __init__(self, *, variable: str, port: int, what: str) -> None:
        super().__init__(f"Port {port} for the {what} ({variable}) is in use. Free it or set {variable} to another.")


class HostUnusableError(CommandError):
    """There is no such address on this machine."""

    def __init__(self, host: str, trouble: str) -> None:
        super().__init__(f"DURO_PUBLIC_API_HOST is {host}, and nothing can listen there: {trouble}.")


class PortNotANumberError(CommandError):
    """A port setting is not a port."""

    def __init__(self, *, variable: str, text: str) -> None:
        super().__init__(f"{variable} is {text!r}; expected a port from 1 to 65535.")


@final
@dataclass(frozen=True, slots=True)
class PortPlan:
    """Which port each service listens on: the one asked for, or the next free one after the usual."""

    host: str
    public_api: int
    worker_health: int
    gateway: int
    moved: tuple[str, ...]

    @classmethod
    def choose(cls, environ: Mapping[str, str]) -> Self:
        """Raise HostUnusableError when the API can't listen on DURO_PUBLIC_API_HOST.

        Raise PortTakenError when a port set in the environment is in use, PortNotANumberError when it is none.
        """
        host = environ.get("DURO_PUBLIC_API_HOST") or LOOPBACK
        chosen: list[int] = []
        moved: list[str] = []
        for what, (variable, usual) in _PREFERRED.items():
            asked = environ.get(variable)
            if asked:
                chosen.append(cls._asked_for(host, variable=variable, text=asked, what=what))
                continue
            free = cls._next_free(host, usual, chosen)
            chosen.append(free)
            if free != usual:
                moved.append(f"port {usual} is in use: the {what} takes {free}")
        public_api, worker_health, gateway = chosen
        return cls(host=host, public_api=public_api, worker_health=worker_health, gateway=gateway, moved=tuple(moved))

    @property
    def reachable_host(self) -> str:
        """The address at which this machine reaches the API, also when it listens on all of them."""
        try:
            return LOOPBACK if ip_address(self.host).is_unspecified else self.host
        except ValueError:
            return self.host

    @classmethod
    def is_free(cls, host: str, port: int) -> bool:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                    return False
                raise HostUnusableError(host, str(error)) from error
        return True

    @classmethod
    def _asked_for(cls, host: str, *, variable: str, text: str, what: str) -> int:
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65_535:
            raise PortNotANumberError(variable=variable, text=text)
        if not cls.is_free(host, int(text)):
            raise PortTakenError(variable=variable, port=int(text), what=what)
        return int(text)

    @classmethod
    def _next_free(cls, host: str, usual: int, taken: list[int]) -> int:
        for port in range(usual, usual + _TRIES):
            if port not in taken and cls.is_free(host, port):
                return port
        raise PortTakenError(variable="DURO_*_PORT", port=usual, what="services")
