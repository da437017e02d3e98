"""The campaign's table, for a terminal and for docs/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.faults.campaign import Result
from tests.faults.faults import Size
from tests.faults.oracle import Verdict, first_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
_BEGIN, _END = "<!-- make faults: begin -->", "<!-- make faults: end -->"
_HEAD = ("Fault", "Times", "Messages", "Lost", "Doubled", "Repeated", "Catch-up [s]")


def table(results: Sequence[Result], size: Size) -> str:
    """Markdown: one line a fault."""
    lines = [_line(_HEAD), "|---|" + "---:|" * (len(_HEAD) - 1)]
    return "\n".join(lines + [_line(_cells(result, size)) for result in results]) + "\n"


def summary(result: Result) -> str:
    """What came of a fault, in one sentence."""
    verdict = result.verdict
    return (
        f"{verdict.messages:,} messages, {_lost(verdict)} lost, {verdict.doubled:,} doubled, "
        f"{verdict.repeated:,} repeated (at most {result.most_repeated:,}), "
        f"caught up in {result.catch_up_s:.1f} s"
    )


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
    counts = (result.times, verdict.messages, verdict.doubled, verdict.repeated)
    times, messages, doubled, repeated = (f"{count:,}" for count in counts)
    return (title, times, messages, _lost(verdict), doubled, repeated, f"{result.catch_up_s:.1f}")


def _lost(verdict: Verdict) -> str:
    """How many were lost, and from how long before the kill of a broker."""
    since = f" (the last {verdict.lost_before_s:.1f} s)" if verdict.lost_before_s else ""
    return f"{verdict.lost:,}{since}"


def _span(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
