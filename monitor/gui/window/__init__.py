"""The window around the panels: bars, palette, dialogs, docking."""
