"""Sealed packs: every change is found and named, every cell comes out again."""

import csv
import dataclasses
import io
import random
import re
import zipfile

import pandas as pd
import pytest
from conftest import SMALL

from pmo_lib import approval, record, tables, workbench
from pmo_lib.approval import again, archive, contents, keys, seal
from pmo_lib.approval.mark import inputs_mark, mark_of
from pmo_lib.checks import InputError

SETTINGS = workbench.Settings(
    organisation="Small Council", board="Board", meeting_date="2026-12-10", marking="OFFICIAL",
    version="3",
)  # fmt: skip


def read(folder, **changes):
    folder.mkdir(exist_ok=True)
    for name, text in {**SMALL, **changes}.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return tables.read_portfolio(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    settings = workbench.with_override(
        SETTINGS, "lights", "out", reason="=1+1 next year", by="Ann Smith"
    )
    return workbench.recommend(read(tmp_path_factory.mktemp("small") / "in"), settings)


@pytest.fixture(scope="module")
def sealed(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("seal") / "sealed.zip"
    return seal.seal(approval.dossier(made), path)


@pytest.fixture
def files(sealed):
    return archive.opened(sealed.read_bytes())[0]


def resealed(files, path, **changed):
    """Write files as someone would who also makes the manifest anew."""
    facts, _ = archive.stated(files)
    inside = {n: c for n, c in files.items() if n != archive.MANIFEST} | changed
    inside[archive.MANIFEST] = archive.manifest(inside, facts)
    path.write_bytes(archive.pack(inside))
    return seal.verify(path)


def edited(content, column, row, value):
    """Return a CSV file with one cell changed."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    rows[row][rows[0].index(column)] = value
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def wrong(verdict):
    found = verdict.findings
    return found[found["holds"].eq(False)]


# --- whole ---------------------------------------------------------------------------------


def test_a_pack_holds_and_every_cell_comes_out_again(sealed):
    verdict = seal.verify(sealed)
    assert verdict.holds
    assert verdict.findings["holds"].all()
    assert set(verdict.findings["check"]) == set(seal.CHECKS) - {"signatures", "documents"}
    assert verdict.words == (
        "This pack holds: it is whole and true. Choosing again finds the same list."
    )
    assert verdict.facts["marking"] == "OFFICIAL"
    assert verdict.facts["meeting"] == "2026-12-10"


def test_identical_inputs_give_identical_bytes(made, sealed, tmp_path):
    again_ = seal.seal(approval.dossier(made), tmp_path / "again.zip")
    assert again_.read_bytes() == sealed.read_bytes()
    with zipfile.ZipFile(sealed) as archive_:
        entries = archive_.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}


def test_it_holds_what_it_should(files):
    wanted = {"settings.toml", "weights.csv", "overrides.csv", "software.csv", "README.txt"}
    wanted |= {"inputs/projects.csv", "inputs/cash_flows.csv", "results/ranked_list.csv"}
    assert wanted <= files.keys()
    assert b"OFFICIAL" in files["README.txt"]
    assert b"OFFICIAL" in files["results/ranked_list.csv"]
    assert b",'=1+1 next year" in files["overrides.csv"]


@pytest.mark.parametrize("seed", range(5))
def test_every_flipped_bit_is_found_and_named(sealed, seed):
    content, chance = sealed.read_bytes(), random.Random(seed)
    for _ in range(100):
        spoilt, place = bytearray(content), chance.randrange(len(content))
        spoilt[place] ^= 1 << chance.randrange(8)
        _, problems = archive.opened(bytes(spoilt))
        assert problems, f"byte {place}"
        assert any(word in problems[0] for word in ("'", "archive"))


def test_every_byte_of_directory_and_headers_counts():
    files = {f"t{n}.csv": bytes([n] * 9) for n in range(4)}
    files[archive.MANIFEST] = archive.manifest(files, {"mark": "ab"})
    content = archive.pack(files)
    assert archive.opened(content)[1] == []
    for place in range(len(content)):
        for bit in (0, 3, 7):
            spoilt = bytearray(content)
            spoilt[place] ^= 1 << bit
            assert archive.opened(bytes(spoilt))[1], f"byte {place}"
    for place in (0, 1, len(content) // 2, len(content) - 1):
        assert archive.opened(content[:place])[1], f"cut at {place}"
    assert "what follows" in archive.opened(content + b"\n")[1][0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.pop("weights.csv"), "'weights.csv' was deleted"),
        (lambda f: f.update({"new.txt": b"1"}), "'new.txt' was added"),
        (lambda f: f.update({"w.csv": f.pop("weights.csv")}), "'weights.csv' was renamed to 'w.csv'"),
        (lambda f: f.update({"settings.toml": b"a=1"}), "'settings.toml' was changed"),
        (lambda f: f.pop(archive.MANIFEST), "'manifest.txt' is missing"),
        (lambda f: [f.pop(name) for name in list(f) if name != "weights.csv"], "no sealed pack"),
        (lambda f: f.update({archive.MANIFEST: f[archive.MANIFEST].replace(b"mark", b"bark")}),
         "'manifest.txt' was changed"),
    ],
)  # fmt: skip
def test_deleted_added_renamed_changed_entries_are_named(files, tmp_path, change, words):
    change(files)
    path = tmp_path / "spoilt.zip"
    path.write_bytes(archive.pack(files))
    verdict = seal.verify(path)
    assert not verdict.holds
    assert words in verdict.words


def test_reordered_doubled_and_compressed_entries_are_named(files, tmp_path):
    names = list(files)
    names[2], names[3] = names[3], names[2]
    for how, order, compress, words in (
        ("order", names, zipfile.ZIP_STORED, "another order, from"),
        ("twice", [*files, "settings.toml"], zipfile.ZIP_STORED, "'settings.toml' stands in it twice"),
        ("small", list(files), zipfile.ZIP_DEFLATED, "in the header of"),
    ):  # fmt: skip
        path = tmp_path / f"{how}.zip"
        with zipfile.ZipFile(path, "w", compress) as target:
            for name in order:
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                if how == "twice" and name in target.namelist():
                    with pytest.warns(UserWarning, match="Duplicate"):
                        target.writestr(entry, files[name], compress)
                else:
                    target.writestr(entry, files[name], compress)
        assert words in seal.verify(path).words, how


# --- true ----------------------------------------------------------------------------------


def test_a_changed_cell_is_named_even_under_a_new_manifest(files, tmp_path):
    name = "results/ranked_list.csv"
    verdict = resealed(files, tmp_path / "a.zip", **{name: edited(files[name], "cost", 2, "1.0")})
    assert not verdict.holds
    said = wrong(verdict)
    assert said["check"].tolist() == ["cells"]
    assert "results/ranked_list.csv row 3" in said["says"].iloc[0]
    words = said["says"].iloc[0]
    place = "The ranked list (results/ranked_list.csv row 3, roof), cost"
    assert words == f"{place}: was sealed as 1, and comes out as 100."


def test_a_changed_reason_is_named(files, tmp_path):
    name = "results/ranked_list.csv"
    verdict = resealed(
        files, tmp_path / "a.zip", **{name: edited(files[name], "why", 3, "because")}
    )
    said = verdict.findings[verdict.findings["check"] == "cells"]["says"].iloc[0]
    assert "), reason: was sealed as 'because', and comes out as '" in said


def test_changed_tables_do_not_fit_the_mark(files, tmp_path):
    name = "inputs/cash_flows.csv"
    changed = files[name].replace(b"600", b"500")
    assert changed != files[name]
    verdict = resealed(files, tmp_path / "a.zip", **{name: changed})
    assert "inputs" in wrong(verdict)["check"].tolist()


@pytest.mark.parametrize(
    ("add", "words"),
    [
        ("hubs", "The list breaks a limit: the budget of 2027-28 capital."),
        ("nobody", "holds 'nobody': no proposal"),
    ],
)
def test_a_list_that_is_none_is_refused_by_name(files, tmp_path, add, words):
    name = contents.SELECTION
    more = files[name] + f"{add},as proposed,OFFICIAL\r\n".encode()
    more += b"" if add == "nobody" else b"lights,as proposed,OFFICIAL\r\n"
    verdict = resealed(files, tmp_path / "a.zip", **{name: more})
    assert not verdict.holds
    assert wrong(verdict)["check"].iloc[0] == "limits"
    assert words in verdict.words


RAW = re.compile(r"\b(None|True|False|nan|Error|dtype|Index)\b|\('|\['|<NA>")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("results/choice.csv", b"what,is\r\n", "does not state the rule"),
        ("results/choice.csv", b"\xff\xfe", "'results/choice.csv' is no text"),
        ("results/selection.csv", b"project\r\nflood\r\n", "is no table of option and project"),
        (
            "results/ranked_list.csv",
            b"project,block\r\nflood,recommended\r\n",
            "sealed with 1 rows",
        ),
        ("results/limits.csv", b"", "was sealed with 0 rows"),
        ("software.csv", b"package,version\r\n", "numpy not stated then"),
        ("settings.toml", b"x = [", "is not valid TOML"),
        ("inputs/projects.csv", b"", "The tables cannot be read again"),
    ],
)
def test_what_is_sealed_wrong_is_told_in_plain_words(files, tmp_path, name, content, words):
    verdict = resealed(files, tmp_path / "a.zip", **{name: content})
    said = " ".join(verdict.findings["says"])
    assert words in said
    assert not RAW.search(said), RAW.search(said)
    if name != "software.csv":
        assert not verdict.holds


def test_flags_and_missing_columns_are_told_in_plain_words(files, tmp_path):
    name = "results/ranked_list.csv"
    was = files[name]
    for changed, words in (
        (edited(was, "too_close", 2, "True"), "too close to call: was sealed as yes, and comes out as no."),
        (edited(was, "rank", 2, ""), "rank: was sealed as empty, and comes out as "),
        (was.replace(b",bcr,", b",ratio,", 1), "benefit-cost ratio: was not sealed, and comes out"),
        (was.replace(b",bcr,", b",ratio,", 1), "ratio: was sealed as "),
    ):  # fmt: skip
        said = " ".join(wrong(resealed(files, tmp_path / "a.zip", **{name: changed}))["says"])
        assert words in said
        assert not RAW.search(said), RAW.search(said)


def test_stated_value_and_bound_are_checked(files, tmp_path):
    name = contents.CHOICE
    value = [row["what"] for row in again._rows(files, name)].index("value") + 1
    for row, check in ((value, "value"), (value + 1, "bound")):
        changed = edited(files[name], "is", row, "0.001")
        verdict = resealed(files, tmp_path / f"{check}.zip", **{name: changed})
        assert check in wrong(verdict)["check"].tolist()


def twins(folder):
    """Two projects that differ in name alone, and money for one."""
    projects = "project,name,status,size,size_unit\na,Alpha,proposed,1,x\nb,Beta,proposed,1,x\n"
    return read(
        folder, projects=projects,
        performance="project,criterion,estimate,evidence,scored_by\n"
        "a,reach,500,measured,X\nb,reach,500,measured,X\n",
        cash_flows="project,period,fund,cost,benefit\n"
        "a,2027-04-01,capital,600,0\nb,2027-04-01,capital,600,0\n",
    )  # fmt: skip


def test_another_list_as_good_is_said_to_be_that(tmp_path):
    portfolio = twins(tmp_path / "in")
    made = workbench.recommend(portfolio, SETTINGS, explain=False)
    assert made.choice.selected.to_dict() == {"a": True, "b": False}
    problem, stated = made.problem, {"rule": SETTINGS.rule, "bound": str(made.choice.bound),
                                     "status": "optimal", "proven the only best": "no"}  # fmt: skip
    other = again.fixed(problem, {"b": made.choice.option["a"]}, stated, 10.0)
    from pmo_lib.workbench.recommendation import laid_out

    other = laid_out(portfolio, SETTINGS, made.evaluation, problem, other, other, explain=False)
    verdict = seal.verify(seal.seal(approval.dossier(other), tmp_path / "b.zip"))
    assert verdict.holds
    assert "different, equally good list: Alpha instead of Beta" in verdict.words
    assert "no tampering" in verdict.words


def test_a_worse_list_than_stated_possible_is_told(tmp_path, files):
    name = contents.SELECTION
    rows = files[name].decode("utf-8-sig").splitlines()
    fewer = "\r\n".join(row for row in rows if not row.startswith("flood")) + "\r\n"
    assert len(fewer.splitlines()) < len(rows)
    verdict = resealed(files, tmp_path / "a.zip", **{name: fewer.encode("utf-8-sig")})
    assert {"cells", "value"} <= set(wrong(verdict)["check"])


def test_other_versions_are_named_and_the_list_still_holds(files, tmp_path):
    name = contents.SOFTWARE
    changed = files[name].replace(b"numpy,", b"numpy,0.")
    verdict = resealed(files, tmp_path / "a.zip", **{name: changed})
    assert verdict.holds
    said = verdict.findings.set_index("check").loc["software", "says"]
    assert "numpy 0." in said
    assert said.endswith("the list holds with these too.")


def test_down_the_list_verifies(tmp_path, made):
    settings = dataclasses.replace(made.settings, rule="down the list")
    walked = workbench.recommend(made.portfolio, settings, explain=False)
    verdict = seal.verify(seal.seal(approval.dossier(walked), tmp_path / "w.zip"))
    assert verdict.holds, verdict.findings


def test_the_example_verifies(northmere, tmp_path):
    from pathlib import Path

    from pmo_lib import folder

    data = Path(__file__).resolve().parents[1] / "data" / "northmere"
    settings = dataclasses.replace(folder.read_settings(data), starts_every=12)
    made = workbench.recommend(northmere, settings, explain=False)
    verdict = seal.verify(seal.seal(approval.dossier(made), tmp_path / "n.zip"))
    assert verdict.holds, verdict.findings["says"].tolist()


# --- marks, names, documents, record -------------------------------------------------------


def test_a_mark_is_of_tables_settings_and_list(made, tmp_path):
    assert mark_of(made) == mark_of(made)
    portfolio, settings = made.portfolio, made.settings
    mark = inputs_mark(portfolio, settings)
    assert inputs_mark(portfolio, dataclasses.replace(settings, version="4")) != mark
    projects = portfolio.projects.assign(name=portfolio.projects["name"] + "x")
    assert inputs_mark(dataclasses.replace(portfolio, projects=projects), settings) != mark
    other = workbench.recommend(portfolio, SETTINGS, explain=False)
    assert mark_of(other) != mark_of(made)
    aside = dataclasses.replace(portfolio, source="elsewhere", notes=("read",))
    assert inputs_mark(aside, settings) == mark


def test_names_can_be_left_out(made, tmp_path):
    with pytest.raises(
        InputError, match="names: to be left out, and tables or settings name 'Ann Smith'"
    ):
        approval.dossier(made, names=False)
    left = workbench.recommend(*approval.without_names(made.portfolio, made.settings))
    assert left.choice.selected.equals(made.choice.selected)
    path = seal.seal(approval.dossier(left, names=False), tmp_path / "sealed.zip")
    assert b"Ann Smith" not in path.read_bytes()
    assert seal.verify(path).holds
    assert seal.verify(path).facts["members' names"] == "left out"


def test_files_beside_are_compared(made, tmp_path):
    documents = {"paper.pdf": b"paper", "decide.xlsx": b"book"}
    path = seal.seal(approval.dossier(made), tmp_path / "sealed.zip", documents=documents)
    (tmp_path / "decide.xlsx").write_bytes(b"filled in")
    said = seal.verify(path).findings["says"].tolist()
    assert any("'paper.pdf' is not beside it" in words for words in said)
    assert "'decide.xlsx' beside it was filled in or changed." in said
    assert seal.verify(path).holds
    (tmp_path / "paper.pdf").write_bytes(b"another")
    verdict = seal.verify(path)
    assert not verdict.holds
    assert verdict.words == "The sealed file holds, but 'paper.pdf' beside it was changed."
    assert wrong(verdict)["check"].tolist() == ["documents"]


def test_only_revealed_ballots_are_sealed(made, tmp_path):
    kept = record.open_record(tmp_path / "record.sqlite")
    record.add_member(kept, "Ann Smith", role="chair", by="Ann Smith")
    answers = pd.Series({"reach": 60.0, "npv": 40.0})
    for name in ("1", "2"):
        record.open_round(kept, name, by="Ann Smith", labels={"reach": "", "npv": ""})
        record.vote(kept, name, answers + int(name), member="Ann Smith", kind="points")
    record.close_round(kept, "1", by="Ann Smith")
    record.reveal_round(kept, "1", by="Ann Smith")
    path = record.seal(approval.dossier(made), tmp_path / "sealed.zip", record=kept)
    rows = again._rows(archive.opened(path.read_bytes())[0], "record/ballots.csv")
    assert {row["round"] for row in rows} == {"1"}
    assert record.verify(path).holds
    left = approval.dossier(
        workbench.recommend(*approval.without_names(made.portfolio, made.settings)), names=False
    )
    record.decide(kept, "hubs", "approve", by="Ann Smith", reason="yes")
    path = record.seal(left, tmp_path / "sealed.zip", record=kept)
    assert b"Ann Smith" not in path.read_bytes()


# --- signatures ----------------------------------------------------------------------------


def test_signatures_by_role(sealed, tmp_path):
    path = tmp_path / "sealed.zip"
    path.write_bytes(sealed.read_bytes())
    pairs = {
        role: keys.make_key(tmp_path / f"{role}.key") for role in ("chair", "finance", "mallory")
    }
    secret = {role: keys.read_key(files[0]) for role, files in pairs.items()}
    public = {role: keys.read_key(files[1]) for role, files in pairs.items()}
    assert pairs["chair"][0].stat().st_mode & 0o077 == 0
    keys.sign(path, role="chair", key=secret["chair"], day="2026-12-10")
    trusted = {"chair": public["chair"], "finance": public["finance"]}
    verdict = seal.verify(path, keys=trusted)
    assert verdict.words == "This pack does not hold: It is not signed as finance."
    keys.sign(path, role="finance", key=secret["finance"])
    verdict = seal.verify(path, keys=trusted)
    assert verdict.holds
    assert (
        "Signed as chair on 2026-12-10, with the trusted key." in verdict.findings["says"].tolist()
    )
    assert seal.verify(path).holds
    held = keys.sign(path, role="Finance", key=secret["finance"])
    assert held == archive.opened(path.read_bytes())[0]
    assert seal.verify(path, keys=trusted | {"finance": public["mallory"]}).words.endswith(
        "but not with the key that is trusted for this role."
    )
    before = path.read_bytes()
    for how, words in (
        ({"role": "finance", "key": secret["mallory"]}, "'finance' has signed this pack already, with another key"),
        ({"role": "king", "key": secret["chair"]}, "role: 'king' does not sign this pack; its roles are sponsor, PMO director, finance, chair"),
        ({"role": "", "key": secret["chair"]}, "role: is empty"),
        ({"role": "chair", "key": secret["chair"], "day": "10 December"}, "date: must be an ISO date"),
        ({"role": "chair", "key": secret["chair"], "day": "2026-12-09"}, "date: 2026-12-09 is before the meeting of 2026-12-10"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            keys.sign(path, **how)
    assert path.read_bytes() == before
    with pytest.raises(InputError, match="is there already"):
        keys.make_key(tmp_path / "chair.key")
    with pytest.raises(InputError, match="is no key; make one with pmo key"):
        keys.read_key(path.with_name("sealed.zip"))


def test_a_signature_of_another_pack_or_role_is_none(sealed, files, tmp_path):
    path = tmp_path / "sealed.zip"
    path.write_bytes(sealed.read_bytes())
    secret, _ = keys.make_key(tmp_path / "chair.key")
    keys.sign(path, role="chair", key=keys.read_key(secret))
    signed = archive.opened(path.read_bytes())[0]
    entry = "signatures/chair.json"
    assert seal.verify(path).holds
    for name, content in ((entry, signed[entry].replace(b'"role": "chair"', b'"role": "king"')),
                          (entry, b"{}"), ("signatures/king.json", signed[entry])):  # fmt: skip
        path.write_bytes(archive.pack({**files, name: content}))
        assert "is no signature of this pack" in seal.verify(path).words
    verdict = resealed(
        {**files, entry: signed[entry]}, path, **{"settings.toml": files["settings.toml"] + b"\n"}
    )
    assert not verdict.holds


@pytest.mark.parametrize(("path", "words"), [("none.zip", "cannot be read"), ("x.txt", "")])
def test_what_is_no_pack(tmp_path, made, path, words):
    if words:
        with pytest.raises(InputError, match=words):
            seal.verify(tmp_path / path)
        return
    (tmp_path / path).write_bytes(b"no zip")
    assert seal.verify(tmp_path / path).words == archive.NO_PACK
    with pytest.raises(InputError, match=r"must end in \.zip"):
        seal.seal(approval.dossier(made), tmp_path / path)
