"""How a venue is spoken to: sans-I/O, bytes and time in; events, messages and requests out."""
