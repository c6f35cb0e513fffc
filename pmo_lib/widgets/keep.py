"""Controls that keep what was tried: save the settings, write the ranked list."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import ipywidgets
import numpy as np

from pmo_lib import folder, workbench
from pmo_lib.checks import InputError
from pmo_lib.statements import saved_words
from pmo_lib.widgets.page import paragraph
from pmo_lib.widgets.panel import WIDE, Failure, Panel, static_controls
from pmo_lib.widgets.trial import CANNOT, EXACT, TRIED_WHY, Latest, Trial
from pmo_lib.workbench import Recommendation, Settings

LISTS = ("ranked_list.xlsx", "ranked_list.csv")


def save_settings(trial: Trial, path: str | Path | None = None) -> Panel:
    """Return a form that saves what is tried, with a name and a reason, or returns to the saved.

    Parameters
    ----------
    trial : Trial
        Whose settings are saved.
    path : path, optional
        The portfolio; by default the one this notebook reads.

    Returns
    -------
    Panel
        Earlier versions are kept; nothing is written if somebody else saved meanwhile.
    """
    name = ipywidgets.Text(description="Your name", style=WIDE, layout={"width": "420px"})
    reason = ipywidgets.Text(description="Reason", style=WIDE, layout={"width": "620px"})
    button = ipywidgets.Button(
        description="Save these settings", button_style="primary", layout=_AUTO
    )
    back = ipywidgets.Button(description="Return to the saved settings", layout=_AUTO)
    said, failure = ipywidgets.HTML(), Failure()

    def save(_) -> None:
        said.value = failure.words = ""
        try:
            file = keep(trial, path, by=name.value, reason=reason.value)
        except InputError as error:
            failure.words = str(error)
            return
        said.value = paragraph(
            f"Saved in {file.name}; the next notebook reads it.", saved_words(trial.saved)
        ).html
        reason.value = ""

    def undo(_) -> None:
        trial.back()
        failure.words = ""
        said.value = paragraph("Back at the saved settings.", saved_words(trial.saved)).html

    button.on_click(save)
    back.on_click(undo)
    opening = static_controls(
        "A form stands here when the notebook runs: save the settings tried above, with a name and a "
        "reason, or return to the saved ones.",
        saved_words(trial.saved),
    )
    return Panel([name, reason, ipywidgets.HBox([button, back]), failure, said], opening)


def keep(trial: Trial, path: str | Path | None, *, by: str, reason: str) -> Path:
    """Save the settings of a trial beside the tables; they become what it departs from.

    Raises
    ------
    InputError
        If the name or reason is empty, the settings give no list, or somebody else saved
        since this notebook read them.
    """
    path = folder.here()[0] if path is None else Path(path)
    if trial.state == CANNOT:
        raise InputError("settings: these give no list; change them, or return to the saved ones")
    on_disk = folder.read_settings(path)
    if on_disk != trial.saved:
        raise InputError(
            f"settings: changed since this notebook read them ({saved_words(on_disk)}); "
            "run the notebook again to start from those"
        )
    signed = by.strip() and reason.strip()
    settings = _decided(trial, by, reason) if signed else trial.settings
    file = folder.save_settings(settings, path, by=by, reason=reason)
    trial.keep(folder.read_settings(path))
    return file


def _decided(trial: Trial, by: str, reason: str) -> Settings:
    """Give trial overrides the name and reason they are saved under, and weights their swings."""
    settings = trial.settings
    rows = tuple(
        {**row, "by": by.strip(), "reason": reason.strip()} if row["reason"] == TRIED_WHY else row
        for row in settings.overrides
    )
    swings = dict(settings.swings)
    if settings.weights != trial.saved.weights:
        swings = judged_swings(trial.portfolio.criteria)
    return dataclasses.replace(settings, overrides=rows, swings=swings)


def judged_swings(criteria) -> dict[str, list[float]]:
    """Return the swing (worst, best) that each slider states, where it is a pair of numbers."""
    linear = criteria[criteria["value_function"] == "linear"]
    pairs = linear[["worst", "best"]].astype(float)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    return {
        criterion: list(pair)
        for criterion, pair in zip(pairs.index, pairs.to_numpy().tolist(), strict=True)
    }


def write_list(trial: Trial, out: str | Path | None = None) -> Panel:
    """Return a button that writes the ranked list as a workbook and as CSV.

    Parameters
    ----------
    trial : Trial
        Whose list is written, with the reason of every project.
    out : path, optional
        The folder to write to; by default ``out`` beside the notebooks folder.

    Returns
    -------
    Panel
        Files of an earlier run that differ are kept under a dated name.
    """
    button = ipywidgets.Button(
        description="Write the ranked list", button_style="primary", layout=_AUTO
    )
    said, failure = ipywidgets.HTML(), Failure()

    def wrote(request, _stage, files) -> None:
        button.disabled = False
        tried = request.moved
        said.value = paragraph(
            f"Wrote {' and '.join(file.name for file in files)} in {files[0].parent}.",
            "It is the list of settings that are tried, not saved." if tried else "",
        ).html

    def refused(_request, error) -> None:
        button.disabled = False
        said.value, failure.words = "", str(error)

    work = Latest([lambda request: _write(request, out)], wrote, refused, pause=0)

    def click(_) -> None:
        failure.words = ""
        if trial.state == CANNOT:
            failure.words = (
                "settings: these give no list to write; change them, or return to the saved ones"
            )
            return
        button.disabled = True
        said.value = paragraph("Writing … the reason of every project is priced first.").html
        work.ask(_Order(trial))

    button.on_click(click)
    opening = static_controls(
        f"A button stands here when the notebook runs: it writes the list above as {LISTS[0]} and "
        f"{LISTS[1]} into the folder out beside the notebooks."
    )
    return Panel([ipywidgets.HBox([button]), failure, said], opening)


class _Order:
    """What was on the table when the button was pressed."""

    def __init__(self, trial: Trial) -> None:
        self.portfolio, self.settings, self.moved = trial.portfolio, trial.settings, trial.moved
        ready = trial.state == EXACT and trial.answer.settings == trial.settings
        self.ready: Recommendation | None = trial.answer if ready else None


def _write(order: _Order, out: str | Path | None) -> list[Path]:
    from pmo_lib import export

    made = order.ready or workbench.recommend(order.portfolio, order.settings)
    target = out_folder() if out is None else Path(out)
    files = [target / name for name in LISTS]
    folder.write_keeping(files, lambda file: export.write_ranked_list(made, file))
    return files


def out_folder() -> Path:
    """Return where lists are written: ``out`` beside the notebooks folder."""
    here = Path.cwd()
    return (here.parent if (here / folder.POINTER).is_file() else here) / "out"


_AUTO = {"width": "auto"}
