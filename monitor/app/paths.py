"""Where things lie: the resources we ship, found in a checkout, a wheel and a frozen build."""

import sys
from pathlib import Path


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
