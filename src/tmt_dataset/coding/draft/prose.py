"""Prose cut where the roles of its sentences change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tmt_dataset.coding.draft.dates import MONTH
from tmt_dataset.coding.draft.shapes import Cut
from tmt_dataset.coding.draft.verbs import ACT

__all__ = ["sentences"]

FUTURE = re.compile(
    r"\bwe (?:\w+ )?(?:expect|anticipate|remain|foresee|hope|believe)|\b(?:will|may) likely\b|\blooking ahead\b",
    re.I,
)
#: A dated entry into force is an act even where it is still to come.
TO_COME = re.compile(
    rf"\b(?:will )?(?:take effect|come into (?:force|effect)|enter into force) (?:on|from|in) [^.]*{MONTH}"
)
DATED = re.compile(
    rf"\b(?:[Ii]n|[Oo]n|[Ss]ince|[Bb]y|[Ff]rom|until|of|late|early|mid)[- ](?:\w+ )?(?:\d{{1,2}} )?{MONTH}(?!\w)|\b\d{{1,2}} {MONTH}|\b{MONTH} \d"
)
#: A name in capitals of at least three words that is a document's.
TITLE = re.compile(
    r"\b(?:Measures|Provisions|Regulations?|Guidelines?|Opinions|Notice|Plan|Programme|Program|Rules|Standards?|Requirements|Framework|Law|"
    r"Methods|Specifications?|Decision|Catalogue|Announcement|White Paper|Report)\b(?: (?:for|on|to|of|of the)\b (?:[A-Z“]|the [A-Z])| \(|”)"
    r"|(?:[A-Z][\w-]+ ){2,}(?:Measures|Provisions|Regulations?|Guidelines?|Opinions|Plan|Rules|Standards?|Framework)\b"
)
#: The actor goes on: a further act of the same body or at the same time.
GOES_ON = re.compile(
    r"^(?:Later|Subsequently|Meanwhile|At the same time|Additionally|In addition|Also|Further|Furthermore|Moreover|Then|For (?:example|instance)|On the [\w ]+),? "
)
#: What takes up the document or the act before it.
TAKES_UP = re.compile(
    r"^(?:It|They)\b|^This (?:aims?|mark(?:s|ed)|requires|includes|provides|covers|(?:document|framework|standard|notice|plan|measure|guideline|regulation|initiative|judgment|ruling))\b"
    r"|^The (?:[\w’-]+ ){0,4}?(?:document|notice|measures?|guidelines?|rules|framework|plan|standards?|provisions|opinions?|regulations?|programme|draft|report|court|case|guide)\b",
    re.I,
)
#: A total up to a day adds to the act before it.
TOTAL = re.compile(r"^(?:By|As of|Up to) [^,]*\d[^,]*, (?:over|more than|nearly|about|a total|\d)")
#: What weighs several acts, rather than telling one.
WEIGHS = re.compile(
    r"^(?:These|Overall|Although|Such|Through|Therefore|Compared|In (?:general|summary)|Notwithstanding|Government bodies)\b|^This (?:reflects|shows|demonstrates|highlights|indicates)"
    r"|^In response, [^.]*\bseveral\b|\bpolicies from\b|\bvarious (?:measures|policies)\b|\bseveral (?:landmark|policies)\b"
)
CONTACT = re.compile(r"\bfollow us\b|\bcontact information\b|\bplease contact\b|\bsubscribe\b", re.I)
END = re.compile(r"(?<![A-Z]\.)(?<!\b[A-Z])(?<!\bNo)(?<!\bi\.e)(?<!\be\.g)[.!?][”\")’]*\s+(?=[(“\"A-Z])")


def split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a paragraph; what follows a full stop belongs to the sentence before it."""
    at = start
    for m in END.finditer(text, start, end):
        yield at, m.end()
        at = m.end()
    if at < end:
        yield at, end


def sentences(text: str, start: int, end: int) -> Iterator[Cut]:
    """Yield the segments of a paragraph of prose: a sentence that tells an act, with those that take it up."""
    role = ""
    at = start
    for a, b in split(text, start, end):
        new = _role(text[a:b].strip(), role)
        if role and (new != role or (new == "development" and not _taken_up(text[a:b], role))):
            yield Cut(at, a, role)
            at = a
        role = new
    if role:
        yield Cut(at, end, role)


def _taken_up(sentence: str, before: str) -> bool:
    if before != "development":
        return False
    return bool(TOTAL.search(sentence)) or (bool(TAKES_UP.search(sentence)) and not _tells(sentence))


def _tells(sentence: str) -> bool:
    """Return whether a sentence tells an act of its own: a verb, with a month or a document."""
    if WEIGHS.search(sentence):
        return False
    if TO_COME.search(sentence):
        return True
    if TAKES_UP.search(sentence) and not DATED.search(sentence):
        return False
    names = TITLE.search(sentence)
    acts = re.search(ACT, sentence)
    if names and re.match(r"(?:According to|Following|Under|For instance|For example)\b", sentence):
        return True
    return bool(
        acts
        and (
            DATED.search(sentence)
            or names
            or (GOES_ON.search(sentence) and re.search(r"\b[A-Z]{3,}\b|\bcourt\b", sentence))
        )
    )


def _role(sentence: str, before: str) -> str:
    if (sentence.startswith("(") and re.search(r"\b(?:[Ww]e|us|our)\b", sentence)) or CONTACT.search(
        sentence
    ):
        return "boilerplate"
    if FUTURE.search(sentence) and not TO_COME.search(sentence):
        return "outlook"
    if _tells(sentence):
        return "development"
    if before == "development" and TAKES_UP.search(sentence) and not WEIGHS.search(sentence):
        return "development"
    return "outlook" if before == "outlook" else "commentary"
