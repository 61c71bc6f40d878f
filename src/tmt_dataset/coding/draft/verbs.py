"""The verbs of acts, as reports have them."""

from __future__ import annotations

__all__ = ["ACT"]

#: A finite verb of an act, or its passive.
ACT = (
    r"\b(?:(?:re)?issue[sd]|releas(?:e[sd])|publish(?:ed|es)|publici[sz]ed|launch(?:ed|es)|announce[sd]|notif(?:ied|ies)|approve[sd]|"
    r"propose[sd]|solicit(?:ed|s)|sought|seeks|revise[sd]|promulgate[sd]|adopt(?:ed|s)|pass(?:ed|es)|introduce[sd]|draft(?:ed|s)|"
    r"rule[sd]|ruling|heard|h[eo]lds?|held|convene[sd]|judg(?:e?ment)|granted|grants|designate[sd]|select(?:ed|s)|initiate[sd]|started|began|"
    r"implement(?:ed|s)|supervise[sd]|warn(?:ed|s)|report(?:ed|s)|expose[sd]|deploy(?:ed|s)|clarif(?:ied|ies)|disclose[sd]|open(?:ed|s)|"
    r"outline[sd]|strengthen(?:ed|s)|promote[sd]|continue[sd]|advance[sd]|fine[sd]|penali[sz]e[sd]|investigate[sd]|interview(?:ed|s)|"
    r"order(?:ed|s)|remove[sd]|shut|register(?:ed|s)|filed|took effect|takes effect|take effect|came into (?:force|effect)|entered into force|"
    r"conclude[sd]|sign(?:ed|s)|establish(?:ed|es)|unveil(?:ed|s)|ask(?:ed|s) for|call(?:ed|s) for|request(?:ed|s)|made public|set up|"
    r"complete[sd]|update[sd]|organi[sz]e[sd]|set out|circulate[sd]|formulate[sd]|confirm(?:ed|s)|list(?:ed|s)|finali[sz]e[sd]|consult(?:ed|s)|carrying out|carried out|-initiated)\b"
)
