"""Tests of the demo exchange."""
