"""The two ways a command ends badly, each with one sentence for the user."""


class BadUse(Exception):
    """The command was called wrongly: exit status 2."""


class JobFailed(Exception):
    """The command could not do what it was asked: exit status 1."""
