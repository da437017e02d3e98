"""What the review of a new model is made of: questions with both outlines, answers, and their buttons."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html

from dashboard.components.icon import icon, named
from dashboard.figures import outlines
from dashboard.views.matches import Answer, Choice, Question

# Types of pattern-matching ids.
SAME = "match-same"
OTHER = "match-other"
NONE = "match-none"
UNDO = "match-undo"
INVITATION = "matches-invitation"


def invitation(building: int) -> html.Div:
    """A place that says how many questions are open about a building's new model, and leads to them."""
    return html.Div(id={"type": INVITATION, "building": building}, className="invitation")


def question(one: Question, *, may_decide: bool) -> html.Article:
    """One question: what was, what it may be now, and what can be said."""
    stake = html.Span([icon("broadcast"), one.stake], className="stake") if one.stake else None
    rest = [
        dmc.Button("Another room…", id={"type": OTHER, "match": one.id}, variant="subtle", size="compact-sm")
        if one.other_rooms
        else None,
        dmc.Button(
            "Not the same",
            id={"type": NONE, "match": one.id},
            variant="subtle",
            color="gray",
            size="compact-sm",
        ),
    ]
    return html.Article(
        [
            _plan(one),
            html.Div(
                [
                    html.Div([html.H3(f"{one.what} {one.name}"), stake], className="question-head"),
                    html.P(f"It was: {one.where}" if one.where else None, className="small"),
                    html.Ol(
                        [_choice(one, choice, may_decide=may_decide) for choice in one.choices],
                        className="choices",
                    )
                    if one.choices
                    else html.P("The current model has none of its candidates any more.", className="small"),
                    html.Div(rest, className="question-foot") if may_decide else None,
                ],
                className="question-body",
            ),
        ],
        className="panel question",
    )


def answers(values: Sequence[Answer], *, may_decide: bool) -> html.Ul:
    """Decisions, or what was bound without a question."""
    return html.Ul([_answer(one, may_decide=may_decide) for one in values], className="made answers")


def _plan(one: Question) -> html.Div:
    drawn = outlines.masks([one.outline, *(choice.outline for choice in one.choices)])
    now = [
        html.Span(className=f"outline now{' first' if number == 0 else ''} {kind}", style=_mask(image))
        for number, found in reversed(list(enumerate(drawn[1:])))
        if found
        for kind, image in zip(("inside", "line"), found, strict=True)
    ]
    then = [
        html.Span(className=f"outline then {kind}", style=_mask(image))
        for kind, image in zip(("inside", "line"), drawn[0] or (), strict=False)
    ]
    key = [html.Span("as it was", className="key then"), html.Span("as it is now", className="key now")]
    return html.Div(
        [html.Div([*then, *now], className="sheet"), html.Div(key, className="keys")]
        if then or now
        else None,
        className="outlines",
        role="img",
        **named(f"Outlines of {one.name} and of what it may be now"),
    )


def _mask(image: str) -> dict[str, str]:
    return {"maskImage": f'url("{image}")'}


def _choice(one: Question, choice: Choice, *, may_decide: bool) -> html.Li:
    said = [
        *(html.Li([icon("circle-check"), words], className="for") for words in choice.evidence),
        *(html.Li([icon("alert-triangle"), words], className="against") for words in choice.against),
    ]
    button = dmc.Button(
        f"Same {one.what.lower()}",
        id={"type": SAME, "match": one.id, "candidate": choice.id},
        variant="light",
        size="compact-sm",
    )
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(choice.name),
                    html.Span(choice.confidence, className="confidence", title="How likely it is the same"),
                    html.Span(choice.where, className="small"),
                ],
                className="choice-head",
            ),
            html.Ul(said, className="evidence"),
            button if may_decide else None,
        ],
        className="choice",
    )


def _answer(one: Answer, *, may_decide: bool) -> html.Li:
    button = dmc.Button(
        one.undo,
        id={"type": UNDO, "match": one.id},
        variant="default",
        size="compact-sm",
        leftSection=icon("history"),
    )
    words = html.Div([html.Strong(one.text), html.Span(one.who, className="soft")])
    return html.Li([words, button if may_decide and one.undo else None], className="stands")
