/* OpenGL contexts ("wglCreateContext function" ...): there are none, since no device has a pixel format (gdi_device.c).
 * Programs are told so, and go on without. */
#include "gdi.h"

#define ERROR_INVALID_PIXEL_FORMAT 2000u

static HANDLE no_context(HDC hdc) {
    if (dc_find(hdc))
        set_last_error(ERROR_INVALID_PIXEL_FORMAT);
    return NULL;
}

API(opengl32, HANDLE, wglCreateContext, HDC hdc) { return no_context(hdc); }

API(opengl32, HANDLE, wglCreateLayerContext, HDC hdc, int layer) {
    (void)layer;
    return no_context(hdc);
}

API(opengl32, BOOL, wglDeleteContext, HANDLE context) {
    (void)context;
    return fail(ERROR_INVALID_HANDLE);
}

API(opengl32, BOOL, wglShareLists, HANDLE first, HANDLE second) {
    (void)first, (void)second;
    return fail(ERROR_INVALID_HANDLE);
}

/* Having no context current is the one thing that can be had. */
API(opengl32, BOOL, wglMakeCurrent, HDC hdc, HANDLE context) {
    (void)hdc;
    return context ? fail(ERROR_INVALID_HANDLE) : TRUE;
}

API(opengl32, HANDLE, wglGetCurrentContext, void) { return NULL; }
API(opengl32, HDC, wglGetCurrentDC, void) { return NULL; }

/* Functions are found for the current context only. */
API(opengl32, PVOID, wglGetProcAddress, LPCSTR name) {
    (void)name;
    set_last_error(ERROR_INVALID_HANDLE);
    return NULL;
}
