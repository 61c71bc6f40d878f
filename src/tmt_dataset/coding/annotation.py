"""The record that a coder writes: one YAML file per source.

The models below are the format. Codes, limits and patterns come from the declaration and the vocabularies: neither the
models nor the generated JSON Schema repeat them.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn, Self, TypeVar

from tmt_dataset.cells import read_text
from tmt_dataset.characters import UNSEEN
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import AnnotationError, MissingExtraError, PackageError, PackageNotFoundError, near
from tmt_dataset.files import expanded, read
from tmt_dataset.package import Package, open_package
from tmt_dataset.validation.verbatim import escaped, unescaped

try:
    from pydantic import (
        AfterValidator,
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
    from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.composer import Composer, ComposerError, MaxDepthExceededError
    from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.events import ScalarEvent
    from ruamel.yaml.nodes import MappingNode, ScalarNode
    from ruamel.yaml.parser import Parser
    from ruamel.yaml.reader import ReaderError
    from ruamel.yaml.scanner import Scanner
except ImportError:
    raise MissingExtraError(
        'annotations need pydantic and ruamel.yaml: pip install "tmt-dataset[coding]"'
    ) from None

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "SEPARATOR",
    "Annotation",
    "CodeOf",
    "Codes",
    "Day",
    "Development",
    "DevelopmentId",
    "Edtf",
    "Erratum",
    "Field",
    "Figure",
    "FigureOf",
    "FurtherReport",
    "Instrument",
    "Item",
    "Offsets",
    "Provision",
    "Quote",
    "Related",
    "Relation",
    "Segment",
    "Sha256",
    "Slug",
    "Source",
    "Strict",
    "Text",
    "Title",
    "Verbatim",
    "json_schema",
    "known_codes",
    "line_of",
    "misnamed",
    "problems",
    "read_all",
    "read_models",
    "read_yaml",
    "yaml",
]


#: Between the items of a list in a cell.
SEPARATOR = " | "
#: The codes of vocabularies and registers by table (``"actions"``), those of enumerations by field (``"segments.role"``).
Codes = Mapping[str, Iterable[str]]
M = TypeVar("M", bound="Strict")
#: So many codes are listed in a message.
FEW = 20


@dataclass(frozen=True)
class CodeOf:
    """Marks a text as a code: of a vocabulary (``"actions"``), or of an enumeration (``"segments.role"``)."""

    name: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the code against those that are given as context."""

        def check(value: str, info: ValidationInfo) -> str:
            known = (info.context or {}).get(self.name)
            if known is not None and value not in known:
                raise PydanticCustomError(
                    "code",
                    "unknown code {value} of {name}{near}{allowed}",
                    {
                        "value": repr(value),
                        "name": self.name,
                        "near": near(value, known),
                        "allowed": _allowed(self.name, known),
                    },
                )
            return value

        return core_schema.with_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Leave a mark, which :func:`json_schema` replaces by the codes."""
        return {**handler(schema), "x-codes": self.name}


def _allowed(name: str, known: Collection[str]) -> str:
    """Return what may be written instead of an unknown code: the codes where they are few, or where they are listed."""
    if len(known) <= FEW:
        return f"; expected one of {', '.join(sorted(known, key=list(known).index))}" if known else ""
    if name in ("developments", "instruments"):
        return ""
    new = f", and a new one needs a row in {_OWN.tables[name].path}" if name in _OWN.tables else ""
    return f"; `tmt-dataset codes {name}` lists them{new}"


#: The models are made at import, so their limits are those of the declaration that came with the library.
_OWN = open_package().descriptor


def _declared(table: str, field: str) -> Any:
    """Return the limits that the library's own declaration sets to a field."""
    declared = _OWN.table(table).field(field)
    pattern = f"^{declared.pattern}$" if declared.pattern else None
    return Field(max_length=declared.max_length, pattern=pattern, ge=declared.minimum)


def _date_text(value: Any) -> Any:
    """Return the text of what YAML reads as a date or, of a year, as a number; anything else as it is."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _edtf(value: str) -> str:
    bounds(value)
    return value


def _day(value: str) -> str:
    if len(value) != 10:
        raise ValueError(f"{value!r} is not a day YYYY-MM-DD")
    return _edtf(value)


def _own_text(value: str) -> str:
    text = unicodedata.normalize("NFC", " ".join(value.split()))
    if not text:
        raise ValueError("the text is empty")
    if unseen := UNSEEN.search(text):
        raise ValueError(f"the text has an unseen character (U+{ord(unseen[0]):04X}); delete it")
    return text


def _item(value: str) -> str:
    if SEPARATOR in f" {value} ":
        raise ValueError(f"the text has {SEPARATOR!r}, which separates the items in the table")
    return value


def _verbatim(value: str) -> str:
    return escaped(unescaped(value))


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
#: One of a list that becomes a cell.
Item = Annotated[str, AfterValidator(_item), _ON_ONE_LINE]
#: Words of a source; what no table may hold is escaped.
Verbatim = BeforeValidator(lambda v: _verbatim(v) if isinstance(v, str) else v)
Title = Annotated[str, _declared("developments", "title"), _ON_ONE_LINE]
Offsets = Annotated[list[int], Field(min_length=2, max_length=2)]
Slug = Annotated[str, _declared("instruments", "instrument_id")]
DevelopmentId = Annotated[str, _declared("developments", "development_id")]
Related = Annotated[DevelopmentId, CodeOf("developments")]
Sha256 = Annotated[str, _declared("segments", "sha256")]


class Strict(BaseModel):
    """A record of a file that a coder writes: no other keys, no other types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Source(Strict):
    """What is known of the document."""

    source_id: Annotated[str, _declared("sources", "source_id")]
    title: Text
    publisher: Text
    kind: Annotated[str, CodeOf("sources.kind")]
    period_start: Day
    period_end: Day
    published: Day | None = None
    language: Annotated[str, _declared("sources", "language")] = "en"
    url: str | None = None
    scope: Text | None = None
    scope_topics: list[Annotated[str, CodeOf("topics")]] = []
    # filled in with the offsets; they say later which text was coded
    characters: int | None = None
    sha256: Sha256 | None = None


class Segment(Strict):
    """A run of characters with one role.

    A coder writes its first words as ``starts``; ``at`` and ``sha256`` are filled in beside them. The words stay, so that the cut is found again
    in a corrected text.
    """

    id: Annotated[str, _declared("segments", "segment_id")]
    at: Offsets | None = None
    starts: str | None = None
    role: Annotated[str, CodeOf("segments.role")]
    section: Annotated[str, CodeOf("mentions.section")] | None = None
    sha256: Sha256 | None = None


class Instrument(Strict):
    """An instrument, declared in the file of the source that names it first."""

    id: Slug
    title: Text
    kind: Annotated[str, CodeOf("instrument_kinds")]
    number: str | None = None
    aliases: list[Item] = []


class Figure(Strict):
    """A number that its quote proves."""

    measure: Annotated[str, CodeOf("measures")]
    value: Annotated[float, Field(allow_inf_nan=False)]
    qualifier: Annotated[str, CodeOf("figures.qualifier")]
    kind: Annotated[str, CodeOf("figures.kind")]
    aggregation: Annotated[str, CodeOf("figures.aggregation")] | None = None
    period_start: Day | None = None
    period_end: Day | None = None
    note: Text | None = None


class Relation(Strict):
    """One relation to another development: the key is the relation, as ``finalises``."""

    finalises: Related | None = None
    implements: Related | None = None
    continues: Related | None = None
    succeeds: Related | None = None
    responds_to: Related | None = None
    same_case: Related | None = None
    includes: Related | None = None
    note: Text | None = None

    @property
    def stated(self) -> tuple[str, str]:
        """The name of the relation, and the development to which it leads."""
        return next((k, v) for k, v in self if k != "note" and v is not None)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(v is not None for k, v in self if k != "note") != 1:
            raise ValueError("expected exactly one relation")
        return self


class FigureOf(Strict):
    """Names a figure of the same development by what it says."""

    measure: Annotated[str, CodeOf("measures")]
    value: Annotated[float, Field(allow_inf_nan=False)]


class Provision(Strict):
    """What the act requires, grants or imposes, and of whom; its quote proves it."""

    addressee: Annotated[str, CodeOf("addressees")]
    modality: Annotated[str, CodeOf("provisions.modality")]
    type: Annotated[str, CodeOf("provision_types")]
    case: Annotated[int, _declared("provisions", "case")] | None = None
    figure: FigureOf | None = None


class Quote(Strict):
    """A verbatim span of the source, with the values that it proves."""

    at: Offsets | None = None
    text: Annotated[str, Field(min_length=1), _declared("quotes", "exact"), Verbatim]
    supports: list[Annotated[str, CodeOf("quotes.supports")]] = []
    risks: list[Annotated[str, CodeOf("risks")]] = []
    figures: list[Figure] = []
    provisions: list[Provision] = []
    relations: list[Relation] = []


class Development(Strict):
    """One development: what an authority did or announced."""

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
    unnamed_authorities: Annotated[int, _declared("developments", "unnamed_authorities")] = 0
    effective_date: Edtf | None = None
    # None in the codings that were made before these variables were
    orientation: Annotated[str, CodeOf("developments.orientation")] | None = None
    ai_role: Annotated[str, CodeOf("developments.ai_role")] | None = None
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


class FurtherReport(Strict):
    """A report of a development that is coded in the file of another source."""

    development: Annotated[str, CodeOf("developments")]
    mentions: Annotated[list[str], Field(min_length=1)]
    quotes: list[Quote] = []


class Erratum(Strict):
    """A place where the source contradicts itself, is wrong or has lost a part."""

    at: Offsets | None = None
    has: Annotated[str, Field(min_length=1), _declared("errata", "has"), Verbatim]
    kind: Annotated[str, CodeOf("errata.kind")]
    coded: Text
    reason: Text


class Annotation(Strict):
    """The coding of one source."""

    source: Source
    segments: Annotated[list[Segment], Field(min_length=1)]
    instruments: list[Instrument] = []
    developments: list[Development]
    reported_elsewhere: list[FurtherReport] = []
    errata: list[Erratum] = []


#: Near ten times the largest file of the package, and over twice its deepest nesting.
MAX_BYTES = 1_000_000
MAX_DEPTH = 20
#: The only spellings of what YAML reads as something else than text; a number has no more digits than it can hold.
_SPELLINGS = {
    "int": r"-?(?:0|[1-9][0-9]{0,14})",
    "float": r"-?(?=(?:[0-9.]){1,16}(?:e|$))(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,2})?|[+-]?\.(?:nan|inf)",
    "bool": "true|false",
    "null": "|null|~",
    "timestamp": "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ].*)?",
    "str": ".*",
}
#: Keys with texts in which '#' may be meant.
_TEXTS = frozenset(
    (
        "title",
        "publisher",
        "url",
        "scope",
        "number",
        "aliases",
        "summary",
        "note",
        "text",
        "has",
        "coded",
        "reason",
        "starts",
    )
)


class _Composer(Composer):
    """Refuses what YAML reads as something else than it looks, and what makes a small file a large one."""

    key: str = ""

    def compose_document(self) -> Any:
        """Return the root node of a document without directives."""
        start = self.parser.peek_event()
        if start.version or start.tags:
            _refuse("a directive; delete the line that begins with '%'", start)
        return super().compose_document()

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the node that comes next."""
        event = self.parser.peek_event()
        if event.anchor is not None:
            _refuse("an anchor (&) or alias (*); write the value in each place", event)
        if event.ctag is not None:
            _refuse("a tag (!); write the value without it", event)
        if isinstance(parent, MappingNode) and index is None and not isinstance(event, ScalarEvent):
            _refuse("a key that is not text", event)
        outer, self.key = self.key, index.value if isinstance(index, ScalarNode) else self.key
        node = super().compose_node(parent, index)
        if isinstance(node, ScalarNode):
            self._check_scalar(node)
        self.key = outer
        return node

    def _check_scalar(self, node: Any) -> None:
        kind = str(node.tag).rpartition(":")[2]
        if re.search("[\ud800-\udfff]", node.value):
            _refuse("half of a character (a surrogate); write the character itself", node)
        if node.style is not None:
            return
        if not re.fullmatch(_SPELLINGS.get(kind, "(?!)"), node.value, re.DOTALL):
            what = f"{node.value[:40]!r}, which YAML reads as {_KINDS.get(kind, kind)}"
            _refuse(f"{what}; write it plainly, or put it in quotation marks if it is text", node)
        end = node.end_mark
        rest = end.buffer[end.pointer :].split("\n", 1)[0] if end.buffer else ""
        if self.key in _TEXTS and re.match(r"[ \t]+#", rest):
            message = f"{rest.strip()[:40]!r} is a comment and not read; put the text in quotation marks"
            _refuse(f"{message}, or a comment on a line of its own", node, found=False)


_KINDS = {
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
    "null": "nothing",
    "bool": "true or false",
}


def _refuse(problem: str, at: Any, *, found: bool = True) -> NoReturn:
    raise ComposerError(None, None, f"{'found ' if found else ''}{problem}", at.start_mark)


class _Constructor(RoundTripConstructor):
    """Names the place of an invalid date or number, as 2024-02-30."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Return the value of a node."""
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            message = f"{error}, found {node.value!r:.80}"
            raise ConstructorError(None, None, message, node.start_mark) from None


def yaml() -> YAML:
    """Return the reader and writer of annotation files, which gives all of them one layout."""
    engine = YAML()
    engine.Constructor = _Constructor
    engine.Composer = _Composer
    engine.max_depth = MAX_DEPTH
    engine.width = 130
    engine.allow_unicode = True
    engine.indent(mapping=2, sequence=2, offset=0)
    return engine


def known_codes(package: Package) -> dict[str, list[str]]:
    """Return the codes of every vocabulary and of every enumeration of a package.

    Examples
    --------
    >>> codes = known_codes(open_package())
    >>> codes["developments.date_basis"], codes["quotes.supports"][:2]
    (['stated', 'context', 'period'], ['action', 'authorities'])
    """
    codes: dict[str, list[str]] = {}
    for table in package.descriptor.tables.values():
        if table.is_vocabulary:
            frame = read_text(package.read(table), table, package.where(table))
            codes[table.name] = frame[table.primary_key[0]].dropna().tolist()
        for field in table.fields:
            if values := field.enum or field.item_enum:
                codes[f"{table.name}.{field.name}"] = list(values)
    return codes


def line_of(node: Any, path: tuple[int | str, ...]) -> int:
    r"""Return the line (from 1) to which a path of keys leads in a file read by :func:`read_yaml`.

    Examples
    --------
    >>> node = yaml().load("source:\n  language: en\n")
    >>> line_of(node, ("source", "language"))
    2
    """
    line = 0
    for step in path:
        try:
            position = node.lc.key(step) if isinstance(node, CommentedMap) else node.lc.item(step)
            line, node = position[0], node[step]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
    return line + 1


def _where(node: Any, path: tuple[int | str, ...]) -> str:
    """Return the identifier of the record that a path leads through, for messages."""
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(node, dict) and isinstance(node.get("id") or node.get("development"), str):
            return f"{node.get('id') or node.get('development')}: "
    return ""


def read_yaml(path: Path, *, comments: bool = False) -> Any:
    """Read a YAML file with the positions of its nodes; with its comments, if it is to be written again.

    Raises
    ------
    AnnotationError
        If the file is missing, too large or cannot be read, is not UTF-8 or not valid YAML, has a duplicate key, or
        uses what YAML reads otherwise than it looks: anchors, tags, directives, numbers like 0o3750 or 2_024.
    """
    try:
        data = read(path, MAX_BYTES)
        text = data.decode("utf-8")
    except FileNotFoundError:
        raise AnnotationError(f"{path}: no such file") from None
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read ({error.strerror}); expected a YAML file") from None
    except PackageError as error:
        raise AnnotationError(str(error)) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AnnotationError(f"{path}:{line}: not UTF-8 ({error}); save it as UTF-8") from None
    try:
        engine = yaml()
        if not comments:  # a quarter quicker
            engine.Scanner, engine.Parser = Scanner, Parser
        node = engine.load(text)
    except MaxDepthExceededError as error:
        line = error.problem_mark.line + 1
        raise AnnotationError(f"{path}:{line}: invalid YAML: nested more than {MAX_DEPTH} deep") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # ruamel reports a duplicate key with everything below it
        problem = str(error.problem or error.context).partition(" with value ")[0]
        problem += "; indent with spaces" if "'\\t'" in problem else ""
        raise AnnotationError(f"{path}:{mark.line + 1 if mark else 1}: invalid YAML: {problem}") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise AnnotationError(f"{path}:{line}: invalid YAML: {error.reason}") from None
    except (YAMLError, ValueError) as error:
        raise AnnotationError(f"{path}: invalid YAML: {error}") from None
    if not isinstance(node, dict):
        raise AnnotationError(f"{path}:1: expected a mapping with source, segments and developments")
    return node


def problems(path: Path, node: Any, codes: Codes, model: type[M]) -> tuple[M | None, list[str]]:
    """Return the record of a file, or what is wrong with it: a message per problem, with file and line.

    Parameters
    ----------
    path
        The file, for messages.
    node
        Its content, as :func:`read_yaml` gives it.
    codes
        As :func:`known_codes` gives them. Codes whose name is missing here are not checked.
    model
        The form of the record.
    """
    context = {
        k: (v if isinstance(v, set | frozenset | dict) else dict.fromkeys(v)) for k, v in codes.items()
    }
    try:
        return model.model_validate(_plain(node), context=context), []
    except ValidationError as error:
        errors = [(_keys(e["loc"]), e) for e in error.errors()]
    # a value that may be a text or a list fails as both; where a code was checked, the other failure says nothing
    coded = {loc[:n] for loc, e in errors if e["type"] == "code" for n in range(1, len(loc) + 1)}
    found = [
        f"{path}:{line_of(node, loc)}: {_where(node, loc)}{'.'.join(map(str, loc))}: {_message(loc, e)}"
        for loc, e in errors
        if not (e["type"] in ("string_type", "list_type") and len(loc) < len(e["loc"]) and loc in coded)
    ]
    return None, list(dict.fromkeys(found))


def _message(loc: tuple[int | str, ...], error: ErrorDetails) -> str:
    """Return what was expected of a value and found, in the words of whoever writes the file."""
    if error["type"] == "extra_forbidden":
        return f"unknown key{near(loc[-1], _fields_at(loc[:-1]))}"
    if error["type"] == "code":
        return error["msg"]
    if error["type"] == "missing":
        return f"the key is missing; write `{loc[-1]}:` with its value"
    given = error["input"].isoformat() if isinstance(error["input"], dt.date) else error["input"]
    context, found = error.get("ctx", {}), f"{given!r:.80}"
    if error["type"] == "string_pattern_mismatch":
        return f"expected {_form(str(context['pattern']))}, found {found}"
    if error["type"] == "string_too_long":
        found = f"{len(error['input'])}: {found}"
    plain = _EXPECTED.get(error["type"])
    said = plain.format(**context) if plain else error["msg"].removeprefix("Value error, ")
    return f"{said}, found {found}"


#: What was expected, by the types of errors of pydantic.
_EXPECTED = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "finite_number": "expected a number",
    "list_type": "expected a list, as [one, two]",
    "dict_type": "expected keys with values, as {{key: value}}",
    "model_type": "expected keys with values, as {{key: value}}",
    "string_too_long": "expected at most {max_length} characters",
    "string_too_short": "expected some text",
    "too_long": "expected at most {max_length} items",
    "too_short": "expected at least {min_length} item(s)",
    "greater_than_equal": "expected at least {ge}",
}


def _form(pattern: str) -> str:
    """Return a form by an example of the declaration, where one has it."""
    if "{64}" in pattern:
        return "64 hexadecimal digits in lower case"
    for table in _OWN.tables.values():
        for field in table.fields:
            if field.pattern and pattern == f"^{field.pattern}$" and field.example is not None:
                return f"the form of {field.example}"
    return f"the form {pattern}"


def _keys(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the path of keys in the file, without the steps that pydantic adds for the branches of a model."""
    marks = ("[key]", "list[", "function-", "constrained-")
    return tuple(step for step in loc if not (isinstance(step, str) and step.startswith(marks)))


def _fields_at(loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys of the model at a path, for near misses."""
    names: dict[int | str, type[Strict]] = {
        "developments": Development,
        "segments": Segment,
        "instruments": Instrument,
        "quotes": Quote,
        "figures": Figure,
        "provisions": Provision,
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
    """Return what ruamel read as plain containers and scalars."""
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
    """Return a message for each file of a folder that looks like an annotation but is not read: ``*.yml``.

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


def read_models(
    folder: Path, model: type[M], besides: str | None = None, adapt: Callable[[Any], Any] = lambda node: node
) -> list[M]:
    """Return the files of a coding that is compared with another: of one form, with codes that may be their own.

    Parameters
    ----------
    folder
        With ``<source_id>.yaml`` for each source.
    model
        The form of the files.
    besides
        The name of a file that may lie there and is not read, without its suffix.
    adapt
        Makes the content of a file one of today's form.

    Raises
    ------
    PackageNotFoundError
        If the folder is missing, or has no files.
    AnnotationError
        Listing every problem of every file.
    """
    folder = expanded(folder)
    paths = [p for p in sorted(folder.glob("*.yaml")) if p.stem != besides]
    if not paths:
        raise PackageNotFoundError(f"{folder}: no annotation files (*.yaml)")
    out: list[M] = []
    wrong = misnamed(folder)
    for path in paths:
        record, found = problems(path, adapt(read_yaml(path)), {}, model)
        wrong += found
        if record is not None:
            out.append(record)
    if wrong:
        raise AnnotationError("\n".join(wrong))
    return out


def read_all(folder: Path, package: Package) -> list[Annotation]:
    """Read all annotation files of a folder; each may refer to the instruments and developments of all.

    Parameters
    ----------
    folder
        With ``<source_id>.yaml`` for each source.
    package
        The package whose vocabularies and enumerations count.

    Returns
    -------
    list of Annotation
        In the order of their windows.

    Raises
    ------
    AnnotationError
        Listing every problem of every file with its line.
    PackageError
        If a vocabulary is missing or cannot be read.
    """
    nodes, found = _files(folder)
    codes: dict[str, Iterable[str]] = {**known_codes(package)}
    complete = not found  # a file that cannot be read may declare any identifier
    for kind in ("instruments", "developments"):
        first, duplicates = _identifiers(nodes, kind)
        found += duplicates
        if complete and all(isinstance(node.get(kind) or [], list) for node in nodes.values()):
            codes[kind] = first
    annotations = []
    for path, node in nodes.items():
        annotation, wrong = problems(path, node, codes, Annotation)
        found += [*wrong, *_misnamed_source(path, node)]
        if annotation is not None:
            annotations.append(annotation)
    if found:
        raise AnnotationError("\n".join(found))
    return sorted(annotations, key=lambda a: (a.source.period_start, a.source.period_end, a.source.source_id))


def _files(folder: Path) -> tuple[dict[Path, Any], list[str]]:
    """Return the content of each annotation file, and a message for each one that is not or cannot be read.

    Raises
    ------
    AnnotationError
        If the folder has no annotation file.
    """
    paths = sorted(folder.glob("*.yaml"))
    found = misnamed(folder)
    if not paths:
        raise AnnotationError("\n".join([f"{folder}: no annotation files (*.yaml)", *found]))
    nodes: dict[Path, Any] = {}
    for path in paths:
        try:
            nodes[path] = read_yaml(path)
        except AnnotationError as error:
            found.append(str(error))
    return nodes, found


def _identifiers(nodes: Mapping[Path, Any], kind: str) -> tuple[dict[str, str], list[str]]:
    """Return where each identifier of a kind of records is declared first, and a message for each duplicate."""
    first: dict[str, str] = {}
    duplicates = []
    for path, node in nodes.items():
        items = node.get(kind)
        for i, item in enumerate(items if isinstance(items, list) else []):
            name = item.get("id") if isinstance(item, dict) else None
            if not isinstance(name, str):
                continue
            here = f"{path}:{line_of(node, (kind, i))}"
            if name in first:
                duplicates.append(
                    f"{here}: {name}: already declared at {first[name]}; "
                    "give it another identifier, or merge the two"
                )
            first.setdefault(name, here)
    return first, duplicates


def _misnamed_source(path: Path, node: Any) -> list[str]:
    """Return a message if a file has the name of another source."""
    source = node.get("source")
    sid = source.get("source_id") if isinstance(source, dict) else None
    if not isinstance(sid, str) or sid == path.stem:
        return []
    line = line_of(node, ("source", "source_id"))
    return [f"{path}:{line}: expected source_id {path.stem!r}, found {sid!r}"]


def json_schema(
    codes: Codes, model: type[Strict] = Annotation, title: str = "Annotation of a source"
) -> dict[str, Any]:
    """Return the JSON Schema of a format with all codes, with which an editor completes and checks a file.

    Parameters
    ----------
    codes
        As :func:`known_codes` gives them.
    model
        The format.
    title
        What the schema is called.

    Examples
    --------
    >>> schema = json_schema(known_codes(open_package()))
    >>> schema["$defs"]["Development"]["properties"]["date_basis"]["enum"]
    ['stated', 'context', 'period']
    """

    def filled(node: Any) -> Any:
        if isinstance(node, dict):
            out = {k: filled(v) for k, v in node.items() if k != "x-codes"}
            known = codes.get(node["x-codes"]) if isinstance(node.get("x-codes"), str) else None
            if known is not None:
                out["enum"] = list(known)
            return out
        return [filled(v) for v in node] if isinstance(node, list) else node

    schema: dict[str, Any] = filled(model.model_json_schema())
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
        **schema,
        "title": title,
    }
