"""The segments of a source text and the reports in it, by the forms that newsletters and reviews have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tmt_dataset.coding.draft.dates import DAY, MONTH
from tmt_dataset.coding.draft.prose import sentences
from tmt_dataset.coding.draft.shapes import Cut, Unit
from tmt_dataset.coding.draft.verbs import ACT

__all__ = ["cut", "units"]

Span = tuple[int, int]

#: What a publisher says of itself: subscription, contact, links.
BOILERPLATE = re.compile(
    r"\bThis (?:newsletter|update|bulletin) (?:summari[sz]es|covers|provides)|subscribe (?:for|to) (?:our|this)|[Pp]lease contact\b"
    r"|[Ff]ollow the links? below|\bthe links? below to view|[\w.]+@[\w.]+\.\w+|All rights reserved|contact information at the"
)
#: An item may begin with a number or a bullet.
MARK = re.compile(r"(?:\(?\d{1,3}[.、](?=\s)|[-–—•·*▪◦](?=\s))\s*")
#: One or more dates at the end of a heading, in brackets or after a dash.
_DATES = rf"(?:{DAY}|{MONTH}(?:\s+\d{{4}})?)(?:\s*(?:,|;|and|&|to|-|–)\s*(?:{DAY}|{MONTH}(?:\s+\d{{4}})?|\d{{1,2}}))*"
DATED = re.compile(rf"[(\[（]\s*{_DATES}\s*[)\]）]|[–—|-]\s*{_DATES}\s*$")
#: Titles of the parts of a newsletter.
PART = re.compile(
    r"(?:Key |Main )?(?:Highlights?|Our Views?|(?:Key )?(?:Legislat\w+|Regulatory|Enforcement|Industry|Judicial|Market|Policy|Standards?)"
    r"(?: (?:and|&) \w+)?(?: (?:Developments?|Updates?|News|Trends?|Actions?))|Overview|Outlook|Introduction|Contacts?)"
)
#: Titles of parts that repeat what the items tell.
SUMMARY = re.compile(r"\b(?:Highlights?|Overview|At a glance|In brief|In this issue|Contents)\b", re.I)
FUTURE = re.compile(
    r"\bwe (?:\w+ )?(?:expect|anticipate|remain|foresee|believe)|\blooking ahead\b|\b(?:will|may) likely\b|\bwill (?:\w+ )?remain\b",
    re.I,
)
ORDINAL = re.compile(
    r"(?:^|(?<=[.;:]\s))(?:First(?:ly)?|Second(?:ly)?|Third(?:ly)?|Fourth(?:ly)?|Fifth(?:ly)?|Finally),\s"
)


def lines(text: str) -> Iterator[Span]:
    """Yield the lines of a text, each with the newline that ends it; what has no words goes with the line before it."""
    spans: list[Span] = []
    for m in re.finditer(r"[^\n]*\n|[^\n]+$", text):
        if spans and not m[0].strip():
            spans[-1] = (spans[-1][0], m.end())
        else:
            spans.append(m.span())
    yield from spans


def cut(text: str) -> list[Cut]:
    r"""Return the segments of a text: they cover it without gap or overlap.

    Parameters
    ----------
    text
        A source text as it was received, one paragraph a line.

    Returns
    -------
    list of Cut
        In the order of the text; none for an empty text.

    Examples
    --------
    >>> text = "1. MIIT issued rules on robots (3 July)\nThe MIIT issued rules.\n"
    >>> [(c.start, c.end, c.role) for c in cut(text)]
    [(0, 40, 'heading'), (40, 63, 'development')]
    """
    parts = [piece for span in lines(text) for piece in _unglued(text, *span)]
    cuts = _review(text, parts) if _is_review(text, parts) else _newsletter(text, parts)
    return _whole(cuts, len(text))


def _whole(cuts: Sequence[Cut], length: int) -> list[Cut]:
    """Return cuts that reach from the first character to the last."""
    if not cuts:
        return [Cut(0, length, "boilerplate")] if length else []
    starts = [0, *(c.start for c in cuts[1:])]
    return [Cut(s, e, c.role) for s, e, c in zip(starts, [*starts[1:], length], cuts, strict=True)]


# -- lines that hold two things


def _unglued(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the parts of a line: a heading and the body that is glued to it, a title of a part at its end."""
    line = text[start:end]
    tail = re.search(rf"(?<=[.!?”)])({PART.pattern})\s*$", line)
    if tail:
        yield from _unglued(text, start, start + tail.start())
        yield start + tail.start(), end
        return
    at = _joint(line)
    if at:
        yield start, start + at
        yield start + at, end
    else:
        yield start, end


def _joint(line: str) -> int | None:
    """Return where the body begins in a line that begins with a heading."""
    mark = MARK.match(line)
    for m in DATED.finditer(line):
        rest = line[m.end() :]
        if (
            rest.strip()
            and m.end() < 400
            and (re.match(r"[A-Z“\"‘\d]", rest) or (mark and re.match(r"[:.]?\s+[A-Z“]", rest)))
        ):
            return m.end() + len(rest) - len(rest.lstrip(" :.")) if rest[0] in " :." else m.end()
    if not mark:
        return None
    for m in re.finditer(r"(?<=[a-z)”’])(?=[A-Z“])", line[:400]):
        word = re.match(r"[“]?[\w’'-]+", line[m.end() :])
        if line[m.start() - 1] in ")”" or (
            word and (_OPENERS.fullmatch(word[0]) or word[0] in line[: m.start()].split())
        ):
            return m.end()
    return None


_OPENERS = re.compile(
    r"[“]?(?:The|This|These|In|On|From|To|As|At|By|For|After|According|It|Its|China|An|A|Among|With)\b"
)


# -- newsletters


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9][\w-]{3,}", text.casefold()))


def _is_item(text: str, span: Span) -> bool:
    """Return whether a line is the heading of an item by its form: a number, a bullet or a date at its end."""
    line = text[slice(*span)].strip()
    return bool(
        MARK.match(line) or (len(line) < 400 and (m := _last(DATED, line)) and m.end() >= len(line) - 1)
    )


def _last(pattern: re.Pattern[str], line: str) -> re.Match[str] | None:
    return next(iter([*pattern.finditer(line)][::-1]), None)


def _short(line: str) -> bool:
    """Return whether a line has the form of a title: short and without a full stop."""
    return len(line) < 200 and not re.search(r"[.:;]$", line)


def _first_item(text: str, parts: Sequence[Span]) -> int:
    """Return the number of the line where the items begin: after the line on links, or after what introduces."""
    for n, span in enumerate(parts):
        if re.search(r"links? below", text[slice(*span)]) and len(text[slice(*span)]) < 200:
            return n + 1
    summary = False
    for n, span in enumerate(parts):
        line = text[slice(*span)].strip()
        if PART.fullmatch(line):
            summary = bool(SUMMARY.search(line) or line.startswith("Our View"))
            if not summary and not line.startswith(("Introduction", "Contact")):
                return n
        elif not summary and (_is_item(text, span) or (n and _is_report(line))):
            return n
    return len(parts)


def _is_report(line: str) -> bool:
    """Return whether a line that does not look like an item reports an act."""
    frame = BOILERPLATE.search(line) or line.endswith(":") or re.match(r"In \w+ and \w+ \d{4}", line)
    return not frame and bool(re.search(ACT, line[:300]))


def _newsletter(text: str, parts: Sequence[Span]) -> list[Cut]:
    first = _first_item(text, parts)
    cuts: list[Cut] = []
    part = ""
    for n, (start, end) in enumerate(parts):
        line = text[start:end].strip()
        if PART.fullmatch(line):
            part = line
        cuts.append(Cut(start, end, _role(text, parts, n, first, part)))
    return _without_repeats(text, cuts)


def _role(text: str, parts: Sequence[Span], n: int, first: int, part: str) -> str:
    """Return the role of a line of a newsletter."""
    line = text[slice(*parts[n])].strip()
    if BOILERPLATE.search(line) and not MARK.match(line) and (len(line) < 300 or n < first):
        return "boilerplate"
    if PART.fullmatch(line):
        return "section-heading"
    if n < first:
        return "boilerplate" if part.startswith("Our View") else "introduction"
    if SUMMARY.search(part):
        return "introduction"
    if part.startswith("Outlook"):
        return "outlook"
    following = text[slice(*parts[n + 1])].strip() if n + 1 < len(parts) else ""
    if following and text[parts[n][1] - 1] != "\n" and not PART.fullmatch(following):
        return "heading"
    if _is_item(text, parts[n]):
        alone = len(line) > 250 and not _short(line)
        return "development" if alone or not following else "heading"
    if _short(line) and len(following) > len(line) and not _is_item(text, parts[n + 1]):
        return "heading" if re.search(ACT, line) or len(line.split()) > 5 else "section-heading"
    if _short(line) and len(line.split()) <= 8 and not re.search(ACT, line):
        return "section-heading"
    return "outlook" if FUTURE.search(line) and not re.search(ACT, line[:300]) else "development"


def _without_repeats(text: str, cuts: Sequence[Cut]) -> list[Cut]:
    """Return the cuts, with lines that only repeat an item in fewer words as introductions."""
    bodies = [(c, _words(text[c.start : c.end])) for c in cuts if c.role == "development"]
    out = []
    for n, c in enumerate(cuts):
        own = _words(text[c.start : c.end])
        lone = c.role == "development" and (n == 0 or cuts[n - 1].role != "heading")
        lone = lone or (c.role == "heading" and (n + 1 == len(cuts) or cuts[n + 1].role != "development"))
        repeated = lone and any(
            d is not c and d.end - d.start > 2 * (c.end - c.start) and len(own & words) >= 0.8 * len(own)
            for d, words in bodies
        )
        out.append(Cut(c.start, c.end, "introduction") if repeated else c)
    return out


# -- reviews in prose


def _is_review(text: str, parts: Sequence[Span]) -> bool:
    """Return whether a text is prose: fewer than two items, and sentences that begin with their month."""
    months = len(re.findall(rf"(?:^|[.!?]\s|,\s)[Ii]n (?:\w+ )?{MONTH}", text))
    return sum(_is_item(text, span) for span in parts) < 2 and months >= 3


def _review(text: str, parts: Sequence[Span]) -> list[Cut]:
    told = [
        n
        for n, span in enumerate(parts)
        if re.search(
            r"(?i)\b(?:this|following) (?:\w+[- ])*(?:articles?|series|sections|review)\b", text[slice(*span)]
        )
    ]
    introduced = max((n for n in told if n < 6), default=-1)
    cuts: list[Cut] = []
    for n, (start, end) in enumerate(parts):
        line = text[start:end].strip()
        if BOILERPLATE.search(line) and len(line) < 300:
            cuts.append(Cut(start, end, "boilerplate"))
        elif n <= introduced:
            cuts.append(Cut(start, end, "introduction"))
        elif _short(line):
            cuts.append(Cut(start, end, "section-heading"))
        else:
            cuts += sentences(text, start, end)
    return cuts


# -- reports


def units(text: str, cuts: Sequence[Cut]) -> list[Unit]:
    r"""Return the reports of a text: a heading with the body after it, or a body alone.

    A heading that gives several dates, over a body that counts its acts (First, … Second, …), has a report for each
    of them; so has a sentence on the regulations of several places.

    Examples
    --------
    >>> text = "1. MIIT issued rules on robots (3 July)\nThe MIIT issued rules.\n"
    >>> [(u.start, u.end, u.heading) for u in units(text, cut(text))]
    [(0, 63, (0, 40))]
    """
    out: list[Unit] = []
    heading: Span | None = None
    for n, c in enumerate(cuts):
        following = cuts[n + 1].role if n + 1 < len(cuts) else ""
        if c.role == "heading":
            heading = (c.start, c.end)
            if following != "development":
                out.append(Unit(c.start, c.end, heading, text[c.start : c.end]))
                heading = None
        elif c.role == "development":
            out += _split(text, heading, c)
            heading = None
    return out


def _split(text: str, heading: Span | None, body: Cut) -> Iterator[Unit]:
    start = heading[0] if heading else body.start
    one = Unit(start, body.end, heading, text[start : body.end])
    if heading:
        dates = re.findall(DAY, text[slice(*heading)])
        counted = [m.start() + body.start for m in ORDINAL.finditer(text[body.start : body.end])]
        if len(dates) > 1 and len(counted) == len(dates):
            ends = [*counted[1:], body.end]
            lead = text[start : counted[0]]
            yield from (Unit(a, b, heading, lead + text[a:b]) for a, b in zip(counted, ends, strict=True))
            return
        yield one
        return
    places = re.search(
        r"\bregulations? [^.;]*? in ((?:[A-Z]\w+, )+(?:and )?[A-Z]\w+|[A-Z]\w+ and [A-Z]\w+) (?:were|was|have been) ",
        one.text,
    )
    if not places:
        yield one
        return
    for place in re.split(r", and |, | and ", places[1]):
        yield Unit(one.start, one.end, None, one.text.replace(places[1], place, 1))
