"""How well models are matched to their new versions: `python -m tests.matching_table [FOLDER]`.

One line for each change: of all that was bound without a question, how much was bound rightly (precision),
and of all that is still the same, how much was bound without a question (recall) or is at least among the
candidates that a person is shown (with review).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.building.known import of_model
from data.building.matching import match
from data.building.model import Model
from data.building.reading import read
from data.errors import BadInput
from tests.reissues import CHANGES, Reissue, office, reissue

SEEDS = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts over one or more matchings."""

    bound: int = 0
    wrong: tuple[str, ...] = ()
    same: int = 0
    right: int = 0
    shown: int = 0  # right, or a candidate of a doubt
    questions: int = 0

    def __add__(self, other: Score) -> Score:
        """Both together."""
        return Score(
            bound=self.bound + other.bound,
            wrong=self.wrong + other.wrong,
            same=self.same + other.same,
            right=self.right + other.right,
            shown=self.shown + other.shown,
            questions=self.questions + other.questions,
        )

    @property
    def precision(self) -> float:
        """Of what was bound, the share that is right; 1 when nothing was bound."""
        return 1 - len(self.wrong) / self.bound if self.bound else 1.0

    @property
    def recall(self) -> float:
        """Of what is the same, the share that was bound without a question; 1 when nothing is."""
        return self.right / self.same if self.same else 1.0

    @property
    def recall_with_review(self) -> float:
        """Of what is the same, the share that was bound or is shown to a person."""
        return self.shown / self.same if self.same else 1.0


def score(old: Model, new: Reissue) -> Score:
    """One matching against what is true."""
    found = match(of_model(old), new.model)
    bound = {(pair.thing, pair.old): pair for pair in found.sure}
    candidates = {(doubt.thing, doubt.old, pair.new) for doubt in found.doubtful for pair in doubt.candidates}
    right = {key for key, pair in bound.items() if new.truth.get(key) == pair.new}
    shown = {(*key, number) for key, number in new.truth.items()} & candidates
    wrong = [f"{key}: {pair.evidence} {pair.against}" for key, pair in bound.items() if key not in right]
    return Score(
        bound=len(bound),
        wrong=tuple(wrong),
        same=len(new.truth),
        right=len(right),
        shown=len(right) + len(shown),
        questions=len(found.doubtful),
    )


def scores(models: Mapping[str, Model], *, seeds: Sequence[int] = SEEDS) -> dict[str, Score]:
    """Over all models and seeds, by change."""
    return {
        name: sum(
            (
                score(model, reissue(model, *changes, seed=seed))
                for model in models.values()
                for seed in seeds
            ),
            Score(),
        )
        for name, changes in CHANGES.items()
    }


def table(found: Mapping[str, Score]) -> str:
    """The scores as a table."""
    names = ("bound", "wrong", "precision", "recall", "with review", "questions")
    head = f"{'change':42}" + "".join(f"{name:>12}" for name in names)
    lines = [
        f"{name:42}{one.bound:12}{len(one.wrong):12}{one.precision:12.1%}{one.recall:12.1%}"
        f"{one.recall_with_review:12.1%}{one.questions:12}"
        for name, one in found.items()
    ]
    return "\n".join([head, *lines])


def models_in(folder: Path) -> dict[str, Model]:
    """Every model of a folder that can be read and has rooms or equipment."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in (".ifc", ".ifczip"):
            try:
                model = read(path)
            except BadInput:
                continue
            if model.spaces or model.equipment:
                found[path.name] = model
    return found


def main(arguments: Iterable[str]) -> int:
    """The command line."""
    models = {"office": office(), "row": office(rooms=40, storeys=1)}
    for folder in arguments:
        models |= models_in(Path(folder))
    found = scores(models)
    print(f"{len(models)} models: {', '.join(models)}\n\n{table(found)}")
    wrong = [f"{name}: {line}" for name, one in found.items() for line in one.wrong]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
