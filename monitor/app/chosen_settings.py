"""The user's settings as a command reads them: looked at, never written, and never in the way."""

import sys

from monitor.app.paths import config_folder
from monitor.app.terminal import plain
from monitor.export.whole_file import reason_of
from monitor.workspace.document import LARGEST, BrokenFile, decode_settings
from monitor.workspace.settings import Settings

FILE = "settings.json"


def chosen_settings() -> Settings:
    """What the settings file says; without one, or with a broken one, as they come.

    A broken one is told in a line on stderr, and left as it is: the window sets it aside.
    """
    path = config_folder() / FILE
    try:
        with path.open("rb") as file:
            return decode_settings(file.read(LARGEST + 1)).value
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except OSError as error:
        why = f"{path} was not readable: {reason_of(error)}"
    except BrokenFile as error:
        why = f"{path} was passed over: {error}"
    print(f"depthscope: {plain(why, 600).rstrip('.')}.", file=sys.stderr)
    return Settings()
