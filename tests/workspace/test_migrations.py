"""Old files become today's, one step a version."""

from typing import Any

import pytest

from monitor.workspace import layout, migrations, settings
from monitor.workspace.migrations import MigrationError, migrated


def rename(tree: dict[str, Any]) -> dict[str, Any]:
    return {"colour": tree["color"], **{key: tree[key] for key in tree if key != "color"}}


def double(tree: dict[str, Any]) -> dict[str, Any]:
    return {**tree, "size": tree["size"] * 2}


def test_steps_run_in_order_from_the_files_version() -> None:
    """A file takes each step once, from where it stands."""
    steps = {1: rename, 2: double}
    old = {"version": 1, "color": "red", "size": 2}
    assert {"version": 3, "colour": "red", "size": 4} == migrated(old, 1, 3, steps)
    newer = {"version": 2, "colour": "red", "size": 2}
    assert {"version": 3, "colour": "red", "size": 4} == migrated(newer, 2, 3, steps)


def test_a_step_without_footing_is_one_sentence() -> None:
    """A file that is not what its version says is broken, not a crash."""
    with pytest.raises(MigrationError, match="version 1 was not as it should be"):
        migrated({"size": 2}, 1, 2, {1: rename})
    with pytest.raises(MigrationError, match="nothing leads on from version 2"):
        migrated({"size": 2}, 2, 3, {1: rename})


def test_every_earlier_version_has_its_step() -> None:
    """Raising a version without a step would strand every file there is."""
    assert set(range(1, settings.VERSION)) == set(migrations.SETTINGS)
    assert set(range(1, layout.VERSION)) == set(migrations.LAYOUT)
