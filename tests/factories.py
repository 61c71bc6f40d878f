"""A small valid package, built from declarations: invented sources, the embedded descriptor.

Offsets, checksums and tables are computed here and not by the library, so that what the library computes
can be compared with them.

>>> import tempfile
>>> from tmt_dataset.validation import validate
>>> validate(make_package(Path(tempfile.mkdtemp()))).valid
True
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from copy import deepcopy
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from tmt_dataset.descriptor import DESCRIPTOR
from tmt_dataset.package import embedded

Row = dict[str, Any]

#: Not that of the real package: a package of its name and version claims to be that release.
#: The texts are their publisher's: they lie beside the checkout, or where ``TMT_SOURCES`` says, for those who have them.
SOURCES = Path(os.environ.get("TMT_SOURCES") or embedded().parent / "shared" / "sources")
NEEDS_SOURCES = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the texts of the sources are not at hand; TMT_SOURCES names their folder"
)
NAME = "lamps"
WINTER, SPRING = "newsletter-2024-01", "newsletter-2024-03"

# sources, invented
# One entry a segment: role, section that begins here (or None), text.
SEGMENTS: dict[str, list[tuple[str, str | None, str]]] = {
    WINTER: [
        ("boilerplate", None, "The Lamp Gazette: January and February 2024\n"),
        (
            "introduction",
            None,
            (
                "Lamps that talk were everywhere this winter, and so were the people who write "
                "rules for them. We chose what our readers asked about most, left out what only "
                "repeats older notices, and add no view of our own. The order is that of "
                "importance, not of time.\n"
            ),
        ),
        ("section-heading", "legislative", "Rules\n"),
        ("heading", None, "CAC consults on draft Measures for Talking Lamps (15 January)\n"),
        (
            "development",
            None,
            (
                "The Cyberspace Administration of China (CAC) opened a public consultation on the "
                "“Measures for Talking Lamps (Draft)”. Makers would have to label every spoken "
                "sentence, keep a log of it and offer a button that makes the lamp fall silent. "
                "Comments could be sent for thirty days, by post or through a form, and the "
                "regulator promised to answer the most frequent of them in one document.\n"
            ),
        ),
        ("heading", None, "Shanghai issues the Lamp Data Rules (6 February)\n"),
        (
            "development",
            None,
            (
                "CAC's Shanghai office and the local communications administration jointly "
                "released the Lamp Data Rules, which take effect on 1 March 2024. Recordings of a "
                "household must stay in the city unless its members agree, and a shop that repairs "
                "a lamp has to wipe it first. The rules follow a plan that both bodies had "
                "circulated among manufacturers the year before, and they leave out lamps that "
                "cannot record.\n"
            ),
        ),
        ("section-heading", "enforcement", "Enforcement\n"),
        ("heading", None, "Court decides first case on a lamp's voice (29 February)\n"),
        (
            "development",
            None,
            (
                "The Beijing Internet Court ordered a manufacturer to pay ¥40,000 to an actress "
                "whose voice its lamps had copied. It held that a voice by which the public knows "
                "a person is protected even where a machine produces it. The manufacturer had "
                "argued that nobody takes a lamp for an actress; the judges listened to three of "
                "them and disagreed.\n"
            ),
        ),
        ("heading", None, "Campaign against shouting lamps\n"),
        (
            "development",
            None,
            (
                "CAC and four other departments ran a campaign against lamps that shout. Over its "
                "course, 1.03 million accounts were closed and seven apps were removed from "
                "stores. Most of the accounts had been opened by lamps themselves, which the "
                "departments called a sign of the times, and none of their owners seems to have "
                "noticed.\n"
            ),
        ),
        (
            "commentary",
            None,
            "We expect that lamps will be heard of again, and that the campaign is not the last one.\n",
        ),
    ],
    SPRING: [
        ("boilerplate", None, "The Lamp Gazette: March and April 2024\n"),
        (
            "introduction",
            None,
            (
                "Spring brought final texts where winter had brought drafts. At the end of April "
                "the industry met in Hangzhou, where most of what we tell below under the last "
                "heading was said, much of it in the dark.\n"
            ),
        ),
        ("section-heading", "legislative", "Rules\n"),
        ("heading", None, "CAC issues Measures for Talking Lamps (20 March)\n"),
        (
            "development",
            None,
            (
                "The CAC published the Measures for Talking Lamps, which finalise the draft of "
                "January and apply from 1 September 2024. The button that silences a lamp has to "
                "be red, as eighteen hundred comments had asked, and the log of its sentences is "
                "kept for six months rather than for ever. Lamps sold before that day may go on "
                "talking until they break.\n"
            ),
        ),
        ("section-heading", "enforcement", "Enforcement\n"),
        (
            "development",
            None,
            (
                "The campaign against shouting lamps went on: by the end of April, 2,500,000 "
                "accounts had been closed since it began, at the hands of the same departments, "
                "and 87.5 percent of the complaints were settled. The departments say nothing of "
                "how the remaining ones will be dealt with, nor of who complained in the first "
                "place.\n"
            ),
        ),
        ("section-heading", "industry", "Industry\n"),
        (
            "development",
            None,
            (
                "Makers of lamps agreed in Hangzhou to let users choose among the voices of all of "
                "them. They also want a common plug, a common tone and, some day, a common sense "
                "of humour; a working group is to look into the last of these.\n"
            ),
        ),
        (
            "development",
            None,
            (
                "Readers asked what became of the Lamp Data Rules that Shanghai's two regulators "
                "released in February: they are in force, and repair shops complain about the time "
                "that wiping takes.\n"
            ),
        ),
        (
            "outlook",
            None,
            (
                "In the next issue: lamps that listen, lamps that do not, and how to tell the one "
                "from the other.\n"
            ),
        ),
    ],
}

SOURCE_FACTS: dict[str, Row] = {
    WINTER: {
        "title": "The Lamp Gazette: January and February 2024",
        "publisher": "The Lamp Gazette",
        "kind": "newsletter",
        "period_start": "2024-01-01",
        "period_end": "2024-02-29",
        "published": None,
        "language": "en",
        "url": "https://example.org/gazette-2024-01",
        "scope": "Lamps and their apps.",
        "scope_topics": ["ai"],
    },
    SPRING: {
        "title": "The Lamp Gazette: March and April 2024",
        "publisher": "The Lamp Gazette",
        "kind": "newsletter",
        "period_start": "2024-03-01",
        "period_end": "2024-04-30",
        "published": "2024-05-10",
        "language": "en",
        "url": None,
        "scope": None,
    },
}

# vocabularies
VOCABULARIES: dict[str, list[Row]] = {
    "actions": [
        {
            "action": "consultation",
            "label": "Consultation",
            "category": "legislative",
            "definition": "A draft is open for comment.",
        },
        {
            "action": "issuance",
            "label": "Issuance",
            "category": "legislative",
            "definition": "An instrument is published.",
        },
        {
            "action": "effect",
            "label": "Taking effect",
            "category": "legislative",
            "definition": "An instrument starts to apply.",
        },
        {
            "action": "agenda",
            "label": "Agenda",
            "category": "legislative",
            "definition": "Somebody says what is planned.",
        },
        {
            "action": "judgment",
            "label": "Judgment",
            "category": "enforcement",
            "definition": "A court decides a case.",
        },
        {
            "action": "campaign",
            "label": "Campaign",
            "category": "enforcement",
            "definition": "A wave of enforcement, named as such.",
        },
        {
            "action": "industry-event",
            "label": "Event",
            "category": "industry",
            "definition": "What an industry does of its own.",
        },
    ],
    "topics": [
        {
            "topic_id": "ai",
            "label": "Artificial intelligence",
            "definition": "Rules about machines that seem to think.",
        },
        {
            "topic_id": "ai/voices",
            "parent": "ai",
            "label": "Voices",
            "definition": "Machines that talk.",
            "agora_tags": "Risk factors: Voice",
        },
        {"topic_id": "data", "label": "Data", "definition": "Rules about what is recorded."},
        {
            "topic_id": "data/personal-information",
            "parent": "data",
            "label": "Personal information",
            "definition": "What is recorded of people.",
        },
        {
            "topic_id": "platforms",
            "label": "Platforms",
            "definition": "Rules about services that carry what others say.",
        },
        {
            "topic_id": "platforms/accounts",
            "parent": "platforms",
            "label": "Accounts",
            "definition": "Who may speak there.",
        },
    ],
    "places": [
        {"place_id": "100000", "name": "China", "name_zh": "中国", "level": "country"},
        {
            "place_id": "110000",
            "name": "Beijing",
            "name_zh": "北京市",
            "level": "province",
            "parent": "100000",
            "iso_3166_2": "CN-BJ",
        },
        {
            "place_id": "310000",
            "name": "Shanghai",
            "name_zh": "上海市",
            "level": "province",
            "parent": "100000",
            "iso_3166_2": "CN-SH",
        },
        {
            "place_id": "330000",
            "name": "Zhejiang",
            "name_zh": "浙江省",
            "level": "province",
            "parent": "100000",
            "iso_3166_2": "CN-ZJ",
        },
        {"place_id": "330100", "name": "Hangzhou", "name_zh": "杭州市", "level": "city", "parent": "330000"},
    ],
    "authorities": [
        {
            "authority_id": "cac",
            "name": "Cyberspace Administration of China",
            "short_name": "CAC",
            "abbreviation": "CAC",
            "name_zh": "国家互联网信息办公室",
            "kind": "ministry",
            "level": "national",
            "place_id": "100000",
        },
        {
            "authority_id": "cac-shanghai",
            "name": "Shanghai office of the Cyberspace Administration",
            "short_name": "Shanghai office",
            "kind": "local-office",
            "level": "provincial",
            "place_id": "310000",
            "parent": "cac",
        },
        {
            "authority_id": "communications-shanghai",
            "name": "Shanghai Communications Administration",
            "short_name": "Shanghai communications",
            "kind": "local-office",
            "level": "provincial",
            "place_id": "310000",
        },
        {
            "authority_id": "court-beijing-internet",
            "name": "Beijing Internet Court",
            "short_name": "Beijing Internet Court",
            "kind": "court",
            "level": "municipal",
            "place_id": "110000",
        },
    ],
    "instrument_kinds": [
        {
            "kind": "departmental-rule",
            "label": "Departmental rule",
            "definition": "A rule of a ministry.",
            "force": "binding",
        },
        {
            "kind": "local-rule",
            "label": "Local rule",
            "definition": "A rule of a province or city.",
            "force": "binding",
        },
        {"kind": "guidelines", "label": "Guidelines", "definition": "Advice.", "force": "guidance"},
    ],
    "measures": [
        {
            "measure": "accounts_closed",
            "label": "Accounts closed",
            "unit": "count",
            "series": "true",
            "definition": "User accounts closed.",
        },
        {
            "measure": "apps_removed",
            "label": "Apps removed",
            "unit": "count",
            "series": "false",
            "definition": "Apps taken out of stores.",
        },
        {
            "measure": "damages",
            "label": "Damages",
            "unit": "CNY",
            "series": "false",
            "definition": "Money that a court awards.",
        },
        {
            "measure": "complaints_settled",
            "label": "Complaints settled",
            "unit": "percent",
            "series": "true",
            "definition": "Share of complaints settled.",
        },
    ],
    "risks": [
        {
            "risk_id": "personality",
            "label": "Copied voices",
            "definition": "Voices used against the will of their owner.",
        },
        {"risk_id": "privacy", "label": "Harm to privacy", "definition": "What is recorded of people."},
    ],
    "addressees": [
        {"addressee": "device-maker", "label": "Makers", "definition": "Makers of lamps."},
        {
            "addressee": "account-holder",
            "label": "Account holders",
            "definition": "Who speaks on a platform.",
        },
        {"addressee": "app-provider", "label": "App providers", "definition": "Who offers an app."},
    ],
    "provision_types": [
        {
            "type": "labelling",
            "family": "duty",
            "label": "Labelling",
            "definition": "Marks on what is generated.",
        },
        {
            "type": "data-security",
            "family": "duty",
            "label": "Data security",
            "definition": "Where data are kept.",
        },
        {
            "type": "showcase",
            "family": "support",
            "label": "Showcases",
            "definition": "Publicity for good lamps.",
        },
        {
            "type": "damages",
            "family": "sanction",
            "label": "Damages",
            "definition": "What a court orders to pay.",
        },
        {"type": "closure", "family": "sanction", "label": "Closure", "definition": "Accounts are closed."},
        {"type": "removal", "family": "sanction", "label": "Removal", "definition": "Apps are removed."},
    ],
}

# instruments, coding
INSTRUMENTS: dict[str, list[Row]] = {
    WINTER: [
        {
            "id": "talking-lamps-measures",
            "title": "Measures for Talking Lamps",
            "kind": "departmental-rule",
            "number": "Order No. 99",
            "aliases": ["Lamp Measures", "Measures for Talking Lamps (Draft)"],
        },
        {"id": "lamp-data-rules", "title": "Lamp Data Rules", "kind": "local-rule"},
    ],
    SPRING: [],
}

# ``bounds`` stand here for what edtf.bounds() has to find; they are not part of an annotation.
DEVELOPMENTS: dict[str, list[Row]] = {
    WINTER: [
        {
            "id": "TMT-0001",
            "title": "CAC consults on draft measures for talking lamps",
            "summary": (
                "The regulator put a draft out for comment that would make lamps label what they "
                "say, log it and fall silent."
            ),
            "date": "2024-01-15",
            "date_basis": "stated",
            "action": "consultation",
            "orientation": "control",
            "ai_role": "core",
            "jurisdiction": "100000",
            "authorities": {"cac": "lead"},
            "topics": ["ai/voices", "data/personal-information"],
            "instruments": {"talking-lamps-measures": "draft"},
            "mentions": [f"{WINTER}:004", f"{WINTER}:005"],
            "quotes": [
                {"text": "Measures for Talking Lamps (15 January)", "supports": ["date", "instruments"]},
                {
                    "text": (
                        "The Cyberspace Administration of China (CAC) opened a public consultation "
                        "on the “Measures"
                    ),
                    "supports": ["action", "authorities", "jurisdiction", "topics", "orientation", "ai_role"],
                },
            ],
        },
        {
            "id": "TMT-0002",
            "title": "Two Shanghai regulators issue rules for the data of lamps",
            "summary": "Recordings of households stay in the city, and repair shops wipe lamps.",
            "date": "2024-02-06",
            "date_basis": "stated",
            "action": "issuance",
            "orientation": "control",
            "ai_role": "none",
            "jurisdiction": "310000",
            "authorities": {"cac-shanghai": "lead", "communications-shanghai": "joint"},
            "effective_date": "2024-03-01",
            "topics": ["data/personal-information"],
            "places": ["110000"],
            "instruments": {"lamp-data-rules": "issued"},
            "mentions": [f"{WINTER}:006", f"{WINTER}:007"],
            "quotes": [
                {"text": "the Lamp Data Rules (6 February)", "supports": ["date", "instruments"]},
                {
                    "text": (
                        "CAC's Shanghai office and the local communications administration jointly released"
                    ),
                    "supports": ["action", "authorities", "jurisdiction", "places", "orientation"],
                },
                {"text": "take effect on 1 March 2024", "supports": ["effective_date"]},
                {
                    "text": "Recordings of a household",
                    "supports": ["topics"],
                    "risks": ["privacy"],
                    "provisions": [
                        {"addressee": "device-maker", "modality": "must", "type": "data-security"}
                    ],
                },
            ],
        },
        {
            "id": "TMT-0003",
            "title": 'Court protects a voice that "only a machine" produced',
            "summary": "The court awarded damages, because the public knew the person by the voice.",
            "date": "2024-02-29",
            "date_basis": "stated",
            "action": "judgment",
            "orientation": "rights",
            "ai_role": "core",
            "jurisdiction": "110000",
            "authorities": {"court-beijing-internet": "court"},
            "topics": ["ai/voices"],
            "mentions": [f"{WINTER}:009", f"{WINTER}:010"],
            "quotes": [
                {"text": "(29 February)", "supports": ["date"]},
                {
                    "text": "The Beijing Internet Court ordered a manufacturer to pay ¥40,000",
                    "supports": ["action", "authorities", "jurisdiction", "topics", "orientation", "ai_role"],
                    "figures": [
                        {"measure": "damages", "value": 40000, "qualifier": "exact", "kind": "damages"}
                    ],
                    "provisions": [
                        {
                            "addressee": "device-maker",
                            "modality": "incurs",
                            "type": "damages",
                            "case": 1,
                            "figure": {"measure": "damages", "value": 40000},
                        }
                    ],
                },
            ],
            "note": "The heading counts it as the first case, which nothing else confirms.",
        },
        {
            "id": "TMT-0004",
            "title": "Five departments run a campaign against shouting lamps",
            "summary": "Accounts were closed and apps removed over the course of the campaign.",
            "date": "2024-01-01/2024-02-29",
            "bounds": ("2024-01-01", "2024-02-29"),
            "date_basis": "period",
            "action": "campaign",
            "orientation": "control",
            "ai_role": "part",
            "jurisdiction": "100000",
            "authorities": {"cac": "lead"},
            "unnamed_authorities": 4,
            "topics": ["platforms/accounts", "ai/voices"],
            "mentions": [f"{WINTER}:011", f"{WINTER}:012"],
            "quotes": [
                {
                    "text": "CAC and four other departments ran a campaign",
                    "supports": [
                        "action",
                        "authorities",
                        "unnamed_authorities",
                        "jurisdiction",
                        "orientation",
                        "ai_role",
                    ],
                },
                {
                    "text": "1.03 million accounts were closed and seven apps were removed",
                    "supports": ["topics"],
                    "figures": [
                        {
                            "measure": "accounts_closed",
                            "value": 1030000,
                            "qualifier": "exact",
                            "kind": "statistic",
                            "aggregation": "flow",
                            "period_start": "2024-01-01",
                            "period_end": "2024-02-29",
                            "note": "as the platforms gave it",
                        },
                        {
                            "measure": "apps_removed",
                            "value": 7,
                            "qualifier": "exact",
                            "kind": "statistic",
                            "aggregation": "flow",
                        },
                    ],
                    "provisions": [
                        {"addressee": "account-holder", "modality": "incurs", "type": "closure"},
                        {"addressee": "app-provider", "modality": "incurs", "type": "removal"},
                    ],
                },
            ],
        },
    ],
    SPRING: [
        {
            "id": "TMT-0005",
            "title": "CAC issues the measures for talking lamps",
            "summary": "The final text makes the button red and shortens the time for which logs are kept.",
            "date": "2024-03-20",
            "date_basis": "stated",
            "action": "issuance",
            "orientation": "control",
            "ai_role": "core",
            "jurisdiction": "100000",
            "authorities": {"cac": "lead"},
            "effective_date": "2024-09-01",
            "topics": ["ai/voices"],
            "instruments": {"talking-lamps-measures": "issued", "lamp-data-rules": "cited"},
            "mentions": [f"{SPRING}:004", f"{SPRING}:005"],
            "quotes": [
                {"text": "Measures for Talking Lamps (20 March)", "supports": ["date"]},
                {
                    "text": "The CAC published the Measures",
                    "supports": [
                        "action",
                        "authorities",
                        "jurisdiction",
                        "topics",
                        "instruments",
                        "orientation",
                        "ai_role",
                    ],
                },
                {"text": "finalise the draft of January", "relations": [{"finalises": "TMT-0001"}]},
                {"text": "apply from 1 September 2024", "supports": ["effective_date"]},
            ],
        },
        {
            "id": "TMT-0006",
            "title": "The campaign against shouting lamps goes on",
            "summary": "More accounts were closed; most complaints are settled.",
            "date": "2024-03/2024-04",
            "bounds": ("2024-03-01", "2024-04-30"),
            "date_basis": "period",
            "action": "campaign",
            "orientation": "control",
            "ai_role": "none",
            "jurisdiction": "100000",
            "unnamed_authorities": 5,
            "topics": ["platforms/accounts"],
            "mentions": [f"{SPRING}:007"],
            "relations": [{"continues": "TMT-0004", "note": "the same campaign, as its name shows"}],
            "quotes": [
                {
                    "text": "The campaign against shouting lamps went on",
                    "supports": ["action", "unnamed_authorities", "jurisdiction", "topics", "orientation"],
                },
                {
                    "text": "2,500,000 accounts had been closed since it began",
                    "figures": [
                        {
                            "measure": "accounts_closed",
                            "value": 2500000,
                            "qualifier": "about",
                            "kind": "statistic",
                            "aggregation": "cumulative",
                            "period_end": "2024-04-30",
                        }
                    ],
                },
                {
                    "text": "87.5 percent of the complaints",
                    "figures": [
                        {
                            "measure": "complaints_settled",
                            "value": 87.5,
                            "qualifier": "exact",
                            "kind": "statistic",
                            "aggregation": "level",
                        }
                    ],
                },
            ],
        },
        {
            "id": "TMT-0007",
            "title": "Makers of lamps agree to share voices",
            "summary": "Users are to choose among the voices of all makers.",
            "date": "2024-04",
            "bounds": ("2024-04-01", "2024-04-30"),
            "date_basis": "context",
            "action": "industry-event",
            "orientation": "information",
            "ai_role": "core",
            "jurisdiction": "330100",
            "topics": ["ai/voices"],
            "places": ["330000"],
            "unnamed_authorities": 1,
            "mentions": [f"{SPRING}:009"],
            "quotes": [
                {"text": "At the end of April", "supports": ["date"]},
                {
                    "text": "Makers of lamps agreed in Hangzhou",
                    "supports": ["action", "jurisdiction", "topics", "places", "ai_role"],
                },
            ],
        },
    ],
}

REPORTED_ELSEWHERE: dict[str, list[Row]] = {
    WINTER: [],
    SPRING: [
        {
            "development": "TMT-0002",
            "mentions": [f"{SPRING}:010"],
            "quotes": [
                {
                    "text": "that Shanghai's two regulators released in February",
                    "supports": ["action", "authorities"],
                }
            ],
        }
    ],
}

ERRATA: dict[str, list[Row]] = {
    WINTER: [
        {
            "has": "Court decides first case",
            "kind": "error",
            "coded": "no superlative",
            "reason": "Nothing shows that it is the first.",
        }
    ],
    SPRING: [],
}


COMPILED = [
    "sources",
    "segments",
    "developments",
    "mentions",
    "quotes",
    "development_authorities",
    "development_topics",
    "development_places",
    "development_risks",
    "instruments",
    "development_instruments",
    "figures",
    "provisions",
    "relations",
    "errata",
]


def source_text(source_id: str) -> str:
    """Return the text of an invented source."""
    return "".join(text for _, _, text in SEGMENTS[source_id])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _at(source_id: str, words: str) -> list[int]:
    text = source_text(source_id)
    assert text.count(words) == 1, f"{words!r} stands {text.count(words)} times in {source_id}"
    start = text.index(words)
    return [start, start + len(words)]


@cache
def _annotations() -> dict[str, Row]:
    """Return what the annotation file of each source holds, with all offsets."""
    out: dict[str, Row] = {}
    for sid, segments in SEGMENTS.items():
        text = source_text(sid)
        facts = {k: v for k, v in SOURCE_FACTS[sid].items() if v is not None}
        source = {"source_id": sid, **facts, "characters": len(text), "sha256": sha256(text.encode())}
        rows: list[Row] = []
        at = 0
        for n, (role, section, words) in enumerate(segments, 1):
            row: Row = {"id": f"{sid}:{n:03}", "at": [at, at + len(words)], "role": role}
            if section:
                row["section"] = section
            rows.append({**row, "sha256": sha256(words.encode())})
            at += len(words)
        developments: list[Row] = deepcopy(DEVELOPMENTS[sid])
        elsewhere: list[Row] = deepcopy(REPORTED_ELSEWHERE[sid])
        for record in [*developments, *elsewhere]:
            record.pop("bounds", None)
            record["quotes"] = [{"at": _at(sid, q["text"]), **q} for q in record["quotes"]]
        out[sid] = {
            "source": source,
            "segments": rows,
            "instruments": INSTRUMENTS[sid],
            "developments": developments,
            "reported_elsewhere": elsewhere,
            "errata": [{"at": _at(sid, e["has"]), **e} for e in ERRATA[sid]],
        }
    return out


def _relation(stated: Row) -> Row:
    name = next(k for k in stated if k != "note")
    return {"relation": name, "related_id": stated[name], "note": stated.get("note")}


def _provision(development_id: str, quote_id: str, stated: Row, figures: list[Row]) -> Row:
    case = [str(stated["case"])] if "case" in stated else []
    parts = [development_id, *case, stated["addressee"], stated["modality"], stated["type"]]
    named = stated.get("figure", {}).items()
    of = [f for f in figures if f["development_id"] == development_id and named <= f.items()]
    figure_id = of[0]["figure_id"] if named else None
    key = {"provision_id": ":".join(parts), "development_id": development_id}
    return {**stated, **key, "figure_id": figure_id, "quote_id": quote_id}


@cache
def _tables() -> dict[str, list[Row]]:
    """Return the rows of all tables: computed from the declarations above, without the library."""
    t: dict[str, list[Row]] = {name: [] for name in COMPILED}
    for sid, a in _annotations().items():
        scope = " ".join(a["source"].get("scope_topics", [])) or None
        t["sources"].append({**a["source"], "scope_topics": scope})
        sections: dict[str, str | None] = {}
        section: str | None = None
        for s in a["segments"]:
            section = s.get("section", section)
            sections[s["id"]] = section
            t["segments"].append(
                {**s, "segment_id": s["id"], "source_id": sid, "start": s["at"][0], "end": s["at"][1]}
            )
        for i in a["instruments"]:
            t["instruments"].append(
                {**i, "instrument_id": i["id"], "aliases": " | ".join(i.get("aliases", []))}
            )
        own = {d["id"]: d for d in DEVELOPMENTS[sid]}
        for d in [*a["developments"], *a["reported_elsewhere"]]:
            did = d.get("id") or d["development"]
            key = {"development_id": did}
            first = "id" in d
            for segment in d["mentions"]:
                rank = "primary" if first else "secondary"
                t["mentions"].append(
                    {**key, "segment_id": segment, "rank": rank, "section": sections[segment]}
                )
            if first:
                day, last_day = own[did].get("bounds", (d["date"], d["date"]))
                t["developments"].append(
                    {"unnamed_authorities": 0, **d, **key, "date_start": day, "date_end": last_day}
                )
                t["development_authorities"] += [
                    {**key, "authority_id": k, "role": v} for k, v in d.get("authorities", {}).items()
                ]
                ranks = ["primary"] + ["secondary"] * len(d["topics"])
                t["development_topics"] += [
                    {**key, "topic_id": k, "rank": r} for k, r in zip(d["topics"], ranks, strict=False)
                ]
                t["development_places"] += [{**key, "place_id": p} for p in d.get("places", [])]
                t["development_instruments"] += [
                    {**key, "instrument_id": k, "stage": v} for k, v in d.get("instruments", {}).items()
                ]
                t["relations"] += [{**key, **_relation(r)} for r in d.get("relations", [])]
            for q in sorted(d["quotes"], key=lambda q: q["at"]):
                start, end = q["at"]
                qid = f"{did}:{sid}:{start}-{end}"
                figures, relations = q.get("figures", []), q.get("relations", [])
                beside = [name for name in ("risks", "figures", "provisions", "relations") if q.get(name)]
                supports = [*q.get("supports", []), *beside]
                place = {**key, "source_id": sid, "start": start, "end": end}
                t["quotes"].append(
                    {"quote_id": qid, **place, "exact": q["text"], "supports": " ".join(supports)}
                )
                for n, f in enumerate(figures, 1):
                    t["figures"].append({"figure_id": f"{qid}#{n}", **key, **f, "quote_id": qid})
                t["relations"] += [{**key, **_relation(r), "quote_id": qid} for r in relations]
                t["development_risks"] += [{**key, "risk_id": r, "quote_id": qid} for r in q.get("risks", [])]
                t["provisions"] += [_provision(did, qid, p, t["figures"]) for p in q.get("provisions", [])]
        for e in a["errata"]:
            start, end = e["at"]
            t["errata"].append(
                {"erratum_id": f"{sid}:{start}-{end}", "source_id": sid, "start": start, "end": end, **e}
            )
    for name, rows in t.items():
        if name not in ("sources", "segments", "instruments", "errata"):
            rows.sort(key=lambda row: str(row["development_id"]))
    t["instruments"].sort(key=lambda row: str(row["instrument_id"]))
    agreement = {
        "scope": "all",
        "variable": "action",
        "statistic": "alpha",
        "value": 0.9,
        "low": 0.8,
        "high": 0.95,
        "n": 7,
    }
    return {**t, "terms": list(_terms(t)), **VOCABULARIES, "agreement": [agreement]}


def _terms(t: Mapping[str, list[Row]]) -> Iterator[Row]:
    """Yield the stems of the words of each segment that reports something."""
    mentioned = {row["segment_id"] for row in t["mentions"]}
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(
            "CREATE VIRTUAL TABLE x USING fts5(w, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        database.execute("CREATE VIRTUAL TABLE v USING fts5vocab(x, row)")
        for s in t["segments"]:
            if s["segment_id"] in mentioned:
                database.execute("DELETE FROM x")
                database.execute(
                    "INSERT INTO x VALUES (?)", [source_text(s["source_id"])[s["start"] : s["end"]]]
                )
                for stem, count in database.execute("SELECT term, cnt FROM v ORDER BY term"):
                    yield {"segment_id": s["segment_id"], "stem": stem, "count": count}


def csv_bytes(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Return canonical CSV: an empty cell for None."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(list(header))
    writer.writerows(["" if cell is None else str(cell) for cell in row] for row in rows)
    return stream.getvalue().encode()


@cache
def clean_files() -> Mapping[str, bytes]:
    """Return the files of the small package by path: the descriptor and its tables."""
    raw = json.loads((embedded() / DESCRIPTOR).read_text(encoding="utf-8"))
    raw["name"] = NAME
    files: dict[str, bytes] = {}
    for resource in raw["resources"]:
        names = [f["name"] for f in resource["schema"]["fields"]]
        files[resource["path"]] = csv_bytes(
            names, [[row.get(n) for n in names] for row in _tables().get(resource["name"], [])]
        )
    files[DESCRIPTOR] = described(raw, files)
    return MappingProxyType(files)


def described(raw: Row, contents: Mapping[str, bytes]) -> bytes:
    """Return a descriptor that declares the sizes and checksums of some files, by path."""
    for resource in raw["resources"]:
        data = contents.get(resource["path"])
        if data is not None:
            resource["bytes"], resource["hash"] = len(data), f"sha256:{sha256(data)}"
    return (json.dumps(raw, indent=2, ensure_ascii=False) + "\n").encode()


# packages
def make_package(folder: Path) -> Path:
    """Write the small valid package into a folder (made where it is missing), and return the folder.

    It has the descriptor, the tables and the vocabularies; no annotations. The list of released identifiers is empty.
    """
    for path, data in clean_files().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def make_annotated_package(folder: Path) -> tuple[Path, Path]:
    """Write the small package with ``data/annotations/*.yaml``, and the source texts beside it.

    Returns
    -------
    tuple of Path
        The package (``folder/package``), and the folder of ``<source_id>.txt`` (``folder/sources``).
        The tables are what the annotations give; every offset and checksum is filled in.
    """
    package, sources = make_package(folder / "package"), folder / "sources"
    annotations = package / "data" / "annotations"
    annotations.mkdir(exist_ok=True)
    sources.mkdir(exist_ok=True)
    for sid in _annotations():
        (annotations / f"{sid}.yaml").write_bytes(annotation_bytes(sid))
        (sources / f"{sid}.txt").write_bytes(source_text(sid).encode())
    return package, sources


def annotation_content(source_id: str) -> Row:
    """Return a copy of what the annotation file of an invented source holds."""
    return deepcopy(_annotations()[source_id])


@cache
def annotation_bytes(source_id: str) -> bytes:
    """Return the annotation file of a source in the layout that the library keeps."""
    from ruamel.yaml.comments import CommentedSeq

    from tmt_dataset.coding.annotation import yaml

    def laid_out(node: Any) -> Any:
        if isinstance(node, Mapping):
            return {k: laid_out(v) for k, v in node.items()}
        if isinstance(node, list):
            seq = CommentedSeq([laid_out(v) for v in node])
            if node and not isinstance(node[0], Mapping):
                seq.fa.set_flow_style()
            return seq
        return node

    stream = io.StringIO()
    yaml().dump(laid_out({k: v for k, v in _annotations()[source_id].items() if v}), stream)
    return stream.getvalue().encode()


def edit_annotation(package: Path, source_id: str, fn: Callable[[Any], None]) -> Path:
    """Change what an annotation file holds, in place, and return its path."""
    from tmt_dataset.coding.annotation import yaml

    path = package / "data" / "annotations" / f"{source_id}.yaml"
    node = yaml().load(path.read_text(encoding="utf-8"))
    fn(node)
    stream = io.StringIO()
    yaml().dump(node, stream)
    path.write_text(stream.getvalue(), encoding="utf-8", newline="\n")
    return path


def strip_offsets(package: Path, source_id: str) -> Path:
    """Take the offsets out of an annotation file, as a coder writes it first, and return its path.

    Segments name their first words instead.
    """
    text = source_text(source_id)

    def strip(node: Any) -> None:
        for s in node["segments"]:
            start, end = s.pop("at")
            s.pop("sha256")
            s["starts"] = text[start:end].rstrip("\n")[:40]
        for record in [*node["developments"], *node.get("reported_elsewhere", [])]:
            for q in record["quotes"]:
                del q["at"]
        for e in node.get("errata", []):
            del e["at"]

    return edit_annotation(package, source_id, strip)


def zipped(folder: Path, target: Path, prefix: str = "tmt-dataset-0.1.0/") -> Path:
    """Put the files of a folder into an archive, as a release has them."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, prefix + path.relative_to(folder).as_posix())
    return target


# editing
def table_path(folder: Path, name: str) -> Path:
    """Return the file of a table."""
    raw = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    return folder / str(next(r["path"] for r in raw["resources"] if r["name"] == name))


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Return a table's cells as text, ``""`` where empty. Row ``i`` stands on line ``i + 2`` of the file."""
    return pd.read_csv(table_path(folder, name), dtype="str", keep_default_na=False)


def declare(folder: Path) -> None:
    """Declare in the descriptor the sizes and checksums that the files have now."""
    raw = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    paths = [r["path"] for r in raw["resources"]]
    (folder / DESCRIPTOR).write_bytes(
        described(raw, {p: (folder / p).read_bytes() for p in paths if (folder / p).is_file()})
    )


def edit_table(
    folder: Path, name: str, fn: Callable[[pd.DataFrame], pd.DataFrame | None], rehash: bool = True
) -> None:
    """Change a table through its cells, and write it canonically.

    Parameters
    ----------
    folder
        The package.
    name
        The table.
    fn
        Takes the cells as text (``""`` where empty), changes them in place or returns another frame.
    rehash
        Whether the descriptor declares the new file.
    """
    frame = read_table(folder, name)
    changed = fn(frame)
    frame = frame if changed is None else changed
    table_path(folder, name).write_bytes(csv_bytes(frame.columns, frame.itertuples(index=False)))
    if rehash:
        declare(folder)


def edit_bytes(folder: Path, path: str, fn: Callable[[bytes], bytes], rehash: bool = False) -> None:
    """Change the bytes of a file of the package; ``path`` is as in the descriptor."""
    target = folder / path
    target.write_bytes(fn(target.read_bytes()))
    if rehash:
        declare(folder)


def edit_descriptor(folder: Path, fn: Callable[[Row], Row | None]) -> None:
    """Change the descriptor: ``fn`` changes the parsed JSON in place, or returns another."""
    target = folder / DESCRIPTOR
    raw: Row = json.loads(target.read_text(encoding="utf-8"))
    changed = fn(raw)
    target.write_bytes(
        (json.dumps(raw if changed is None else changed, indent=2, ensure_ascii=False) + "\n").encode()
    )
