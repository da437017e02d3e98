"""How something is: its score in a word, its course over a month, and what costs it points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.figures import sparkline
from dashboard.views.health import DAYS, Lost, Score
from dashboard.views.rooms_health import Odd

_WHOLE = (0.0, 100.0)  # a course is drawn between none and all, so that a steady one is flat


def body(one: Score, *, heading: Any = None) -> list[Any]:
    """All that is known of one subject's health.

    Args:
        one: The score.
        heading: What stands above the reasons in place of their own words.
    """
    return [
        html.Div([badge(one), _course(one)], className="health-head"),
        heading,
        lost(one.lost) if one.lost else _nothing_lost(one),
        html.P(_made(one), className="small"),
    ]


def then(one: Score) -> html.Div:
    """A score of the past with its course: what cost it points is not kept."""
    return html.Div([badge(one), _course(one)], className="health-head")


def summary(one: Score) -> list[Any]:
    """The score with its course, and the costliest reason."""
    return [
        html.Div([badge(one), _course(one)], className="health-head"),
        html.Div([_first(one), html.Span(_made(one), className="small")], className="health-first"),
    ]


def badge(one: Score) -> html.Div:
    """The score, large, with its word."""
    return html.Div(
        [
            html.Span(one.score, className="health-number"),
            html.Span(" of 100", className="health-of") if one.level != "unknown" else None,
            html.Span(one.word, className="health-word"),
        ],
        className=f"health-badge {one.level}",
    )


def lost(found: Sequence[Lost]) -> html.Ul:
    """What costs points, the costliest first, each leading to the part it comes from."""
    return html.Ul([html.Li(_lost(one)) for one in found], className="lost")


def rows(found: Sequence[tuple[Score, str]]) -> html.Ul:
    """Several subjects, one a line, each leading to its address; with the first reason of each."""
    return html.Ul(
        [
            html.Li(
                [
                    dcc.Link(one.name, href=href, className="health-name"),
                    html.Span([one.score, html.Span(one.word)], className=f"health-small {one.level}"),
                    _first(one),
                ]
            )
            for one, href in found
        ],
        className="health-rows",
    )


def odd(found: Sequence[Odd], *, named: bool) -> html.Ul:
    """Rooms unlike those around them, and why; named where they are not in their own drawer."""
    return html.Ul(
        [
            html.Li(
                [
                    dcc.Link(one.room, href=one.href, className="health-name") if named else None,
                    html.Strong(f"{one.sentence}."),
                    html.Span(one.why),
                    html.Span(one.computed, className="small"),
                ]
            )
            for one in found
        ],
        className="findings odd-rooms",
    )


def _first(one: Score) -> Any:
    """The costliest reason in one line, which leads to the device it comes from."""
    if not one.lost:
        return None
    lost = one.lost[0]
    part = dcc.Link(lost.part, href=lost.href) if lost.part and lost.href else lost.part
    return html.Span([f"{lost.points} {lost.label}", ": " if part else None, part], className="health-why")


def _lost(one: Lost) -> list[Any]:
    part = dcc.Link(one.part, href=one.href) if one.part and one.href else one.part
    return [
        html.Span(one.points, className="lost-points"),
        html.Span([html.Strong(one.label), " · " if part else None, part], className="lost-what"),
        html.Span(one.detail, className="lost-why"),
    ]


def _made(one: Score) -> str:
    return " ".join(filter(None, (one.computed, one.later)))


def _nothing_lost(one: Score) -> Any:
    return html.P("Nothing costs it points.", className="soft") if one.level != "unknown" else None


def _course(one: Score) -> Any:
    image, words = sparkline.image(one.course, within=_WHOLE), one.extremes
    if image is None or words is None:
        return html.Span("Its course shows from the second day on.", className="small")
    return html.Div(
        [
            html.Div(className="health-line", style={"maskImage": f'url("{image}")'}),
            html.Span(f"{words}, of the last {DAYS}", className="small"),
        ],
        className="health-course",
    )
