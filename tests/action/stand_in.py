"""Stands in for the runner, which reads ``action.yml`` and starts its steps, and for its API."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.conftest import ROOT, clean_environment

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = [step for step in ACTION["runs"]["steps"] if "run" in step]
KEEPS = [step for step in ACTION["runs"]["steps"] if "uses" in step]
TOKEN = "a-token-of-the-runner"
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_OUTPUT = re.compile(r"(?P<name>[\w-]+)<<(?P<end>.+)\n(?P<value>(?:.*\n)*?)(?P=end)\n")


class Done(NamedTuple):
    """What a run of the action left behind."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str

    @property
    def commands(self) -> list[str]:
        """The workflow commands that the runner takes from the log."""
        found, token = [], None
        for line in map(str.strip, self.log.splitlines()):
            if token is not None:
                token = None if line == f"::{token}::" else token
            elif line.startswith("::stop-commands::"):
                token = line.removeprefix("::stop-commands::")
            elif line.startswith("::") or "##[" in line:
                found.append(line)
        assert token is None
        return found

    @property
    def markdown(self) -> str:
        return Path(self.outputs["markdown"]).read_text(encoding="utf-8")


def evaluated(text: str, values: dict[str, str]) -> str:
    """Return a text with its expressions; only names are known, as the action uses no more."""
    return _EXPRESSION.sub(lambda found: values[found[1]], text)


def read_outputs(text: str) -> dict[str, str]:
    """Return the outputs that a step set, as the runner reads them."""
    found = {one["name"]: one["value"].removesuffix("\n") for one in _OUTPUT.finditer(text)}
    assert not _OUTPUT.sub("", text)
    return found


class Runner:
    """Runs the action in a repository, with its files in a folder."""

    def __init__(self, folder: Path, workspace: Path, api: str, command: Path) -> None:
        self.folder = folder
        self.workspace = workspace
        self.api = api
        self.inputs = {"command": str(command), "python": sys.executable}
        self.event: dict[str, Any] = {}
        self.extra: dict[str, str] = {}

    def pull_request(self, base: str, number: int = 7) -> None:
        self.event = {"pull_request": {"number": number, "base": {"sha": base}}}

    def run(self, **inputs: str) -> Done:
        """Run all steps, as a job does; a step that fails ends it."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        values = {"github.token": TOKEN}
        for name, about in ACTION["inputs"].items():
            default = evaluated(about.get("default", ""), values)
            values[f"inputs.{name}"] = {**self.inputs, **given}.get(name, default)
        code, log = 0, ""
        (self.folder / "event.json").write_text(json.dumps(self.event))
        summary = self.folder / "summary.md"
        summary.write_text("")
        for step in STEPS:
            outputs = self.folder / "outputs.txt"
            outputs.write_text("")
            done = self._step(step, values, outputs, summary)
            code, log = done.returncode, log + done.stdout.decode()
            for name, value in read_outputs(outputs.read_text()).items():
                values[f"steps.{step['id']}.outputs.{name}"] = value
            if code:
                break
        outputs = {
            name: evaluated(about["value"], {**_nothing(about["value"]), **values})
            for name, about in ACTION["outputs"].items()
        }
        return Done(code, log, outputs, summary.read_text(encoding="utf-8"))

    def _step(self, step, values, outputs, summary) -> subprocess.CompletedProcess[bytes]:
        assert step["shell"] == "bash"
        script = self.folder / "step.sh"
        script.write_text(step["run"])
        environment = {
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": self.api,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_REPOSITORY": "octo-org/repo",
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.folder),
            "NO_PROXY": "127.0.0.1",
            **self.extra,
            **{name: evaluated(value, values) for name, value in step["env"].items()},
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.workspace, check=False,
            env=clean_environment(**environment), timeout=60,
        )  # fmt: skip


def _nothing(text: str) -> dict[str, str]:
    return dict.fromkeys(_EXPRESSION.findall(text), "")


class Api:
    """The comments of a pull request, and how ill the host is disposed.

    ``answers`` are what it gives instead of its own answers, one by one: a status, headers,
    and whether it does what it was asked all the same.
    """

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str]] = []
        self.answers: list[tuple[int, dict[str, str], bool]] = []
        self.forbidden: dict[str, int] = {}
        self.user: str | None = None

    @property
    def changes(self) -> list[str]:
        return [method for method, _ in self.requests if method != "GET"]

    def add(self, body: str, login: str, kind: str = "User") -> None:
        author = {"login": login, "type": kind}
        self.comments.append({"id": len(self.comments) + 1, "body": body, "user": author})

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        place = urlsplit(path)
        if place.path == "/user":
            return (200, {"login": self.user}) if self.user else (403, {})
        if place.path == "/repos/octo-org/repo/issues/7/comments":
            if method == "POST":
                self.add(body["body"], "github-actions[bot]", "Bot")
                return 201, self.comments[-1]
            asked = {key: int(value[0]) for key, value in parse_qs(place.query).items()}
            first = (asked["page"] - 1) * asked["per_page"]
            return 200, self.comments[first : first + asked["per_page"]]
        found = re.fullmatch(r"/repos/octo-org/repo/issues/comments/(\d+)", place.path)
        if method != "PATCH" or not found:
            return 404, {}
        self.comments[int(found[1]) - 1]["body"] = body["body"]
        return 200, self.comments[int(found[1]) - 1]


@contextmanager
def serving(api: Api) -> Iterator[str]:
    """Serve an API on loopback and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            assert self.headers["Authorization"] == f"Bearer {TOKEN}"
            api.requests.append((self.command, self.path))
            size = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(size)) if size else None
            headers, status = {"Location": "/elsewhere"}, api.forbidden.get(self.command)
            answer: Any = {}
            if status is None and api.answers:
                status, headers, does = api.answers.pop(0)
                if does:
                    api.answer(self.command, self.path, body)
            elif status is None:
                status, answer = api.answer(self.command, self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _any  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Repository:
    """A git repository in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        environment = {
            **clean_environment(),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{
                f"GIT_{who}_{what}": "a@b.example"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
        }
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, check=True,
            capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip

    def commit(self, files: dict[str, str | None]) -> str:
        """Write some files, remove those that are None, and return the commit."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "a commit")
        return self.git("rev-parse", "HEAD")
