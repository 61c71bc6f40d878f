"""Codes proposed from the words of a report, by linear models that are fitted on what a package ships.

The models learn from the titles, summaries and quotes of the developments, from the words of the reports (without their
order), and from the definitions of the codes. They decide nothing: each code is a proposal with a probability and the
words that speak for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tmt_dataset.coding.draft import linear
from tmt_dataset.coding.draft.reading import Reader, Reading, clauses, lead, place, read, words
from tmt_dataset.coding.draft.shapes import Proposal, Unit
from tmt_dataset.errors import MissingExtraError

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["CHOICES", "Classes", "fit"]

#: What the words, the first words and the act weigh for each variable that has one code.
CHOICES = {
    "action": (0.5, 0.5, 2.0),
    "topics": (1.0, 0.7, 0.3),
    "orientation": (1.0, 0.7, 0.5),
    "ai_role": (1.0, 0.7, 0.1),
}
#: Where the codes of a variable are defined, if they are rows of a table.
_DEFINED = {"action": ("actions", "action"), "topics": ("topics", "topic_id")}
#: How much the definition of a code counts against a development.
DEFINITION = 0.3
#: A code that fewer developments have is rare; below these probabilities nothing is proposed.
RARE = 3
LEAST = {False: 0.2, True: 0.4}
#: A risk, a provision, a secondary topic is proposed from here on.
LIKELY = 0.5
QUOTE, CLAUSE = 320, 160


@dataclass(frozen=True)
class _Choice:
    """The model of a variable that has one code."""

    reader: Reader
    model: linear.Fitted
    factor: float
    counts: Mapping[str, int]

    def ranked(self, reading: Reading) -> list[tuple[str, float]]:
        scores = self.model.scores(self.reader.matrix([reading]))
        shares = linear.softmax(scores * self.factor)[0]
        return [(self.model.codes[n], float(shares[n])) for n in np.argsort(-shares)]

    def support(self, code: str, readings: Sequence[Reading]) -> int:
        """Return the number of the reading that speaks most for a code."""
        scores = self.model.scores(self.reader.matrix(readings))
        column = self.model.codes.index(code)
        return int(np.argmax(scores[:, column] - scores.mean(axis=1)))


@dataclass(frozen=True)
class _Marks:
    """The model of codes of which a clause may have any number."""

    reader: Reader
    model: linear.Fitted
    curve: tuple[float, float]

    def shares(self, readings: Sequence[Reading]) -> Any:
        """Return the probability of each code in each reading."""
        return linear.sigmoid(self.model.scores(self.reader.matrix(readings)), self.curve)


@dataclass(frozen=True)
class Classes:
    """The fitted models."""

    choices: Mapping[str, _Choice]
    second: tuple[float, float]
    marks: Mapping[str, _Marks]

    def ranked(self, unit: Unit) -> dict[str, list[tuple[str, float]]]:
        """Return all codes of each variable that has one, with probabilities, the likeliest first."""
        (reading,) = read([unit.text], [lead(unit)])
        return {variable: choice.ranked(reading) for variable, choice in self.choices.items()}

    def propose(self, unit: Unit) -> list[Proposal]:
        """Return the codes of a report that are likely enough, each with the words that speak most for it.

        Of the topics the first is the primary one. A provision is `addressee:modality:type`.
        """
        spans = clauses(unit.text, QUOTE)
        texts = [unit.text[a:b] for a, b in spans]
        places = [place(unit, *span) for span in spans]
        readings = read(texts, texts)
        out: list[Proposal] = []
        for variable, ranked in self.ranked(unit).items():
            choice = self.choices[variable]
            for code, share, others in self._kept(variable, ranked, choice.counts):
                at = places[choice.support(code, readings)] if spans else None
                if at is not None:
                    out.append(Proposal(variable, code, *at, share, others))
        return [*out, *self._marked(unit)]

    def _kept(
        self, variable: str, ranked: list[tuple[str, float]], counts: Mapping[str, int]
    ) -> Iterator[tuple[str, float, tuple[tuple[str, float], ...]]]:
        """Yield the code of a variable that is proposed, with the next best; and a second topic."""
        if not ranked:
            return
        code, share = ranked[0]
        if share >= LEAST[counts.get(code, 0) < RARE]:
            yield code, share, tuple(ranked[1:3])
            if variable == "topics" and len(ranked) > 1:
                also = float(linear.sigmoid(ranked[1][1], self.second))
                if also >= LIKELY:
                    yield ranked[1][0], also, ()

    def _marked(self, unit: Unit) -> Iterator[Proposal]:
        """Yield risks and provisions of the clauses of a report."""
        spans = clauses(unit.text, CLAUSE, whole=False)
        texts = [unit.text[a:b] for a, b in spans]
        if not texts:
            return
        readings = read(texts, texts)
        for variable, of in (("risks", ("risks",)), ("provisions", ("addressees", "modalities", "types"))):
            if not all(name in self.marks for name in of):
                continue
            models = [self.marks[name] for name in of]
            last = models[-1].shares(readings)
            seen = set()
            for row, column in zip(*np.unravel_index(np.argsort(-last, axis=None), last.shape), strict=True):
                if last[row, column] < LIKELY:
                    break
                beside = [m.model.codes[int(m.shares([readings[row]])[0].argmax())] for m in models[:-1]]
                value = ":".join([*beside, models[-1].model.codes[column]])
                at = place(unit, *spans[row])
                if at is not None and value not in seen:
                    seen.add(value)
                    yield Proposal(variable, value, *at, float(last[row, column]))


@dataclass(frozen=True)
class _Corpus:
    """What a package ships of its developments, read once."""

    ds: Dataset

    @cached_property
    def sources(self) -> pd.Series:
        """The source that reports each development first."""
        mentions = self.ds.mentions
        first = mentions[mentions["rank"] == "primary"].drop_duplicates("development_id")
        return first.set_index("development_id")["segment_id"].str.rpartition(":")[0]

    @cached_property
    def readings(self) -> list[Reading]:
        """Each development: the words of its first report, of title and summary; title and proof of the action for a lead."""
        developments, quotes = self.ds.developments, self.ds.quotes
        own = self.ds.mentions.loc[self.ds.mentions["rank"] == "primary", ["development_id", "segment_id"]]
        told: dict[str, dict[str, int]] = {}
        for row in self.ds.terms.merge(own, on="segment_id").itertuples(index=False):
            counts = told.setdefault(str(row.development_id), {})
            counts[str(row.stem)] = counts.get(str(row.stem), 0) + int(row.count)  # type: ignore[arg-type,call-overload]
        acts = quotes[quotes["supports"].astype(str).str.split().map(lambda s: "action" in s)]
        proof = acts.groupby("development_id", observed=True)["exact"].first()
        leads = [
            f"{title}\n{proof.get(one, '')}".strip()
            for one, title in zip(developments["development_id"], developments["title"], strict=True)
        ]
        summaries = read(list(developments["title"] + " " + developments["summary"]), leads)
        out = []
        for one, summary in zip(developments["development_id"], summaries, strict=True):
            report = words(told.get(one, {}))
            both = {k: report.get(k, 0) + summary.words.get(k, 0) for k in {**report, **summary.words}}
            out.append(Reading(both, summary.lead))
        return out

    def codes(self, variable: str) -> list[str]:
        """Return the code of each development; empty where it has none."""
        ids = self.ds.developments["development_id"]
        if variable != "topics":
            column = self.ds.developments[variable].astype(object)
            return list(column.where(column.notna(), "").astype(str))
        topics = self.ds.development_topics
        primary = topics[topics["rank"] == "primary"].set_index("development_id")["topic_id"].astype(str)
        return [str(primary.get(one, "")) for one in ids]

    def groups(self) -> list[str]:
        """Return the source of each development."""
        return [str(self.sources.get(one, "-")) for one in self.ds.developments["development_id"]]

    def defined(self, table: str, key: str) -> tuple[list[str], list[Reading]]:
        """Return the codes of a vocabulary, and what the models read of their definitions."""
        frame = getattr(self.ds, table)
        texts = list(frame["label"] + " " + frame["label"] + " " + frame["definition"])
        return list(frame[key].astype(str)), read(texts, [""] * len(texts))


def fit(ds: Dataset) -> Classes:
    """Fit the models on a data set, in about a second.

    Parameters
    ----------
    ds
        What they learn from.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    """
    try:
        import sklearn  # noqa: F401  # asked for here, so that the extra is named
    except ImportError:
        raise MissingExtraError('drafting needs scikit-learn: pip install "tmt-dataset[draft]"') from None
    corpus = _Corpus(ds)
    choices = {variable: _choice(corpus, variable) for variable in CHOICES}
    marks = {
        "risks": _marks(corpus, _values(ds.development_risks, "risk_id"), ("risks", "risk_id")),
        "types": _marks(corpus, _values(ds.provisions, "type"), ("provision_types", "type")),
        "addressees": _marks(corpus, _values(ds.provisions, "addressee"), ("addressees", "addressee"), False),
        "modalities": _marks(corpus, _values(ds.provisions, "modality"), None, False),
    }
    return Classes(choices, _second(corpus, choices["topics"]), {k: v for k, v in marks.items() if v})


def _choice(corpus: _Corpus, variable: str) -> _Choice:
    known = corpus.codes(variable)
    kept = [n for n, code in enumerate(known) if code]
    codes = [known[n] for n in kept]
    readings = [corpus.readings[n] for n in kept]
    groups = [corpus.groups()[n] for n in kept]
    emphasis = [1.0] * len(kept)
    counts = {code: codes.count(code) for code in {*codes}}
    if variable in _DEFINED:
        defined, definitions = corpus.defined(*_DEFINED[variable])
        codes, readings = [*codes, *defined], [*readings, *definitions]
        groups, emphasis = [*groups, *[""] * len(defined)], [*emphasis, *[DEFINITION] * len(defined)]
    names = sorted({*codes})
    weights = pd.Series(emphasis)
    total = weights.groupby(codes).transform("sum")
    balanced = weights * (weights.sum() / len(names) / total) ** 0.5
    reader = Reader(readings, CHOICES[variable])
    targets = np.where(np.array(codes)[:, None] == np.array(names), 1.0, -1.0)
    model = linear.fit(reader.matrix(readings), targets, names, groups, balanced.to_numpy())
    right = [names.index(code) for code in codes[: len(kept)]]
    return _Choice(reader, model, linear.temperature(model.held_out[: len(kept)], right), counts)


def _second(corpus: _Corpus, topics: _Choice) -> tuple[float, float]:
    """Return how likely the second topic of a ranking is one that a development has, by its probability."""
    own = corpus.ds.development_topics.groupby("development_id", observed=True)["topic_id"].agg(set)
    shares = linear.softmax(topics.model.held_out * topics.factor)
    scores, right = [], []
    for one, row in zip(corpus.ds.developments["development_id"], shares, strict=False):
        second = int(np.argsort(-row)[1]) if len(row) > 1 else 0
        scores.append(float(row[second]))
        right.append(topics.model.codes[second] in own.get(one, set()))
    return linear.steepness(scores, np.array(right))


def _values(frame: pd.DataFrame, field: str) -> dict[str, set[str]]:
    """Return the codes that each quote proves."""
    return {
        str(quote): set(own.astype(str))
        for quote, own in frame.dropna(subset=["quote_id"]).groupby("quote_id", observed=True)[field]
    }


def _marks(
    corpus: _Corpus, values: Mapping[str, set[str]], table: tuple[str, str] | None, every: bool = True
) -> _Marks | None:
    """Fit codes on quotes; with `every`, quotes without a code count as examples of none."""
    quotes = corpus.ds.quotes
    kept = quotes if every else quotes[quotes["quote_id"].isin(list(values))]
    known = sorted(set().union(*values.values())) if values else []
    if not known:
        return None
    texts = list(kept["exact"])
    readings, groups = read(texts, texts), list(kept["source_id"].astype(str))
    own = [values.get(one, set()) for one in kept["quote_id"]]
    emphasis = [1.0] * len(own)
    if table is not None:
        defined, definitions = corpus.defined(*table)
        known = sorted({*known, *defined})
        readings, own = [*readings, *definitions], [*own, *({code} for code in defined)]
        groups, emphasis = [*groups, *[""] * len(defined)], [*emphasis, *[DEFINITION] * len(defined)]
    reader = Reader(readings, (1.0, 0.7, 0.0))
    targets = np.array([[1.0 if code in codes else -1.0 for code in known] for codes in own])
    model = linear.fit(reader.matrix(readings), targets, known, groups, np.array(emphasis))
    length = len(kept)
    curve = linear.steepness(model.held_out[:length].ravel(), (targets[:length] > 0).ravel())
    return _Marks(reader, model, curve)
