"""What networks do to messages, on purpose and seeded."""
