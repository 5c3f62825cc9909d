"""The one table: what was measured, its spread, its target, and whether it holds."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line. `holds` is None where there is no target."""

    what: str
    measured: str
    target: str = ""
    holds: bool | None = None


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """Median and extremes, e.g. `0.93 (0.90–0.97)`."""
    low, middle, high = (f"{value:,.{digits}f}" for value in (min(values), median(values), max(values)))
    return f"{middle} ({low}–{high}){unit}"


def render(rows: Sequence[Row]) -> str:
    """The table in Markdown, aligned so that it reads well as plain text too."""
    cells = [("What", "Median (least–most)", "Target", "Holds"), *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, str, str, str]:
    return row.what, row.measured, row.target, {None: "", True: "yes", False: "NO"}[row.holds]


def machine() -> str:
    """What it was measured on, in a few words."""
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    return f"{platform.system()} {platform.machine()}, {cores}, Python {platform.python_version()}"
