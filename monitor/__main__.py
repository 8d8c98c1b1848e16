"""``python -m monitor`` is the command ``depthscope``."""

import sys

from monitor.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
