"""What a merchant's own failures say of other ways to work them."""
