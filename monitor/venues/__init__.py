"""One venue per module, reached by its entry point; no venue knows another."""
