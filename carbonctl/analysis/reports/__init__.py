"""What documents say of an account: scores, cards, statements and inventories, as records."""
