"""How journeys are told: a world with one clock, a merchant's shop in it, and a subscription that is followed."""

from journey.banks import Bank, BankInProcess, BankServer, Taken
from journey.case import Case
from journey.followed import Followed
from journey.shop import Shop
from journey.worker import Worker
from journey.world import World

__all__ = ["Bank", "BankInProcess", "BankServer", "Case", "Followed", "Shop", "Taken", "Worker", "World"]
