"""The root command: its version, its commands, and one clear line for whatever goes wrong."""

import gc
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import click

from releaseray import __version__
from releaseray.errors import AppError
from releaseray.sources import SourceError


class Main(click.Group):
    """A group whose commands are modules of this folder; it turns expected failures into one line and exit code 1.

    `modules` names each command's module, which holds the command under the module's own name.
    """

    def __init__(self, name: str, help: str, modules: Mapping[str, str]) -> None:
        super().__init__(name, help=help, context_settings={"help_option_names": ["-h", "--help"]})
        self._modules = modules
        click.version_option(__version__, prog_name="ReleaseRay")(self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """As given, not by the alphabet."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, out of its module."""
        module = self._modules.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(_imported(f"releaseray.cli.{module}"), module)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; failures that have a message for the user end as that message."""
        try:
            return super().invoke(ctx)
        except AppError as problem:
            raise click.ClickException(problem.message) from None
        except SourceError as problem:
            raise click.ClickException(str(problem)) from None


def _imported(module: str) -> ModuleType:
    """A module, with no look for garbage meanwhile: all of it stays, and looking takes a sixth of the time."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.enable()
