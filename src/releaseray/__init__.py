"""ReleaseRay: what changed in a release, told to each audience, and how it is doing in production."""

__version__ = "1.0.0"
