/* The console's screen ("Console Functions"). A terminal shows what control sequences tell it (ECMA-48, and those of
 * the VT400 series that xterm and its like know) but cannot be read back. Its buffer is as large as its window; a second
 * screen buffer is the terminal's alternate screen, of which there is one, and only what is active can be written to. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "console.h"

#define CONSOLE_TEXTMODE_BUFFER 1u

typedef struct {
    union { WCHAR UnicodeChar; CHAR AsciiChar; } Char;
    WORD Attributes;
} CHAR_INFO;
typedef struct {
    DWORD cbSize;
    COORD dwSize, dwCursorPosition;
    WORD wAttributes;
    SMALL_RECT srWindow;
    COORD dwMaximumWindowSize;
    WORD wPopupAttributes;
    BOOL bFullscreenSupported;
    DWORD ColorTable[16];
} CONSOLE_SCREEN_BUFFER_INFOEX;
typedef struct { DWORD nFont; COORD dwFontSize; } CONSOLE_FONT_INFO;
typedef struct {
    DWORD cbSize, nFont;
    COORD dwFontSize;
    UINT FontFamily, FontWeight;
    WCHAR FaceName[32];
} CONSOLE_FONT_INFOEX;
typedef struct { DWORD dwFlags; COORD dwSelectionAnchor; SMALL_RECT srSelection; } CONSOLE_SELECTION_INFO;
_Static_assert(sizeof(CONSOLE_SCREEN_BUFFER_INFOEX) == 96, "CONSOLE_SCREEN_BUFFER_INFOEX");
_Static_assert(sizeof(CONSOLE_FONT_INFOEX) == 84, "CONSOLE_FONT_INFOEX");

/* False with ERROR_INVALID_HANDLE for what is not a console's screen. */
static bool is_console(HANDLE handle, COORD *size) {
    struct file *file = console_output_from_handle(handle);
    if (!file)
        return false;
    *size = console_window_size(file->fd);
    file_release(file);
    return true;
}

/* ---- writing at a place ---- */

/* Text that is put together and written at once; `failed` without memory. */
struct output {
    char *text;
    size_t size, room;
    bool failed;
};

static void put(struct output *output, const char *text, size_t size) {
    if (output->size + size > output->room) {
        size_t room = (output->size + size) * 2;
        char *larger = realloc(output->text, room);
        if (!larger) {
            output->failed = true;
            return;
        }
        output->text = larger;
        output->room = room;
    }
    memcpy(output->text + output->size, text, size);
    output->size += size;
}

static void put_place(struct output *output, int row, int column) {
    char text[32];
    put(output, text, (size_t)snprintf(text, sizeof text, "\033[%d;%dH", row + 1, column + 1));
}

static void put_attributes(struct output *output, WORD attributes) {
    char text[CONSOLE_SEQUENCE_SIZE];
    put(output, text, console_attribute_sequence(attributes, text));
}

/* A control character would not be shown but obeyed. */
static void put_units(struct output *output, const WCHAR *units, size_t count) {
    char text[8];
    for (size_t i = 0; i < count; i++) {
        size_t taken = (units[i] & 0xFC00) == 0xD800 && i + 1 < count ? 2 : 1;
        size_t size = units[i] < 0x20 ? 1 : utf8_from_wide(units + i, taken, text, sizeof text);
        put(output, units[i] < 0x20 ? " " : text, size);
        i += taken - 1;
    }
}

/* Writes between saving and restoring the cursor and what it writes like. */
static BOOL write_aside(HANDLE handle, struct output *output) {
    put(output, "\0338", 2);
    BOOL result = output->failed ? fail(ERROR_NOT_ENOUGH_MEMORY) : console_write(handle, output->text, output->size);
    free(output->text);
    return result;
}

static struct output begin_aside(void) {
    struct output output = {0};
    put(&output, "\0337", 2);
    return output;
}

/* How many of `count` cells from the place on are on the screen. */
static DWORD cells_from(COORD place, COORD size, DWORD count) {
    if (place.X < 0 || place.Y < 0 || place.X >= size.X || place.Y >= size.Y)
        return 0;
    DWORD left = (DWORD)(size.Y - place.Y) * (DWORD)size.X - (DWORD)place.X;
    return count < left ? count : left;
}

API(kernel32 kernelbase, BOOL, WriteConsoleOutputCharacterW, HANDLE hConsoleOutput, LPCWSTR lpCharacter, DWORD nLength,
    COORD dwWriteCoord, LPDWORD lpNumberOfCharsWritten) {
    COORD size;
    if (!is_console(hConsoleOutput, &size))
        return FALSE;
    DWORD count = cells_from(dwWriteCoord, size, nLength);
    struct output output = begin_aside();
    put_place(&output, dwWriteCoord.Y, dwWriteCoord.X);
    put_units(&output, lpCharacter, count);
    *lpNumberOfCharsWritten = count;
    return write_aside(hConsoleOutput, &output);
}

API(kernel32 kernelbase, BOOL, WriteConsoleOutputCharacterA, HANDLE hConsoleOutput, LPCSTR lpCharacter, DWORD nLength,
    COORD dwWriteCoord, LPDWORD lpNumberOfCharsWritten) {
    WCHAR *wide = malloc(((size_t)nLength + 1) * sizeof *wide);
    if (!wide)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    size_t units = codepage_to_wide(console_output_page(), 0, lpCharacter, nLength, wide, nLength, NULL);
    BOOL result = api_WriteConsoleOutputCharacterW(hConsoleOutput, wide, (DWORD)units, dwWriteCoord,
                                                   lpNumberOfCharsWritten);
    free(wide);
    return result;
}

/* DECCARA: changes how the cells of a rectangle look, and leaves their characters. */
static void put_look(struct output *output, int row, int column, int count, WORD attributes) {
    char look[CONSOLE_SEQUENCE_SIZE], text[CONSOLE_SEQUENCE_SIZE + 64];
    size_t size = console_attribute_sequence(attributes, look);
    int written = snprintf(text, sizeof text, "\033[%d;%d;%d;%d;%.*s$r", row + 1, column + 1, row + 1, column + count,
                           (int)(size - 3), look + 2);
    put(output, text, (size_t)written);
}

/* The attributes of cells that follow each other; `step` 0: all the same. */
static BOOL write_attributes(HANDLE handle, const WORD *attributes, DWORD length, size_t step, COORD place,
                             LPDWORD number) {
    COORD size;
    if (!is_console(handle, &size))
        return FALSE;
    DWORD count = cells_from(place, size, length);
    struct output output = begin_aside();
    for (DWORD done = 0, run; done < count; done += run) {
        int cell = place.X + (int)done, column = cell % size.X;
        WORD look = attributes[done * step];
        for (run = 1; done + run < count && column + (int)run < size.X && attributes[(done + run) * step] == look;)
            run++;
        put_look(&output, place.Y + cell / size.X, column, (int)run, look);
    }
    *number = count;
    return write_aside(handle, &output);
}

API(kernel32 kernelbase, BOOL, WriteConsoleOutputAttribute, HANDLE hConsoleOutput, const WORD *lpAttribute,
    DWORD nLength, COORD dwWriteCoord, LPDWORD lpNumberOfAttrsWritten) {
    return write_attributes(hConsoleOutput, lpAttribute, nLength, 1, dwWriteCoord, lpNumberOfAttrsWritten);
}

API(kernel32 kernelbase, BOOL, FillConsoleOutputAttribute, HANDLE hConsoleOutput, WORD wAttribute, DWORD nLength,
    COORD dwWriteCoord, LPDWORD lpNumberOfAttrsWritten) {
    return write_attributes(hConsoleOutput, &wAttribute, nLength, 0, dwWriteCoord, lpNumberOfAttrsWritten);
}

/* The rectangle of the screen that the cells go to: the region, cut by what the buffer has and the screen shows. */
static SMALL_RECT region_of(const SMALL_RECT *region, COORD buffer, COORD from, COORD screen) {
    SMALL_RECT cut = *region;
    int right = region->Left + buffer.X - from.X - 1, bottom = region->Top + buffer.Y - from.Y - 1;
    cut.Right = (SHORT)(cut.Right > right ? right : cut.Right);
    cut.Bottom = (SHORT)(cut.Bottom > bottom ? bottom : cut.Bottom);
    cut.Right = (SHORT)(cut.Right >= screen.X ? screen.X - 1 : cut.Right);
    cut.Bottom = (SHORT)(cut.Bottom >= screen.Y ? screen.Y - 1 : cut.Bottom);
    return cut;
}

static BOOL write_cells(HANDLE handle, const CHAR_INFO *cells, COORD buffer, COORD from, SMALL_RECT *region,
                        struct codepage *page) {
    COORD screen;
    if (!is_console(handle, &screen))
        return FALSE;
    if (from.X < 0 || from.Y < 0 || region->Left < 0 || region->Top < 0)
        return fail(ERROR_INVALID_PARAMETER);
    SMALL_RECT cut = region_of(region, buffer, from, screen);
    struct output output = begin_aside();
    for (int row = cut.Top; row <= cut.Bottom; row++) {
        put_place(&output, row, cut.Left);
        for (int column = cut.Left; column <= cut.Right; column++) {
            const CHAR_INFO *cell = &cells[(from.Y + row - cut.Top) * buffer.X + from.X + column - cut.Left];
            WCHAR unit = cell->Char.UnicodeChar;
            if (page)
                codepage_to_wide(page, 0, &cell->Char.AsciiChar, 1, &unit, 1, NULL);
            if (column == cut.Left || cell->Attributes != cell[-1].Attributes)
                put_attributes(&output, cell->Attributes);
            put_units(&output, &unit, 1);
        }
    }
    *region = cut;
    return write_aside(handle, &output);
}

API(kernel32 kernelbase, BOOL, WriteConsoleOutputW, HANDLE hConsoleOutput, const CHAR_INFO *lpBuffer,
    COORD dwBufferSize, COORD dwBufferCoord, SMALL_RECT *lpWriteRegion) {
    return write_cells(hConsoleOutput, lpBuffer, dwBufferSize, dwBufferCoord, lpWriteRegion, NULL);
}

API(kernel32 kernelbase, BOOL, WriteConsoleOutputA, HANDLE hConsoleOutput, const CHAR_INFO *lpBuffer,
    COORD dwBufferSize, COORD dwBufferCoord, SMALL_RECT *lpWriteRegion) {
    return write_cells(hConsoleOutput, lpBuffer, dwBufferSize, dwBufferCoord, lpWriteRegion, console_output_page());
}

/* ---- scrolling ---- */

static bool is_empty(SMALL_RECT area) { return area.Right < area.Left || area.Bottom < area.Top; }

static SMALL_RECT intersection(SMALL_RECT one, SMALL_RECT other) {
    return (SMALL_RECT){one.Left > other.Left ? one.Left : other.Left, one.Top > other.Top ? one.Top : other.Top,
                        one.Right < other.Right ? one.Right : other.Right,
                        one.Bottom < other.Bottom ? one.Bottom : other.Bottom};
}

/* Cell by cell: what fills rectangles (DECFRA) many terminals do not know. */
static void put_fill(struct output *output, SMALL_RECT area, WCHAR unit, WORD attributes) {
    if (is_empty(area))
        return;
    put_attributes(output, attributes);
    for (int row = area.Top; row <= area.Bottom; row++) {
        put_place(output, row, area.Left);
        for (int column = area.Left; column <= area.Right; column++)
            put_units(output, &unit, 1);
    }
}

/* Whole lines move in the terminal's scrolling region (DECSTBM, SU, SD), which every terminal has; those that come in
 * are blank and look like the fill. */
static void put_line_scroll(struct output *output, SMALL_RECT area, SMALL_RECT target, int by, WORD attributes) {
    char text[64];
    int top = by < 0 ? target.Top : area.Top, bottom = by < 0 ? area.Bottom : target.Bottom;
    put_attributes(output, attributes);
    put(output, text, (size_t)snprintf(text, sizeof text, "\033[%d;%dr\033[%d%c\033[r", top + 1, bottom + 1,
                                       by < 0 ? -by : by, by < 0 ? 'S' : 'T'));
}

/* Whether the lines can move so: no others may lie between their old and their new place. */
static bool moves_lines(SMALL_RECT area, SMALL_RECT target, COORD by, COORD size) {
    bool whole = area.Left == 0 && area.Right == size.X - 1 && target.Left == 0 && target.Right == size.X - 1;
    return whole && !is_empty(target) && !by.X && by.Y &&
           (by.Y < 0 ? target.Bottom + 1 >= area.Top && target.Top <= area.Top
                     : target.Top - 1 <= area.Bottom && target.Bottom >= area.Bottom);
}

/* DECCRA: the area as it is now to its new place; then what it left is filled. */
static void put_copy(struct output *output, SMALL_RECT area, SMALL_RECT target, COORD by, WCHAR unit, WORD attributes) {
    char text[96];
    if (!is_empty(target))
        put(output, text, (size_t)snprintf(text, sizeof text, "\033[%d;%d;%d;%d;1;%d;%d;1$v", target.Top - by.Y + 1,
                                           target.Left - by.X + 1, target.Bottom - by.Y + 1, target.Right - by.X + 1,
                                           target.Top + 1, target.Left + 1));
    SMALL_RECT covered = intersection(area, target);
    if (is_empty(covered)) {
        put_fill(output, area, unit, attributes);
        return;
    }
    put_fill(output, (SMALL_RECT){area.Left, area.Top, area.Right, (SHORT)(covered.Top - 1)}, unit, attributes);
    put_fill(output, (SMALL_RECT){area.Left, (SHORT)(covered.Bottom + 1), area.Right, area.Bottom}, unit, attributes);
    put_fill(output, (SMALL_RECT){area.Left, covered.Top, (SHORT)(covered.Left - 1), covered.Bottom}, unit, attributes);
    put_fill(output, (SMALL_RECT){(SHORT)(covered.Right + 1), covered.Top, area.Right, covered.Bottom}, unit, attributes);
}

/* "ScrollConsoleScreenBuffer function": nothing outside of the clipping rectangle changes. */
static BOOL scroll(HANDLE handle, const SMALL_RECT *from, const SMALL_RECT *clip, COORD to, WCHAR unit, WORD attributes) {
    COORD size;
    if (!is_console(handle, &size))
        return FALSE;
    SMALL_RECT screen = {0, 0, (SHORT)(size.X - 1), (SHORT)(size.Y - 1)};
    COORD by = {(SHORT)(to.X - from->Left), (SHORT)(to.Y - from->Top)};
    SMALL_RECT bounds = clip ? intersection(*clip, screen) : screen, area = intersection(*from, screen);
    SMALL_RECT moved = {(SHORT)(area.Left + by.X), (SHORT)(area.Top + by.Y), (SHORT)(area.Right + by.X),
                        (SHORT)(area.Bottom + by.Y)};
    SMALL_RECT target = intersection(moved, bounds);
    area = intersection(area, bounds);
    if (is_empty(area) && is_empty(target))
        return TRUE;
    struct output output = begin_aside();
    if (unit == ' ' && moves_lines(area, target, by, size))
        put_line_scroll(&output, area, target, by.Y, attributes);
    else
        put_copy(&output, area, target, by, unit, attributes);
    return write_aside(handle, &output);
}

API(kernel32 kernelbase, BOOL, ScrollConsoleScreenBufferW, HANDLE hConsoleOutput, const SMALL_RECT *lpScrollRectangle,
    const SMALL_RECT *lpClipRectangle, COORD dwDestinationOrigin, const CHAR_INFO *lpFill) {
    return scroll(hConsoleOutput, lpScrollRectangle, lpClipRectangle, dwDestinationOrigin, lpFill->Char.UnicodeChar,
                  lpFill->Attributes);
}

API(kernel32 kernelbase, BOOL, ScrollConsoleScreenBufferA, HANDLE hConsoleOutput, const SMALL_RECT *lpScrollRectangle,
    const SMALL_RECT *lpClipRectangle, COORD dwDestinationOrigin, const CHAR_INFO *lpFill) {
    WCHAR unit = ' ';
    codepage_to_wide(console_output_page(), 0, &lpFill->Char.AsciiChar, 1, &unit, 1, NULL);
    return scroll(hConsoleOutput, lpScrollRectangle, lpClipRectangle, dwDestinationOrigin, unit, lpFill->Attributes);
}

/* ---- reading back ---- */

static BOOL refuse(HANDLE handle) {
    COORD size;
    return is_console(handle, &size) ? fail(ERROR_NOT_SUPPORTED) : FALSE;
}

API(kernel32 kernelbase, BOOL, ReadConsoleOutputW, HANDLE hConsoleOutput, CHAR_INFO *lpBuffer, COORD dwBufferSize,
    COORD dwBufferCoord, SMALL_RECT *lpReadRegion) {
    (void)lpBuffer, (void)dwBufferSize, (void)dwBufferCoord, (void)lpReadRegion;
    return refuse(hConsoleOutput);
}
API_ALIAS(api_ReadConsoleOutputW, narrow, kernel32 kernelbase, "ReadConsoleOutputA");

API(kernel32 kernelbase, BOOL, ReadConsoleOutputCharacterW, HANDLE hConsoleOutput, LPWSTR lpCharacter, DWORD nLength,
    COORD dwReadCoord, LPDWORD lpNumberOfCharsRead) {
    (void)lpCharacter, (void)nLength, (void)dwReadCoord, (void)lpNumberOfCharsRead;
    return refuse(hConsoleOutput);
}
API_ALIAS(api_ReadConsoleOutputCharacterW, narrow, kernel32 kernelbase, "ReadConsoleOutputCharacterA");
API_ALIAS(api_ReadConsoleOutputCharacterW, attribute, kernel32 kernelbase, "ReadConsoleOutputAttribute");

/* ---- screen buffers ---- */

API(kernel32 kernelbase, HANDLE, CreateConsoleScreenBuffer, DWORD dwDesiredAccess, DWORD dwShareMode,
    const SECURITY_ATTRIBUTES *lpSecurityAttributes, DWORD dwFlags, LPVOID lpScreenBufferData) {
    (void)dwShareMode;
    if (dwFlags != CONSOLE_TEXTMODE_BUFFER || lpScreenBufferData) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    /* Written to even when it was only to be read: it is output whatever the access. */
    struct file *file = fd < 0 ? NULL : file_from_fd(fd, FILE_GENERIC_READ | FILE_GENERIC_WRITE);
    if (!file) {
        set_last_error(fd < 0 ? ERROR_INVALID_HANDLE : ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    file->is_screen_buffer = true;
    HANDLE handle = handle_new(&file->object, access_from_generic(&file->object, dwDesiredAccess),
                               handle_flags_from(lpSecurityAttributes));
    file_release(file);
    if (handle)
        return handle;
    set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return INVALID_HANDLE_VALUE;
}

API(kernel32 kernelbase, BOOL, SetConsoleActiveScreenBuffer, HANDLE hConsoleOutput) {
    struct file *file = console_output_from_handle(hConsoleOutput);
    if (!file)
        return FALSE;
    bool is_alternate = file->is_screen_buffer;
    file_release(file);
    return console_write(hConsoleOutput, is_alternate ? "\033[?1049h" : "\033[?1049l", 8);
}

/* The buffer cannot be smaller than the window; what is above it is the terminal's to keep. */
API(kernel32 kernelbase, BOOL, SetConsoleScreenBufferSize, HANDLE hConsoleOutput, COORD dwSize) {
    COORD size;
    if (!is_console(hConsoleOutput, &size))
        return FALSE;
    return dwSize.X == size.X && dwSize.Y >= size.Y ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

/* The window is the buffer: there is nothing to move it over, and its size is the user's. */
API(kernel32 kernelbase, BOOL, SetConsoleWindowInfo, HANDLE hConsoleOutput, BOOL bAbsolute,
    const SMALL_RECT *lpConsoleWindow) {
    COORD size;
    if (!is_console(hConsoleOutput, &size))
        return FALSE;
    SMALL_RECT whole = bAbsolute ? (SMALL_RECT){0, 0, (SHORT)(size.X - 1), (SHORT)(size.Y - 1)} : (SMALL_RECT){0};
    return memcmp(lpConsoleWindow, &whole, sizeof whole) == 0 ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

API(kernel32 kernelbase, BOOL, GetConsoleScreenBufferInfoEx, HANDLE hConsoleOutput,
    CONSOLE_SCREEN_BUFFER_INFOEX *lpConsoleScreenBufferInfoEx) {
    COORD size;
    if (lpConsoleScreenBufferInfoEx->cbSize != sizeof *lpConsoleScreenBufferInfoEx)
        return fail(ERROR_INVALID_PARAMETER);
    if (!is_console(hConsoleOutput, &size))
        return FALSE;
    *lpConsoleScreenBufferInfoEx = (CONSOLE_SCREEN_BUFFER_INFOEX){
        sizeof *lpConsoleScreenBufferInfoEx, size, console.cursor, console.attributes,
        {0, 0, (SHORT)(size.X - 1), (SHORT)(size.Y - 1)}, size, 0xF5, FALSE,
        {0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0xC0C0C0,
         0x808080, 0xFF0000, 0x00FF00, 0xFFFF00, 0x0000FF, 0xFF00FF, 0x00FFFF, 0xFFFFFF}};
    return TRUE;
}

/* Of what can be set the terminal takes the colours (OSC 4), the attributes and the cursor's place. */
API(kernel32 kernelbase, BOOL, SetConsoleScreenBufferInfoEx, HANDLE hConsoleOutput,
    const CONSOLE_SCREEN_BUFFER_INFOEX *lpConsoleScreenBufferInfoEx) {
    static const BYTE number_of_color[16] = {0, 4, 2, 6, 1, 5, 3, 7, 8, 12, 10, 14, 9, 13, 11, 15};
    const CONSOLE_SCREEN_BUFFER_INFOEX *info = lpConsoleScreenBufferInfoEx;
    struct output output = {0};
    COORD size;
    char text[64];
    if (info->cbSize != sizeof *info)
        return fail(ERROR_INVALID_PARAMETER);
    if (!is_console(hConsoleOutput, &size))
        return FALSE;
    for (int i = 0; i < 16; i++) { /* 0x00bbggrr */
        DWORD color = info->ColorTable[i];
        put(&output, text, (size_t)snprintf(text, sizeof text, "\033]4;%d;rgb:%02x/%02x/%02x\033\\", number_of_color[i],
                                            (unsigned)(color & 0xFF), (unsigned)(color >> 8 & 0xFF),
                                            (unsigned)(color >> 16 & 0xFF)));
    }
    put_attributes(&output, info->wAttributes);
    put_place(&output, info->dwCursorPosition.Y, info->dwCursorPosition.X);
    BOOL result = output.failed ? fail(ERROR_NOT_ENOUGH_MEMORY) : console_write(hConsoleOutput, output.text, output.size);
    free(output.text);
    if (result) {
        console.attributes = info->wAttributes;
        console.cursor = info->dwCursorPosition;
    }
    return result;
}

/* ---- facts ---- */

enum { FONT_WIDTH = 8, FONT_HEIGHT = 16 };

/* The terminal chooses its font and tells nobody: this is the size that programs expect. */
API(kernel32 kernelbase, BOOL, GetCurrentConsoleFont, HANDLE hConsoleOutput, BOOL bMaximumWindow,
    CONSOLE_FONT_INFO *lpConsoleCurrentFont) {
    (void)bMaximumWindow;
    COORD size;
    if (!is_console(hConsoleOutput, &size))
        return FALSE;
    *lpConsoleCurrentFont = (CONSOLE_FONT_INFO){0, {FONT_WIDTH, FONT_HEIGHT}};
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetCurrentConsoleFontEx, HANDLE hConsoleOutput, BOOL bMaximumWindow,
    CONSOLE_FONT_INFOEX *lpConsoleCurrentFontEx) {
    (void)bMaximumWindow;
    COORD size;
    if (lpConsoleCurrentFontEx->cbSize != sizeof *lpConsoleCurrentFontEx)
        return fail(ERROR_INVALID_PARAMETER);
    if (!is_console(hConsoleOutput, &size))
        return FALSE;
    *lpConsoleCurrentFontEx = (CONSOLE_FONT_INFOEX){
        .cbSize = sizeof *lpConsoleCurrentFontEx, .dwFontSize = {FONT_WIDTH, FONT_HEIGHT}, .FontWeight = 400};
    return TRUE;
}

/* 0: there is no such font, or no console. */
API(kernel32 kernelbase, COORD, GetConsoleFontSize, HANDLE hConsoleOutput, DWORD nFont) {
    COORD size;
    if (!is_console(hConsoleOutput, &size))
        return (COORD){0, 0};
    if (nFont == 0)
        return (COORD){FONT_WIDTH, FONT_HEIGHT};
    set_last_error(ERROR_INVALID_PARAMETER);
    return (COORD){0, 0};
}

/* The font, and whether the window fills the screen, are the user's choice. */
API(kernel32 kernelbase, BOOL, SetCurrentConsoleFontEx, HANDLE hConsoleOutput, BOOL bMaximumWindow,
    const CONSOLE_FONT_INFOEX *lpConsoleCurrentFontEx) {
    (void)bMaximumWindow;
    if (lpConsoleCurrentFontEx->cbSize != sizeof *lpConsoleCurrentFontEx)
        return fail(ERROR_INVALID_PARAMETER);
    return refuse(hConsoleOutput);
}

API(kernel32 kernelbase, BOOL, SetConsoleDisplayMode, HANDLE hConsoleOutput, DWORD dwFlags,
    COORD *lpNewScreenBufferDimensions) {
    enum { CONSOLE_FULLSCREEN_MODE = 1, CONSOLE_WINDOWED_MODE = 2 };
    COORD size;
    if (dwFlags != CONSOLE_FULLSCREEN_MODE && dwFlags != CONSOLE_WINDOWED_MODE)
        return fail(ERROR_INVALID_PARAMETER);
    if (!is_console(hConsoleOutput, &size))
        return FALSE;
    if (dwFlags == CONSOLE_FULLSCREEN_MODE)
        return fail(ERROR_NOT_SUPPORTED);
    if (lpNewScreenBufferDimensions)
        *lpNewScreenBufferDimensions = size;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetConsoleDisplayMode, LPDWORD lpModeFlags) {
    *lpModeFlags = 0; /* a window, as far as anybody knows */
    return TRUE;
}

/* No mouse is reported. */
API(kernel32 kernelbase, BOOL, GetNumberOfConsoleMouseButtons, LPDWORD lpNumberOfMouseButtons) {
    *lpNumberOfMouseButtons = 0;
    return TRUE;
}

/* What is selected is the terminal's affair. */
API(kernel32 kernelbase, BOOL, GetConsoleSelectionInfo, CONSOLE_SELECTION_INFO *lpConsoleSelectionInfo) {
    *lpConsoleSelectionInfo = (CONSOLE_SELECTION_INFO){0};
    return TRUE;
}
