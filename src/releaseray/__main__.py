"""`python -m releaseray` is the command line."""

from releaseray.cli import main

main()
