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
from tmt_dataset.coding.draft.acts import hints
from tmt_dataset.coding.draft.dates import only_dates
from tmt_dataset.coding.draft.reading import Reader, Reading, clauses, lead, place, read, words
from tmt_dataset.coding.draft.shapes import Proposal, Unit
from tmt_dataset.errors import MissingExtraError

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["CHOICES", "Classes", "fit"]

#: What features weigh for each variable that has one code.
CHOICES = {
    "action": {"words": 0.5, "pairs": 0.5, "acts": 2.0},
    "topics": {"words": 1.0, "pairs": 0.7, "acts": 0.3},
    "orientation": {"words": 1.0, "pairs": 0.7, "acts": 0.5},
    "ai_role": {"words": 1.0, "pairs": 0.7},
}
#: The same for clauses.
CLAUSES = {"words": 1.0, "pairs": 0.7}
#: Where the codes of a variable are defined, if they are rows of a table.
_DEFINED = {"action": ("actions", "action"), "topics": ("topics", "topic_id")}
#: The field of each code that a clause may have, and the table that defines it.
MARKS = {
    "risks": ("risk_id", "risks"),
    "types": ("type", "provision_types"),
    "addressees": ("addressee", "addressees"),
    "modalities": ("modality", ""),
}
#: The parts of a proposal; the last one has the probability.
MARKED = {"risks": ("risks",), "provisions": ("addressees", "modalities", "types")}
#: How much the definition of a code counts against a development.
DEFINITION = 0.3
#: A code that fewer developments have is rare; below these probabilities nothing is proposed.
RARE = 3
LEAST = {False: 0.2, True: 0.4}
#: The probability of a rare code that the first words tell.
RULED = 0.5
#: Clauses that nobody quoted are not learnt from, so that scores are too high: by what they are multiplied to be the share that
#: is right, measured on the sources on which the rules were written, each left out in turn.
SHARE_RIGHT = {"risks": 0.83, "provisions": 0.6}
#: A risk, a provision is proposed from here on, before that.
LIKELY = 0.5
#: The longest words that speak for a code.
CLAUSE = 160


@dataclass(frozen=True)
class _Choice:
    """The model of a variable that has one code."""

    model: linear.Fitted
    factor: float
    counts: Mapping[str, int]

    def ranked(self, row: Any) -> list[tuple[str, float]]:
        shares = linear.softmax(self.model.scores(row) * self.factor)[0]
        return [(self.model.codes[n], float(shares[n])) for n in np.argsort(-shares)]

    def support(self, code: str, rows: Any) -> int:
        """Return the number of the row that speaks most for a code."""
        scores = self.model.scores(rows)
        column = self.model.codes.index(code)
        return int(np.argmax(scores[:, column] - scores.mean(axis=1)))


@dataclass(frozen=True)
class _Marks:
    """The model of codes of which a clause may have any number."""

    model: linear.Fitted
    curve: tuple[float, float]

    def shares(self, rows: Any) -> Any:
        """Return the probability of each code in each row."""
        return linear.sigmoid(self.model.scores(rows), self.curve)


@dataclass(frozen=True)
class Classes:
    """The fitted models."""

    reader: Reader
    choices: Mapping[str, _Choice]
    marks: Mapping[str, _Marks]

    def ranked(self, unit: Unit) -> dict[str, list[tuple[str, float]]]:
        """Return all codes of each variable that has one, with probabilities, the likeliest first."""
        return self._ranked(self.reader.matrix(read([unit.text], [lead(unit)])))

    def _ranked(self, row: Any) -> dict[str, list[tuple[str, float]]]:
        return {variable: choice.ranked(row) for variable, choice in self.choices.items()}

    def propose(self, unit: Unit) -> list[Proposal]:
        """Return the codes of a report that are likely enough, each with the words that speak most for it.

        The topic is the primary one. A value is empty where no code is likely enough. A provision is `addressee modality type`.
        """
        spans = [(a, b) for a, b in clauses(unit.text, CLAUSE, whole=False) if not only_dates(unit.text[a:b])]
        if not spans:
            return []
        texts = [unit.text[a:b] for a, b in spans]
        matrix = self.reader.matrix(read([unit.text, *texts], [lead(unit), *texts]))
        out: list[Proposal] = []
        for variable, ranked in self._ranked(matrix[0]).items():
            choice = self.choices[variable]
            if variable == "action":
                ranked = _ruled(ranked, hints(lead(unit)), choice.counts)
            code, share = ranked[0]
            at = place(unit, *spans[choice.support(code, matrix[1:])])
            if at and share >= LEAST[choice.counts.get(code, 0) < RARE]:
                out.append(Proposal(variable, code, *at, share, tuple(ranked[1:3])))
            elif at:  # none is likely enough: the coder chooses
                out.append(Proposal(variable, "", *at, 0.0, tuple(ranked[:3])))
        return [*out, *self._marked(unit, spans, matrix[1:])]

    def _marked(self, unit: Unit, spans: Sequence[tuple[int, int]], rows: Any) -> Iterator[Proposal]:
        """Yield risks and provisions of the clauses of a report, the likeliest first."""
        for variable, names in MARKED.items():
            if not spans or not all(name in self.marks for name in names):
                continue
            *beside, last = [self.marks[name].shares(rows) for name in names]
            codes = [self.marks[name].model.codes for name in names]
            seen = set()
            for row, column in zip(*np.unravel_index(np.argsort(-last, axis=None), last.shape), strict=True):
                if last[row, column] < LIKELY:
                    break
                parts = [own[int(shares[row].argmax())] for own, shares in zip(codes, beside, strict=False)]
                value = " ".join([*parts, codes[-1][column]])
                at = place(unit, *spans[row])
                if at is not None and value not in seen:
                    seen.add(value)
                    yield Proposal(variable, value, *at, SHARE_RIGHT[variable] * float(last[row, column]))


def _ruled(
    ranked: list[tuple[str, float]], told: Sequence[str], counts: Mapping[str, int]
) -> list[tuple[str, float]]:
    """Return codes with the one first that the rules on the first words tell, where too few developments have it to learn from."""
    first = told[0] if told else ""
    if counts.get(first, 0) >= RARE or first not in dict(ranked):
        return ranked
    return [(first, max(RULED, dict(ranked)[first])), *((c, s) for c, s in ranked if c != first)]


@dataclass(frozen=True)
class _Corpus:
    """What a package ships of its developments, read once."""

    ds: Dataset

    @cached_property
    def sources(self) -> list[str]:
        """The source that reports each development first."""
        mentions = self.ds.mentions
        first = mentions[mentions["rank"] == "primary"].drop_duplicates("development_id")
        of = dict(zip(first["development_id"], first["segment_id"].str.rpartition(":")[0], strict=True))
        return [of.get(one, "-") for one in self.ds.developments["development_id"]]

    @cached_property
    def readings(self) -> list[tuple[Reading, Reading]]:
        """Each development twice: all that is known of it; and without its summary, as a report is read."""
        developments, quotes = self.ds.developments, self.ds.quotes
        own = self.ds.mentions.loc[self.ds.mentions["rank"] == "primary", ["development_id", "segment_id"]]
        told: dict[str, dict[str, int]] = {}
        terms = self.ds.terms.merge(own, on="segment_id")
        columns = (list(terms[name]) for name in ("development_id", "stem", "count"))
        for one, stem, count in zip(*columns, strict=True):
            counts = told.setdefault(one, {})
            counts[stem] = counts.get(stem, 0) + count
        acts = quotes[quotes["supports"].astype(str).str.split().map(lambda s: "action" in s)]
        first = acts.drop_duplicates("development_id")
        proof = dict(zip(first["development_id"], first["exact"], strict=True))
        leads = [
            f"{title}\n{proof.get(one, '')}".strip()
            for one, title in zip(developments["development_id"], developments["title"], strict=True)
        ]
        summaries = read(list(developments["title"] + " " + developments["summary"]), leads)
        out = []
        for one, summary in zip(developments["development_id"], summaries, strict=True):
            report = words(told.get(one, {}))
            both = {k: report.get(k, 0) + summary.words.get(k, 0) for k in {**report, **summary.words}}
            out.append((Reading(both, summary.lead), Reading(report, summary.lead)))
        return out

    def codes(self, variable: str) -> list[str]:
        """Return the code of each development; empty where it has none."""
        ids = self.ds.developments["development_id"]
        if variable != "topics":
            column = self.ds.developments[variable].astype(object)
            return list(column.where(column.notna(), "").astype(str))
        topics = self.ds.development_topics
        primary = topics[topics["rank"] == "primary"]
        of = dict(zip(primary["development_id"], primary["topic_id"].astype(str), strict=True))
        return [of.get(one, "") for one in ids]

    def defined(self, table: str, key: str) -> tuple[list[str], list[Reading]]:
        """Return the codes of a vocabulary, and what the models read of their definitions."""
        frame = getattr(self.ds, table)
        texts = list(frame["label"] + " " + frame["label"] + " " + frame["definition"])
        return list(frame[key].astype(str)), read(texts, [""] * len(texts))


def fit(ds: Dataset, without: str | None = None) -> Classes:
    """Fit the models on a data set, in about a second.

    Parameters
    ----------
    ds
        What they learn from.
    without
        A source whose developments, quotes and words are left out.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    """
    try:
        import sklearn  # noqa: F401  # asked for here, so that the extra is named
    except ImportError:
        raise MissingExtraError('drafting needs scikit-learn: pip install "tmt-dataset[draft]"') from None
    if without is not None:
        ds = _less(ds, without)
    corpus = _Corpus(ds)
    definitions = [one for defined in _DEFINED.values() for one in corpus.defined(*defined)[1]]
    reader = Reader([*(known for known, _ in corpus.readings), *definitions])
    known, unseen = (reader.matrix(one) for one in zip(*corpus.readings, strict=True))
    choices = {variable: _choice(corpus, reader, variable, known, unseen) for variable in CHOICES}
    marks = {
        **_marks(corpus, reader, {"risks": ds.development_risks, "types": ds.provisions}),
        **_marks(corpus, reader, {"addressees": ds.provisions, "modalities": ds.provisions}, every=False),
    }
    return Classes(reader, choices, marks)


def _less(ds: Dataset, source_id: str) -> Dataset:
    """Return a data set without what a source reports first, and without its quotes and words."""
    reports = ds.mentions["segment_id"].str.startswith(f"{source_id}:") & (ds.mentions["rank"] == "primary")
    part = ds.where(~ds.developments["development_id"].isin(list(ds.mentions.loc[reports, "development_id"])))
    tables = dict(part)
    own = set(tables["quotes"].loc[tables["quotes"]["source_id"] == source_id, "quote_id"])
    for name in ("quotes", "provisions", "development_risks"):
        tables[name] = tables[name][~tables[name]["quote_id"].isin(list(own))]
    tables["terms"] = tables["terms"][~tables["terms"]["segment_id"].str.startswith(f"{source_id}:")]
    return type(ds)(ds.descriptor, tables)


def _choice(corpus: _Corpus, reader: Reader, variable: str, known: Any, unseen: Any) -> _Choice:
    """Return the model of a variable; a row of each matrix is a development, with all that is known of it and as a report."""
    from scipy.sparse import vstack

    coded = corpus.codes(variable)
    kept = [n for n, code in enumerate(coded) if code]
    codes = [coded[n] for n in kept]
    known, unseen = known[kept], unseen[kept]
    groups = [corpus.sources[n] for n in kept]
    emphasis = [1.0] * len(kept)
    counts = {code: codes.count(code) for code in {*codes}}
    if variable in _DEFINED:
        defined, definitions = corpus.defined(*_DEFINED[variable])
        codes, rows = [*codes, *defined], reader.matrix(definitions)
        groups, emphasis = [*groups, *[""] * len(defined)], [*emphasis, *[DEFINITION] * len(defined)]
        known, unseen = vstack([known, rows]).tocsr(), vstack([unseen, rows]).tocsr()
    names = sorted({*codes})
    weights = pd.Series(emphasis)
    total = weights.groupby(codes).transform("sum")
    balanced = weights * (weights.sum() / len(names) / total) ** 0.5
    targets = np.where(np.array(codes)[:, None] == np.array(names), 1.0, -1.0)
    model = linear.fit(
        known, targets, names, groups, balanced.to_numpy(), reader.scale(CHOICES[variable]), unseen
    )
    right = [names.index(code) for code in codes[: len(kept)]]
    return _Choice(model, linear.temperature(model.held_out[: len(kept)], right), counts)


def _values(frame: pd.DataFrame, field: str) -> dict[str, set[str]]:
    """Return the codes that each quote proves."""
    out: dict[str, set[str]] = {}
    for quote, code in zip(frame["quote_id"], frame[field].astype(str), strict=True):
        out.setdefault(str(quote), set()).add(code)
    return out


def _marks(
    corpus: _Corpus, reader: Reader, of: Mapping[str, pd.DataFrame], every: bool = True
) -> dict[str, _Marks]:
    """Fit codes on quotes; with `every`, quotes without a code are examples of none."""
    values = {name: _values(frame, MARKS[name][0]) for name, frame in of.items()}
    quotes = corpus.ds.quotes
    kept = quotes if every else quotes[quotes["quote_id"].isin([q for own in values.values() for q in own])]
    ids = list(kept["quote_id"])
    if not ids or not all(values.values()):
        return {}
    readings, groups = (
        read(list(kept["exact"]), list(kept["exact"]), acts=False),
        list(kept["source_id"].astype(str)),
    )
    own = [{(name, code) for name in of for code in values[name].get(one, ())} for one in ids]
    for name in of:
        table, key = MARKS[name][1], MARKS[name][0]
        if table:
            codes, definitions = corpus.defined(table, key)
            readings, own = [*readings, *definitions], [*own, *({(name, code)} for code in codes)]
    known = sorted(set().union(*own))
    emphasis = np.array([1.0] * len(ids) + [DEFINITION] * (len(own) - len(ids)))
    groups += [""] * (len(own) - len(ids))
    targets = np.array([[1.0 if code in codes else -1.0 for code in known] for codes in own])
    model = linear.fit(
        reader.matrix(readings), targets, [code for _, code in known], groups, emphasis, reader.scale(CLAUSES)
    )
    return {
        name: _part(model, targets, [n for n, (of_, _) in enumerate(known) if of_ == name]) for name in of
    }


def _part(model: linear.Fitted, targets: Any, columns: list[int]) -> _Marks:
    """Return the model of some of the codes, with the curve that fits them."""
    curve = linear.steepness(model.held_out[:, columns].ravel(), (targets[:, columns] > 0).ravel())
    part = linear.Fitted(
        tuple(model.codes[n] for n in columns),
        model.weights[:, columns],
        model.constant[columns],
        model.held_out[:, columns],
    )
    return _Marks(part, curve)
