"""The sentence of something that broke, in a module that may be read before the first paint."""


class Alarm(str):
    """A sentence for the user of something that broke: it goes before those that wait."""

    __slots__ = ()
