"""A real PostgreSQL and a real Redis beside the product, in a data directory, for whoever brings none."""

from releaseray.embedded.membership import Urls, running
from releaseray.embedded.place import EmbeddedFailed

__all__ = ["EmbeddedFailed", "Urls", "running"]
