"""Text of a model that its author's tool did not write as the standard asks, put right before it is parsed.

In a STEP file a national letter is an escape and a backslash is written twice. Some tools write letters
as they are, which the parser drops without a word, and paths as `C:\\new`, at which it gives up.
"""

from __future__ import annotations

import re

_LETTERS = re.compile(rb"[\x80-\xff]+")
_ESCAPE = re.compile(
    rb"\\(?:\\|S\\[ -~]|P[A-I]\\|N\\|X\\[0-9A-Fa-f]{2}"
    rb"|X2\\(?:[0-9A-Fa-f]{4})*\\X0\\|X4\\(?:[0-9A-Fa-f]{8})*\\X0\\)?"
)


def mended(text: bytes) -> bytes:
    """The text with every letter and backslash as the standard writes them; the same where they were.

    Letters are taken as UTF-8 where they are that, else as Windows' Western European.
    """
    doubled = _ESCAPE.sub(lambda found: b"\\\\" if found[0] == b"\\" else found[0], text)
    return _LETTERS.sub(_escaped, doubled)


def _escaped(found: re.Match[bytes]) -> bytes:
    try:
        letters = found[0].decode("utf-8")
    except UnicodeDecodeError:
        letters = found[0].decode("cp1252", "replace")
    return b"\\X4\\" + letters.encode("utf-32-be").hex().upper().encode() + b"\\X0\\"
