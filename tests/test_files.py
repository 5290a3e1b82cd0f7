"""A file is read within a limit, and written whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from carbonctl.errors import InputError
from carbonctl.outputs import whole
from carbonctl.spec import files

FAULTS = [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()]


class Disk(whole.FileIO):
    """A file on a disk that has room for some bytes, and may fail when it is closed."""

    room = 10
    fails_at_close = False

    def write(self, data) -> int:
        taken = bytes(data)[: self.room]
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(taken)
        return super().write(taken)

    def close(self) -> None:
        was_open = not self.closed
        super().close()
        if was_open and self.fails_at_close:
            raise OSError(errno.EIO, "Input/output error")


class FullAtClose(Disk):
    room = 10**6
    fails_at_close = True


def broken(fault: BaseException):
    """Yield a large part of a table, then fail."""
    yield b"a,b\n" * 100_000
    raise fault


def writes(path: Path, chunks) -> None:
    """Write a file by the function that its name says."""
    if path.name.startswith("create"):
        whole.create(path, b"".join(chunks))
    else:
        (whole.append if path.name.startswith("append") else whole.replace)(path, chunks)


@pytest.fixture(params=["append", "append-new", "replace", "replace-new", "create-new"])
def path(request, tmp_path):
    path = tmp_path / request.param
    if not request.param.endswith("new"):
        path.write_bytes(b"old\nwithout an end")
    return path


def assert_untouched(path: Path) -> None:
    if path.name.endswith("new"):
        assert list(path.parent.iterdir()) == []
    else:
        assert path.read_bytes() == b"old\nwithout an end"
        assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_failure_on_the_way_leaves_the_file_as_it_was(path, fault):
    with pytest.raises(type(fault)):
        writes(path, broken(fault))
    assert_untouched(path)


@pytest.mark.parametrize("disk", [Disk, FullAtClose])
def test_a_full_disk_leaves_the_file_as_it_was(path, monkeypatch, disk):
    monkeypatch.setattr(whole, "FileIO", disk)
    with pytest.raises(OSError, match=r"No space left|Input/output"):
        writes(path, [b"x" * 7, b"y" * 7])
    assert_untouched(path)


def test_what_is_written_is_whole(path):
    writes(path, [b"x\n", b"", b"y\n"])
    before = b"old\nwithout an end\n" if path.name == "append" else b""
    assert path.read_bytes() == before + b"x\ny\n"


def test_folders_that_were_made_for_a_file_go_with_it(tmp_path, monkeypatch):
    path = tmp_path / "a" / "b" / "x"
    whole.create(path, b"x", with_folders=True)
    path.unlink()
    path.parent.rmdir()
    monkeypatch.setattr(whole, "FileIO", Disk)
    with pytest.raises(OSError, match="No space left"):
        whole.create(path, b"x" * 20, with_folders=True)
    assert [*tmp_path.rglob("*")] == [tmp_path / "a"]


def test_a_loop_of_links_is_not_replaced(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.symlink_to(two)
    two.symlink_to(one)
    for write in (whole.append, whole.replace):
        with pytest.raises(OSError) as raised:
            write(one, [b"x"])
        assert raised.value.errno == errno.ELOOP
    assert one.is_symlink()


# --- reading ---


def test_a_regular_file_is_read(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"x" * 1_000_000)
    assert files.read(path) == path.read_bytes()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_pipes_and_devices_are_refused_without_waiting(tmp_path):
    pipe, zero = tmp_path / "pipe", tmp_path / "zero"
    os.mkfifo(pipe)
    zero.symlink_to("/dev/zero")
    for path in (pipe, zero, tmp_path):
        with pytest.raises(files.Refused, match="is not a regular file"):
            files.read(path)
        with pytest.raises(InputError, match=rf"{path}:1:1: is not a regular file"):
            files.read_input(path)


def test_a_huge_file_is_refused(tmp_path):
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    with pytest.raises(files.Refused, match="is larger than 64 MiB"):
        files.read(path)
    os.truncate(path, files.MAX_BYTES)
    assert len(files.read(path)) == files.MAX_BYTES


def test_names_of_one_file_have_one_identity(tmp_path):
    path, link, hard = tmp_path / "x", tmp_path / "link", tmp_path / "hard"
    assert whole.identity(path) == whole.identity(tmp_path / "." / "x")
    path.touch()
    link.symlink_to(path)
    hard.hardlink_to(path)
    assert whole.identity(path) == whole.identity(link) == whole.identity(hard)
    assert whole.identity(path) != whole.identity(tmp_path)
