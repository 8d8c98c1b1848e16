"""Numbers for the eye: market state in, NumPy arrays out; a study draws nothing."""
