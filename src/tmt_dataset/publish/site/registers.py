"""Pages for what records are linked to: instruments, authorities, topics, places, provisions, measures, sources; and the lists of errata and versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from tmt_dataset.descriptor import fingerprint
from tmt_dataset.publish.site import charts
from tmt_dataset.publish.site.content import Content, Row, grouped
from tmt_dataset.publish.site.frame import Frame, address

__all__ = ["pages"]

Pages = Iterator[tuple[str, bytes]]
#: What an instrument is before it is issued, by its stage.
_CALLED = {"planned": "plan", "draft": "draft"}


def pages(frame: Frame, content: Content) -> Pages:
    """Yield the pages of all registers, each with its address."""
    made: list[Callable[[Frame, Content], Pages]] = [
        _instruments,
        _authorities,
        _topics,
        _places,
        _provisions,
        _measures,
        _sources,
        _lists,
    ]
    for make in made:
        yield from make(frame, content)


def _all(frame: Frame, kind: str, title: str, about: str, entries: Iterable[Row]) -> tuple[str, bytes]:
    """Return the page that lists all entries of a kind: ``code``, ``label``, ``about``, ``n``."""
    at = address(kind)
    return at, frame.page("entries", at, title, kind=kind, about=about, entries=list(entries))


def _entry(frame: Frame, kind: str, code: str, title: str, template: str, **shown: Any) -> tuple[str, bytes]:
    at = address(kind, code)
    return at, frame.page(template, at, title, code=code, **shown)


def _about(frame: Frame, table: str) -> str:
    return frame.ds.descriptor.table(table).description


def _instruments(frame: Frame, content: Content) -> Pages:
    kinds = content.register("instrument_kinds")
    linked = grouped(content.table("development_instruments"), "instrument_id")
    listed, unfinished = [], content.unfinished
    for code, row in content.register("instruments").items():
        kind = kinds[row["kind"]]
        found = content.listed(link["development_id"] for link in linked.get(code, []))
        cited = content.listed(
            link["development_id"] for link in linked.get(code, []) if link["stage"] == "cited"
        )
        life = content.lives[code]
        yield _entry(
            frame,
            "instruments",
            code,
            row["title"],
            "instrument",
            row=row,
            of=kind,
            force=_force(kind["force"], life, code in unfinished),
            life=life,
            since=unfinished.get(code),
            cited=cited,
            developments=content.developments,
        )
        stages = ", ".join(f"{event['stage']} {event['when']}" for event in life)
        listed.append({"code": code, "label": row["title"], "about": stages or "cited", "n": len(found)})
    yield _all(frame, "instruments", "Instruments", _about(frame, "instruments"), listed)


def _force(force: str, life: list[Row], unfinished: bool) -> str:
    """Return the force of an instrument's kind, which a draft or a plan has only once it is issued."""
    if not unfinished:
        return force
    return f"{force} once issued, as its kind is; only a {_CALLED[life[-1]['stage']]} is reported here"


def _authorities(frame: Frame, content: Content) -> Pages:
    register, places = content.register("authorities"), content.register("places")
    below = grouped([row for row in register.values() if row["parent"]], "parent")
    linked = grouped(content.table("development_authorities"), "authority_id")
    listed = []
    for code, row in register.items():
        links = linked.get(code, [])
        roles = {link["development_id"]: link["role"] for link in links}
        facts = {
            "Chinese name": row["name_zh"],
            "Abbreviation": row["abbreviation"],
            "Kind": row["kind"],
            "Level": row["level"],
        }
        near = {
            "Place": [("places", row["place_id"], places[row["place_id"]]["name"])],
            "Belongs to": [("authorities", row["parent"], register[row["parent"]]["name"])]
            if row["parent"]
            else [],
            "Bodies below it": [("authorities", b["authority_id"], b["name"]) for b in below.get(code, [])],
        }
        yield _entry(
            frame, "authorities", code, row["name"], "entry", facts=facts, near=near,
            lists=[("Developments", content.listed(roles))], notes=roles,
        )  # fmt: skip
        listed.append({"code": code, "label": row["name"], "about": row["level"], "n": len(roles)})
    yield _all(frame, "authorities", "Authorities", _about(frame, "authorities"), listed)


def _topics(frame: Frame, content: Content) -> Pages:
    register = content.register("topics")
    below = grouped([row for row in register.values() if row["parent"]], "parent")
    linked = grouped(content.table("development_topics"), "topic_id")
    listed = []
    for code, row in register.items():
        within = [code, *(child["topic_id"] for child in below.get(code, []))]
        links = list(chain.from_iterable(linked.get(one, []) for one in within))
        ranks = {
            rank: [link["development_id"] for link in links if link["rank"] == rank]
            for rank in ("primary", "secondary")
        }
        parent = row["parent"]
        near = {
            "Part of": [("topics", parent, register[parent]["label"])] if parent else [],
            "Its parts": [("topics", child["topic_id"], child["label"]) for child in below.get(code, [])],
        }
        found = {name for names in ranks.values() for name in names}
        lists = [
            ("Primary topic", content.listed(ranks["primary"])),
            ("Secondary topic", content.listed(n for n in ranks["secondary"] if n not in ranks["primary"])),
        ]
        yield _entry(
            frame, "topics", code, row["label"], "entry", facts={"Definition": row["definition"]}, near=near,
            lists=lists, notes={},
        )  # fmt: skip
        label = f"{register[parent]['label']} › {row['label']}" if parent else row["label"]
        listed.append({"code": code, "label": label, "about": row["definition"], "n": len(found)})
    yield _all(frame, "topics", "Topics", _about(frame, "topics"), listed)


def _places(frame: Frame, content: Content) -> Pages:
    register = content.register("places")
    below = grouped([row for row in register.values() if row["parent"]], "parent")
    bodies = grouped(content.table("authorities"), "place_id")
    governed = grouped(content.table("developments"), "jurisdiction")
    concerned = grouped(content.table("development_places"), "place_id")
    listed = []
    for code, row in register.items():
        governs = content.listed(one["development_id"] for one in governed.get(code, []))
        concerns = content.listed(one["development_id"] for one in concerned.get(code, []))
        parent = row["parent"]
        near = {
            "Lies in": [("places", parent, register[parent]["name"])] if parent else [],
            "Places in it": [("places", one["place_id"], one["name"]) for one in below.get(code, [])],
            "Authorities": [
                ("authorities", one["authority_id"], one["name"]) for one in bodies.get(code, [])
            ],
        }
        facts = {"Chinese name": row["name_zh"], "Level": row["level"], "Code": code}
        lists = [("Developments that govern it", governs), ("Developments that are about it", concerns)]
        yield _entry(
            frame, "places", code, row["name"], "entry", facts=facts, near=near, lists=lists, notes={}
        )
        found = {one["development_id"] for one in [*governs, *concerns]}
        listed.append({"code": code, "label": row["name"], "about": row["level"], "n": len(found)})
    yield _all(frame, "places", "Places", _about(frame, "places"), listed)


def _provisions(frame: Frame, content: Content) -> Pages:
    found = grouped(content.provisions, "addressee")
    listed = []
    for code, row in content.register("addressees").items():
        own = found.get(code, [])
        yield _entry(
            frame, "provisions", code, row["label"], "provisions", definition=row["definition"], found=own
        )
        listed.append({"code": code, "label": row["label"], "about": row["definition"], "n": len(own)})
    if listed:
        yield _all(frame, "provisions", "Provisions by addressee", _about(frame, "provisions"), listed)


def _measures(frame: Frame, content: Content) -> Pages:
    found = grouped(content.figures, "measure")
    listed = []
    for code, row in content.register("measures").items():
        own = found.get(code, [])
        yield _entry(
            frame, "measures", code, row["label"], "measure", row=row, found=own, chart=charts.chart(own)
        )
        listed.append({"code": code, "label": row["label"], "about": row["definition"], "n": len(own)})
    yield _all(frame, "measures", "Measures", _about(frame, "measures"), listed)


def _sources(frame: Frame, content: Content) -> Pages:
    segments = grouped(content.table("segments"), "source_id")
    errata = grouped(content.table("errata"), "source_id")
    mentions = grouped(content.table("mentions"), "segment_id")
    listed = []
    for code, row in content.register("sources").items():
        own = [
            {**one, "developments": content.listed(m["development_id"] for m in mentions.get(one["segment_id"], []))}
            for one in segments.get(code, [])
        ]  # fmt: skip
        reported = {d["development_id"] for one in own for d in one["developments"]}
        yield _entry(
            frame, "sources", code, row["title"], "source", row=row, segments=own,
            strip=charts.strip(own, row["characters"]), errata=errata.get(code, []), n=len(reported),
        )  # fmt: skip
        window = f"{row['period_start']} to {row['period_end']}"
        listed.append({"code": code, "label": row["title"], "about": window, "n": len(reported)})
    yield _all(frame, "sources", "Sources", _about(frame, "sources"), listed)


def _lists(frame: Frame, content: Content) -> Pages:
    at = address("errata")
    yield (
        at,
        frame.page("errata", at, "Errata", about=_about(frame, "errata"), errata=content.table("errata")),
    )
    at = address("versions")
    retired = [row for row in content.table("released_identifiers") if row["retired"]]
    yield at, frame.page(
        "versions", at, "Versions", version=frame.ds.version, fingerprint=fingerprint(frame.ds.descriptor),
        released=content.table("released"), retired=retired,
    )  # fmt: skip
