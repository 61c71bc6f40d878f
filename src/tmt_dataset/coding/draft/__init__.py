"""Proposals for the annotation of a new source: each with the words that support it and a probability."""

from __future__ import annotations

__all__: list[str] = []
