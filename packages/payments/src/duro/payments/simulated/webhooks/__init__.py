"""The simulated provider's notices: signed, sent twice, late, out of order or never, and read again."""
