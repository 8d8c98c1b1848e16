"""The nouns: what a market monitor speaks of, as frozen values; imports nothing of ours."""
