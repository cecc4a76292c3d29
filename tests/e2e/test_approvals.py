"""Payers whose bank wants to hear from themselves: they are led there and back."""

import pytest_asyncio

from duro.payments import SimulatedCard
from duro.testkit.process_runner import ProcessRunner
from duro.testkit.service_command import ServiceCommand
from journey import BankServer, World
from journey.payer import Payer

PAY = "Pay ₦5,000.00 with this card"
QUESTION = "Do you approve this payment?"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bank_url(tmp_path_factory):
    """Run the provider's server, with the page of its bank, once for all tests of this file."""
    folder = tmp_path_factory.mktemp("bank")
    async with ProcessRunner.open(folder) as processes:
        port = processes.free_port()
        url = f"http://127.0.0.1:{port}"
        arguments = ("--port", str(port), "--database", str(folder / "ledger.db"))
        await processes.start(ServiceCommand("duro.gateway_simulator", arguments, health_url=f"{url}/health"))
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def world(database, redis_url, clock, ids, mail_sink, bank_url):  # noqa: PLR0917 -- pytest gives by name
    """Give a world whose bank is a server with a page of its own."""
    bank = await BankServer.at(bank_url, timeout_seconds=20)
    async with World.open(database, redis_url, clock=clock, ids=ids, bank=bank, letters=mail_sink) as world:
        yield world
        await world.is_in_order()


class TestABankThatWantsItsCustomersApproval:
    async def test_gets_it_on_its_own_page_and_the_payer_comes_back_to_what_is_paid(
        self, world: World, owes, payer: Payer
    ):
        subscription = await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        await payer.types(SimulatedCard.APPROVAL)
        await payer.presses(PAY)
        await payer.sees(QUESTION, "NGN 5,000.00 for Gold.")
        assert await world.taken() == []
        await payer.presses("Approve")
        await payer.sees("This is paid", "Thank you")
        assert payer.address.startswith(world.api_url)
        await subscription.shows(status="active")
        await world.lives_until("2026-02-17")
        assert await world.taken() == [500_000]

    async def test_that_is_refused_leaves_the_payer_with_their_bill(self, world: World, owes, payer: Payer):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        await payer.types(SimulatedCard.APPROVAL)
        await payer.presses(PAY)
        await payer.sees(QUESTION)
        await payer.presses("Refuse")
        await payer.sees("₦5,000.00 to pay")
        assert await world.taken() == []
        await payer.types(SimulatedCard.APPROVE)
        await payer.presses(PAY)
        await payer.sees("This is paid")
        assert await world.taken() == [500_000]

    async def test_waits_while_the_payer_is_elsewhere(self, world: World, owes, payer: Payer):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        link = payer.address
        await payer.types(SimulatedCard.APPROVAL)
        await payer.presses(PAY)
        await payer.sees(QUESTION)
        await payer.opens_still(link)
        await payer.sees("Your bank asks you to approve this", "Until then nothing is taken")
        await payer.asks("Approve with your bank")
        await payer.sees(QUESTION)
        await payer.presses("Approve")
        await payer.sees("This is paid")
        assert await world.taken() == [500_000]

    async def test_is_asked_for_by_letter_when_the_renewal_needs_it(self, world: World, owes, payer: Payer):
        await owes(card=SimulatedCard.APPROVAL)
        await payer.follows("Approve the payment")
        await payer.sees("₦5,000.00 to pay")
        await payer.presses("Pay ₦5,000.00 with the card ending 0135")
        await payer.sees(QUESTION)
        await payer.presses("Approve")
        await payer.sees("This is paid")
        assert await world.taken() == [500_000]
