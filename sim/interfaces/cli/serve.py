"""`permanence serve`: the workshop page in a browser, on this machine only."""

from __future__ import annotations

import signal
import socket
import threading
import webbrowser
from typing import Annotated

import typer

from sim.ensemble.draws import Draws
from sim.interfaces.page.sizes import DEFAULT_RUNS
from sim.terminal import options as o
from sim.terminal.progress import processors

LOOPBACK, DEFAULT_PORT = "127.0.0.1", 8765
MOST_OPEN_CONNECTIONS = 512
"""Those that say nothing are closed after some seconds: a room and as many again have room."""
MISSING = "serve needs the page's server: in the project's folder, pip install -e '.[page]'"


def serve(
    port: Annotated[
        int,
        typer.Option(parser=o.whole(1, 65_535), metavar="P", help="Port on this machine."),
    ] = DEFAULT_PORT,
    runs: Annotated[
        int,
        typer.Option(
            parser=o.whole(DEFAULT_RUNS, o.MOST_RUNS),
            metavar="N",
            help=f"Paired agent runs behind each answer, {DEFAULT_RUNS} or more.",
        ),
    ] = DEFAULT_RUNS,
    jobs: o.Jobs = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    ahead: Annotated[
        bool,
        typer.Option(
            "--ahead/--no-ahead",
            help="Run the opening view and the story in the background before anybody asks.",
        ),
    ] = True,
    browser: Annotated[bool, typer.Option("--browser", help="Open it in a browser too.")] = False,
    quiet: o.Quiet = False,
) -> None:
    """Serve the workshop page on this machine: move a control, and London answers.

    Nothing leaves the machine, and nobody else can reach the page. Ctrl-C stops it.

    Example: permanence serve --port 8765 --browser
    """
    try:
        import uvicorn

        from sim.interfaces.serve.app import page_app, story_questions
        from sim.interfaces.serve.connection import Connection
        from sim.interfaces.serve.desk import Desk
    except ModuleNotFoundError as fault:
        if fault.name is None or fault.name.split(".")[0] not in ("fastapi", "uvicorn"):
            raise
        raise typer.BadParameter(MISSING) from None
    listening = _listening(port)
    desk = Desk(parameters, runs, min(jobs or processors(), runs))
    desk.open()
    if ahead:
        desk.prepare(story_questions())
    address = f"http://{LOOPBACK}:{port}/"
    config = uvicorn.Config(
        page_app(desk, port),
        log_level="error",
        access_log=False,
        ws="none",
        http=Connection,
        server_header=False,
        limit_concurrency=MOST_OPEN_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing is left behind
    typer.echo(address)
    if not quiet:
        typer.echo("The workshop page is at the address above; Ctrl-C stops it.", err=True)
    if browser:
        threading.Timer(0.2, webbrowser.open, (address,)).start()
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # the ordinary way to stop it
    finally:
        desk.close()


def _listening(port: int) -> socket.socket:
    """Return a socket on this machine's own address.

    Raises:
        BadParameter: something else has the port.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((LOOPBACK, port))
        found.listen(128)
    except OSError as fault:
        found.close()
        raise typer.BadParameter(
            f"--port {port}: cannot be used ({fault.strerror}); name another"
        ) from None
    return found
