"""What the Patterns page is made of: a panel for each kind of pattern."""

from __future__ import annotations

from datetime import date
from typing import Any

from dash import dcc, html

from dashboard.components.icon import icon, named
from dashboard.figures import patterns as figures
from dashboard.theme import COLOURS, KINDS, Scheme
from dashboard.views.patterns import DAYS, Changes, Kind, Presence, Profiles, Together, Use, letter
from dashboard.views.rooms_health import Odd

_KINDS = len(KINDS["light"])


def panel(title: str, *inside: Any, wide: bool = False) -> html.Section:
    """A kind of pattern under its heading."""
    return html.Section(
        [html.H2(title), *inside], className="panel pattern wide" if wide else "pattern panel"
    )


def nothing(sentence: str) -> html.P:
    """Why there is no pattern."""
    return html.P(sentence, className="nothing")


def made(sentence: str) -> html.P:
    """When it was computed, and from what."""
    return html.P(sentence, className="small footnote")


def profiles(value: Profiles, scheme: Scheme) -> list[Any]:
    """The calendar of kinds of days beside the course of each."""
    courses = [
        figures.Course(
            name=kind.name, values=kind.values, written=kind.written, colour=KINDS[scheme][number % _KINDS]
        )
        for number, kind in enumerate(value.kinds)
    ]
    alone = (
        html.P("All days go alike: no kinds of days can be told apart.") if len(value.kinds) == 1 else None
    )
    return [
        html.Div(
            [
                _calendar(value),
                html.Div(
                    [
                        html.Ul(
                            [_kind(number, kind) for number, kind in enumerate(value.kinds)],
                            className="kinds",
                        ),
                        alone,
                        graph(figures.courses(courses, unit=value.unit, colours=COLOURS[scheme])),
                    ]
                ),
            ],
            className="profiles",
        ),
        made(value.made),
    ]


def use(value: Use) -> list[Any]:
    """The usual week as bars, and the days that were unlike it."""
    bars = [
        html.Li(
            [
                html.Span(DAYS[weekday]),
                html.Span(
                    [
                        html.Span(title=words, style={"left": f"{start:.2%}", "width": f"{length:.2%}"})
                        for start, length, words in parts
                    ],
                    className="use-bar",
                ),
            ]
        )
        for weekday, parts in enumerate(value.week)
    ]
    return [
        html.P(value.sentence, className=None if value.week else "nothing"),
        html.Ul([*bars, _scale()], className="use-week", role="img", **named("Hours of use"))
        if bars
        else None,
        _days("Unlike the usual week", value.odd) if value.odd else None,
        made(value.made),
    ]


def changes(value: Changes, figure: figures.Figure) -> list[Any]:
    """The course of a series with its levels, and each change in words."""
    rows = [html.Li([html.Strong(what), html.Span(when, className="soft")]) for when, what in value.said]
    said = html.Ul(rows, className="changes") if rows else nothing("Its level did not change.")
    return [graph(figure), said, made(value.made)]


def together(value: Together) -> list[Any]:
    """What moves together."""
    if not value.pairs:
        return [nothing("Nothing here moves together more than chance has it."), made(value.made)]
    rows = [
        html.Li(
            [
                html.Span([html.Strong(f"{pair.a} and {pair.b}"), html.Span(pair.sentence)]),
                html.Span(
                    html.Span(style={"width": f"{pair.strength:.0%}"}),
                    className="strength opposite" if pair.opposite else "strength",
                ),
                html.Span(f"r {pair.r}", className="soft"),
            ]
        )
        for pair in value.pairs
    ]
    more = html.P(f"and {value.more} more", className="small") if value.more else None
    return [html.Ul(rows, className="pairs"), more, made(value.made)]


def presence(value: Presence, scheme: Scheme, last: figures.Figure) -> list[Any]:
    """The usual week of presence, and the last days."""
    week = figures.week(value.week, days=DAYS, colours=COLOURS[scheme])
    return [
        html.P(value.sentence, className="soft"),
        html.H3("Usual week"),
        graph(week),
        html.H3("Last days"),
        graph(last, low=True),
        made(value.made),
    ]


def odd_rooms(found: tuple[Odd, ...], said: str) -> list[Any]:
    """Rooms that are odd, each leading to itself on the plan."""
    if not found:
        return [html.P([icon("circle-check"), "No room is odd."], className="all-well"), made(said)]
    rows = [
        html.Li(
            dcc.Link(
                [
                    html.Strong(one.room),
                    html.Span([html.Span(one.sentence), html.Span(one.why, className="soft")]),
                    icon("map-pin"),
                ],
                href=one.href,
            )
        )
        for one in found
    ]
    return [html.Ul(rows, className="odd-rooms"), made(said)]


def graph(figure: figures.Figure, *, low: bool = False) -> html.Div:
    """A figure without tools."""
    drawn = dcc.Graph(
        figure=figure, config={"displayModeBar": False}, responsive=True, style={"height": "100%"}
    )
    return html.Div(drawn, className="pattern-graph low" if low else "pattern-graph")


def _kind(number: int, kind: Kind) -> html.Li:
    return html.Li([html.Span(kind.name, className=f"kind kind-{number % _KINDS}"), kind.days])


def _calendar(value: Profiles) -> html.Div:
    heads = [html.Span(name[:2], className="head") for name in DAYS]
    cells = [_cell(at, kind) for week in value.weeks for at, kind in week]
    return html.Div([*heads, *cells], className="calendar", role="img", **named("Kind of each day"))


def _cell(at: date, kind: int | None) -> html.Span:
    if kind is None:
        return html.Span(str(at.day), title=f"{at.day} {at:%b %Y}: not enough was measured")
    said = f"{at.day} {at:%b %Y}: {letter(kind)}"
    return html.Span(str(at.day), title=said, className=f"kind kind-{kind % _KINDS}")


def _scale() -> html.Li:
    hours = [html.Span(f"{hour:02}", style={"left": f"{hour / 24:.2%}"}) for hour in range(0, 25, 6)]
    return html.Li([html.Span(), html.Span(hours, className="use-hours")])


def _days(title: str, said: tuple[str, ...]) -> html.Div:
    return html.Div([html.H3(title), html.Ul([html.Li(one) for one in said], className="odd-days")])
