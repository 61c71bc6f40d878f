"""The record that a coder writes: one YAML file a source.

The models below are the format. Enumerations come from the descriptor and the vocabularies, so that neither
the models nor the generated JSON Schema repeat them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from tmt_dataset.cells import read_text
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import AnnotationError, MissingExtraError, near
from tmt_dataset.package import Package

try:
    from pydantic import (
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        GetCoreSchemaHandler,
        GetJsonSchemaHandler,
        ValidationError,
        ValidationInfo,
        model_validator,
    )
    from pydantic_core import CoreSchema, PydanticCustomError, core_schema
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError
except ImportError:
    raise MissingExtraError(
        'annotations need pydantic and ruamel.yaml: pip install "tmt-dataset[coding]"'
    ) from None

QUOTE_LIMIT = 320

#: For each name of codes, the codes: vocabularies and registers by table, enumerations by ``table.field``.
Codes = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class CodeOf:
    """Marks a text as a code of a vocabulary (``"actions"``) or of an enumeration (``"segments.role"``)."""

    name: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the code against the codes handed over as context."""

        def check(value: str, info: ValidationInfo) -> str:
            known = (info.context or {}).get(self.name)
            if known is not None and value not in known:
                raise PydanticCustomError(
                    "code",
                    "unknown code {value} of {name}{near}",
                    {"value": repr(value), "name": self.name, "near": near(value, known)},
                )
            return value

        return core_schema.with_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Leave a mark that :func:`json_schema` replaces by the codes."""
        return {**handler(schema), "x-codes": self.name}


def _date_text(value: Any) -> Any:
    """Take YAML's dates and years as the text that was written."""
    if isinstance(value, dt.datetime):
        return value
    return (
        value.isoformat()
        if isinstance(value, dt.date)
        else str(value)
        if isinstance(value, int) and not isinstance(value, bool)
        else value
    )


def _edtf(value: str) -> str:
    bounds(value)
    return value


def _day(value: str) -> str:
    if len(value) != 10:
        raise ValueError(f"{value!r} is no day YYYY-MM-DD")
    return _edtf(value)


def _own_text(value: str) -> str:
    text = " ".join(value.split())
    if not text:
        raise ValueError("the text is empty")
    return text


Edtf = Annotated[
    str,
    Field(strict=True),
    BeforeValidator(lambda v: _edtf(v) if isinstance(v, str) else v),
    BeforeValidator(_date_text),
]
Day = Annotated[
    str,
    Field(strict=True),
    BeforeValidator(lambda v: _day(v) if isinstance(v, str) else v),
    BeforeValidator(_date_text),
]
_ON_ONE_LINE = BeforeValidator(lambda v: _own_text(v) if isinstance(v, str) else v)
Text = Annotated[str, _ON_ONE_LINE]
Title = Annotated[str, Field(max_length=120), _ON_ONE_LINE]
Offsets = Annotated[list[int], Field(min_length=2, max_length=2)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
DevelopmentId = Annotated[str, Field(pattern=r"^TMT-\d{4}$")]
Related = Annotated[DevelopmentId, CodeOf("developments")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Source(_Strict):
    """What is known of the document."""

    source_id: str
    title: Text
    publisher: Text
    kind: Annotated[str, CodeOf("sources.kind")]
    period_start: Day
    period_end: Day
    published: Day | None = None
    language: str = "en"
    url: str | None = None
    characters: int
    sha256: Sha256


class Segment(_Strict):
    """A run of characters with one role.

    ``starts`` (its first words) is replaced by ``at`` and ``sha256`` when offsets are filled in.
    """

    id: str
    at: Offsets | None = None
    starts: str | None = None
    role: Annotated[str, CodeOf("segments.role")]
    section: Annotated[str, CodeOf("mentions.section")] | None = None
    sha256: Sha256 | None = None


class Instrument(_Strict):
    """A document with a life of its own, declared in the source that names it first."""

    id: Slug
    title: Text
    kind: Annotated[str, CodeOf("instrument_kinds")]
    number: str | None = None
    aliases: list[Text] = []


class Figure(_Strict):
    """A number that the quote around it proves."""

    measure: Annotated[str, CodeOf("measures")]
    value: Annotated[float, Field(allow_inf_nan=False)]
    qualifier: Annotated[str, CodeOf("figures.qualifier")]
    kind: Annotated[str, CodeOf("figures.kind")]
    aggregation: Annotated[str, CodeOf("figures.aggregation")] | None = None
    period_start: Day | None = None
    period_end: Day | None = None
    place: Annotated[str, CodeOf("places")] | None = None


class Relation(_Strict):
    """One relation to another development, under its own name."""

    finalises: Related | None = None
    implements: Related | None = None
    continues: Related | None = None
    succeeds: Related | None = None
    responds_to: Related | None = None
    same_case: Related | None = None
    note: Text | None = None

    @property
    def stated(self) -> tuple[str, str]:
        """Name of the relation and the development it leads to."""
        return next((k, v) for k, v in self if k != "note" and v is not None)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(v is not None for k, v in self if k != "note") != 1:
            raise ValueError("expected exactly one relation")
        return self


class Quote(_Strict):
    """A verbatim span, with the values that it proves beside it."""

    at: Offsets | None = None
    text: Annotated[str, Field(min_length=1, max_length=QUOTE_LIMIT)]
    supports: list[Annotated[str, CodeOf("quotes.supports")]] = []
    figures: list[Figure] = []
    relations: list[Relation] = []


class Development(_Strict):
    """One public act."""

    id: DevelopmentId
    title: Title
    summary: Text
    date: Edtf
    date_basis: Annotated[str, CodeOf("developments.date_basis")]
    action: Annotated[str, CodeOf("actions")]
    jurisdiction: Annotated[str, CodeOf("places")]
    authorities: dict[
        Annotated[str, CodeOf("authorities")], Annotated[str, CodeOf("development_authorities.role")]
    ] = {}
    unnamed_authorities: Annotated[int, Field(ge=0)] = 0
    effective_date: Edtf | None = None
    topics: Annotated[list[Annotated[str, CodeOf("topics")]], Field(min_length=1)]
    places: list[Annotated[str, CodeOf("places")]] = []
    instruments: dict[
        Annotated[str, CodeOf("instruments")],
        Annotated[str, CodeOf("development_instruments.stage")]
        | list[Annotated[str, CodeOf("development_instruments.stage")]],
    ] = {}
    mentions: Annotated[list[str], Field(min_length=1)]
    secondary_mentions: list[str] = []
    relations: list[Relation] = []
    quotes: Annotated[list[Quote], Field(min_length=1)]
    note: Text | None = None


class FurtherReport(_Strict):
    """A report of a development that is coded in another source's file."""

    development: Annotated[str, CodeOf("developments")]
    mentions: Annotated[list[str], Field(min_length=1)]
    quotes: list[Quote] = []


class Erratum(_Strict):
    """Where the source contradicts itself, is wrong or has lost a part."""

    at: Offsets | None = None
    has: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Annotated[str, CodeOf("errata.kind")]
    coded: Text
    reason: Text


class Annotation(_Strict):
    """The coding of one source."""

    source: Source
    segments: Annotated[list[Segment], Field(min_length=1)]
    instruments: list[Instrument] = []
    developments: list[Development]
    reported_elsewhere: list[FurtherReport] = []
    errata: list[Erratum] = []


class _Constructor(RoundTripConstructor):
    """Says where a scalar stands that has the form of a date or a number and is none, as 2024-02-30."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Return the value of a node."""
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            message = f"{error}, found {node.value!r:.80}"
            raise ConstructorError(None, None, message, node.start_mark) from None


def yaml() -> YAML:
    """Return the reader and writer of annotation files, so that all of them look alike."""
    engine = YAML()
    engine.Constructor = _Constructor
    engine.width = 130
    engine.allow_unicode = True
    engine.indent(mapping=2, sequence=2, offset=0)
    return engine


def known_codes(package: Package) -> dict[str, list[str]]:
    """Return the codes of every vocabulary and of every enumeration of a package."""
    descriptor = package.descriptor
    codes: dict[str, list[str]] = {}
    for table in descriptor.tables.values():
        if table.is_vocabulary:
            frame = read_text(package.read(table), table, package.where(table))
            codes[table.name] = frame[table.primary_key[0]].dropna().tolist()
        for field in table.fields:
            if field.enum:
                codes[f"{table.name}.{field.name}"] = list(field.enum)
    # 'supports' is a list in one cell, so its codes stand in its pattern: '(?:a|b)(?: (?:a|b))*'
    pattern = descriptor.table("quotes").field("supports").pattern or ""
    codes["quotes.supports"] = pattern.partition(")")[0].removeprefix("(?:").split("|")
    return codes


def _line(node: Any, path: tuple[int | str, ...]) -> int:
    """Return the line (from 1) at which a path of keys leads."""
    line = 0
    for step in path:
        try:
            position = node.lc.key(step) if isinstance(node, CommentedMap) else node.lc.item(step)
            line, node = position[0], node[step]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
    return line + 1


def _where(node: Any, path: tuple[int | str, ...]) -> str:
    """Name the record that a path leads through, by its identifier."""
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(node, dict) and isinstance(node.get("id") or node.get("development"), str):
            return f"{node.get('id') or node.get('development')}: "
    return ""


def read_yaml(path: Path) -> Any:
    """Read a YAML file with the positions of its nodes.

    Raises
    ------
    AnnotationError
        If it is missing, cannot be read, is not UTF-8, no YAML, or has a key twice.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except FileNotFoundError:
        raise AnnotationError(f"{path}: no such file") from None
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read ({error.strerror}); expected a YAML file") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AnnotationError(f"{path}:{line}: not UTF-8 ({error}); save it as UTF-8") from None
    try:
        node = yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # a key that stands twice is reported with all that stands below it
        problem = str(error.problem or error.context).partition(" with value ")[0]
        raise AnnotationError(f"{path}:{mark.line + 1 if mark else 1}: no valid YAML: {problem}") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise AnnotationError(f"{path}:{line}: no valid YAML: {error.reason}") from None
    except (YAMLError, ValueError) as error:
        raise AnnotationError(f"{path}: no valid YAML: {error}") from None
    if not isinstance(node, dict):
        raise AnnotationError(f"{path}:1: expected a mapping with source, segments and developments")
    return node


def problems(path: Path, node: Any, codes: Codes) -> tuple[Annotation | None, list[str]]:
    """Return the record of a file, or what is wrong with it, a line each with file and line number."""
    context = {
        k: (v if isinstance(v, set | frozenset | dict) else dict.fromkeys(v)) for k, v in codes.items()
    }
    try:
        return Annotation.model_validate(_plain(node), context=context), []
    except ValidationError as error:
        errors = [(_keys(e["loc"]), e) for e in error.errors()]
    # what may be a text or a list fails as both; where its code was read, the other failure says nothing
    coded = {loc[:n] for loc, e in errors if e["type"] == "code" for n in range(1, len(loc) + 1)}
    found = []
    for loc, e in errors:
        if e["type"] in ("string_type", "list_type") and len(loc) < len(e["loc"]) and loc in coded:
            continue
        message = e["msg"].removeprefix("Value error, ")
        if e["type"] == "extra_forbidden":
            message = f"unknown key{near(loc[-1], _fields_at(loc[:-1]))}"
        elif e["type"] not in ("code", "missing"):
            message += f", found {e['input']!r:.80}"
        keys = ".".join(map(str, loc))
        found.append(f"{path}:{_line(node, loc)}: {_where(node, loc)}{keys}: {message}")
    return None, list(dict.fromkeys(found))


def _keys(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the path of keys in the file, without pydantic's marks for the branches of a model."""
    marks = ("[key]", "list[", "function-", "constrained-")
    return tuple(step for step in loc if not (isinstance(step, str) and step.startswith(marks)))


def _fields_at(loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the model at a path knows, for near misses."""
    names: dict[int | str, type[_Strict]] = {
        "developments": Development,
        "segments": Segment,
        "instruments": Instrument,
        "quotes": Quote,
        "figures": Figure,
        "relations": Relation,
        "errata": Erratum,
        "reported_elsewhere": FurtherReport,
        "source": Source,
    }
    for step in reversed(loc):
        if step in names:
            return list(names[step].model_fields)
    return list(Annotation.model_fields)


def _plain(node: Any) -> Any:
    """Return plain containers and scalars of what ruamel read."""
    if isinstance(node, dict):
        return {str(k) if isinstance(k, str) else k: _plain(v) for k, v in node.items()}
    if isinstance(node, list):
        return [_plain(v) for v in node]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, bool):
        return node
    if isinstance(node, int):
        return int(node)
    return float(node) if isinstance(node, float) else node


def misnamed(folder: Path) -> list[str]:
    """Name the files of a folder that look like annotations, but would not be read: ``*.yml``.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "newsletter-2024-07.yml").touch()
    >>> [line.removeprefix(str(folder)) for line in misnamed(folder)]
    ['/newsletter-2024-07.yml: expected the suffix .yaml, found .yml; rename it: no other file is read']
    """
    return [
        f"{path}: expected the suffix .yaml, found {path.suffix}; rename it: no other file is read"
        for path in sorted(folder.glob("*"))
        if path.suffix != ".yaml" and path.suffix.lower() in (".yml", ".yaml")
    ]


def read_all(folder: Path, package: Package) -> list[Annotation]:
    """Read all annotation files of a folder, each judged with the instruments and developments of all.

    Returns
    -------
    list of Annotation
        In the order of their windows.

    Raises
    ------
    AnnotationError
        Listing every problem of every file with its line.
    """
    paths = sorted(folder.glob("*.yaml"))
    unread = misnamed(folder)
    if not paths:
        raise AnnotationError("\n".join([f"{folder}: no annotation files (*.yaml)", *unread]))
    found = [*unread]
    nodes: dict[Path, Any] = {}
    for path in paths:
        try:
            nodes[path] = read_yaml(path)
        except AnnotationError as error:
            found.append(str(error))
    codes: dict[str, Iterable[str]] = {**known_codes(package)}
    for kind in ("instruments", "developments"):
        first: dict[str, str] = {}
        complete = len(nodes) == len(paths) and not unread
        for path, node in nodes.items():
            items = node.get(kind) or []
            if not isinstance(items, list):
                items, complete = [], False
            for i, item in enumerate(items):
                name = item.get("id") if isinstance(item, dict) else None
                if not isinstance(name, str):
                    continue
                here = f"{path}:{_line(node, (kind, i))}"
                if name in first:
                    found.append(
                        f"{here}: {name}: already declared at {first[name]}; "
                        "give it another identifier, or merge the two"
                    )
                first.setdefault(name, here)
        if complete:  # what a file that cannot be read declares is not known
            codes[kind] = first
    annotations = []
    for path, node in nodes.items():
        annotation, wrong = problems(path, node, codes)
        found += wrong
        if annotation is not None:
            annotations.append(annotation)
        source = node.get("source")
        sid = source.get("source_id") if isinstance(source, dict) else None
        if isinstance(sid, str) and sid != path.stem:
            line = _line(node, ("source", "source_id"))
            found.append(f"{path}:{line}: expected source_id {path.stem!r}, found {sid!r}")
    if found:
        raise AnnotationError("\n".join(found))
    return sorted(annotations, key=lambda a: (a.source.period_start, a.source.period_end, a.source.source_id))


def json_schema(codes: Codes) -> dict[str, Any]:
    """Return the JSON Schema of the format, with all codes, so that an editor completes and checks a file.

    Parameters
    ----------
    codes
        As :func:`known_codes` gives them.
    """

    def filled(node: Any) -> Any:
        if isinstance(node, dict):
            out = {k: filled(v) for k, v in node.items() if k != "x-codes"}
            known = codes.get(node["x-codes"]) if isinstance(node.get("x-codes"), str) else None
            if known is not None:
                out["enum"] = list(known)
            return out
        return [filled(v) for v in node] if isinstance(node, list) else node

    schema: dict[str, Any] = filled(Annotation.model_json_schema())
    for definition in (schema, *schema["$defs"].values()):
        for name in ("date", "effective_date", "period_start", "period_end", "published"):
            prop = definition.get("properties", {}).get(name)
            if prop is not None:  # YAML reads 2024 as a number
                definition["properties"][name] = {
                    **{k: v for k, v in prop.items() if k not in ("type", "anyOf")},
                    "type": ["string", "integer", "null"],
                }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Annotation of a source",
        **schema,
    }
