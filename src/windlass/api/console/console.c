/* The console ("Console Functions"). The console is the terminal that the process was started in: what a program
 * writes goes there, and what a program asks for is read off the terminal. A program without a terminal has none. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"
#include "parameters.h"

typedef struct {
    COORD dwSize, dwCursorPosition;
    WORD wAttributes;
    SMALL_RECT srWindow;
    COORD dwMaximumWindowSize;
} CONSOLE_SCREEN_BUFFER_INFO;
typedef struct { DWORD dwSize; BOOL bVisible; } CONSOLE_CURSOR_INFO;

struct console console = {
    .input_mode = ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_MOUSE_INPUT | ENABLE_INSERT_MODE |
                  ENABLE_QUICK_EDIT_MODE | ENABLE_EXTENDED_FLAGS | ENABLE_AUTO_POSITION,
    .output_mode = ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING,
    .attributes = 7,
    .cursor_visible = TRUE,
};

struct file *console_from_handle(HANDLE handle) {
    struct file *file = file_from_handle(handle, 0);
    if (file && file->is_console)
        return file;
    if (file)
        file_release(file);
    set_last_error(ERROR_INVALID_HANDLE);
    return NULL;
}

/* Both of a terminal's ends are open both ways: how the handle was made tells which it is. */
static bool is_input(const struct file *file, HANDLE handle) {
    if (file->console_end != CONSOLE_UNKNOWN)
        return file->console_end == CONSOLE_INPUT;
    if (handle == std_handle((DWORD)-10))
        return true;
    if (file->is_screen_buffer || handle == std_handle((DWORD)-11) || handle == std_handle((DWORD)-12))
        return false;
    return (file->access & (FILE_READ_DATA | FILE_WRITE_DATA)) == FILE_READ_DATA;
}

static struct file *end_from_handle(HANDLE handle, bool input) {
    struct file *file = console_from_handle(handle);
    if (!file || is_input(file, handle) == input)
        return file;
    file_release(file);
    set_last_error(ERROR_INVALID_HANDLE);
    return NULL;
}

struct file *console_input_from_handle(HANDLE handle) { return end_from_handle(handle, true); }
struct file *console_output_from_handle(HANDLE handle) { return end_from_handle(handle, false); }

API(kernel32 kernelbase, BOOL, GetConsoleMode, HANDLE hConsoleHandle, LPDWORD lpMode) {
    struct file *file = console_from_handle(hConsoleHandle);
    if (!file)
        return FALSE;
    *lpMode = is_input(file, hConsoleHandle) ? console.input_mode : console.output_mode;
    file_release(file);
    return TRUE;
}

/* Line input, echo and Ctrl+C are the terminal's to do. */
static void set_terminal(int fd, DWORD mode) {
    struct termios settings;
    console_resume_lines();
    if (tcgetattr(fd, &settings))
        return;
    settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
    settings.c_lflag |= (mode & ENABLE_LINE_INPUT ? ICANON : 0) | (mode & ENABLE_ECHO_INPUT ? ECHO : 0) |
                        (mode & ENABLE_PROCESSED_INPUT ? ISIG : 0);
    tcsetattr(fd, TCSANOW, &settings);
}

API(kernel32 kernelbase, BOOL, SetConsoleMode, HANDLE hConsoleHandle, DWORD dwMode) {
    struct file *file = console_from_handle(hConsoleHandle);
    if (!file)
        return FALSE;
    if (is_input(file, hConsoleHandle)) {
        console.input_mode = dwMode;
        set_terminal(file->fd, dwMode);
    } else {
        console.output_mode = dwMode;
    }
    file_release(file);
    return TRUE;
}

/* ---- text ---- */

BOOL console_write(HANDLE handle, const char *text, size_t size) {
    size_t done;
    struct file *file = console_from_handle(handle);
    if (!file)
        return FALSE;
    NTSTATUS status = file_write(file, text, size, -1, &done);
    file_release(file);
    return status ? fail(win32_from_status(status)) : TRUE;
}

API(kernel32 kernelbase, BOOL, WriteConsoleW, HANDLE hConsoleOutput, LPCVOID lpBuffer, DWORD nNumberOfCharsToWrite,
    LPDWORD lpNumberOfCharsWritten, LPVOID lpReserved) {
    (void)lpReserved;
    size_t size = (size_t)nNumberOfCharsToWrite * 3;
    char *text = malloc(size + 1);
    if (!text)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    size = utf8_from_wide(lpBuffer, nNumberOfCharsToWrite, text, size);
    BOOL result = console_write(hConsoleOutput, text, size);
    free(text);
    if (lpNumberOfCharsWritten)
        *lpNumberOfCharsWritten = result ? nNumberOfCharsToWrite : 0;
    return result;
}

struct codepage *console_output_page(void) {
    struct codepage *page = console.output_page ? codepage_find(console.output_page) : NULL;
    return page ? page : codepage_oem();
}

API(kernel32 kernelbase, BOOL, WriteConsoleA, HANDLE hConsoleOutput, LPCVOID lpBuffer, DWORD nNumberOfCharsToWrite,
    LPDWORD lpNumberOfCharsWritten, LPVOID lpReserved) {
    BOOL result;
    if (console_output_page()->id == CP_UTF8) {
        result = console_write(hConsoleOutput, lpBuffer, nNumberOfCharsToWrite);
    } else {
        WCHAR *wide = malloc(((size_t)nNumberOfCharsToWrite + 1) * sizeof *wide);
        if (!wide)
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        size_t units = codepage_to_wide(console_output_page(), 0, lpBuffer, nNumberOfCharsToWrite, wide, nNumberOfCharsToWrite, NULL);
        result = api_WriteConsoleW(hConsoleOutput, wide, (DWORD)units, NULL, lpReserved);
        free(wide);
    }
    if (lpNumberOfCharsWritten)
        *lpNumberOfCharsWritten = result ? nNumberOfCharsToWrite : 0;
    return result;
}

API(kernel32 kernelbase, UINT, GetConsoleCP, void) {
    return console.input_page ? console.input_page : codepage_oem()->id;
}

API(kernel32 kernelbase, UINT, GetConsoleOutputCP, void) { return console_output_page()->id; }

API(kernel32 kernelbase, BOOL, SetConsoleCP, UINT wCodePageID) {
    if (!codepage_find(wCodePageID))
        return fail(ERROR_INVALID_PARAMETER);
    console.input_page = wCodePageID;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetConsoleOutputCP, UINT wCodePageID) {
    if (!codepage_find(wCodePageID))
        return fail(ERROR_INVALID_PARAMETER);
    console.output_page = wCodePageID;
    return TRUE;
}

/* ---- the screen ---- */

COORD console_window_size(int fd) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
        return (COORD){80, 25};
    return (COORD){(SHORT)size.ws_col, (SHORT)size.ws_row};
}

API(kernel32 kernelbase, BOOL, GetConsoleScreenBufferInfo, HANDLE hConsoleOutput,
    CONSOLE_SCREEN_BUFFER_INFO *lpConsoleScreenBufferInfo) {
    struct file *file = console_output_from_handle(hConsoleOutput);
    if (!file)
        return FALSE;
    COORD size = console_window_size(file->fd);
    file_release(file);
    *lpConsoleScreenBufferInfo = (CONSOLE_SCREEN_BUFFER_INFO){
        size, console.cursor, console.attributes, {0, 0, (SHORT)(size.X - 1), (SHORT)(size.Y - 1)}, size};
    return TRUE;
}

API(kernel32 kernelbase, COORD, GetLargestConsoleWindowSize, HANDLE hConsoleOutput) {
    struct file *file = console_output_from_handle(hConsoleOutput);
    COORD size = file ? console_window_size(file->fd) : (COORD){0, 0};
    if (file)
        file_release(file);
    return size;
}

static BOOL write_control(HANDLE handle, const char *format, int a, int b) {
    char text[64];
    int size = snprintf(text, sizeof text, format, a, b);
    return console_write(handle, text, (size_t)size);
}

/* The colours' bits are blue, green, red, intensity; ECMA-48 numbers them red, green, blue. */
static int ansi_color(unsigned bits, int normal, int bright) {
    int color = (bits & 4 ? 1 : 0) | (bits & 2 ? 2 : 0) | (bits & 1 ? 4 : 0);
    return color + (bits & 8 ? bright : normal);
}

size_t console_attribute_sequence(WORD attributes, char sequence[CONSOLE_SEQUENCE_SIZE]) {
    if ((attributes & 0xFF) == 7)
        return (size_t)snprintf(sequence, CONSOLE_SEQUENCE_SIZE, "\033[0m");
    return (size_t)snprintf(sequence, CONSOLE_SEQUENCE_SIZE, attributes & 0xF0 ? "\033[%d;%dm" : "\033[%d;49m",
                            ansi_color(attributes & 15, 30, 90), ansi_color(attributes >> 4 & 15, 40, 100));
}

API(kernel32 kernelbase, BOOL, SetConsoleTextAttribute, HANDLE hConsoleOutput, WORD wAttributes) {
    char sequence[CONSOLE_SEQUENCE_SIZE];
    if (!console_write(hConsoleOutput, sequence, console_attribute_sequence(wAttributes, sequence)))
        return FALSE;
    console.attributes = wAttributes;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetConsoleCursorPosition, HANDLE hConsoleOutput, COORD dwCursorPosition) {
    console.cursor = dwCursorPosition;
    return write_control(hConsoleOutput, "\033[%d;%dH", dwCursorPosition.Y + 1, dwCursorPosition.X + 1);
}

API(kernel32 kernelbase, BOOL, GetConsoleCursorInfo, HANDLE hConsoleOutput, CONSOLE_CURSOR_INFO *lpConsoleCursorInfo) {
    struct file *file = console_output_from_handle(hConsoleOutput);
    if (!file)
        return FALSE;
    file_release(file);
    *lpConsoleCursorInfo = (CONSOLE_CURSOR_INFO){25, console.cursor_visible};
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetConsoleCursorInfo, HANDLE hConsoleOutput,
    const CONSOLE_CURSOR_INFO *lpConsoleCursorInfo) {
    console.cursor_visible = lpConsoleCursorInfo->bVisible;
    return write_control(hConsoleOutput, lpConsoleCursorInfo->bVisible ? "\033[?25h" : "\033[?25l", 0, 0);
}

/* From the position on; the terminal can only be written to, so the rest of the line is moved over. */
static BOOL fill(HANDLE handle, const char *text, size_t size, DWORD count, COORD start, LPDWORD done) {
    if (!write_control(handle, "\0337\033[%d;%dH", start.Y + 1, start.X + 1))
        return FALSE;
    for (DWORD i = 0; i < count; i++)
        if (!console_write(handle, text, size))
            return FALSE;
    if (done)
        *done = count;
    return console_write(handle, "\0338", 2);
}

API(kernel32 kernelbase, BOOL, FillConsoleOutputCharacterW, HANDLE hConsoleOutput, WCHAR cCharacter, DWORD nLength,
    COORD dwWriteCoord, LPDWORD lpNumberOfCharsWritten) {
    char text[4];
    size_t size = utf8_from_wide(&cCharacter, 1, text, 4);
    return fill(hConsoleOutput, text, size, nLength, dwWriteCoord, lpNumberOfCharsWritten);
}

API(kernel32 kernelbase, BOOL, FillConsoleOutputCharacterA, HANDLE hConsoleOutput, CHAR cCharacter, DWORD nLength,
    COORD dwWriteCoord, LPDWORD lpNumberOfCharsWritten) {
    return fill(hConsoleOutput, &cCharacter, 1, nLength, dwWriteCoord, lpNumberOfCharsWritten);
}

/* ---- the rest ---- */

/* There is no window. */
API(kernel32 kernelbase, HANDLE, GetConsoleWindow, void) { return NULL; }

API(kernel32 kernelbase, BOOL, SetConsoleTitleW, LPCWSTR lpConsoleTitle) {
    size_t length = wide_length(lpConsoleTitle);
    if (length >= sizeof console.title / sizeof *console.title)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(console.title, lpConsoleTitle, (length + 1) * sizeof(WCHAR));
    console.has_title = true;
    char *text = isatty(1) ? utf8_copy_of_wide(lpConsoleTitle) : NULL;
    if (text)
        dprintf(1, "\033]0;%s\007", text);
    free(text);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetConsoleTitleA, LPCSTR lpConsoleTitle) {
    WCHAR *wide = wide_from_ansi(lpConsoleTitle);
    BOOL result = wide ? api_SetConsoleTitleW(wide) : fail(ERROR_NOT_ENOUGH_MEMORY);
    free(wide);
    return result;
}

/* A new console has the title that the program was started with, or else its path ("STARTUPINFOW structure"). */
static const UNICODE_STRING *first_title(void) {
    const RTL_USER_PROCESS_PARAMETERS *given = process_parameters();
    return given->WindowTitle.Length ? &given->WindowTitle : &given->ImagePathName;
}

static const WCHAR *title(void) {
    const UNICODE_STRING *from = first_title();
    size_t length = from->Length / sizeof(WCHAR), most = sizeof console.title / sizeof *console.title - 1;
    if (!console.has_title && length <= most) {
        memcpy(console.title, from->Buffer, length * sizeof(WCHAR));
        console.title[length] = 0;
    }
    return console.title;
}

/* As much as there is room for; the whole length. */
static DWORD give_title(const WCHAR *text, LPWSTR lpConsoleTitle, DWORD nSize) {
    size_t length = wide_length(text);
    if (nSize)
        memcpy(lpConsoleTitle, text, (length < nSize ? length + 1 : nSize) * sizeof(WCHAR));
    if (nSize && length >= nSize)
        lpConsoleTitle[nSize - 1] = 0;
    return (DWORD)length;
}

static DWORD give_title_ansi(const WCHAR *wide, LPSTR lpConsoleTitle, DWORD nSize) {
    char *text = ansi_from_wide(wide);
    size_t length = text ? strlen(text) : 0;
    if (nSize)
        snprintf(lpConsoleTitle, nSize, "%s", text ? text : "");
    free(text);
    return (DWORD)length;
}

API(kernel32 kernelbase, DWORD, GetConsoleTitleW, LPWSTR lpConsoleTitle, DWORD nSize) {
    return give_title(title(), lpConsoleTitle, nSize);
}

API(kernel32 kernelbase, DWORD, GetConsoleTitleA, LPSTR lpConsoleTitle, DWORD nSize) {
    return give_title_ansi(title(), lpConsoleTitle, nSize);
}

/* As it was before the program set another. */
API(kernel32 kernelbase, DWORD, GetConsoleOriginalTitleW, LPWSTR lpConsoleTitle, DWORD nSize) {
    return give_title(first_title()->Buffer, lpConsoleTitle, nSize);
}

API(kernel32 kernelbase, DWORD, GetConsoleOriginalTitleA, LPSTR lpConsoleTitle, DWORD nSize) {
    return give_title_ansi(first_title()->Buffer, lpConsoleTitle, nSize);
}

/* The process has the terminal that it has. */
API(kernel32 kernelbase, BOOL, AllocConsole, void) {
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fail(ERROR_ACCESS_DENIED);
}

API(kernel32 kernelbase, BOOL, FreeConsole, void) { return TRUE; }

API(kernel32 kernelbase, BOOL, AttachConsole, DWORD dwProcessId) {
    (void)dwProcessId;
    return fail(ERROR_ACCESS_DENIED);
}
