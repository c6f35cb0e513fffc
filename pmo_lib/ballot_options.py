"""What the commands of ``pmo ballot`` share: the course of a round in words, and their options."""

from __future__ import annotations

from typing import Annotated

import typer

PLACE = "PMO_RECORD"
"""Name of the environment variable that may name the record."""

HELP = """Weigh criteria, or score projects, together.

\b
A round, from first to last (PORTFOLIO is the folder or workbook you use):
  1. pmo ballot open PORTFOLIO --by "Ann" --member "Bob" --member "Eve"
  2. pmo ballot write PORTFOLIO --out ballots    a workbook for each, to mail
  3. pmo ballot read PORTFOLIO ballots           the filled-in ones
  4. pmo ballot status PORTFOLIO                 who has voted; never how
  5. pmo ballot close PORTFOLIO --by "Ann"       asks whether you are sure
  6. pmo ballot reveal PORTFOLIO --by "Ann"      asks, too
  7. pmo ballot show PORTFOLIO                   weights, and where lists differ
  8. pmo ballot adopt PORTFOLIO --by "Ann" --reason "Agreed on 3 May"

In a script, where nobody can answer, close and reveal need --yes.

A board that scores projects itself writes with --kind scores (2), and sees what
the scores come to with pmo ballot scores (7).

Everything is kept in record.sqlite beside the tables, and only ever added to.
Ballots stay hidden until the chair reveals the round. Names are taken on trust.

\b
Roles: a member and the chair vote; the chair opens, closes and reveals rounds,
in the chair's absence the director, who says why with --reason (it is kept);
an analyst may enter the ballot of another (read --by).

\b
A board on several machines keeps its record on a PostgreSQL server, named in the
environment, where no other user of this machine sees the password:
  export PMO_RECORD=postgresql://user:password@host/database
A password in PGPASSWORD or ~/.pgpass is found, too. None is ever printed.
"""

RECORD = Annotated[
    str | None,
    typer.Option(
        "--record",
        metavar="FILE or URL",
        envvar=PLACE,
        help="Another record: a file, or postgresql://user@host/database.",
    ),
]
ROUND = Annotated[str | None, typer.Option("--round", help="Which round; else the last opened.")]
BY = Annotated[str, typer.Option("--by", metavar="NAME", help="Your name, as in the record.")]
WHY = Annotated[str, typer.Option("--reason", help="Why; kept in the record.")]
LEADER = Annotated[
    str,
    typer.Option("--by", metavar="NAME", help="The chair; in the chair's absence, the director."),
]
LED = Annotated[
    str, typer.Option("--reason", help="Why; kept in the record. A director has to say it.")
]
SURE = Annotated[
    bool, typer.Option("--yes", help="Do not ask whether you are sure; a script needs it.")
]
COMBINE = Annotated[
    str, typer.Option("--combine", help="How weights are combined: mean, geometric mean or median.")
]
COUNTS = Annotated[
    list[str] | None,
    typer.Option(
        "--counts",
        metavar="ROLE=TIMES",
        help="How often a role counts if not once, such as chair=2; may be repeated.",
    ),
]
