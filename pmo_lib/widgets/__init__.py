"""Controls for notebooks and the board: settings to controls and back, exact answers behind them."""

from pmo_lib.statements import price_of_including, swing
from pmo_lib.widgets.keep import save_settings, write_list
from pmo_lib.widgets.live import live_weights
from pmo_lib.widgets.page import Page, asked, opening, ranked_list
from pmo_lib.widgets.trial import Trial
from pmo_lib.widgets.weighing import (
    half_and_double,
    half_and_double_in_words,
    weights_in_words,
    weights_table,
)
from pmo_lib.widgets.what_if import closing, cut_the_budget, include_one, move_one_weight
from pmo_lib.widgets.words import board_now_knows, changes, tried

__all__ = [
    "Page",
    "Trial",
    "asked",
    "board_now_knows",
    "changes",
    "closing",
    "cut_the_budget",
    "half_and_double",
    "half_and_double_in_words",
    "include_one",
    "live_weights",
    "move_one_weight",
    "opening",
    "price_of_including",
    "ranked_list",
    "save_settings",
    "swing",
    "tried",
    "weights_in_words",
    "weights_table",
    "write_list",
]
