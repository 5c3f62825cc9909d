"""The settings of a command, or one line that names the wrong one."""

import re

import click
from pydantic import ValidationError
from pydantic_settings import SettingsError

from releaseray.settings import Settings


def configured() -> Settings:
    """The settings of the environment. Raises `click.ClickException` for what is wrong with them."""
    try:
        return Settings()
    except ValidationError as problem:
        raise click.ClickException(_wrong_settings(problem)) from None
    except SettingsError as problem:
        raise click.ClickException(_unreadable_setting(problem)) from None


def _wrong_settings(problem: ValidationError) -> str:
    first: dict[str, str] = {}
    for error in problem.errors():
        first.setdefault(str(error["loc"][0]) if error["loc"] else "", error["msg"])
    return "Wrong settings: " + "; ".join(f"RELEASERAY_{name.upper()}: {said}" for name, said in first.items())


def _unreadable_setting(problem: SettingsError) -> str:
    name = re.search(r'field "(\w+)"', str(problem))
    return f"Wrong settings: RELEASERAY_{name[1].upper()}: write it as JSON" if name else f"Wrong settings: {problem}"
