"""What is true now: mutable, single-threaded, one version each."""
