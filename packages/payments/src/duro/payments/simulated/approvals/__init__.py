"""Charges that the simulated provider holds until their payers have approved them."""
