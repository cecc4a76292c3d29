"""PostgreSQL and Valkey servers that one command starts, and that end with it."""

from duro.embedded.account import Account
from duro.embedded.death_signal import DeathSignal
from duro.embedded.errors import (
    AlreadyRunningError,
    EmbeddedServerError,
    ForeignFolderError,
    IncompatibleDataError,
    OrphanedServerError,
    ServerFailedError,
    ServerMissingError,
    UnreachableDataError,
)
from duro.embedded.placement import Placement
from duro.embedded.postgres import EmbeddedPostgres
from duro.embedded.postgres_address import PostgresAddress
from duro.embedded.postgres_settings import PostgresSettings
from duro.embedded.provider import Provider
from duro.embedded.server_process import Insistence, Launch, ServerProcess
from duro.embedded.valkey import EmbeddedValkey
from duro.embedded.valkey_address import ValkeyAddress

__all__ = [
    "Account",
    "AlreadyRunningError",
    "DeathSignal",
    "EmbeddedPostgres",
    "EmbeddedServerError",
    "EmbeddedValkey",
    "ForeignFolderError",
    "IncompatibleDataError",
    "Insistence",
    "Launch",
    "OrphanedServerError",
    "Placement",
    "PostgresAddress",
    "PostgresSettings",
    "Provider",
    "ServerFailedError",
    "ServerMissingError",
    "ServerProcess",
    "UnreachableDataError",
    "ValkeyAddress",
]
