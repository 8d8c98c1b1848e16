"""One order book, exact."""
