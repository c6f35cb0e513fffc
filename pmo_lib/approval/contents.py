"""What a sealed pack holds: inputs, settings, results and versions, as files of bytes."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata

import pandas as pd

from pmo_lib.approval.archive import MANIFEST, manifest, sha256
from pmo_lib.approval.dossier import Dossier
from pmo_lib.approval.mark import inputs_mark, table_texts
from pmo_lib.approval.names import people_of, renaming
from pmo_lib.export.csv_file import frame_as_csv
from pmo_lib.statements import version_words
from pmo_lib.wording import limit_words, one_line
from pmo_lib.workbench import Recommendation, Settings

INPUTS, RESULTS, RECORD = "inputs/", "results/", "record/"
SETTINGS, SELECTION, CHOICE = "settings.toml", "results/selection.csv", "results/choice.csv"
SOFTWARE, DOCUMENTS, DECIDED = "software.csv", "documents.csv", "decisions.csv"

COMPUTING = ("numpy", "pandas", "scipy", "highspy", "pandera", "tomlkit")
"""Packages on whose versions the numbers may depend."""

_README = """\
{title}

This is a sealed pack. It holds the tables, the settings and the list that follows from them.
To check it: pmo verify THIS_FILE.zip

It says whether any byte was changed; computes every cell again; checks that the list meets
every limit and is worth what is stated; and chooses again, beside that.

{names}
Marking: {marking}
Pack: {mark}
"""


def files_of(
    dossier: Dossier,
    *,
    documents: Mapping[str, bytes] | None = None,
    record=None,
    people: Mapping[str, str] | None = None,
) -> dict[str, bytes]:
    """Return the files of a sealed pack by name, the manifest among them.

    Parameters
    ----------
    dossier : Dossier
        What is sealed.
    documents : dict of bytes, optional
        What is handed out beside it, by file name: their hashes are sealed, not they.
    record : record.Record, optional
        Its decisions, and the ballots of rounds that were revealed, are sealed with it.
    people : mapping of name to words, optional
        What stands for names in the reasons of that record, beside its own members, where
        names are left out: `approval.names.known_people`.
    """
    made = dossier.recommendation
    texts = {f"{INPUTS}{n}.csv": text for n, text in table_texts(made.portfolio).items()}
    files = {name: text.encode("utf-8-sig", "surrogatepass") for name, text in texts.items()}
    files[SETTINGS] = made.settings.to_toml().encode("utf-8", "surrogatepass")
    frames = {
        "weights.csv": _weights(made),
        "overrides.csv": _overrides(made),
        SOFTWARE: pd.DataFrame(versions().items(), columns=["package", "version"]),
        **results(made),
    }
    if documents:
        rows = [(name, sha256(documents[name]), len(documents[name])) for name in sorted(documents)]
        frames[DOCUMENTS] = pd.DataFrame(rows, columns=["file", "sha256", "bytes"])
    if len(dossier.changes):
        frames["changes.csv"] = dossier.changes.reset_index()
    if dossier.decisions is not None:
        decided = dossier.decisions.reset_index()
        actions = dict(dossier.changes["action"])
        decided.insert(1, "change", [actions.get(project, "") for project in decided["project"]])
        frames[DECIDED] = decided
    if record is not None:
        frames |= _from_record(record, dossier, people or {})
    files |= {name: marked(frame, made.settings) for name, frame in frames.items()}
    files["README.txt"] = _readme(dossier).encode()
    return {**files, MANIFEST: manifest(files, facts(dossier))}


def marked(frame: pd.DataFrame, settings: Settings) -> bytes:
    """Return a table as a CSV file that carries the marking on every row."""
    return frame_as_csv(frame.assign(marking=settings.marking) if settings.marking else frame)


def facts(dossier: Dossier) -> dict[str, str]:
    """Return what the manifest states of a pack."""
    made = dossier.recommendation
    settings = made.settings
    return {
        "mark": dossier.seal,
        "inputs": inputs_mark(made.portfolio, settings),
        "marking": one_line(settings.marking),
        "organisation": one_line(settings.organisation),
        "board": one_line(settings.board),
        "meeting": settings.meeting_date,
        "version": one_line(settings.version),
        "status": settings.status,
        "source": one_line(made.portfolio.source),
        "members' names": "yes" if dossier.names else "left out",
    }


def results(made: Recommendation) -> dict[str, pd.DataFrame]:
    """Return every number of a list that follows from tables, settings and selection."""
    choice, evaluation = made.choice, made.evaluation
    taken = choice.option[choice.selected].rename_axis("project").reset_index(name="option")
    stated = {
        "rule": made.settings.rule, "objective": made.settings.objective, "value": choice.value,
        "bound": choice.bound, "gap": choice.gap, "status": choice.status, "cost": choice.cost,
        "proven the only best": "yes" if choice.reproducible else "no",
        "headline": made.headline,
    }  # fmt: skip
    limits = made.limits.reset_index()
    limits["label"] = limits["label"].map(limit_words)
    warnings = pd.DataFrame({"read with the list": list(made.warnings)}, dtype="str")
    rows = [(key, _number(value)) for key, value in stated.items()]
    return {
        SELECTION: taken,
        CHOICE: pd.DataFrame(rows, columns=["what", "is"]),
        f"{RESULTS}ranked_list.csv": made.ranked_list.reset_index(),
        f"{RESULTS}limits.csv": limits,
        f"{RESULTS}weighted_values.csv": evaluation.weighted_values.reset_index(),
        f"{RESULTS}finance.csv": evaluation.finance.reset_index(),
        f"{RESULTS}warnings.csv": warnings,
    }


def _number(value) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)


def versions() -> dict[str, str]:
    """Return the versions of what computes here."""
    found = {"python": platform.python_version()}
    for name in ("pmo-lib", *COMPUTING):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _overrides(made: Recommendation) -> pd.DataFrame:
    rows = [*made.portfolio.overrides.to_dict("records"), *made.settings.overrides]
    rows = {row["project"]: row for row in rows}
    table = pd.DataFrame(rows.values(), columns=["project", "decision", "reason", "by"])
    table.insert(1, "name", made.names(table["project"]))
    return table


def _weights(made: Recommendation) -> pd.DataFrame:
    portfolio, found = made.portfolio, made.evaluation
    tables = (("criterion", found.weights, portfolio.criteria),
              ("objective", found.objective_weights, portfolio.objectives))  # fmt: skip
    rows = [
        (about, label, table["name"].get(label), weight)
        for about, weights, table in tables
        for label, weight in weights.items()
    ]
    return pd.DataFrame(rows, columns=["about", "label", "name", "weight"])


def _from_record(record, dossier: Dossier, people: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Return decisions, and ballots of revealed rounds; without names, members are numbered."""
    from pmo_lib.record import ballots, decisions, members, rounds

    stands = rounds(record)
    shown = stands.index[stands["state"] == "revealed"]
    cast = [ballots(record, name).drop(columns="at") for name in shown]
    decided = decisions(record).drop(columns="at", errors="ignore").reset_index()
    table = pd.concat(cast, ignore_index=True) if cast else pd.DataFrame({"member": []})
    if not dossier.names:
        numbers = {m: f"member {n}" for n, m in enumerate(table["member"].unique(), 1)}
        table["member"] = table["member"].map(numbers)
        decided = decided.drop(columns="by", errors="ignore")
        if len(decided):
            known = people_of(members(record)) | numbers | dict(people)
            decided["reason"] = decided["reason"].map(renaming(known))
    found = {f"{RECORD}decisions.csv": decided}
    return found | ({f"{RECORD}ballots.csv": table} if cast else {})


def _readme(dossier: Dossier) -> str:
    settings = dossier.recommendation.settings
    who = " · ".join(one_line(t) for t in (settings.organisation, settings.board) if t)
    stands = ", ".join(filter(None, (version_words(settings), settings.status)))
    title = f"{who or 'Portfolio'}: {stands}"
    names = "" if dossier.names else "Members' names are left out; the record keeps them."
    marking = one_line(settings.marking) or "none"
    return _README.format(title=title, names=names, marking=marking, mark=dossier.seal)
