"""The board room: one live page for a meeting, its decisions recorded as they are taken.

>>> from pmo_lib import boardroom, folder
>>> opened = boardroom.open_room(folder.example_folder())
>>> opened.board.room.steps
(0, 0)
"""

from pmo_lib.boardroom.opening import Opened, open_room
from pmo_lib.boardroom.page import BoardRoom
from pmo_lib.boardroom.state import Room

__all__ = ["BoardRoom", "Opened", "Room", "open_room"]
