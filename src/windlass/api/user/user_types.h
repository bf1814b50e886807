/* The types that user32 and gdi32 have in common. */
#ifndef WINDLASS_USER_TYPES_H
#define WINDLASS_USER_TYPES_H

#include "win.h"

typedef struct HWND__ *HWND;
typedef HANDLE HICON, HCURSOR, HBRUSH, HMENU, HHOOK, HDC;
typedef DWORD COLORREF;
typedef struct { LONG x, y; } POINT;
typedef struct { LONG left, top, right, bottom; } RECT;

#endif
