"""Everything that draws; the only floor beside app that knows Qt."""
