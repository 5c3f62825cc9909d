"""`python -m benchmarks.ingest`: only this part of `python -m benchmarks`, printed and not written anywhere."""

from benchmarks.ingest.compare import against_bugsink
from benchmarks.processes import stage
from benchmarks.table import machine, render

if __name__ == "__main__":
    told = machine()
    with stage() as services:
        print(f"{render(against_bugsink(services))}\n\nOn {told}.")
