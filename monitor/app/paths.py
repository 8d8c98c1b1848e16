"""Where things lie: the resources we ship, in checkout, wheel or frozen build; the user's folders."""

import sys
from pathlib import Path

import platformdirs


def resources() -> Path:
    """The folder of what is shipped beside the code: themes, icons, the demo's calibration.

    Raises FileNotFoundError, in a sentence, where an installation lacks it.
    """
    package = Path(__file__).resolve().parent.parent
    frozen = Path(getattr(sys, "_MEIPASS", package))
    places = (package / "resources", frozen / "resources", package.parent / "resources")
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the folder 'resources' was not in {package} nor beside it")


def state_folder() -> Path:
    """Where logs and what the program remembers by itself lie; the folder may not be there yet."""
    return platformdirs.user_state_path("depthscope", appauthor=False)


def config_folder() -> Path:
    """Where the user's choices lie; the folder may not be there yet."""
    return platformdirs.user_config_path("depthscope", appauthor=False)
