"""One comment on the pull request: posted once, then kept up to date."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

import page
import runner

_PAUSES = (1.0, 4.0, 15.0)  # seconds before each further try
_LONGEST_PAUSE = 60.0
_TIMEOUT = 30.0
_LONGEST_REFUSAL = 10_000  # bytes
_PER_PAGE = 100
_MOST_PAGES = 30  # a pull request has at most 2,500 comments
_BUSY = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
Comment = dict[str, Any]


def keep(number: int, text: str, *, is_news: bool) -> None:
    """Post the comment, or update it; without news, none is posted.

    A comment that cannot be written is a warning: the gates decide, and the summary has
    what it would have said.
    """
    try:
        _patiently(Thread(number), text, is_news=is_news)
    except Refused as refusal:
        hint = (
            "; the token of a pull request from a fork can only read"
            if refusal.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
            else ""
        )
        runner.annotate("warning", f"the comment could not be written: {refusal}{hint}")


def _patiently(thread: "Thread", text: str, *, is_news: bool) -> None:
    """Try until the host is no longer busy, and look for the comment anew each time.

    So there is one comment also where the host did post it and said that it did not.
    """
    for pause in _PAUSES:
        try:
            return thread.write(text, is_news=is_news)
        except Refused as refusal:
            if refusal.pause is None:
                raise
            time.sleep(min(max(pause, refusal.pause), _LONGEST_PAUSE))
    return thread.write(text, is_news=is_news)


class Refused(Exception):
    """What the host did not do.

    ``status`` is 0 where there was no answer; ``pause`` are the seconds after which it may be
    asked again, None where that is of no use.
    """

    def __init__(self, message: str, status: int, pause: float | None) -> None:
        super().__init__(message)
        self.status = status
        self.pause = pause


class Thread:
    """The comments on one pull request."""

    def __init__(self, number: int) -> None:
        repository = quote(os.environ["GITHUB_REPOSITORY"], safe="/")
        self.root = f"/repos/{repository}/issues"
        self.path = f"{self.root}/{number}/comments"

    def write(self, text: str, *, is_news: bool) -> None:
        """Post the comment where there is none, and there is news; else update it.

        Raises
        ------
        Refused
            Where the host does not.
        """
        ours = self._ours()
        if ours is None and is_news:
            _call("POST", self.path, {"body": text})
        elif ours is not None and _body(ours).strip() != text.strip():
            _call("PATCH", f"{self.root}/comments/{int(ours['id'])}", {"body": text})

    def _ours(self) -> Comment | None:
        """Return the comment that the action posted.

        It begins with the action's marks, and a bot or the owner of the token wrote it: one
        in which somebody quotes the marks is left alone.
        """
        marked = [
            one for one in self._all() if _body(one).startswith(f"{page.BEGIN}\n{page.MARK}\n")
        ]
        for one in marked:
            if _author(one).get("type") == "Bot":
                return one
        own = _own_name() if marked else None
        return next((one for one in marked if own and _author(one).get("login") == own), None)

    def _all(self) -> Iterator[Comment]:
        for number in range(1, _MOST_PAGES + 1):
            found = _call("GET", f"{self.path}?per_page={_PER_PAGE}&page={number}")
            yield from found
            if len(found) < _PER_PAGE:
                return


def _body(comment: Comment) -> str:
    return (comment["body"] or "").replace("\r\n", "\n")


def _author(comment: Comment) -> dict[str, Any]:
    return comment["user"] or {}  # nobody, where the account was deleted


def _own_name() -> str | None:
    """Return whose token it is; None for the runner's own, which is nobody's."""
    try:
        name: str = _call("GET", "/user")["login"]
    except Refused as refusal:
        if refusal.pause is not None:
            raise
        return None
    return name


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the token goes nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _call(method: str, path: str, body: Any = None) -> Any:
    """Return the host's answer.

    Raises
    ------
    Refused
        Where it gives none that is of use.
    """
    request = urllib.request.Request(
        os.environ["GITHUB_API_URL"].rstrip("/") + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {runner.given('TOKEN')}",
            "Content-Type": "application/json",
            "User-Agent": "carbonctl",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    try:
        with _OPENER.open(request, timeout=_TIMEOUT) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise Refused(f"{error.code} {error.reason}", error.code, _pause(error)) from None
    except (OSError, ValueError, HTTPException) as error:
        raise Refused(str(error), 0, 0.0) from None


def _pause(error: urllib.error.HTTPError) -> float | None:
    """Return how long the host asks to wait; None where its answer is final."""
    wait = error.headers.get("Retry-After", "")
    is_limit = error.code == HTTPStatus.FORBIDDEN and (
        wait
        or error.headers.get("X-RateLimit-Remaining") == "0"
        or b"rate limit" in error.read(_LONGEST_REFUSAL)
    )
    if error.code not in _BUSY and not is_limit:
        return None
    return float(wait) if wait.isdecimal() else 0.0
