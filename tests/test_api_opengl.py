"""There is no OpenGL: programs that ask for it are told so, and go on without."""

from __future__ import annotations

import pytest

import windlass.ctypes as ctypes

ERROR_INVALID_PIXEL_FORMAT = 2000


@pytest.fixture
def gdi32():
    dll = ctypes.WinDLL("gdi32", use_last_error=True)
    dll.CreateCompatibleDC.restype = ctypes.c_void_p
    dll.CreateCompatibleDC.argtypes = dll.DeleteDC.argtypes = [ctypes.c_void_p]
    return dll


@pytest.fixture
def device(gdi32):
    dc = gdi32.CreateCompatibleDC(None)
    yield ctypes.c_void_p(dc)
    gdi32.DeleteDC(dc)


def test_no_device_has_pixel_formats(gdi32, device):
    calls = {
        "ChoosePixelFormat": (b"\0" * 40,),
        "DescribePixelFormat": (1, 0, None),
        "GetPixelFormat": (),
        "SetPixelFormat": (1, b"\0" * 40),
        "SwapBuffers": (),
    }
    for name, arguments in calls.items():
        ctypes.set_last_error(0)
        assert getattr(gdi32, name)(device, *arguments) == 0
        assert ctypes.get_last_error() == ERROR_INVALID_PIXEL_FORMAT, name


def test_no_context_is_made(device):
    opengl32 = ctypes.WinDLL("opengl32", use_last_error=True)
    for function in (opengl32.wglCreateContext, opengl32.wglGetProcAddress, opengl32.wglGetCurrentContext):
        function.restype = ctypes.c_void_p
    assert opengl32.wglCreateContext(device) is None
    assert ctypes.get_last_error() == ERROR_INVALID_PIXEL_FORMAT
    assert opengl32.wglGetCurrentContext() is None
    assert opengl32.wglMakeCurrent(None, None) == 1
    assert opengl32.wglGetProcAddress(b"glCreateShader") is None
