import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture
async def catalogue(database):
    """An administrator's connection to a migrated database."""
    connection = await asyncpg.connect(database.admin_url)
    yield connection
    await connection.close()
