"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from windlass.whole_file import WholeFile, write_whole


def test_a_file_has_the_rights_that_its_user_wants(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "x", b"content")
    finally:
        os.umask(before)
    assert (tmp_path / "x").read_bytes() == b"content"
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


def test_an_exception_changes_nothing(tmp_path):
    (tmp_path / "x").write_text("before")
    with pytest.raises(KeyError), WholeFile(tmp_path / "x") as file:
        file.write(b"half")
        raise KeyError
    assert (tmp_path / "x").read_text() == "before"
    assert os.listdir(tmp_path) == ["x"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to("target")
    write_whole(tmp_path / "link", b"content")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"content"


def test_a_device_stays_a_device():
    write_whole(os.devnull, b"content")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("name", ["missing/x", "folder"])
def test_an_error_names_the_file(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as caught:
        write_whole(tmp_path / name, b"")
    assert caught.value.filename == str(tmp_path / name)
    assert os.listdir(tmp_path) == ["folder"]
