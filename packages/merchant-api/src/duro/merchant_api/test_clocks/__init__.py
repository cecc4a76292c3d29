"""Times of their own, which merchants advance in test mode."""

from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

__all__ = ["CustomerClocks"]
