"""What the columns of the view with one row per development mean."""

from __future__ import annotations

import pandas as pd

from tmt_dataset.cells import Tables

__all__ = ["CITE_AS", "MEANINGS", "meanings"]


#: The columns that are not fields of ``developments``; several entries of one cell are joined by "; ".
MEANINGS = {
    "window": "Windows (periods of the sources) in which the development is counted.",
    "action_label": "Label of the action.",
    "category": "Group of actions to which the action belongs.",
    "jurisdiction_name": "Name of the area that the act governs.",
    "level": "Level of government of the area that the act governs.",
    "lead_authority": "Name of the authority that leads: named first, or holding the act.",
    "lead_authority_short": "Short name of the lead authority.",
    "court_authority": "Name of the court that hears or decides.",
    "court_authority_short": "Short name of the court.",
    "joint_authorities": "Names of the authorities that act jointly with the lead.",
    "supporting_authorities": "Names of the authorities that take part without issuing.",
    "area": "Upper level of the primary topic, as a code.",
    "area_label": "Label of the area.",
    "topic": "Primary topic, as a code; each development has one.",
    "topic_label": "Label of the primary topic.",
    "other_topics": "Labels of the secondary topics.",
    "places": "Names of the places that the development is about, beside the area that it governs.",
    "instruments": "Titles of the instruments that it concerns, each with its stage in brackets.",
    "risks": "Labels of the harms that the act is meant to prevent, punish or warn of.",
    "provisions": "Who must, may or must not do what: addressee · modality · type of provision (case).",
    "figures": "Figures that the report gives: measure, value, unit and qualifier.",
    "sources": "Identifiers of the sources that report the development.",
    "source_titles": "Titles of these sources.",
    "source_urls": "Addresses of these sources, where they have one.",
    "first_quote": "First of the quotes that prove its coded values, word for word; its page has all of them.",
}
#: What a CSV that the explorer saves has beside these.
CITE_AS = ("cite_as", "How to cite the data, the same in each row (in a CSV file that the explorer saves).")


def meanings(ds: Tables, flat: pd.DataFrame) -> dict[str, str]:
    """Return what each column of the view means, in their order: a field of ``developments`` is described by its declaration.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> meanings(ds, ds.flat())["area_label"]
    'Label of the area.'
    """
    table = ds.descriptor.table("developments")
    return {
        str(name): MEANINGS[name] if name in MEANINGS else table.field(name).description
        for name in flat.columns
    }
