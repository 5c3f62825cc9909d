"""A progress display: a line a step, with a spinner on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Steps:
    """Steps that run one after another or side by side."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> "Steps":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, doing: str) -> Iterator[Callable[[str], None]]:
        """Show what is being done; call what this gives with what came of it."""
        task = self._progress.add_task(escape(doing), total=1)

        def done(result: str) -> None:
            self._progress.update(task, description=escape(result), completed=1)
            if not self._console.is_terminal:
                self._console.print(result, markup=False, soft_wrap=True)

        yield done
