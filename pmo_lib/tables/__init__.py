"""Read, check, describe and write the tables of a portfolio."""

from pmo_lib.tables.column_map import ready_made_maps
from pmo_lib.tables.dictionary import (
    AS_PROPOSED,
    CONTRIBUTION_LEVELS,
    TABLES,
    dictionary_markdown,
)
from pmo_lib.tables.intake import intake_ranking
from pmo_lib.tables.mapping import read_mapped_tables
from pmo_lib.tables.portfolio import Intake, Portfolio, as_frame, empty_frame
from pmo_lib.tables.problems import TableError
from pmo_lib.tables.reading import portfolio_of, read_portfolio, read_table
from pmo_lib.tables.template import write_template
from pmo_lib.tables.value_texts import parse_group, parse_levels, parse_points
from pmo_lib.tables.writing import write_portfolio

__all__ = [
    "AS_PROPOSED",
    "CONTRIBUTION_LEVELS",
    "TABLES",
    "Intake",
    "Portfolio",
    "TableError",
    "as_frame",
    "dictionary_markdown",
    "empty_frame",
    "intake_ranking",
    "parse_group",
    "parse_levels",
    "parse_points",
    "portfolio_of",
    "read_mapped_tables",
    "read_portfolio",
    "read_table",
    "ready_made_maps",
    "write_portfolio",
    "write_template",
]
