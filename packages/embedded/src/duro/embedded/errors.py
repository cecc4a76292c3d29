from pathlib import Path
from typing import final


class EmbeddedServerError(Exception):
    """A server of ours couldn't be started, found or kept."""


@final
class AlreadyRunningError(EmbeddedServerError):
    """Another process already runs the server of this folder."""

    def __init__(self, server: str, folder: Path, holder: str) -> None:
        super().__init__(f"{server} of {folder} was already started by process {holder or 'unknown'}: stop that one.")


@final
class OrphanedServerError(EmbeddedServerError):
    """A server outlived the process that started it and doesn't end."""

    def __init__(self, server: str, folder: Path, pid: str) -> None:
        super().__init__(f"An earlier {server} of {folder} (process {pid or 'unknown'}) doesn't end.")


@final
class ServerFailedError(EmbeddedServerError):
    """A server ended, or didn't answer, while it was being started."""

    def __init__(self, server: str, *, log: Path, tail: str) -> None:
        super().__init__(f"{server} didn't start. The end of {log}:\n{tail}")


@final
class ServerMissingError(EmbeddedServerError):
    """No build of the server was found for this platform."""

    def __init__(self, server: str, looked: str) -> None:
        super().__init__(f"No {server} was found: looked for {looked}.")


@final
class IncompatibleDataError(EmbeddedServerError):
    """The data were written by another major version of the server."""

    def __init__(self, folder: Path, *, found: str, wanted: str) -> None:
        super().__init__(f"{folder} was written by PostgreSQL {found}, and the binaries found are {wanted}.")


@final
class UnreachableDataError(EmbeddedServerError):
    """There are data in the home folder, but the server's account can no longer reach them."""

    def __init__(self, folder: Path, *, closed: Path, account: str) -> None:
        super().__init__(
            f"{folder} holds data, but {account} can't enter {closed}: open it again (chmod o+x) or move the data.",
        )


@final
class ForeignFolderError(EmbeddedServerError):
    """A folder we would trust belongs to somebody else, or isn't a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} isn't a folder of this account: remove it or choose another home.")
