"""One page of HTML for accounts: it asks no network for anything and runs no script."""
