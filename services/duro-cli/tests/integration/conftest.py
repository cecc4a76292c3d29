"""A `duro` in this process, on a folder of its own, and what it said."""

import asyncio
from dataclasses import dataclass
from io import StringIO

import asyncpg
import pytest
import pytest_asyncio
from rich.console import Console

from duro.cli.application import DuroApplication


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    status: int
    said: str

    @property
    def last_line(self) -> str:
        return self.said.splitlines()[-1]


@pytest.fixture
def duro(new_home):
    home = new_home()

    async def run(*words: str, **environ: str) -> Done:
        said = StringIO()
        application = DuroApplication(
            environ={"DURO_HOME": str(home)} | environ, folder=home.parent, console=Console(file=said, width=200)
        )
        status = await asyncio.to_thread(application.run, words)
        return Done(status, said.getvalue())

    run.home = home
    return run


@pytest_asyncio.fixture(loop_scope="session")
async def connection(database):
    connection = await asyncpg.connect(database.admin_url)
    yield connection
    await connection.close()
