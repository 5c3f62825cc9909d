"""The command line. What begins it is small, so that a command that ends at once does not wait for the others."""

import gc
import sys
from importlib import import_module

if sys.platform == "win32":
    sys.exit("ReleaseRay runs on Linux and macOS; on Windows, use WSL.")


def main() -> None:
    """Run the command that the process was started with, and end with it."""
    if sys.argv[1:2] == ["notes"]:
        # All that is imported stays: to look for garbage in it takes a tenth of the time
        gc.disable()
        # Returns only where there is something to explain, as help and mistakes
        import_module("releaseray.cli.quick").run(sys.argv[2:])
    import_module("releaseray.cli.commands").main(prog_name="releaseray")
