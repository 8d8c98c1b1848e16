"""One panel per module; a panel computes nothing and knows no other panel."""
