"""The record under many writers at once, and under writers killed in the middle of a write."""

import multiprocessing
import os
import signal
import sqlite3
import sys
from contextlib import closing
from time import sleep

import numpy as np
import pandas as pd
import pytest

from pmo_lib import record
from pmo_lib.checks import InputError

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="processes are started and killed in the POSIX way"
)
CROWD = 50
KILLS = int(os.environ.get("PMO_KILLS", "24"))
"""How many writers are killed; 200 takes a minute or two."""

PROCESSES = None if sys.platform == "win32" else multiprocessing.get_context("forkserver")
if PROCESSES:
    drivers = ["sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg", "psycopg"]
    PROCESSES.set_forkserver_preload(["__main__", "pmo_lib.record", *drivers])


def labels(n=2):
    return [f"c{i}" for i in range(n)]


def answers(number):
    return pd.Series([number, 1.0], labels())


def prepared(where, names):
    kept = record.open_record(where)
    record.add_member(kept, "chair", role="chair", by="set-up")
    for name in names:
        record.add_member(kept, name, role="member", by="chair")
    record.open_round(kept, "1", by="chair", labels=labels())
    return kept


def vote_once(where, name, number, start, told):
    """Vote as one member; tell the receipt, or what went wrong."""
    start.wait()
    try:
        kept = record.open_record(where)
        receipt = record.vote(kept, "1", answers(number + 1.0), member=name, kind="points")
        told.put((name, receipt, number + 1.0))
    except BaseException as error:
        told.put((name, None, repr(error)))
        raise


def crowd(where, names):
    """Let all vote at once; return the receipts told."""
    start, told = PROCESSES.Event(), PROCESSES.SimpleQueue()
    voters = [
        PROCESSES.Process(target=vote_once, args=(where, name, number, start, told))
        for number, name in enumerate(names)
    ]
    for voter in voters:
        voter.start()
    start.set()
    receipts = [told.get() for _ in names]
    for voter in voters:
        voter.join()
    assert [voter.exitcode for voter in voters] == [0] * len(names)
    return receipts


def require_all_there(kept, names, receipts):
    assert all(number is not None for _, number, _ in receipts), receipts
    record.close_round(kept, "1", by="chair")
    record.reveal_round(kept, "1", by="chair")
    votes = record.history(kept, kind="vote")
    found = [(v.subject, v.Index, v.detail["answers"][0][2]) for v in votes.itertuples()]
    assert sorted(found) == sorted(receipts)
    latest = record.ballots(kept, "1")
    assert len(latest) == 2 * len(names)
    assert record.turnout(kept, "1").sum() == len(names)


def test_fifty_vote_at_once_and_every_ballot_is_there_once(tmp_path):
    where = str(tmp_path / "board.sqlite")
    names = [f"member {number}" for number in range(CROWD)]
    kept = prepared(where, names)
    require_all_there(kept, names, crowd(where, names))


def close_and_tell(where, name, start, told):
    start.wait()
    try:
        told.put(record.close_round(record.open_record(where), "1", by=name))
    except InputError as error:
        told.put(str(error))


def test_of_five_chairs_who_close_at_once_one_does_and_four_hear_of_it(tmp_path):
    where, names = str(tmp_path / "board.sqlite"), [f"chair {number}" for number in range(5)]
    kept = prepared(where, [])
    for name in names:
        record.add_member(kept, name, role="chair", by="chair")
    start, told = PROCESSES.Event(), PROCESSES.SimpleQueue()
    chairs = [
        PROCESSES.Process(target=close_and_tell, args=(where, name, start, told)) for name in names
    ]
    for chair in chairs:
        chair.start()
    start.set()
    answers = [told.get() for _ in chairs]
    for chair in chairs:
        chair.join()
    closed_by = record.rounds(kept).at["1", "closed_by"]
    refused = [answer for answer in answers if isinstance(answer, str)]
    assert len(refused) == 4
    assert all(f"was closed already, by '{closed_by}'" in words for words in refused)


def open_and_tell(where, start, told):
    start.wait()
    try:
        record.open_record(where)
        told.put("")
    except BaseException as error:
        told.put(repr(error))


def test_ten_may_make_the_same_new_record_at_once(tmp_path):
    start, told = PROCESSES.Event(), PROCESSES.SimpleQueue()
    where = str(tmp_path / "new.sqlite")
    openers = [
        PROCESSES.Process(target=open_and_tell, args=(where, start, told)) for _ in range(10)
    ]
    for opener in openers:
        opener.start()
    start.set()
    assert [told.get() for _ in openers] == [""] * 10
    for opener in openers:
        opener.join()
    assert len(record.history(record.open_record(where))) == 0


def vote_until_killed(where, name, told):
    kept, number = record.open_record(where), 0
    while True:
        number += 1
        receipt = record.vote(kept, "1", answers(number), member=name, kind="points")
        told.send((receipt, name, float(number)))


def test_a_kill_in_the_middle_of_a_write_loses_nothing_acknowledged(tmp_path):
    where, names = str(tmp_path / "board.sqlite"), ["x", "y"]
    kept, moments, told = prepared(where, names), np.random.default_rng(1), []
    for round_ in range(-(-KILLS // len(names))):
        pipes = [PROCESSES.Pipe(duplex=False) for _ in names]
        writers = [
            PROCESSES.Process(target=vote_until_killed, args=(where, name, ends[1]))
            for name, ends in zip(names, pipes, strict=True)
        ]
        for writer in writers:
            writer.start()
        for reader, end in pipes:
            end.close()
            told.append(reader.recv())
        for writer in writers:
            sleep(moments.uniform(0, 0.03))
            os.kill(writer.pid, signal.SIGKILL)
        for (reader, _), writer in zip(pipes, writers, strict=True):
            told += acknowledged(reader)
            writer.join()
            assert writer.exitcode == -signal.SIGKILL
        with closing(sqlite3.connect(where)) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",), round_
    record.close_round(kept, "1", by="chair")
    record.reveal_round(kept, "1", by="chair")
    votes = record.history(kept, kind="vote")
    found = {(v.Index, v.subject, v.detail["answers"][0][2]) for v in votes.itertuples()}
    assert len(told) > KILLS
    assert set(told) <= found
    assert len(found) - len(told) <= KILLS  # written, and killed before it could tell
    assert record.history(kept).index.tolist() == list(range(1, len(record.history(kept)) + 1))


def acknowledged(reader):
    """Return what was told before the kill; a message cut off by it was never received."""
    told = []
    try:
        while True:
            told.append(reader.recv())
    except (EOFError, OSError):
        reader.close()
        return told
