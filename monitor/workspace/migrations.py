"""How files of earlier versions become today's: one step a version, each a pure function.

A change that only adds a field needs no step: its default fills in. A field that is renamed,
moved or means something else raises the version and gets its step here, under the version it
starts from.
"""

from collections.abc import Callable, Mapping
from typing import Any

Tree = dict[str, Any]
Steps = Mapping[int, Callable[[Tree], Tree]]

SETTINGS: Steps = {}
"""Nothing was renamed since version 1."""
LAYOUT: Steps = {}
"""Nothing was renamed since version 1."""


class MigrationError(ValueError):
    """A file whose version no step leads on from, or in which a step found no footing."""


def migrated(tree: Tree, version: int, wanted: int, steps: Steps) -> Tree:
    """A file's tree brought from its version to the wanted one. Raises MigrationError."""
    while version < wanted:
        step = steps.get(version)
        if step is None:
            raise MigrationError(f"nothing leads on from version {version}")
        try:
            tree = step(tree)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise MigrationError(f"version {version} was not as it should be") from error
        version += 1
    return {**tree, "version": wanted}
