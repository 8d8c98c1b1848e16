"""The demo exchange: a matching engine, an order flow and a past; pure, and the same for a seed."""
