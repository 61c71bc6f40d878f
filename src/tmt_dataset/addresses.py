"""The address of everything that is identified: on the site where its base is known, a UUID of its name elsewhere.

Only the standard library is imported: a citation of a release needs no more.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

__all__ = ["Addresses", "checked"]


def checked(base: str | None) -> str | None:
    """Return the base of a site without a slash at its end.

    Raises
    ------
    ValueError
        If it is not an address.

    Examples
    --------
    >>> checked("https://example.org/tmt/")
    'https://example.org/tmt'
    """
    if base is None:
        return None
    problem = ValueError(f"base {base!r:.80}: expected an address, as https://example.org/tmt")
    try:
        parts = urlsplit(base)
    except (ValueError, TypeError, AttributeError):
        raise problem from None
    if parts.scheme not in ("https", "http") or not parts.netloc or re.search(r"[\s?#\"<>]", base):
        raise problem
    return base.rstrip("/")


class Addresses(NamedTuple):
    """The addresses of what a package identifies.

    With a base they are those of the site's pages, which keep their version. Without one they are ``urn:uuid:`` (RFC 9562, version 5)
    of the package's name and the place on the site: the same for everybody, and for a record, a quote and a source in every version.

    Attributes
    ----------
    name, version : str
        Of the package.
    base : str or None
        Address under which the site is published, if it is known.

    Examples
    --------
    >>> Addresses("tmt-dataset", "2.0.0", "https://example.org/tmt").record("TMT-0145")
    'https://example.org/tmt/2.0.0/d/TMT-0145/'
    >>> Addresses("tmt-dataset", "2.0.0").record("TMT-0145")
    'urn:uuid:fbfc50e0-bb1c-5371-b971-577014299441'
    """

    name: str
    version: str
    base: str | None = None

    def release(self) -> str:
        """Return the address of the package as a whole, in its version."""
        return f"{self.base}/{self.version}/" if self.base else _urn(f"{self.name}/{self.version}/")

    def record(self, development_id: str) -> str:
        """Return the address of a development."""
        return self._lies(f"d/{_part(development_id)}/")

    def quote(self, quote_id: str) -> str:
        """Return the address of a quote, which begins with its development's identifier: a place on the page of the record.

        Examples
        --------
        >>> Addresses("tmt-dataset", "2.0.0", "https://example.org/tmt").quote("TMT-0001:review-2024-1:7-9")
        'https://example.org/tmt/2.0.0/d/TMT-0001/#TMT-0001:review-2024-1:7-9'
        """
        record = quote_id.partition(":")[0]
        return self._lies(f"d/{_part(record)}/", f"#{_part(quote_id)}")

    def text(self, source_id: str) -> str:
        """Return the address of the plain text of a source, which is not published: a place on the page of the source."""
        return self._lies(f"sources/{_part(source_id)}/", "#text")

    def table(self, name: str) -> str:
        """Return the address of a table of this version: the part of the package's address that names it."""
        return f"{self.release()}#{_part(name)}"

    def _lies(self, path: str, place: str = "") -> str:
        return (
            f"{self.base}/{self.version}/{path}{place}" if self.base else _urn(f"{self.name}/{path}{place}")
        )


def _part(code: str) -> str:
    return percent_encoded(code, safe=":")


def _urn(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn
