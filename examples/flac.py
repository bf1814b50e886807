"""Write a tone as FLAC and read it back, in memory, with the DLL of libsndfile.

    windlass fetch soundfile
    python -m windlass examples/flac.py ~/.local/share/windlass/packages/soundfile/libsndfile_x64.dll

libsndfile does all its input and output through five callbacks into Python. The script is an ordinary one: in
plain Python, it takes the libsndfile of a Linux distribution.
"""

# Runs on: soundfile libsndfile_x64.dll libsndfile_x86_64.so

import ctypes
import hashlib
import io
import math
import sys
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_int64, c_short, c_void_p

SFM_READ, SFM_WRITE = 0x10, 0x20
SF_FORMAT_FLAC, SF_FORMAT_PCM_16 = 0x170000, 0x0002
SF_STR_TITLE = 0x01
RATE = 44100


class Info(ctypes.Structure):
    """SF_INFO"""

    _fields_ = [
        ("frames", c_int64),
        ("samplerate", c_int),
        ("channels", c_int),
        ("format", c_int),
        ("sections", c_int),
        ("seekable", c_int),
    ]


class VirtualIo(ctypes.Structure):
    """SF_VIRTUAL_IO, on a Python file object."""

    _fields_ = [
        ("get_length", CFUNCTYPE(c_int64, c_void_p)),
        ("seek", CFUNCTYPE(c_int64, c_int64, c_int, c_void_p)),
        ("read", CFUNCTYPE(c_int64, c_void_p, c_int64, c_void_p)),
        ("write", CFUNCTYPE(c_int64, c_void_p, c_int64, c_void_p)),
        ("tell", CFUNCTYPE(c_int64, c_void_p)),
    ]

    def __init__(self, file):
        def get_length(_):
            return len(file.getbuffer())

        def seek(offset, whence, _):
            return file.seek(offset, whence)

        def read(buffer, count, _):
            data = file.read(count)
            ctypes.memmove(buffer, data, len(data))
            return len(data)

        def write(buffer, count, _):
            return file.write(ctypes.string_at(buffer, count))

        def tell(_):
            return file.tell()

        types = dict(self._fields_)
        functions = (get_length, seek, read, write, tell)
        super().__init__(*(types[function.__name__](function) for function in functions))


def load(path):
    """libsndfile with the prototypes of its functions."""
    library = ctypes.CDLL(path)
    prototypes = {
        "sf_open_virtual": (c_void_p, POINTER(VirtualIo), c_int, POINTER(Info), c_void_p),
        "sf_writef_short": (c_int64, c_void_p, POINTER(c_short), c_int64),
        "sf_readf_short": (c_int64, c_void_p, POINTER(c_short), c_int64),
        "sf_set_string": (c_int, c_void_p, c_int, c_char_p),
        "sf_get_string": (c_char_p, c_void_p, c_int),
        "sf_close": (c_int, c_void_p),
        "sf_strerror": (c_char_p, c_void_p),
    }
    for name, (result, *arguments) in prototypes.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def open_sound(library, virtual, mode, info):
    """An open SNDFILE; OSError says why there is none."""
    sound = library.sf_open_virtual(byref(virtual), mode, byref(info), None)
    if not sound:
        raise OSError(library.sf_strerror(None).decode())
    return sound


def main(path):
    library = load(path)
    tone = [round(8000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(RATE)]
    samples = (c_short * RATE)(*tone)

    file = io.BytesIO()
    virtual = VirtualIo(file)
    info = Info(samplerate=RATE, channels=1, format=SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
    sound = open_sound(library, virtual, SFM_WRITE, info)
    library.sf_set_string(sound, SF_STR_TITLE, b"A 440")
    print("written:", library.sf_writef_short(sound, samples, RATE), "frames")
    library.sf_close(sound)
    flac = file.getvalue()
    print(f"{2 * RATE} bytes of samples are {len(flac)} bytes of {flac[:4].decode()}")
    print("SHA-256", hashlib.sha256(flac).hexdigest())

    file.seek(0)
    info = Info()
    sound = open_sound(library, virtual, SFM_READ, info)
    print(f"read: {info.frames} frames, {info.samplerate} Hz, format {info.format:#x}")
    print("title:", library.sf_get_string(sound, SF_STR_TITLE).decode())
    back = (c_short * RATE)()
    library.sf_readf_short(sound, back, RATE)
    library.sf_close(sound)
    print("the same samples:", list(back) == tone)

    try:
        open_sound(library, VirtualIo(io.BytesIO(b"no sound at all")), SFM_READ, Info())
    except OSError as error:
        print("not a sound:", error)


if __name__ == "__main__":
    main(sys.argv[1])
