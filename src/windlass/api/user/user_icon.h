/* Icons and cursors, shared by the user_icon*.c files ("Icons", "Cursors"). */
#ifndef WINDLASS_USER_ICON_H
#define WINDLASS_USER_ICON_H

#include "gdi/gdi.h"
#include "user.h"

/* Pixels from the top left. A monochrome one has no colours but a second mask; "the AND mask" keeps what is behind. */
struct icon {
    struct user_object head;
    bool is_cursor, is_shared, has_alpha;
    LONG width, height;
    DWORD x, y;                         /* the hot spot */
    BYTE *mask;                         /* a byte a pixel: 1 is transparent */
    BYTE *inverse;                      /* what a monochrome one is combined with by XOR; NULL: it has colours */
    DWORD *colours;                     /* 0xAARRGGBB */
    HINSTANCE module;                   /* of a resource */
    WCHAR *name;
    LONG asked_width, asked_height;     /* what it was loaded as, for those that are shared */
    struct icon *next_shared;
};

enum { IMAGE_BITMAP = 0, IMAGE_ICON = 1, IMAGE_CURSOR = 2 };
enum {
    LR_MONOCHROME = 1, LR_COPYRETURNORG = 4, LR_COPYDELETEORG = 8, LR_LOADFROMFILE = 0x10, LR_LOADTRANSPARENT = 0x20,
    LR_DEFAULTSIZE = 0x40, LR_LOADMAP3DCOLORS = 0x1000, LR_CREATEDIBSECTION = 0x2000, LR_SHARED = 0x8000,
};
#define ERROR_INVALID_CURSOR_HANDLE 1402u

/* Pixels of this size, all transparent; NULL with ERROR_NOT_ENOUGH_MEMORY or ERROR_INVALID_PARAMETER. */
struct icon *icon_new(LONG width, LONG height, bool has_colours);
void icon_free(struct icon *icon);
/* Its handle; NULL with the last error, and the icon is freed then. */
HICON icon_add(struct icon *icon);
/* Under the user lock; NULL with ERROR_INVALID_CURSOR_HANDLE. */
struct icon *icon_find(HICON handle);
/* A copy of another size. */
struct icon *icon_scaled(const struct icon *icon, LONG width, LONG height);

/* What DrawIconEx does with the mask (1), the image (2) or both (3). */
BOOL icon_draw(HDC dc, int x, int y, const struct icon *icon, UINT planes);

/* Colours and transparency from a bitmap's columns that begin at `left`; pixels of the mask that are not black are
 * transparent, none when it is NULL. */
void icon_take(struct icon *icon, const struct surface *colours, const struct surface *mask, LONG left);

/* A DIB of `size` bytes from a file or a resource, as aligned as its structures ask, and with run lengths that end
 * within it; *header is dib_header_size. From malloc(); NULL if it is none. */
BITMAPINFO *dib_copy(const void *dib, size_t size, size_t *header);
/* A bitmap from a DIB with everything that LoadImage may be asked for. */
HBITMAP bitmap_from_dib(const void *dib, size_t size, LONG width, LONG height, UINT flags);
HBITMAP bitmap_copy(HBITMAP handle, LONG width, LONG height, UINT flags);

#endif
