"""Which tables belong to a development, and which rows the fields of a table name."""

from __future__ import annotations

from pathlib import PurePosixPath

from tmt_dataset.descriptor import Descriptor, Table

__all__ = ["ROOT", "nested", "targets"]


ROOT = "developments"


def nested(descriptor: Descriptor) -> dict[str, Table]:
    """Return the tables whose rows belong to a development, by their name without ``development_``.

    Records of the validation are about the coding of a development, and do not belong to it.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> list(nested(open_package().descriptor))[:3]
    ['mentions', 'quotes', 'authorities']
    """
    (key,) = descriptor.table(ROOT).primary_key
    return {
        name.removeprefix(key.removesuffix("id")): table
        for name, table in descriptor.tables.items()
        if any(k.table == ROOT and k.fields == (key,) for k in table.foreign_keys)
        and PurePosixPath(table.path).parts[0] != "validation"
    }


def targets(descriptor: Descriptor, table: Table) -> dict[str, Table]:
    """Return the tables whose rows the fields of a table name, by field; without the rows nested in a development.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> descriptor = open_package().descriptor
    >>> {field: target.name for field, target in targets(descriptor, descriptor.table("developments")).items()}
    {'action': 'actions', 'jurisdiction': 'places'}
    """
    inside = {t.name for t in nested(descriptor).values()}
    return {
        k.fields[0]: descriptor.table(k.table)
        for k in table.foreign_keys
        if len(k.fields) == 1 and k.table not in inside and k.fields != descriptor.table(ROOT).primary_key
    }
