"""What every way of asking for weights shares: subjects, a draft, and who may change it."""

from __future__ import annotations

import anywidget
import pandas as pd
import traitlets

from pmo_lib.elicitation.answers import answers, label_at
from pmo_lib.wording import one_line


class Question(anywidget.AnyWidget):
    """A question about subjects; the browser asks for a change, and this side alone makes it.

    Each way of asking states its ``kind``, what `_asked` does with a message, and what
    `_show` lays out of the draft.

    Parameters
    ----------
    subjects : DataFrame by label
        name and swing of what is weighed.
    draft : dict
        Where it starts.
    **texts
        More texts for the browser; a draft never changes them.

    Attributes
    ----------
    kind, draft, answers
        How the member is asked, what is filled in, and that as `record.vote` takes it.
    usable : bool
        Whether anything can be changed.
    """

    texts = traitlets.Dict().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    draft = traitlets.Dict()
    usable = traitlets.Bool(True)

    def __init__(self, subjects: pd.DataFrame, draft: dict, **texts) -> None:
        self.labels = list(subjects.index)
        both = zip(subjects["name"].map(one_line), subjects["swing"].map(one_line), strict=True)
        rows = [{"name": name, "swing": swing} for name, swing in both]
        super().__init__(texts={"rows": rows, **texts}, draft=draft)
        self._show()
        self.observe(lambda _: self._show(), ["draft", "usable"])
        self.on_msg(lambda _widget, message, _buffers: self._heard(message))

    @property
    def answers(self) -> pd.Series | pd.DataFrame:
        """What is filled in as `record.vote` takes it."""
        return answers(self.kind, self.draft, self.labels)

    def _heard(self, message: object) -> None:
        """Do what the browser asks, if anything can be changed."""
        if self.usable and isinstance(message, dict):
            self._asked(message)

    def _label(self, row: object) -> str | None:
        """Return the label of a row that the browser names, if it is one of these."""
        return label_at(self.labels, row)
