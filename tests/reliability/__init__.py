"""Every fault a venue, a network or a disk may bring, and what must then be seen."""
