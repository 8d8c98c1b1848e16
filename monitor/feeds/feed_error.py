"""The one error of this floor: something about a feed that only the user can put right."""


class FeedError(Exception):
    """One plain sentence that names what was found where; shown to the user as it is."""
