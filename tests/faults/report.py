"""The campaign's table, for a terminal and for docs/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.faults.campaign import Result
from tests.faults.faults import Size
from tests.faults.oracle import first_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
_BEGIN, _END = "<!-- make faults: begin -->", "<!-- make faults: end -->"
_HEAD = ("Fault", "Times", "Messages", "Lost", "Doubled", "Repeated", "Catch-up [s]")


def table(results: Sequence[Result], size: Size) -> str:
    """Markdown: one line a fault."""
    lines = [_line(_HEAD), "|---|" + "---:|" * (len(_HEAD) - 1)]
    return "\n".join(lines + [_line(_cells(result, size)) for result in results]) + "\n"


def complaint(result: Result) -> str:
    """What broke the promise, with the first rows that do."""
    verdict = result.verdict
    parts = [
        "\n  ".join([f"{result.fault.name}: {name}, {len(rows):,} rows", *first_of(rows)])
        for name, rows in verdict.broken.items()
    ]
    if verdict.repeated > result.most_repeated:
        parts.append(f"{result.fault.name}: {verdict.repeated:,} repeats, at most {result.most_repeated:,}")
    return "\n".join(parts)


def write(text: str, document: Path = DOCUMENT) -> None:
    """Put text between the markers of a document.

    Raises:
        ValueError: it does not have both markers.
    """
    before, begin, rest = document.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{document} has no place for the table: {_BEGIN} and {_END} on lines of their own")
    document.write_text(f"{before}{begin}\n{text}{end}{after}", encoding="utf-8")


def _cells(result: Result, size: Size) -> tuple[str, ...]:
    verdict = result.verdict
    title = result.fault.title.format(away=_span(size.away_s), pause=_span(size.pause_s), topics=size.topics)
    numbers = (result.times, verdict.messages, verdict.lost, verdict.doubled, verdict.repeated)
    return (title, *(f"{number:,}" for number in numbers), f"{result.catch_up_s:.1f}")


def _span(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
