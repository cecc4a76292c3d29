"""Times of their own, which merchants advance in test mode."""

from duro.merchant_api.test_clocks.advance_test_clock import AdvanceTestClock, AdvanceTestClockCommand
from duro.merchant_api.test_clocks.create_test_clock import CreateTestClock, CreateTestClockCommand
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks
from duro.merchant_api.test_clocks.due_work import DueWork
from duro.merchant_api.test_clocks.read_test_clocks import GetTestClock, ListTestClocks

__all__ = [
    "AdvanceTestClock",
    "AdvanceTestClockCommand",
    "CreateTestClock",
    "CreateTestClockCommand",
    "CustomerClocks",
    "DueWork",
    "GetTestClock",
    "ListTestClocks",
]
