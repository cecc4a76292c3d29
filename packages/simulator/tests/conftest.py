import pytest

from duro.simulator.seeds import SeedBook
from duro.simulator.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return World.make(SeedBook.DEVELOPMENT[0], payers=600, months=4)
