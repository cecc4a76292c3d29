"""When money is likely to be in a payer's account: chances, learned from what was seen. No money and no clock in it."""
