"""What is likely to fail, and readings that cannot be right, with what can be done about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.views.findings import Doubtful, Doubts, Likely

REPAIR = "quality-repair"  # types of the buttons' ids; their key is the finding's id
DECIDE = "quality-decide"  # to undo a repair, their key is the correction's


def likely(found: Sequence[Likely], *, lacking: str | None = None) -> Any:
    """Failures that are likely; or that none is, or what is lacking to tell."""
    if not found:
        none = (
            "None is to be seen: no reading runs towards its limit, and no model states a service life here."
        )
        return html.P(" ".join(filter(None, (none, lacking))), className="soft")
    return html.Ul(
        [
            html.Li(
                [
                    html.Strong(one.sentence),
                    html.Span(
                        [
                            dcc.Link(one.name, href=one.href) if one.href else one.name,
                            f": {one.interval}." if one.interval else None,
                        ]
                    ),
                    html.Span(one.basis, className="small"),
                ]
            )
            for one in found
        ],
        className="findings",
    )


def doubts(found: Doubts, *, decides: bool) -> list[Any]:
    """Readings that cannot be right, with buttons for those who may decide."""
    if found.computed is None:
        return [html.P("Not looked for yet: that is done once a day.", className="soft")]
    return [
        html.Ul([_doubt(one, decides) for one in (*found.open, *found.decided)], className="findings")
        if found.open or found.decided
        else html.P("Nothing is in doubt: all readings can be right.", className="soft"),
        html.P(found.computed, className="small"),
    ]


def _doubt(one: Doubtful, decides: bool) -> html.Li:
    words = [
        html.Strong(one.detail),
        html.Span(f"{one.series}: {one.count}, {one.range}"),
        html.Span(one.decided, className="small") if one.decided else None,
    ]
    return html.Li(
        [html.Div(words), html.Div(_buttons(one), className="finding-buttons") if decides else None],
        className="" if one.state == "open" else "decided",
    )


def _buttons(one: Doubtful) -> list[Any]:
    if one.state == "dismissed":
        return [_button("Reopen", DECIDE, one.id, "reopen")]
    if one.correction is not None:
        return [_button("Undo", DECIDE, one.correction, "undo")]
    return [
        *(
            _button(label, REPAIR, one.id, action, proposed=number == 0)
            for number, (action, label) in enumerate(one.repairs)
        ),
        _button("Dismiss", DECIDE, one.id, "dismiss"),
    ]


def _button(label: str, kind: str, finding: int, action: str, *, proposed: bool = False) -> dmc.Button:
    return dmc.Button(
        label,
        id={"type": kind, "key": finding, "action": action},
        variant="light" if proposed else "default",
        size="compact-sm",
    )
