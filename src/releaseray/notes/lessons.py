"""Lessons as they are kept: as text."""

import json

from releaseray.notes.model_learn import WIDTH
from releaseray.notes.model_own import Lessons


def written(lessons: Lessons) -> str:
    """The lessons as text: the same lessons, the same text."""
    told = {**lessons._asdict(), "rows": {**lessons.rows}}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def parsed(text: str) -> Lessons:
    """The lessons in a text. Raises ValueError when it holds none."""
    try:
        told = json.loads(text)
        lessons = Lessons(told["rows"], told["cut"], told["notes"], told["changes"], told["pulls"])
        numbers = [number for row in lessons.rows.values() for number in row]
        sound = len(numbers) == WIDTH * len(lessons.rows) and set(map(type, numbers)) <= {int}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no lessons: {error!r}") from error
    known = all(type(number) in (float, int, type(None)) for number in (lessons.cut, lessons.pulls))
    if not sound or not known or type(lessons.notes) is not int:
        raise ValueError("no lessons: numbers of another kind")
    return lessons
