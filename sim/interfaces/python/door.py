"""A study as a function: keywords, checks and docstring from its request."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from inspect import Parameter, Signature, cleandoc
from pathlib import Path
from textwrap import fill, indent
from typing import Any

from pydantic.fields import FieldInfo

from sim.answers.answer import Answer
from sim.ensemble.asked import MOST_JOBS, whole
from sim.ensemble.run import Progress
from sim.studies import QUESTIONS, study_named
from sim.studies.request import fields, request_from, said
from sim.studies.study import Desk, Study, save, silently

WIDTH = 96
RUNNER = {
    "jobs": (
        1,
        "processes to use; the answer does not depend on it. A script that asks for more than one "
        'does so under `if __name__ == "__main__":`.',
    ),
    "out": (None, "a folder to keep the answer in; runs found there are not run again."),
    "progress": (False, "whether to report progress on standard error."),
    "cancel": (None, "a `threading.Event` that stops the work when it is set."),
}
RAISES = """Raises:
    ScenarioError: no such scenario, or one that cannot be used.
    StoreError: `out` cannot take the answer.
    ValueError: a value that is not allowed; the message says what is.
    RuntimeError: it was cancelled, or `jobs` is above 1 in a script without that guard."""


def function(study: Study[Any]) -> Callable[..., Answer]:
    """Return the Python function that asks a study's question."""
    parameters = [_parameter(name, field) for name, field in fields(study.request)]
    others = {} if study.is_quick else RUNNER
    parameters += [
        Parameter(name, Parameter.KEYWORD_ONLY, default=study.folder if name == "out" else default)
        for name, (default, _) in others.items()
    ]
    parameters.sort(key=lambda one: one.kind)
    signature = Signature(parameters, return_annotation=Answer)

    def ask(*given: Any, **named: Any) -> Answer:
        values = signature.bind(*given, **named).arguments
        runner = {name: values.pop(name, default) for name, (default, _) in RUNNER.items()}
        runner["out"] = runner["out"] or study.folder
        return answer_to(study, values, **runner)

    ask.__name__ = ask.__qualname__ = study.name.replace("-", "_")
    ask.__module__ = __name__  # not the package's own: its front page would print them all
    ask.__doc__ = docstring(study)
    ask.__signature__ = signature  # type: ignore[attr-defined]
    return ask


@cache
def named(name: str) -> Callable[..., Answer]:
    """Return the function of a question by its name in Python, such as `take_home`."""
    return function(study_named(name.replace("_", "-")))


def _parameter(name: str, field: FieldInfo) -> Parameter:
    if said(field, "is_argument") and said(field, "is_repeated"):
        return Parameter(name, Parameter.VAR_POSITIONAL)
    by_place = said(field, "is_argument") or field.is_required()
    kind = Parameter.POSITIONAL_OR_KEYWORD if by_place else Parameter.KEYWORD_ONLY
    default = Parameter.empty if field.is_required() else field.get_default()
    return Parameter(name, kind, default=default)


def docstring(study: Study[Any]) -> str:
    """Return a study's docstring: what it answers, its arguments, what it raises, an example."""
    told = {name: str(field.description) for name, field in fields(study.request)}
    told |= {} if study.is_quick else {name: text for name, (_, text) in RUNNER.items()}
    arguments = "\n".join(
        fill(f"{name}: {text}", WIDTH - 4, subsequent_indent="    ") for name, text in told.items()
    )
    more = cleandoc(study.request.__doc__ or "").split("\n\n")[1:]
    parts = [study.says, *more, f"Args:\n{indent(arguments, '    ')}", RAISES,
             f"On the command line: {study.example}"]  # fmt: skip
    if study.in_python:
        parts.append(f"Example:\n    >>> import sim\n{indent(cleandoc(study.in_python), '    ')}")
    return "\n\n".join(parts)


def answer_to(
    study: Study[Any],
    given: dict[str, Any],
    *,
    jobs: int,
    out: str | Path | None,
    progress: bool,
    cancel: threading.Event | None,
) -> Answer:
    """Return a study's answer to what was given by name; its folder is written, if one is named."""
    whole("jobs", jobs, 1, MOST_JOBS)
    request = request_from(study.request, given)
    desk = desk_of(jobs, out, progress, cancel)
    answer = study.answer(request, desk)
    save(study, request, answer, desk)
    return answer


def desk_of(
    jobs: int, out: str | Path | None, progress: bool, cancel: threading.Event | None
) -> Desk:
    """Return a desk that says remarks as warnings, and its progress on standard error if asked."""
    return Desk(
        out=None if out is None else Path(out),
        jobs=jobs,
        progress_of=_told if progress else silently,
        say=lambda text: warnings.warn(text, stacklevel=2),
        cancel=cancel,
    )


@contextmanager
def _told(what: str) -> Iterator[Progress]:
    def report(done: int, wanted: int, seconds: float) -> None:
        sys.stderr.write(f"\r{what}: {done} of {wanted}")
        sys.stderr.flush()

    try:
        yield report
    finally:
        sys.stderr.write("\n")


def __getattr__(name: str) -> Callable[..., Answer]:
    """Return the function of a question, so that one pickles by its name here."""
    if name.replace("_", "-") not in QUESTIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return named(name)
