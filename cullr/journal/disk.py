"""Every file-system call of the journal and the moves, one thin function each.

They stand together so that the crash harness can count, fail and kill at the k-th call of a real run. Names are looked
up in an open folder (`at`) and never through a symbolic link. Invariant: no function here can replace a file.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO somebody put in place of a photo must fail, not hang.
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
WRITE = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
CREATE_NEW = WRITE | os.O_CREAT | os.O_EXCL

SEAM = (
    "open_folder", "open_file", "read", "read_at", "write", "write_at", "fsync", "truncate", "lstat", "fstat", "names",
    "mkdir", "rmdir", "rename_new", "link", "unlink", "chmod", "chown", "set_times", "attributes", "set_attribute",
    "lock",
)  # fmt: skip
"""What the crash harness interposes: every call that can fail or that a kill can separate from the next."""

_NO_FOLDER_FSYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.ENOSYS}


def open_folder(name: str, at: int | None = None) -> int:
    return os.open(name, FOLDER, dir_fd=at)


def open_file(name: str, at: int, flags: int = READ, mode: int = 0o666) -> int:
    return os.open(name, flags, mode, dir_fd=at)


def read(fd: int, size: int) -> bytes:
    return os.read(fd, size)


def read_at(fd: int, size: int, offset: int) -> bytes:
    return os.pread(fd, size, offset)


def forget_cached(fd: int) -> None:
    """Ask the system to read a synced file from the disk next time."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def write(fd: int, data: bytes | memoryview) -> int:
    return os.write(fd, data)


def write_at(fd: int, data: bytes, offset: int) -> int:
    return os.pwrite(fd, data, offset)


def fsync(fd: int) -> None:
    """Force a file's bytes or a folder's entries to the disk itself."""
    if sys.platform == "darwin":
        # On macOS fsync stops at the drive's own cache.
        try:
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
            return
        except OSError as error:
            if error.errno not in _NO_FOLDER_FSYNC:
                raise
    os.fsync(fd)


def truncate(fd: int, length: int) -> None:
    os.ftruncate(fd, length)


def lstat(name: str, at: int) -> os.stat_result:
    return os.stat(name, dir_fd=at, follow_symlinks=False)


def fstat(fd: int) -> os.stat_result:
    return os.fstat(fd)


def names(fd: int) -> list[str]:
    return os.listdir(fd)


def mkdir(name: str, at: int, mode: int) -> None:
    os.mkdir(name, mode, dir_fd=at)


def rmdir(name: str, at: int) -> None:
    os.rmdir(name, dir_fd=at)


def rename_new(name: str, at: int, new: str, to: int) -> None:
    """Rename unless `new` exists. Raises OSError with ENOSYS, EINVAL or ENOTSUP where that cannot be had atomically."""
    call = _exclusive_rename()
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), name)
    if call(at, os.fsencode(name), to, os.fsencode(new)) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name, None, new)


def link(name: str, at: int, new: str, to: int) -> None:
    os.link(name, new, src_dir_fd=at, dst_dir_fd=to, follow_symlinks=False)


def unlink(name: str, at: int) -> None:
    os.unlink(name, dir_fd=at)


def chmod(fd: int, mode: int) -> None:
    os.fchmod(fd, mode)


def chown(fd: int, user: int, group: int) -> None:
    os.fchown(fd, user, group)


def set_times(fd: int, accessed_ns: int, modified_ns: int) -> None:
    os.utime(fd, ns=(accessed_ns, modified_ns))


def attributes(fd: int) -> dict[str, bytes]:
    """Extended attributes; none where the system or the file system knows none."""
    if sys.platform != "linux":
        return {}
    return {name: os.getxattr(fd, name) for name in os.listxattr(fd)}


def set_attribute(fd: int, name: str, value: bytes) -> None:
    if sys.platform == "linux":
        os.setxattr(fd, name, value)


def lock(fd: int) -> None:
    """Take the one writer's lock or raise BlockingIOError; the system drops it when the process ends."""
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def close(fd: int) -> None:
    os.close(fd)


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[write(fd, view) :]


def read_all(fd: int) -> bytes:
    parts = []
    while part := read(fd, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def fsync_folder(fd: int) -> None:
    """As fsync; some network and FUSE file systems have no such call for folders, and nothing can be done about it."""
    try:
        fsync(fd)
    except OSError as error:
        if error.errno not in _NO_FOLDER_FSYNC:
            raise


@cache
def _exclusive_rename() -> Callable[[int, bytes, int, bytes], int] | None:
    name, flag = ("renameatx_np", 4) if sys.platform == "darwin" else ("renameat2", 1)
    call: Any = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if call is None:
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    call.restype = ctypes.c_int

    def rename(at: int, old: bytes, to: int, new: bytes) -> int:
        return int(call(at, old, to, new, flag))

    return rename
