"""End with the process that started us, when that one cannot tell us to because it was killed."""

import os
import threading
import time

_LOOK_SECONDS = 0.2


def end_with(parent: int) -> None:
    """End this process at once, whatever it is doing, when `parent` is its parent no more.

    As abrupt as being killed, so that the port is free again at once; what we started notices by itself.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="tether", daemon=True).start()
