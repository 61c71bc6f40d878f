"""Linear models of few texts: ridge regression on the codes, with probabilities from sources that were left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Fitted", "fit", "sigmoid", "steepness", "temperature"]

Array = Any
#: What the codes cost against what fitting every text costs, and how much a constant may carry.
PENALTY = 0.3
CONSTANT = 0.1


@dataclass(frozen=True)
class Fitted:
    """A score for each code: `matrix @ weights + constant`; and those of the texts by models without their source."""

    codes: tuple[str, ...]
    weights: Array
    constant: Array
    held_out: Array

    def scores(self, matrix: Any) -> Array:
        """Return the scores of texts, a row each."""
        return matrix @ self.weights + self.constant


def fit(
    matrix: Any,
    targets: Array,
    codes: Sequence[str],
    groups: Sequence[str],
    emphasis: Array,
    scale: Array,
    unseen: Any = None,
) -> Fitted:
    """Return the model of some texts.

    Parameters
    ----------
    matrix
        Sparse: a row per text, a column per feature.
    targets
        A row per text and a column per code: 1 if the text has it, otherwise -1.
    codes
        The codes.
    groups
        The source of each text; an empty one is a text that no source has, as the definition of a code.
    emphasis
        How much each text counts.
    scale
        The weight of each column.
    unseen
        The texts as they are where their codes are not known yet; by default as in `matrix`.
    """
    from scipy.sparse import diags

    root = np.sqrt(emphasis)
    weighted = matrix @ diags(scale**2)
    kernel = (weighted @ matrix.T).toarray() + CONSTANT
    inverse = np.linalg.inv(root[:, None] * kernel * root + PENALTY * np.eye(len(root)))
    scaled = inverse @ (root[:, None] * targets)
    dual = root[:, None] * scaled
    seen = kernel if unseen is None else (unseen @ weighted.T).toarray() + CONSTANT
    held_out = seen @ dual
    names = np.array(groups)
    for group in sorted({*groups} - {""}):  # the model without a group follows from the inverse
        own = np.flatnonzero(names == group)
        step = np.linalg.solve(inverse[np.ix_(own, own)], scaled[own])
        held_out[own] -= seen[own] @ (root[:, None] * (inverse[:, own] @ step))
    return Fitted(tuple(codes), weighted.T @ dual, CONSTANT * dual.sum(axis=0), held_out)


def softmax(scores: Array) -> Array:
    """Return probabilities that add up to 1 in each row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def temperature(scores: Array, right: Sequence[int]) -> float:
    """Return the factor of scores by which the probability of what was right is highest.

    Examples
    --------
    >>> temperature(np.array([[1.0, 0.0], [0.0, 1.0]]), [0, 1]) > temperature(np.array([[1.0, 0.0], [0.0, 1.0]]), [0, 0])
    True
    """
    rows = np.arange(len(right))
    factors = np.geomspace(0.3, 30, 60)
    losses = [-np.log(softmax(scores * f)[rows, right] + 1e-9).mean() for f in factors]
    return float(factors[int(np.argmin(losses))])


def steepness(scores: Array, right: Array) -> tuple[float, float]:
    """Return slope and constant of the logistic curve from scores to the share of them that are right."""
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(right)) < 2:
        return 0.0, -5.0
    curve = LogisticRegression(C=100, solver="newton-cholesky").fit(np.asarray(scores).reshape(-1, 1), right)
    return float(curve.coef_[0, 0]), float(curve.intercept_[0])


def sigmoid(scores: Array, curve: tuple[float, float]) -> Array:
    """Return the probability that a score is right."""
    return 1 / (1 + np.exp(-(curve[0] * np.asarray(scores) + curve[1])))
