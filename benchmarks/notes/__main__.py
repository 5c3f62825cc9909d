"""`python -m benchmarks.notes` is the evaluation."""

import sys

from benchmarks.notes.evaluate import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
