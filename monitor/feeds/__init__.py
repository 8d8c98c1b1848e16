"""Everything that talks: sockets, HTTP, recordings, and the feed we serve ourselves."""
