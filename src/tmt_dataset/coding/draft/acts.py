"""What the first words of a report say of the act: its verb and what the verb has for an object, by the rules of the codebook."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["hints"]

_RELEASE = (
    r"\b(?:(?:re)?issu(?:e[sd]?|ing)|releas(?:e[sd]?|ing)|promulgat\w+|publish\w*|adopt(?:ed|s)|formulated|unveil\w*|introduc(?:ed|es)|"
    r"announc(?:ed|es)|revis(?:ed|es)|finali[sz]e[sd]|pass(?:ed|es)|approved|publici[sz]ed|made public|set out|updated|clarif(?:ied|ies))\b"
)
#: What an act can release; the first of these nouns after the verb decides, not those in the title of what is released.
_OBJECTS = {
    "alert": r"(?:risk )?(?:alerts?|warnings?|tips?|reminders?)",
    "cases": r"cases?",
    "publication": (
        r"(?:re)?(?:reports?|white papers?|blue ?books?|lists?|statistics|data|index|results|bulletins?|practices|achievements|yearbooks?)"
    ),
    "numbers": r"(?:filing|registration|record|filling)s? (?:numbers?|information)|registered|filings?",
    "issuance": (
        r"measures|rules|regulations?|provisions|guidelines?|guidance|notices?|opinions|standards?|plans?|specifications?|laws?|catalogues?|"
        r"programmes?|guides?|decisions?|codes?|requirements|interpretations?|frameworks?|polic(?:y|ies)|charters?|answers|documents?"
    ),
}
_OBJECT = re.compile(
    rf"{_RELEASE}(?P<between>[^.]{{0,200}}?)\b(?:{'|'.join(f'(?P<{k}>{v})' for k, v in _OBJECTS.items())})\b",
    re.I,
)
_PASSIVE = re.compile(
    rf"\b(?:{_OBJECTS['issuance']}|version)\b[^.]{{0,120}}\b(?:was|were|been) (?:\w+ )?(?:passed|introduced|approved|adopted|released|issued|published)\b|"
    rf"{_RELEASE}[^.]{{0,20}}\bversion\b|\bby (?:introducing|issuing|releasing) [^.]{{0,80}}\b(?:{_OBJECTS['issuance']})\b",
    re.I,
)
_JUDGES = re.compile(r"\b(?:court|procurat\w+|SPC|SPP|judicial)\b", re.I)
_GOOD = re.compile(
    r"\b(?:application|excellent|good|best|outstanding|advanced|innovative|construction)\b", re.I
)

#: Words of an act by its code, in the order in which they decide.
_WORDS = {
    "agenda": (
        r"legislative (?:work )?plan|\bon the agenda\b|outlin\w+ (?:its|the|an) (?:approach|priorit\w+)|"
        r"\b(?:announced|said|stated) that [^.]{0,120}\b(?:will|would) be\b"
    ),
    "consultation": (
        r"solicit\w* (?:\w+ ){0,2}(?:comments?|opinions?|feedback|views)|public (?:comments?|consultation|feedback)|for (?:public )?comments?\b|"
        r"open\w* (?:\w+ ){0,4}for (?:\w+ )?comment|\bconsult(?:s|ed|ing) (?:\w+ )?on\b|[(（]draft|exposure draft|"
        r"(?:seek\w*|sought) (?:\w+ ){0,2}(?:comments?|opinions|feedback|input)|\b(?:a|the|its|issued|released|published) drafts?\b|\bproposed\b"
    ),
    "effect": (
        r"^(?!.*\b(?:issued|released|published|adopted|approved|promulgated|announced)\b).*"
        r"\b(?:(?:take|took|takes|came|comes|entered|enters?) (?:into )?|(?:brought|brings?|puts?) (?:[^.]{0,120} )?into )(?:effect|force)\b"
    ),
    "alert": r"risk (?:alert|tip|reminder|warning)|\bwarn(?:s|ed)\b",
    "judgment": (
        r"\b(?:court|tribunal)\b(?![^.]*\b(?:cases|opinions|interpretation|guid\w+)\b)[^.]{0,120}\b(?:heard|hears?|rul(?:ed|es|ing)|decid\w+|"
        r"judg\w+|conclud\w+|tried|sentenc\w+|held|verdict|ordered|case)\b|\b(?:judge?ment|verdict|ruling|lawsuit)\b"
    ),
    "meeting": (
        r"\b(?:conference|forum|summit|symposium|meeting|congress|expo|press conference|seminar)\b[^.]{0,60}"
        r"\b(?:held|opened|opens|convened|kicked off|took place|concluded)\b|"
        r"\b(?:held|holds|convene\w*|host\w*|attend\w*)\b[^.]{0,80}\b(?:conference|forum|summit|symposium|meeting|ceremony|seminar|congress)"
    ),
    "enforcement": (
        r"\b(?:fined|fining|penali[sz]\w+|punish(?:ed|ing)|investigat(?:ed|ing)|crack\w* down|interview(?:ed|ing)|summon\w*|delist\w*|dealt with|"
        r"dispos\w+ of|handl(?:ed|ing)|expos(?:ed|ing)|shut down|clos(?:ed|ing)|prosecut\w+|supervised)\b|"
        r"notif\w+ [^.]{0,80}\b(?:progress|achievements|results|enforcement|handling)\b"
    ),
    "campaign": (
        r"(?:special|rectification|clean\w*)[^.]{0,80}\b(?:actions?|campaigns?|operations?|rectification)\b|\bcampaign\b|"
        r"\b(?:deployed|launched) (?:multiple|several|\w+) actions\b|continu\w+ to (?:carry out|regulate|govern)|carr\w+ out [^.]{0,40}governance"
    ),
    "filing": r"\bfil(?:ed|ings?)\b|filling numbers|completed registration|batch of [^.]{0,60}(?:registr\w+|filing)",
    "inspection": (
        r"quality [^.]{0,40}\b(?:reports?|notice|notification|status|checks?|supervision)\b|\breport\w* on [^.]{0,60}\b(?:quality|services?)\b|"
        r"spot[- ]checks?|random inspections?|\bsampl(?:ed|ing)\b|non-?compliant|infring\w+ [^.]{0,30}\bapps\b|"
        r"\bnotif\w+ (?:on|of) [^.]{0,40}\btest(?:s|ing)\b|circular on [^.]{0,40}\bapps\b"
    ),
    "call": (
        r"\bcall(?:s|ed|ing)? for\b[^.]{0,60}\b(?:cases?|studies|applications?|participants|proposals|projects)\b|selection process|recruit\w*|"
        r"(?:collection of|seek\w*|solicit\w*|recommend\w*|nominat\w+|organi[sz]\w+ the)[^.]{0,80}\b(?:cases?|case studies|projects|solutions|pilots?)\b|"
        r"open for applications|invit\w+ [^.]{0,40}\b(?:apply|applications|participa\w+)\b"
    ),
    "pilot": (
        r"(?:designat\w+|select\w+|nam(?:ed|es)|batch of|initiat\w+|launch(?:ed|es)|start\w*|began|cities)[^.]{0,80}\bpilots?\b|"
        r"\bpilots?\b[^.]{0,40}\b(?:cities|areas|locations|launched|began|started)\b"
    ),
    "programme": (
        r"(?:launch\w*|announc\w*|initiat\w*|start\w*|set up|establish\w*)[^.]{0,80}\b(?:programme|program|initiative|fund|action|vouchers?|resources)\b|"
        r"\binitiative\b|\bvouchers?\b|\bannounced (?:a )?plans? to\b|ceremony"
    ),
    "approval": r"\bapprov(?:es|ed)\b|\bgrant(?:s|ed)\b|\blicen[cs]es? (?:to|for)\b|\brepl(?:y|ied|ies)\b|\bapproval (?:of|to|for)\b",
    "publication": r"\bdisclos\w+|\bshowcase\w*|white papers?|\breports?\b",
}
_FOUND = {code: re.compile(words, re.I | re.S) for code, words in _WORDS.items()}
#: These decide before what is released is looked at: a draft is released too.
_FIRST = ("agenda", "consultation", "effect", "alert", "judgment")


def _released(lead: str) -> tuple[str, tuple[int, int]] | None:
    """Return the code of an act that releases something, by what it is, and its place."""
    m = _OBJECT.search(lead)
    if m is None:
        passive = _PASSIVE.search(lead)
        return ("issuance", passive.span()) if passive else None
    kind = str(m.lastgroup)
    if kind == "cases":
        kind = _cases(lead, lead[m.start() : m.end() + 80])
    return {"numbers": "filing"}.get(kind, kind), m.span()


def _cases(lead: str, around: str) -> str:
    if _GOOD.search(around):
        return "publication"
    return "casebook" if _JUDGES.search(lead) else "enforcement"


def _said(lead: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the codes that the words of a report speak for, the one that decides first."""
    found = {code: m.span() for code, words in _FOUND.items() if (m := words.search(lead))}
    yield from ((code, found[code]) for code in _FIRST if code in found)
    if released := _released(lead):
        yield released
    yield from ((code, span) for code, span in found.items() if code not in _FIRST)


def hints(lead: str) -> list[str]:
    """Return the codes of actions that the first words of a report speak for, the likeliest first.

    Parameters
    ----------
    lead
        A heading, or the first sentence.

    Examples
    --------
    >>> hints("CAC seeks public comments on the Measures for Lamps")
    ['consultation']
    >>> hints("MIIT issued the Notice on Launching Pilots of Lamps")
    ['issuance']
    """
    return list(dict.fromkeys(code for code, _ in _said(lead)))
