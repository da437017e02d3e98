"""Jobs in words: what each does now, how far it is, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboard import format
from data.store.jobs import Job

Tone = Literal["busy", "well", "bad", "still"]

_STATES: dict[str, tuple[str, Tone]] = {
    "waiting": ("Waiting", "still"),
    "running": ("Running", "busy"),
    "done": ("Done", "well"),
    "failed": ("Failed", "bad"),
    "cancelled": ("Cancelled", "still"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One job."""

    id: int
    name: str
    state: str
    tone: Tone
    text: str  # the stage, or why it is as it is; "" when there is nothing to say
    when: str
    bar: bool  # whether it runs, and so has a bar
    percent: int | None  # of the stage; None: not known
    cancellable: bool


def rows(found: list[Job], *, now: datetime) -> list[Row]:
    """Jobs in the order given.

    Args:
        found: The jobs.
        now: Aware.
    """
    return [_row(job, now=now) for job in found]


def _row(job: Job, *, now: datetime) -> Row:
    state, tone = _STATES[job.state]
    running = job.state == "running"
    if running and job.cancel_asked:
        state, tone = "Stopping", "still"
    return Row(
        id=job.id,
        name=job.kind.replace("_", " ").replace("-", " ").capitalize(),
        state=state,
        tone=tone,
        text=_text(job),
        when=_when(job, now=now),
        bar=running,
        percent=None if job.progress is None else int(100 * job.progress),
        cancellable=not job.over and not job.cancel_asked,
    )


def _text(job: Job) -> str:
    if job.state == "waiting":
        return job.message or "Starts as soon as a worker is free."
    if job.state == "running":
        return job.stage or ""
    return job.message or ""


def _when(job: Job, *, now: datetime) -> str:
    if job.finished_at is None:
        return f"asked for {format.age(job.created_at, now=now)}"
    ended = f"ended {format.age(job.finished_at, now=now)}"
    if job.started_at is None:
        return ended
    return f"{ended}, took {format.span(job.finished_at - job.started_at)}"
