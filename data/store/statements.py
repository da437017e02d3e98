"""Named SQL statements from .sql files: `-- name: device_list` begins one, comments stay with it."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def load(subject: str) -> dict[str, LiteralString]:
    """The statements of `sql/<subject>.sql` by name.

    Raises:
        ValueError: two statements of one name.
    """
    return parse(files("data.store").joinpath("sql", f"{subject}.sql").read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, LiteralString]:
    """The statements of a .sql file's text by name.

    It is one of our own files, never put together from input, which is what LiteralString promises.

    Raises:
        ValueError: two statements of one name.
    """
    parts = _NAME.split(text)
    names = parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"a name stands twice among the statements {', '.join(names)}")
    return {name: cast(LiteralString, body.strip()) for name, body in zip(names, parts[2::2], strict=True)}
