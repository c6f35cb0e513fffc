"""Who is let in by the server of the board's page; made and asked by Voila alone."""

from __future__ import annotations

from jupyter_server.auth import User
from jupyter_server.auth.identity import PasswordIdentityProvider
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler


class Door(PasswordIdentityProvider):
    """Lets in whoever has the token, and hands out the second token that closing a page needs.

    A page that is closed asks the server to end its kernel. The server takes that from a page
    of its own alone, known by a cookie; Voila never sets that cookie, so that every such
    request was refused and kernels stayed until they were culled.
    """

    async def get_user(self, handler: RequestHandler) -> User | None:
        """Return who asks, None if they may not come in.

        A kernel's messages are sent as they come: left to gather, a short one waits 40 ms until
        the page has confirmed the one before.
        """
        user = await super().get_user(handler)
        if user is not None and isinstance(handler, WebSocketHandler):
            handler.request.connection.stream.set_nodelay(True)
        if user is not None and not isinstance(handler, WebSocketHandler):
            handler.current_user = user
            handler.xsrf_token  # noqa: B018  reading it sets the cookie
        return user
