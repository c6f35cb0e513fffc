"""What is funded whatever the weights, and what deserves the meeting's time."""

import multiprocessing
import os
import signal
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import selection
from pmo_lib.checks import InputError
from pmo_lib.robustness import (
    acceptability,
    admissible_weights,
    agenda,
    best_portfolios,
    core_index,
    funding_acceptability,
    monte_carlo_error,
    nondominated_portfolios,
    processes,
    rank_acceptability,
    regret,
    smallest_change,
    value_of_knowing,
    weight_stability_intervals,
    which_weighs_more,
)

RATINGS = {"None": 0, "No rating": 0, "Low": 1, "Moderate": 3, "Strong": 6, "Extreme": 9}
DRIVERS = [
    "Increase Market Share",
    "Expanding into New Markets",
    "Standardize Processes",
    "Improve Product Quality",
    "Improve Customer Satisfaction",
    "Reduce Expense Base",
    "Improve Employee Satisfaction",
]


def drawn(seed: int, p: int, c: int = 3, budgets: int = 2):
    """Return values, cost and budget of a random choice."""
    rng = np.random.default_rng(seed)
    names = [f"p{i}" for i in range(p)]
    values = pd.DataFrame(rng.integers(-2, 10, (p, c)).astype(float), names, list("abcdefg")[:c])
    cost = pd.DataFrame(rng.integers(1, 10, (p, budgets)), names, ["y1", "y2", "y3"][:budgets])
    return values, cost, (cost.sum() * 0.45).round()


def all_portfolios(cost, budget):
    every = np.array(list(product([0, 1], repeat=len(cost))))
    return every[(every @ cost.to_numpy() <= budget.to_numpy()).all(axis=1)]


def by_hand(values, cost, budget, known):
    """Return the share of non-dominated portfolios by comparing all of them."""
    taken = all_portfolios(cost, budget)
    worth = taken @ (values.to_numpy() @ known.vertices().to_numpy().T)
    beaten = [
        ((worth >= one - 1e-9).all(axis=1) & (worth > one + 1e-9).any(axis=1)).any()
        for one in worth
    ]
    return taken[~np.array(beaten)]


@pytest.fixture(scope="module")
def server(shared):
    path = shared / "cases" / "project_server_example.csv"
    table = pd.read_csv(path, keep_default_na=False, index_col="project")
    values = table[DRIVERS].replace(RATINGS).astype("float64")
    return values, table["total_cost"], admissible_weights(DRIVERS, ranking=DRIVERS)


class TestProjectServer:
    def test_core_exterior_and_between(self, server):
        values, cost, known = server
        held = nondominated_portfolios(values, cost, 10e6, known)
        assert len(held) == 38
        assert (held @ cost <= 10e6).all()
        index = core_index(values, cost, 10e6, known)
        pd.testing.assert_series_equal(index, held.mean().rename("core_index"))
        assert set(index.index[index == 1]) == {
            "Acquisition Target Analysis",
            "E-campaign to bloggers",
            "Print Advertising Campaign System",
            "Shared GPS devices for transportation",
        }
        assert set(index.index[index == 0]) == {
            "Apparel ERP Upgrade",
            "Customer service feedback portal",
            "Internal Application Customization",
        }
        assert index["Catalog Publishing"] == pytest.approx(37 / 38)
        assert index["Internal Software Database Audit"] == pytest.approx(35 / 38)

    def test_a_sampled_share_agrees_and_is_not_a_core_index(self, server):
        values, cost, known = server
        sample = known.sample(150, seed=2)
        found = funding_acceptability(values, cost, 10e6, sample)
        assert found.attrs["gap"] == 0
        assert found.attrs["searches"] < 150
        assert found.attrs["solves"] < 15
        index = core_index(values, cost, 10e6, known)
        share = found["acceptability"]
        assert (share[index == 1] == 1).all()
        assert (share[index == 0] == 0).all()
        assert ((share == 1) & (index < 1)).any()
        chosen = [
            selection.choose(values @ one, cost, 10e6, gap=0).selected
            for _, one in sample.iloc[:12].iterrows()
        ]
        held = best_portfolios(values, cost, 10e6, sample)
        np.testing.assert_array_equal(held.iloc[:12], np.array(chosen))
        np.testing.assert_allclose(found["error"], monte_carlo_error(share, 150))


class TestCore:
    @settings(max_examples=10)
    @given(st.integers(0, 10**6), st.integers(1, 9), st.booleans())
    def test_as_by_comparing_all_portfolios(self, seed, p, ordered):
        values, cost, budget = drawn(seed, p)
        known = admissible_weights(list("abc"), ranking=["b", "a"] if ordered else None)
        found = nondominated_portfolios(values, cost, budget, known)
        expected = by_hand(values, cost, budget, known)
        assert sorted(map(tuple, found.to_numpy().astype(int))) == sorted(map(tuple, expected))

    @settings(max_examples=5)
    @given(st.integers(0, 10**6))
    def test_a_core_project_is_in_every_optimum_inside(self, seed):
        values, cost, budget = drawn(seed, 8)
        known = admissible_weights(list("abc"), ranking=["a", "b"])
        index = core_index(values, cost, budget, known)
        for _, inside in known.sample(3, seed=seed).iterrows():
            best = selection.choose(values @ inside, cost, budget, gap=0)
            assert best.selected[index == 1].all()
            assert not best.selected[index == 0].any()

    def test_links_options_limits_and_pairs(self):
        values, cost, budget = drawn(11, 7)
        known = admissible_weights(list("abc"))
        held = nondominated_portfolios(
            values, cost, budget, known, requires=[("p0", "p1")], forced_in=["p2"], excludes=[("p3", "p4")]
        )  # fmt: skip
        taken = all_portfolios(cost, budget)
        fits = (taken[:, 0] <= taken[:, 1]) & (taken[:, 2] == 1) & (taken[:, 3] + taken[:, 4] <= 1)
        worth = taken[fits] @ values.to_numpy()
        best = [not ((worth >= w).all(axis=1) & (worth > w).any(axis=1)).any() for w in worth]
        assert len(held) == sum(best)
        pair = pd.DataFrame(
            {"value": [50.0], "cost": [0.0]}, pd.MultiIndex.from_tuples([("p0", "p5")])
        )
        one_year = cost["y1"]
        index = core_index(values, one_year, one_year[["p0", "p5"]].sum(), known, synergies=pair)
        assert index[["p0", "p5"]].tolist() == [1, 1]
        options = pd.MultiIndex.from_tuples([("a", "full"), ("a", "small"), ("b", "as proposed")])
        values = pd.DataFrame({"a": [5.0, 3.0, 2.5], "b": [5.0, 3.0, 1.5]}, options)
        index = core_index(
            values, pd.Series([4.0, 2.0, 2.0], options), 4, admissible_weights(["a", "b"])
        )
        assert index.to_dict() == {"a": 1.0, "b": 0.5}

    def test_money_moved_between_budgets(self):
        values, cost, budget = drawn(0, 7)
        move = pd.DataFrame({"from": ["y1"], "to": ["y2"], "at_most": [4.0]})
        known = admissible_weights(list("abc"))
        taken = np.array(list(product([0, 1], repeat=7)))
        spent = taken @ cost.to_numpy() - budget.to_numpy()
        over = np.maximum(spent[:, 1], 0)
        fits = (over <= 4) & (spent[:, 0] + over <= 0)
        worth = taken[fits] @ values.to_numpy()
        best = [not ((worth >= w).all(axis=1) & (worth > w).any(axis=1)).any() for w in worth]
        held = nondominated_portfolios(values, cost, budget, known, transfers=move)
        assert len(held) == sum(best)
        assert len(held) != len(nondominated_portfolios(values, cost, budget, known))
        weights = known.sample(4)
        lists = best_portfolios(values, cost, budget, weights, transfers=move)
        for draw, one in weights.iterrows():
            chosen = selection.choose(values @ one, cost, budget, transfers=move, gap=0).selected
            assert chosen.equals(lists.loc[draw].rename("selected"))

    def test_too_large_names_the_size(self, monkeypatch):
        values, cost, budget = drawn(1, 9)
        monkeypatch.setattr("pmo_lib.robustness.core.MOST_PARTIAL", 3)
        with pytest.raises(InputError, match="partial portfolios after"):
            core_index(values, cost, budget, admissible_weights(list("abc")))

    def test_bad_input(self):
        values, cost, budget = drawn(1, 4)
        with pytest.raises(InputError, match="its criteria must be those of the weights"):
            core_index(values, cost, budget, admissible_weights(["a", "b"]))
        with pytest.raises(selection.InfeasibleError):
            core_index(values, cost, budget * 0, admissible_weights(list("abc")), forced_in=["p0"])


class Silent(Executor):
    """Takes tasks, and never answers."""

    def __init__(self):
        self.asked = []

    def submit(self, call, *args):
        self.asked.append(Future())
        return self.asked[-1]


class LostWorker(Executor):
    """Loses the worker of every third task."""

    def __init__(self):
        self.tasks = 0

    def submit(self, call, *args):
        self.tasks += 1
        future = Future()
        if self.tasks % 3 == 1:
            future.set_exception(BrokenExecutor("lost"))
        else:
            future.set_result(call(*args))
        return future


def end_this_process():
    os.kill(os.getpid(), signal.SIGKILL)


def few():
    """Value, cost and budget of ten projects, with weights to choose under."""
    return *drawn(5, 10), admissible_weights(list("abc")).sample(70, seed=1)


def on_a_cluster(told):
    """Search on a cluster, and again while one of its workers is lost; tell what was found."""
    os.setsid()
    from distributed import Client, LocalCluster

    client = Client(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))
    told.send(funding_acceptability(*few(), executor=client.get_executor()))
    executor = client.get_executor(retries=0)
    executor.submit(end_this_process)
    told.send(funding_acceptability(*few(), executor=executor))


class TestFundingAcceptability:
    @settings(max_examples=5)
    @given(st.integers(0, 10**6), st.integers(1, 9))
    def test_every_draw_is_the_best_of_all_portfolios(self, seed, p):
        values, cost, budget = drawn(seed, p)
        sample = admissible_weights(list("abc")).sample(90, seed=seed)
        held = best_portfolios(values, cost, budget, sample)
        worth = values.to_numpy() @ sample.to_numpy().T
        best = (all_portfolios(cost, budget) @ worth).max(axis=0)
        np.testing.assert_allclose((held.to_numpy().T * worth).sum(axis=0), best, atol=1e-9)
        first = selection.choose(values @ sample.loc[0], cost, budget, gap=0)
        np.testing.assert_array_equal(held.loc[0], first.selected)

    def test_what_is_best_for_some_draws_is_not_taken_to_be_best_for_others(self):
        reach = np.concatenate([[0.8, 0.9], np.linspace(0.81, 0.89, 58), [0.3, 0.2]])
        sample = pd.DataFrame({"a": reach, "b": 1 - reach})
        values = pd.DataFrame({"a": [1.0, 0.0], "b": [0.0, 1.0]}, ["one", "other"])
        found = best_portfolios(values, pd.Series(1.0, values.index), 1, sample)
        np.testing.assert_array_equal(found["other"], reach < 0.5)
        assert found.attrs["searches"] == 10

    @pytest.mark.parametrize("most_free", [2, 18])
    def test_solver_and_combinations_agree(self, monkeypatch, most_free):
        values, cost, budget = drawn(21, 14, budgets=3)
        sample = admissible_weights(list("abc")).sample(12, seed=1)
        plain = best_portfolios(values, cost, budget, sample, gap=0)
        monkeypatch.setattr(acceptability, "MOST_FREE", most_free)
        found = best_portfolios(values, cost, budget, sample, gap=0)
        pd.testing.assert_frame_equal(found, plain)
        assert (found.attrs["solves"] > 0) == (most_free == 2)

    def test_the_same_whatever_the_workers(self):
        values, cost, budget, sample = few()
        alone = funding_acceptability(values, cost, budget, sample)
        for workers in (1, 2):
            with ProcessPoolExecutor(workers, mp_context=processes._Context()) as executor:
                found = funding_acceptability(values, cost, budget, sample, executor=executor)
            pd.testing.assert_frame_equal(found, alone)
            assert found.attrs == alone.attrs

    def test_long_searches_go_on_in_processes_of_this_machine(self, monkeypatch):
        values, cost, budget, sample = few()
        alone, started = funding_acceptability(values, cost, budget, sample), []

        def start():
            started.append(processes.processes())
            return started[-1]

        monkeypatch.setattr(acceptability, "processes", start)
        monkeypatch.setattr(acceptability, "PAYS", 0.0)
        monkeypatch.setattr(processes.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
        found = funding_acceptability(values, cost, budget, sample)
        pd.testing.assert_frame_equal(found, alone)
        assert found.attrs == alone.attrs
        assert len(started) == 1
        with pytest.raises(RuntimeError, match="after shutdown"):
            started[0].submit(int)

    @pytest.mark.parametrize(
        ("text", "safe"),
        [(None, True), ("import this\n", False), ('if __name__ == "__main__":\n    pass\n', True)],
    )
    def test_no_process_runs_a_script_again(self, monkeypatch, tmp_path, text, safe):
        main = SimpleNamespace(__spec__=None)
        if text is not None:
            main.__file__ = str(tmp_path / "script.py")
            Path(main.__file__).write_text(text, "utf-8")
        monkeypatch.setitem(processes.sys.modules, "__main__", main)
        assert processes._importable() == safe
        monkeypatch.setattr(processes, "_importable", lambda: False)
        assert processes.processes() is None

    def test_processes_do_not_hear_ctrl_c_from_their_very_start(self):
        before = signal.getsignal(signal.SIGINT)
        with ProcessPoolExecutor(1, mp_context=processes._Context()) as pool:
            assert pool.submit(signal.getsignal, signal.SIGINT).result() is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is before

    def test_draws_near_known_ones_are_settled_within_the_gap(self, monkeypatch):
        values, cost, budget = drawn(11, 20, budgets=2)
        sample = admissible_weights(list("abc"), ranking=list("abc")).sample(40, seed=1)
        exact = best_portfolios(values, cost, budget, sample, gap=0)
        monkeypatch.setattr(acceptability, "MOST_FREE", 2)
        found = best_portfolios(values, cost, budget, sample, gap=0.02)
        worth = values.to_numpy() @ sample.to_numpy().T
        mine, best = ((held.to_numpy().T * worth).sum(axis=0) for held in (found, exact))
        assert (1 - mine / best).max() <= found.attrs["gap"] + 1e-9 <= 0.02 + 1e-9
        assert found.attrs["searches"] < len(sample) * 0.75

    def test_a_lost_worker_loses_no_result(self, monkeypatch):
        values, cost, budget = drawn(5, 8)
        sample = admissible_weights(list("abc")).sample(40, seed=1)
        alone = funding_acceptability(values, cost, budget, sample)
        found = funding_acceptability(values, cost, budget, sample, executor=LostWorker())
        pd.testing.assert_frame_equal(found, alone)
        monkeypatch.setattr(acceptability, "LOST_SECONDS", 0.01)
        silent = Silent()
        found = funding_acceptability(values, cost, budget, sample, executor=silent)
        pd.testing.assert_frame_equal(found, alone)
        assert len(silent.asked) == 8 and all(future.cancelled() for future in silent.asked)
        monkeypatch.undo()
        with ProcessPoolExecutor(1, mp_context=processes._Context()) as executor:
            executor.submit(end_this_process)
            found = funding_acceptability(values, cost, budget, sample, executor=executor)
        pd.testing.assert_frame_equal(found, alone)

    @pytest.mark.skipif(os.name == "nt", reason="a group of processes is ended")
    def test_a_cluster_gives_the_same_and_a_lost_worker_loses_no_result(self):
        """The cluster is not asked to close: one that lost a worker may never do so."""
        pytest.importorskip("distributed", reason="pmo-lib[dask] is not installed")
        own = multiprocessing.get_context("spawn")
        reader, writer = own.Pipe(duplex=False)
        apart = own.Process(target=on_a_cluster, args=(writer,))
        apart.start()
        writer.close()
        alone = funding_acceptability(*few())
        try:
            for who in ("the cluster", "what is left of it"):
                assert reader.poll(2 * acceptability.LOST_SECONDS), f"no answer with {who}"
                found = reader.recv()
                pd.testing.assert_frame_equal(found, alone)
                assert found.attrs == alone.attrs
        finally:
            with suppress(ProcessLookupError):  # before it has its own group
                os.killpg(apart.pid, signal.SIGKILL)
            apart.kill()
            apart.join()

    def test_progress_and_stopping(self):
        values, cost, budget = drawn(5, 8)
        sample = admissible_weights(list("abc")).sample(200, seed=1)
        seen = []

        def stop(done, total):
            seen.append((done, total))
            return len(seen) == 2

        found = funding_acceptability(values, cost, budget, sample, progress=stop)
        assert len(seen) == 2
        assert found.attrs["draws"] == seen[-1][0] < 200
        first = funding_acceptability(values, cost, budget, sample.iloc[: seen[-1][0]])
        pd.testing.assert_frame_equal(found, first)

    def test_an_interrupt_keeps_what_is_settled(self):
        values, cost, budget = drawn(5, 8)
        sample = admissible_weights(list("abc")).sample(200, seed=1)

        def interrupt(done, total):
            if done > 40:
                raise KeyboardInterrupt

        held = best_portfolios(values, cost, budget, sample, progress=interrupt)
        assert 40 < len(held) < 200

    def test_regret(self):
        values, cost, budget = drawn(8, 7)
        known = admissible_weights(list("abc"), ranking=["c", "a"])
        proposed = selection.choose(values.mean(axis=1), cost, budget, gap=0).selected
        at_corners = regret(values, cost, budget, proposed, known.vertices())
        over_all = regret(values, cost, budget, proposed, known.sample(60))
        assert (over_all >= 0).all()
        assert over_all.max() <= at_corners.max() + 1e-9
        taken = all_portfolios(cost, budget)
        worth = values.to_numpy() @ known.vertices().to_numpy().T
        expected = (taken @ worth).max(axis=0) - proposed.to_numpy() @ worth
        np.testing.assert_allclose(at_corners, expected, atol=1e-9)


class TestStabilityOfPortfolios:
    @pytest.mark.parametrize("seed", range(4))
    def test_against_all_portfolios(self, seed):
        values, cost, budget = drawn(seed, 7)
        w = pd.Series([0.5, 0.3, 0.2], list("abc"))
        taken = all_portfolios(cost, budget)
        mine = selection.choose(values @ w, cost, budget, gap=0).selected.to_numpy(dtype=int)
        leads = (taken - mine) @ values.to_numpy()
        found = weight_stability_intervals(values, w, cost=cost, budget=budget)
        for j, (low, high) in enumerate(found[["low", "high"]].to_numpy()):
            others = np.insert(np.delete(w, j) / np.delete(w, j).sum(), j, 0)
            t = np.linspace(0, 1, 2_001)[:, None]
            ahead = (leads @ (t * np.eye(3)[j] + (1 - t) * others).T).max(axis=0) <= 1e-9
            assert low == pytest.approx(t[ahead].min(), abs=6e-4)
            assert high == pytest.approx(t[ahead].max(), abs=6e-4)
        change = smallest_change(values, w, cost=cost, budget=budget)
        grid = np.array([(a, b, 100 - a - b) for a in range(101) for b in range(101 - a)]) / 100
        better = grid[(leads @ grid.T).max(axis=0) > 1e-9]
        nearest = (np.abs(better - w.to_numpy()).sum(axis=1) / 2).min(initial=np.inf)
        if np.isnan(change.moved):
            assert nearest == np.inf
        else:
            assert change.moved <= nearest + 1e-9
            assert nearest <= change.moved + 0.03
            assert change.entered + change.left
            assert (leads @ change.weights).max() == pytest.approx(0, abs=1e-8)


class TestAgenda:
    @pytest.fixture
    def story(self):
        sample = pd.DataFrame(
            {
                "reach": [0.6, 0.5, 0.2, 0.1],
                "risk": [0.3, 0.3, 0.6, 0.5],
                "cost": [0.1, 0.2, 0.2, 0.4],
            }
        )
        held = pd.DataFrame(
            {
                "safe": [True] * 4,
                "hub": [True, True, False, False],
                "depot": [False, False, True, True],
                "lane": [True, False, True, True],
                "never": [False] * 4,
            }
        )
        return sample, held

    def test_the_best_question_comes_first(self, story):
        sample, held = story
        answers = which_weighs_more(sample)
        assert ("reach", "risk") in answers.columns
        found = value_of_knowing(held, answers)
        assert found.index[0] == ("reach", "risk")
        assert found.loc[[("reach", "risk")], "settles"].item() == 2.5
        assert found.loc[[("reach", "risk")], "at_least"].item() == 2
        other = answers.assign(true_cost=["high", "low", "high", "high"])
        assert value_of_knowing(held, other).loc["true_cost", "settles"] == 0.25 * 3 + 0.75

    def test_decide_debate_decline(self, story):
        sample, held = story
        lists = held.iloc[[0, 3]].set_axis(["chair", "clerk"])
        found = agenda(held.mean(), held, which_weighs_more(sample), lists=lists)
        assert found["decision"].to_dict() == {
            "hub": "debate",
            "depot": "debate",
            "lane": "debate",
            "safe": "decide without debate",
            "never": "decline",
        }
        assert list(found.index) == ["hub", "depot", "lane", "safe", "never"]
        assert found.at["hub", "question"] == ("reach", "risk")
        assert found.at["hub", "reason"] == (
            "funded in 50 % of 4 draws: in 100 % if reach weighs more, in 0 % if risk weighs more"
        )
        assert found.at["hub", "for_it"] == ("chair",)
        assert found.at["hub", "against_it"] == ("clerk",)
        assert found.at["safe", "reason"] == "funded in all 4 draws"
        core = held.mean().where(held.mean().isin([0, 1]), 0.7)
        proven = agenda(core, held, which_weighs_more(sample), proven=True)
        assert proven.at["hub", "share"] == 0.7 and proven.at["hub", "often"] == 0.5
        assert proven.at["safe", "reason"] == "funded whatever the weights the board would accept"

    def test_bad_share(self, story):
        sample, held = story
        with pytest.raises(InputError, match=r"share: each must lie in \[0, 1\]"):
            agenda(held.sum(), held, which_weighs_more(sample))


def test_ranks_and_choices_of_the_example(northmere):
    """The example portfolio's own ranks, weights only known by order."""
    from pmo_lib import workbench

    evaluation = workbench.evaluate(northmere, workbench.Settings())
    order = list(evaluation.weights.sort_values(ascending=False).index)
    sample = admissible_weights(evaluation.values.columns, ranking=order).sample(500)
    shares = rank_acceptability(evaluation.values, sample)
    assert shares.loc[evaluation.rank.idxmin(), 1] > 0.3
    np.testing.assert_allclose(shares.sum(axis=1), 1)
