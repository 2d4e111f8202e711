"""A page as a checker meets it: its tags, its words, its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "link", "input", "hr", "wbr", "col"}


@dataclass
class Tag:
    """An element: its name, its attributes, those it is inside of, and its words."""

    name: str
    attributes: dict[str, str]
    above: tuple[str, ...]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says."""
        return " ".join("".join(self.words).replace("\u00a0", " ").split())


class Page(HTMLParser):
    """Every element of a page, in order; tags that do not close in order are a fault."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self._open: list[Tag] = []
        self.feed(content)
        self.close()
        assert not self._open, [tag.name for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        above = tuple(one.name for one in self._open)
        found = Tag(tag, {name: value or "" for name, value in attrs}, above)
        self.tags.append(found)
        if tag not in VOID:
            self._open.append(found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        above = tuple(one.name for one in self._open)
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}, above))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].name == tag, f"</{tag}> closes <{self._open[-1].name}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            tag.words.append(data)

    def all(self, *names: str) -> list[Tag]:
        """Return every element of some names, in order."""
        return [tag for tag in self.tags if tag.name in names]

    def rows(self, caption: str) -> list[list[str]]:
        """Return the cells of the one table whose caption begins so, heads included."""
        captions = [tag.text for tag in self.all("caption")]
        place = next(n for n, text in enumerate(captions) if text.startswith(caption))
        found: list[list[str]] = []
        seen = -1
        for tag in self.tags:
            seen += tag.name == "table"
            if seen != place:
                continue
            if tag.name == "tr":
                found.append([])
            elif tag.name in ("th", "td"):
                found[-1].append(tag.text)
        return found
