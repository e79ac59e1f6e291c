"""The command line of what needs the drawing side: ``python -m dashboard COMMAND``.

Progress goes to standard error, the result to standard output; exit status 0 done, 1 not done, 2 wrong use. Errors are one sentence.
"""

from __future__ import annotations

import os
import sys
from typing import Final

import typer
from typer.exceptions import Abort, TyperException

from dashboard.brief import commands as brief_commands
from data import console
from data.errors import ConfigError, DefinitionError, QuanyuError, SelectionError, UnknownIndicator

WRONG_USE: Final = (ConfigError, SelectionError, DefinitionError, UnknownIndicator)

app = typer.Typer(
    name="python -m dashboard",
    help="What is made from a snapshot to be read: briefs.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=False,
)


@app.callback()
def commands() -> None:
    """Make what is read from what the data say."""


brief_commands.add_to(app)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return int(app(given, standalone_mode=False) or 0)
    except TyperException as error:
        status, sentence = error.exit_code, f"{error.format_message().rstrip('.')}. See python -m dashboard --help."
    except QuanyuError as error:
        status, sentence = 2 if isinstance(error, WRONG_USE) else 1, str(error)
    except (Abort, KeyboardInterrupt):
        status, sentence = 130, "Interrupted."
    except Exception as error:  # the last line of defence of a command line
        if os.environ.get("QUANYU_TRACEBACK"):
            raise
        status, sentence = 1, f"Unexpected fault ({type(error).__name__}: {error}); run again with QUANYU_TRACEBACK=1 and report it."
    console.complain(sentence)
    if "--json" in given:
        console.emit({"error": sentence})
    return status


if __name__ == "__main__":
    sys.exit(main())
