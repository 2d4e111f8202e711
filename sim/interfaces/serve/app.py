"""The page's server: its files, and the questions it answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field, StringConstraints, ValidationError

from sim.interfaces.page.facts import START, facts
from sim.interfaces.page.files import served
from sim.interfaces.page.sizes import DEFAULT_SEED, DEFAULT_YEARS, MOST_YEARS
from sim.interfaces.page.specs import Spec, Strict
from sim.interfaces.page.story import between, story_pairs
from sim.interfaces.serve.desk import Desk, DeskFullError, Question
from sim.interfaces.serve.limits import Guard, Receive, Scope, Send
from sim.interfaces.serve.work import as_json
from sim.scenario import ScenarioError
from sim.twin.limits import refuse_what_amounts_cannot_feel

LARGEST_SEED = 2**31 - 1
JSON, LINES = "application/json", "application/x-ndjson"
LONGEST_FAULT, LONGEST_PLACE = 400, 96  # characters


class Asked(Strict):
    """What a tab asks: two sides, paired by seed and horizon."""

    left: Spec
    right: Spec
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, strict=True)] = DEFAULT_SEED
    years: Annotated[int, Field(ge=1, le=MOST_YEARS, strict=True)]
    tab: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]

    def question(self) -> Question:
        """Return the question.

        Raises:
            ScenarioError: a side cannot be used or asks what the twin cannot feel, or the two
                start on different days.
        """
        left, right = self.left.resolved("base"), self.right.resolved("policy")
        if left.start.opening != right.start.opening:
            raise ScenarioError("the two sides start on different days: they cannot be compared")
        for side in (left, right):
            refuse_what_amounts_cannot_feel(side)
        return Question(left, right, self.seed, self.years)


class AskedRun(Asked):
    """What a tab asks of one run: its number, or nothing for the one nearest the middle."""

    number: Annotated[int, Field(ge=0, le=LARGEST_SEED, strict=True)] | None = None


class Told(StreamingResponse):
    """The answer to an admitted question as it becomes known; who leaves is let go of at once.

    Raises:
        DeskFullError: there is no room for it.
    """

    def __init__(self, desk: Desk, question: Question, tab: str) -> None:
        self._desk, self._tab = desk, tab
        self._shared, self._listener = desk.listen(question, tab)
        super().__init__(desk.answers(self._listener), media_type=LINES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a client may be gone before the first line."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._desk.forget(self._shared, self._listener, self._tab)


def page_app(desk: Desk, port: int) -> Guard:
    """Return the server's application behind its guard."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=life
    )
    for path, (kind, content) in served(facts(desk.draws, runs=desk.runs)).items():
        app.add_api_route(path, _file(kind, content), methods=["GET", "HEAD"])

    @app.post("/api/answer")
    async def answers(request: Request) -> Response:
        try:
            asked = await _asked(request)
            question = asked.question()
            desk.admit(asked.tab)
            return Told(desk, question, asked.tab)
        except (ValidationError, ScenarioError, DeskFullError) as fault:
            return _refusal(fault)

    @app.post("/api/loop")
    async def loop(request: Request) -> Response:
        try:
            asked = await _asked(request)
            question = asked.question()
            desk.admit(asked.tab)
            return Response(await desk.loop(question), media_type=JSON)
        except (ValidationError, ScenarioError, DeskFullError) as fault:
            return _refusal(fault)

    @app.post("/api/run")
    async def run(request: Request) -> Response:
        try:
            asked = AskedRun.model_validate_json(await request.body())
            question = asked.question()
            if asked.number is not None and asked.number >= desk.runs:
                raise ScenarioError(f"number: allowed: 0 to {desk.runs - 1}")
            desk.admit(asked.tab)
            return Response(await desk.run(question, asked.number), media_type=JSON)
        except (ValidationError, ScenarioError, DeskFullError) as fault:
            return _refusal(fault)

    return Guard(app, port)


def story_questions() -> list[Question]:
    """Return what is asked first: the opening of the page, then each step of the story."""
    start = Spec(scenario=START["base"])
    pairs = [(start, start), (start, between(start, START["policy"])), *story_pairs()]
    asked = [
        Question(left.resolved("base"), right.resolved("policy"), DEFAULT_SEED, DEFAULT_YEARS)
        for left, right in pairs
    ]
    return [one for one in asked if not one.right.structure.cut_links]


async def _asked(request: Request) -> Asked:
    return Asked.model_validate_json(await request.body())


def _file(kind: str, content: bytes) -> Callable[[], Any]:
    async def hand_out() -> Response:
        return Response(content, media_type=kind)

    return hand_out


def _refusal(fault: Exception) -> Response:
    if isinstance(fault, DeskFullError):
        told = as_json({"kind": "error", "message": "too many questions at once: wait a second"})
        return Response(told, 503, {"retry-after": "1"}, media_type=JSON)
    return Response(as_json({"kind": "error", "message": _sentence(fault)}), 422, media_type=JSON)


def _sentence(fault: Exception) -> str:
    """Return what was wrong, in a sentence that repeats nothing of what was sent but its place."""
    if not isinstance(fault, ValidationError):
        return str(fault)[:LONGEST_FAULT]
    first = fault.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])[:LONGEST_PLACE] or "question"
    return f"{place}: {first['msg']}"[:LONGEST_FAULT]
