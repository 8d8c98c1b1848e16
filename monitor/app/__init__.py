"""The wiring: commands, plug-ins, paths; the only floor that knows all the others."""
