"""Venues at the edge of the world: they speak the real protocols over real loopback sockets."""
