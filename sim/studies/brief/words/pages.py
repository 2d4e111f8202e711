"""A brief set on a page: HTML that needs nothing else, Markdown, Word and PowerPoint."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from sim.answers.answer import Printed
from sim.scenario import ScenarioError

PICTURE = "brief.png"
STYLE = (
    "body{font:16px/1.5 Arial,Helvetica,sans-serif;color:#0B0C0C;max-width:48rem;margin:2rem auto;"
    "padding:0 1rem}h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.15rem;margin-top:1.6rem}"
    "img{max-width:100%}table{border-collapse:collapse;width:100%}caption{text-align:left;"
    "font-weight:bold;padding:.3rem 0}th,td{padding:.25rem .5rem;border-bottom:1px solid #D9DCDF;"
    "text-align:right}th[scope=row],thead th:first-child{text-align:left;font-weight:normal}"
    "tbody tr:last-child{font-weight:bold}.answer{border-left:6px solid #12436D;"
    "padding-left:1rem;font-size:1.1rem}footer{color:#3D3D3D;font-size:.85rem;margin-top:2rem}"
    "@media print{body{margin:0;font-size:11pt}}"
)


class Page(NamedTuple):
    """A brief.

    Attributes:
        answer: the three lines.
        picture, alt_text: a PNG, and what it shows in words.
        table: the one table.
        rests, changes: what it rests on, and what would change it.
        made: how it came about.
    """

    title: str
    answer: Sequence[str]
    picture: bytes
    alt_text: str
    table: Printed
    rests: Sequence[str]
    changes: Sequence[str]
    made: str

    @property
    def sections(self) -> tuple[tuple[str, Sequence[str]], ...]:
        """The lists below the table, each under its heading."""
        return (("What it rests on", self.rests), ("What would change it", self.changes))


def plain(text: str) -> str:
    """Return a heading in one line."""
    return text.replace("-\n", "").replace("\n", " ")


def html(page: Page) -> bytes:
    """Return the page as one HTML file."""
    picture = base64.b64encode(page.picture).decode("ascii")
    answer = "".join(f"<p>{escape(line)}</p>" for line in page.answer)
    lists = "".join(
        f"<h2>{escape(name)}</h2><ul>{''.join(f'<li>{escape(one)}</li>' for one in lines)}</ul>"
        for name, lines in page.sections
    )
    text = (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>'
        f'{escape(page.title)}</title><meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(page.title)}</h1>"
        f'<section class="answer">{answer}</section>'
        f'<p><img alt="{escape(page.alt_text)}" src="data:image/png;base64,{picture}"></p>'
        f"{_html_table(page.table)}{lists}</main><footer>{escape(page.made)}</footer></body></html>"
    )
    return f"{text}\n".encode()


def _html_table(one: Printed) -> str:
    head = "".join(f'<th scope="col">{escape(plain(name))}</th>' for name in one.header)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in one.rows
    )
    return (
        f"<table><caption>{escape(plain(one.title))}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def markdown(page: Page) -> bytes:
    """Return the page as Markdown; its picture lies beside it."""
    table = page.table
    lines = [f"# {page.title}", "", *(f"**{line}**\n" for line in page.answer)]
    lines += [f"![{_inert(page.alt_text)}]({PICTURE})", "", plain(table.title), ""]
    lines += [_row([plain(name) for name in table.header])]
    lines += [_row(["---", *["---:"] * (len(table.header) - 1)]), *map(_row, table.rows)]
    for name, sentences in page.sections:
        lines += ["", f"## {name}", "", *(f"- {one}" for one in sentences)]
    return ("\n".join([*lines, "", page.made]) + "\n").encode()


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _inert(text: str) -> str:
    return text.replace("[", "(").replace("]", ")")


def word(page: Page) -> bytes:
    """Return the page as a Word document."""
    docx = _office("docx")
    from docx.shared import Cm, Pt

    made = docx.Document()
    for section in made.sections:
        section.left_margin = section.right_margin = Cm(2.0)
        section.top_margin = section.bottom_margin = Cm(1.8)
    made.core_properties.title = page.title
    made.core_properties.language = "en-GB"
    made.styles["Normal"].font.name, made.styles["Normal"].font.size = "Arial", Pt(10.5)
    made.add_heading(page.title, 1)
    for line in page.answer:
        made.add_paragraph().add_run(line).bold = True
    drawn = made.add_picture(io.BytesIO(page.picture), width=Cm(16.8))
    drawn._inline.docPr.set("descr", page.alt_text)
    made.add_paragraph(plain(page.table.title)).runs[0].bold = True
    _fill(made.add_table(1 + len(page.table.rows), len(page.table.header), "Light List"), page)
    for name, sentences in page.sections:
        made.add_heading(name, 2)
        for one in sentences:
            made.add_paragraph(one, "List Bullet")
    made.add_paragraph(page.made).runs[0].font.size = Pt(8)
    return _bytes_of(made.save)


def slides(page: Page) -> bytes:
    """Return the page as PowerPoint: the answer and picture, the table, what it rests on."""
    pptx = _office("pptx")
    from pptx.util import Cm, Pt

    made = pptx.Presentation()
    made.slide_width, made.slide_height = Cm(33.867), Cm(19.05)
    made.core_properties.title = page.title

    def slide(title: str) -> Any:
        new = made.slides.add_slide(made.slide_layouts[5])
        new.shapes.title.text = title
        box = new.shapes.title
        box.left, box.top, box.width, box.height = Cm(1.2), Cm(0.6), Cm(31.4), Cm(2.0)
        box.text_frame.paragraphs[0].runs[0].font.size = Pt(24)
        return new

    def write(on: Any, lines: Sequence[str], top: float, high: float, size: float) -> None:
        frame = on.shapes.add_textbox(Cm(1.2), Cm(top), Cm(31.4), Cm(high)).text_frame
        frame.word_wrap = True
        for place, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.text = line
            paragraph.font.size, paragraph.space_after = Pt(size), Pt(4)

    first = slide(page.title)
    write(first, page.answer, 2.7, 4.2, 14)
    drawn = first.shapes.add_picture(io.BytesIO(page.picture), Cm(6.5), Cm(7.4), height=Cm(11.4))
    drawn._element.nvPicPr.cNvPr.set("descr", page.alt_text)
    second, table = slide(plain(page.table.title)), page.table
    shape = (1 + len(table.rows), len(table.header))
    box = second.shapes.add_table(*shape, Cm(1.2), Cm(3.2), Cm(31.4), Cm(1.2 * shape[0]))
    _fill(box.table, page)
    for name, sentences in page.sections:
        write(slide(name), sentences, 3.0, 15.0, 14)
    return _bytes_of(made.save)


def _fill(table: Any, page: Page) -> None:
    for line, row in enumerate([[plain(n) for n in page.table.header], *page.table.rows]):
        for place, cell in enumerate(row):
            table.cell(line, place).text = cell


def _office(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise ScenarioError(
            f"--as {name}: needs python-{name}, which is not installed; write html or md, or "
            "install permanence[office]"
        ) from None


def _bytes_of(save: Callable[[Any], None]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


FORMS: Mapping[str, Callable[[Page], bytes]] = {
    "html": html,
    "md": markdown,
    "docx": word,
    "pptx": slides,
}
"""How a page is written, by the ending of its file."""


def refuse_missing(forms: Sequence[str]) -> None:
    """Refuse a form whose library is not there, before anything runs.

    Raises:
        ScenarioError: naming what to install.
    """
    for name in forms:
        if name in ("docx", "pptx"):
            _office(name)
