"""What an article shows: charts that say what they claim and rest on, its findings, and sentences."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tmt_dataset.analysis.sources import month_strip
from tmt_dataset.analysis.words import counted, listed, number
from tmt_dataset.characters import file_name
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import MissingExtraError
from tmt_dataset.plots.style import INKS, PALETTE, WIDTHS, mpl, readable, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = [
    "FONTS",
    "NOTED",
    "Drawn",
    "Words",
    "findings",
    "framed",
    "png",
    "record_address",
    "record_link",
    "say",
    "show",
    "source_line",
    "svg",
]


#: The key of what articles note for the report in the metadata of their outputs.
NOTED = "tmt_dataset"
#: Fonts for readers without the first: Verdana has its widths, so that texts keep their room.
FONTS = "'DejaVu Sans', Verdana, Geneva"
#: Texts are text, identifiers and bytes are the same each time.
_SVG = {"svg.fonttype": "none", "svg.hashsalt": "tmt-dataset"}
_UNDATED: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
#: Inches at the edges and between the parts, as the layout of the charts has them.
_EDGE, _GAP = 0.04, 0.07
#: Dots per inch of the picture for viewers that show no SVG, and its colours.
_DPI, _COLOURS = 144, 64
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")
_ID = re.compile(r"""(?<=\bid=")|(?<=\bhref="#)|(?<=\burl\(#)""")


def record_address(development_id: str) -> str:
    """Return the address of a record's page, beside the page of an article.

    Examples
    --------
    >>> record_address("TMT-0145")
    'd/TMT-0145/index.html'
    """
    return f"d/{file_name(development_id)}/index.html"


def record_link(development_id: str, text: str | None = None) -> str:
    r"""Return a Markdown link to the page of a record.

    Parameters
    ----------
    development_id
        Of the record.
    text
        To be read instead of the identifier; no character of it is markup.

    Examples
    --------
    >>> record_link("TMT-0145"), record_link("TMT-0145", "the *first* fine")
    ('[TMT-0145](d/TMT-0145/index.html)', '[the \\*first\\* fine](d/TMT-0145/index.html)')
    """
    shown = _MARKDOWN.sub(r"\\\1", " ".join((text or development_id).split()))
    return f"[{shown}]({record_address(development_id)})"


class Words:
    """Markdown that an article shows, with what it notes for the report.

    Parameters
    ----------
    markdown
        The text.
    noted
        What the report takes from the metadata of the output.
    """

    def __init__(self, markdown: str, noted: dict[str, Any] | None = None) -> None:
        self.markdown = markdown
        self.noted = noted

    def __repr__(self) -> str:
        return self.markdown

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        bundle = {"text/markdown": self.markdown, "text/plain": self.markdown}
        return bundle, {} if self.noted is None else {NOTED: self.noted}


def say(*sentences: str) -> Words:
    """Return computed sentences as one paragraph of Markdown.

    Examples
    --------
    >>> say("The package holds 7 developments.", "Each has a quote.")
    The package holds 7 developments. Each has a quote.
    """
    return Words(" ".join(sentences))


def findings(*sentences: str, rests_on: str, covers: Dataset | None = None) -> Words:
    """Return the answer of an article: one finding a sentence, and a line on what it rests on.

    The report shows the findings on its first page too.

    Parameters
    ----------
    *sentences
        The findings, in Markdown; an article has three.
    rests_on
        A sentence on the data and the method behind them.
    covers
        The data set whose covered months are shown under it, as :func:`tmt_dataset.analysis.month_strip` draws them.

    Raises
    ------
    ValueError
        If no sentence is given.

    Examples
    --------
    >>> findings("Most are drafts.", "Few are fines.", rests_on="Rests on 7 developments.")
    1. Most are drafts.
    2. Few are fines.
    <BLANKLINE>
    *Rests on 7 developments.*
    """
    if not sentences:
        raise ValueError("expected at least one finding, found none")
    listed = "\n".join(f"{n}. {sentence}" for n, sentence in enumerate(sentences, start=1))
    strip = "" if covers is None else f"\n\n{month_strip(covers)}"
    return Words(f"{listed}\n\n*{rests_on}*{strip}", {"findings": list(sentences), "rests_on": rests_on})


def source_line(ds: Dataset, kind: str | None = None) -> str:
    """Return the line under a chart that says what it is drawn from.

    Parameters
    ----------
    ds
        The data set.
    kind
        The kind of source where the chart is drawn from one alone, as ``"newsletter"``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> source_line(tmt.load()).startswith("Source: tmt-dataset ")
    True
    >>> "review" in source_line(tmt.load(), "newsletter")
    False
    """
    rows = ds["sources"] if kind is None else ds["sources"].loc[ds["sources"]["kind"] == kind]
    kinds = rows["kind"].astype("str").value_counts().sort_index(ascending=False)
    told = listed(counted(int(n), str(name).replace("-", " ")) for name, n in kinds.items())
    firms = rows["publisher"].astype("str").nunique()
    of = "one law firm" if firms == 1 else f"{number(firms)} publishers"
    return f"Source: {ds.descriptor.name} {ds.version}; {told or 'no sources'} of {of}"


def framed(fig: Figure, title: str, subtitle: str, source: str) -> Figure:
    """Widen a chart to a page and put title and subtitle above it, the source line below it.

    The chart keeps its height; what is added makes the figure higher, so that nothing overlaps.

    Parameters
    ----------
    fig
        Made by :func:`tmt_dataset.plots.chart`; it is changed.
    title
        What the chart shows, as a claim; broken into lines where it is long.
    subtitle
        Measure, unit and n.
    source
        What it is drawn from.

    Returns
    -------
    matplotlib.figure.Figure
        The same.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> fig, ax = plots.chart("page", 2)
    >>> float(framed(fig, "Most are drafts", "Share, %, n = 7", "Source: a list").get_figheight()) > 2
    True
    """
    width, body = WIDTHS["page"], float(fig.get_figheight())
    fig.set_figwidth(width)
    ink, grey = PALETTE["black"], INKS["grey"]
    looks: list[tuple[str, dict[str, Any]]] = [
        (title, {"fontsize": 10.5, "fontweight": "bold", "color": ink}),
        (subtitle, {"fontsize": 8.5, "color": grey}),
        (source, {"fontsize": 7, "color": grey}),
    ]
    with styled():
        texts: list[Text] = [
            fig.text(_EDGE / width, 0, readable(text), wrap=True, va="top", parse_math=False, **look)
            for text, look in looks
        ]
    heights = [text.get_window_extent().height / fig.dpi for text in texts]
    top, bottom = _EDGE + heights[0] + _GAP + heights[1] + _GAP, _GAP + heights[2] + _EDGE
    total = top + body + bottom
    fig.set_figheight(total)
    downs = (_EDGE, _EDGE + heights[0] + _GAP, total - _EDGE - heights[2])
    for text, down in zip(texts, downs, strict=True):
        text.set_y(1 - down / total)
    _make_room(fig, top / total, bottom / total)
    return fig


def _make_room(fig: Figure, top: float, bottom: float) -> None:
    """Move panels and legends between the shares of a figure's height that are taken at the top and at the bottom."""
    room = (0, bottom, 1, 1 - top - bottom)
    taken = 0.0
    for legend in fig.legends:
        taken += legend.get_window_extent().height / fig.bbox.height + _GAP / float(fig.get_figheight())
        # from now on the layout leaves no room for it
        legend.set_bbox_to_anchor(room, transform=fig.transFigure)
    engine: Any = fig.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0, bottom, 1, room[3] - taken))


def svg(fig: Figure, number: int, title: str, alt: str) -> str:
    """Return a chart as an SVG element whose texts are text, with a title and a description for screen readers.

    Parameters
    ----------
    fig
        The chart.
    number
        Of the chart in its article; the identifiers within the element begin with it.
    title
        The claim.
    alt
        What the chart shows.

    Returns
    -------
    str
        The element alone, without a declaration of XML: it can stand in a page.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> fig, ax = plots.chart("page", 2)
    >>> svg(fig, 3, "Most are drafts", "Bars: 5 drafts, 2 fines.")[-30:].strip().endswith("</svg>")
    True
    """
    stream = io.StringIO()
    with styled(), mpl().rc_context(_SVG):
        fig.savefig(stream, format="svg", metadata=_UNDATED)
    text = stream.getvalue()
    text = text[text.index("<svg") :].strip().replace("'DejaVu Sans'", FONTS)
    prefix = f"figure-{number}-"
    head, rest = _ID.sub(prefix, text).split(">", 1)
    named = f'role="img" aria-labelledby="{prefix}title {prefix}desc"'
    told = (
        f'<title id="{prefix}title">{escape(readable(f"Figure {number}. {title}"))}</title>\n'
        f' <desc id="{prefix}desc">{escape(readable(alt))}</desc>'
    )
    return f"{head} {named}>\n {told}{rest}\n"


def png(fig: Figure) -> bytes:
    """Return a chart as a small picture, for viewers that show no SVG.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> png(plots.chart("page", 2)[0])[1:4]
    b'PNG'
    """
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    with styled():
        fig.savefig(drawn, format="png", dpi=_DPI, metadata={"Software": None})
    with Image.open(drawn) as image:
        image.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            small, "png", optimize=True
        )
    return small.getvalue()


class Drawn:
    """A chart as it goes out: as an SVG, as a picture, and in words.

    Parameters
    ----------
    svg, png
        Its two forms.
    number
        In its article.
    words
        What it shows.
    """

    def __init__(self, svg: str, png: bytes, number: int, words: str) -> None:
        self.svg, self.png, self.number, self.words = svg, png, number, words

    def __repr__(self) -> str:
        return f"Figure {self.number}. {self.words}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = {"image/svg+xml": self.svg, "image/png": self.png, "text/plain": repr(self)}
        return bundle, {NOTED: {"chart": self.number, "alt": self.words}}


def show(
    fig: Figure,
    number: int,
    title: str,
    subtitle: str,
    *,
    alt: str,
    source: Dataset | str,
    caption: str | None = None,
) -> None:
    """Show a chart in a notebook with its claim, what it measures, where it is from, and a numbered caption.

    The chart is a page wide, and is closed once it is shown. It goes out as SVG, and as a small picture for
    viewers that show no SVG.

    Parameters
    ----------
    fig
        Made by :func:`tmt_dataset.plots.chart` or a function that draws; not yet shown.
    number
        Of the chart in its article, from 1.
    title
        What the chart shows, as a claim in one sentence.
    subtitle
        Measure, unit and n.
    alt
        What a reader who cannot see the chart is told instead: its kind, and what can be seen in it.
    source
        The data set, from which the line is computed, or the line itself.
    caption
        How to read the chart, in Markdown; without it the title.

    Raises
    ------
    MissingExtraError
        If IPython is not installed.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> fig, ax = plots.chart("page", 2)
    >>> show(fig, 3, "Most are drafts", "Developments, n = 7", alt="Bars: 5 drafts.", source="Source: a list")
    Figure 3. Most are drafts. Bars: 5 drafts.
    **Figure 3.** Most are drafts
    """
    display = _display()
    line = source if isinstance(source, str) else source_line(source)
    framed(fig, title, subtitle, line)
    display(Drawn(svg(fig, number, title, alt), png(fig), number, f"{title.rstrip('.')}. {alt}"))
    display(Words(f"**Figure {number}.** {caption or title}", {"caption": number}))
    mpl("pyplot").close(fig)


def _display() -> Callable[..., Any]:
    """Return what shows an object in a notebook."""
    try:
        shown: Callable[..., Any] = import_module("IPython.display").display
    except ImportError:
        raise MissingExtraError(
            'showing a chart needs IPython: pip install "tmt-dataset[notebooks]"'
        ) from None
    return shown
