"""The fault tests in full count."""
