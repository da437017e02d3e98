"""Templates of Home Assistant as paths: read, never evaluated.

A path leads into `value_json` or is `value`, through filters that leave the value what it is, and may be
asked for only where it is defined. Any other template is one whose value is not known here.
"""

from __future__ import annotations

import re

from data.ingest.decode.payload import Json

Path = tuple[str, ...]

_TEMPLATE = re.compile(
    r"\{\{-?\s*(?P<root>value_json|value)"
    r"(?P<path>(?:\.(?!get\()\w+|\.get\((?:'[^'\)]+'|\"[^\"\)]+\")\)|\[\d+\]|\['[^'\]]+'\]|\[\"[^\"\]]+\"\])*)"
    r"\s*(?P<filters>(?:\|\s*\w+(?:\([^()|{}]*\))?\s*)*)-?\}\}"
)
# `{{ a if a is defined else 0 }}` and `{% if a is defined %}{{ a }}{% endif %}`: a value where there is one.
_IF_DEFINED = re.compile(
    r"\{\{-?\s*(?P<path>\S+)\s+if\s+(?P=path)\s+is\s+defined(?:\s+else\s+[^{}|]*)?-?\}\}"
    r"|\{%-?\s*if\s+(?P<asked>\S+)\s+is\s+defined\s*-?%\}\s*\{\{-?\s*(?P=asked)\s*(?P<filters>\|[^{}]*)?-?\}\}"
    r"\s*(?:\{%-?\s*else\s*-?%\}[^{}]*)?\{%-?\s*endif\s*-?%\}"
)
_MOST = 500  # characters; paths are far shorter
_STEP = re.compile(r"\.get\(['\"](.+?)['\"]\)|\.(\w+)|\[(\d+)\]|\['([^'\]]+)'\]|\[\"([^\"\]]+)\"\]")
_FILTER = re.compile(r"\|\s*(\w+)")
_HARMLESS = frozenset(
    ("float", "int", "round", "default", "string", "is_defined", "upper", "lower", "title", "trim", "tojson")
)


def read_template(template: str) -> Path | None:
    """The path that a template reads, () for the whole payload, None when it does more than that."""
    template = template.strip()
    if len(template) > _MOST:
        return None
    if guarded := _IF_DEFINED.fullmatch(template):
        template = f"{{{{ {guarded['path'] or guarded['asked']} {guarded['filters'] or ''}}}}}"
    match = _TEMPLATE.fullmatch(template)
    if match is None or (match["root"] == "value" and match["path"]):
        return None
    if not _HARMLESS.issuperset(_FILTER.findall(match["filters"])):
        return None
    return tuple("".join(step) for step in _STEP.findall(match["path"]))


def follow(path: Path, stated: Json) -> Json:
    """What a path leads to; null where it leads nowhere."""
    for step in path:
        stated = _step(stated, step)
    return stated


def _step(value: Json, step: str) -> Json:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isascii() and step.isdigit() and int(step[:6]) < len(value):
        return value[int(step[:6])]
    return None
