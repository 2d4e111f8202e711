"""A study's command: options, help and example from its request, the answer printed or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from inspect import Parameter, Signature, cleandoc
from pathlib import Path
from typing import Annotated, Any

import mesa  # noqa: F401 (its log reads the whole stack as it is loaded: here it is short)
import typer
from pydantic.fields import FieldInfo

from sim.answers.answer import Answer
from sim.answers.cells import Csv
from sim.studies.request import fields, kind_of, read, request_from, said
from sim.studies.study import Desk, Study, save
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.terminal.telling import tell
from sim.words.tables import print_notes, print_table, wrapped

OF_THE_RUNNER = {"jobs": (o.Jobs, None), "out": (o.Out, None), "csv": (o.Tables, Csv.ALL)}
OF_THE_PRINTER = {"as_json": (o.AsJson, False), "quiet": (o.Quiet, False)}


def command(study: Study[Any]) -> Callable[..., None]:
    """Return the function typer makes a study's command of."""
    options = [
        Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context),
        *(_option(name, field) for name, field in fields(study.request)),
    ]
    others = OF_THE_PRINTER if study.is_quick else OF_THE_RUNNER | OF_THE_PRINTER
    options += [
        Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            default=study.folder if name == "out" else default,
            annotation=kind,
        )
        for name, (kind, default) in others.items()
    ]

    def ask(context: typer.Context, **given: Any) -> None:
        runner = {name: given.pop(name, None) for name in OF_THE_RUNNER | OF_THE_PRINTER}
        _ask(study, {name: given[name] for name in _typed(context, given)}, **runner)

    ask.__name__ = study.name.replace("-", "_")
    ask.__doc__ = help_of(study)
    ask.__annotations__ = {one.name: one.annotation for one in options}
    ask.__signature__ = Signature(options)  # type: ignore[attr-defined]
    return ask


def _typed(context: typer.Context, given: Iterable[str]) -> Iterator[str]:
    """Yield the fields that were typed: the others have the request's own defaults."""
    for name in given:
        source = context.get_parameter_source(name)
        if source is not None and source.name != "DEFAULT":
            yield name


def help_of(study: Study[Any]) -> str:
    """Return what a study's help says above its options."""
    return "\n\n".join([study.says, *cleandoc(study.request.__doc__ or "").split("\n\n")[1:],
                        f"Example: {study.example}"])  # fmt: skip


def flag_of(name: str, field: FieldInfo) -> str:
    """Return the option that stands for a field."""
    return said(field, "flag") or f"--{name.replace('_', '-')}"


def _option(name: str, field: FieldInfo) -> Parameter:
    label, metavar = field.description, said(field, "metavar") or None
    settings: dict[str, Any] = {"help": label}
    if kind_of(field) is not bool:
        settings["metavar"] = metavar
    kind: Any = str
    if kind_of(field) is bool:
        kind = bool
    elif said(field, "is_repeated"):
        kind = list[str]
    else:
        settings["parser"] = _reader(field)
    default = Parameter.empty if field.is_required() else field.get_default()
    if default == ():
        default = None
    if default is None:
        kind = kind | None
    names = () if said(field, "is_argument") else (flag_of(name, field),)
    info = typer.Argument if said(field, "is_argument") else typer.Option
    return Parameter(
        name,
        Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, info(*names, **settings)],
    )


def _reader(field: FieldInfo) -> Callable[[Any], Any]:
    def value(given: Any) -> Any:
        try:
            return read(field, given)
        except ValueError as fault:
            raise typer.BadParameter(str(fault)) from None

    return value


def _ask(
    study: Study[Any],
    given: dict[str, Any],
    *,
    jobs: int | None,
    out: Path | None,
    csv: Csv | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Answer a question; print it, then save it and say where."""
    try:
        request = request_from(study.request, given)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from None
    desk = Desk(
        out=out,
        jobs=jobs or processors(),
        progress_of=lambda what: progress_bar(what, desk.jobs, quiet=quiet),
        say=lambda text: typer.echo(f"permanence: {text}", err=True),
    )
    answer = study.answer(request, desk)
    tell(
        lambda: show(answer),
        lambda files: dict(answer.values) | _files(study, files),
        lambda: save(study, request, answer, desk, csv or Csv.ALL),
        as_json=as_json,
    )
    if answer.failed:
        raise typer.Exit(1)


def _files(study: Study[Any], files: Sequence[Path]) -> dict[str, Any]:
    return {} if study.is_quick else {"files": [str(path) for path in files]}


def show(answer: Answer) -> None:
    """Print an answer: its tables, what they show, what they rest on."""
    for line in answer.heading:
        typer.secho("\n".join(wrapped(line)), bold=True)
    if answer.findings_first:
        print_notes(answer.findings)
    for place, one in enumerate(answer.printed):
        if place or answer.heading:
            typer.echo()
        print_table(one.title, one.header, one.rows, tight=one.tight)
        print_notes(one.notes)
    print_notes([] if answer.findings_first else answer.findings)
    print_notes(answer.notes)
