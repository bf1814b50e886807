/* What the files of the console share ("Console Functions"). */
#ifndef WINDLASS_CONSOLE_H
#define WINDLASS_CONSOLE_H

#include "api.h"
#include "codepage.h"
#include "file.h"

#define ENABLE_PROCESSED_INPUT 0x0001u
#define ENABLE_LINE_INPUT 0x0002u
#define ENABLE_ECHO_INPUT 0x0004u
#define ENABLE_WINDOW_INPUT 0x0008u
#define ENABLE_MOUSE_INPUT 0x0010u
#define ENABLE_INSERT_MODE 0x0020u
#define ENABLE_QUICK_EDIT_MODE 0x0040u
#define ENABLE_EXTENDED_FLAGS 0x0080u
#define ENABLE_AUTO_POSITION 0x0100u
#define ENABLE_VIRTUAL_TERMINAL_INPUT 0x0200u
#define ENABLE_PROCESSED_OUTPUT 0x0001u
#define ENABLE_WRAP_AT_EOL_OUTPUT 0x0002u
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 0x0004u

typedef struct { SHORT X, Y; } COORD;
typedef struct { SHORT Left, Top, Right, Bottom; } SMALL_RECT;

/* Process state: what programs have set and the terminal does not keep. */
struct console {
    DWORD input_mode, output_mode;
    UINT input_page, output_page;
    WORD attributes;
    COORD cursor;
    BOOL cursor_visible;
    WCHAR title[256];
    bool has_title;
};
extern struct console console;

/* The console behind the handle, with a reference; NULL and ERROR_INVALID_HANDLE for any other file. */
struct file *console_from_handle(HANDLE handle);

/* The same, when it is the console's input, or its screen. */
struct file *console_input_from_handle(HANDLE handle);
struct file *console_output_from_handle(HANDLE handle);

/* The columns and rows of the terminal. */
COORD console_window_size(int fd);

/* The code page of what ...A functions are given. */
struct codepage *console_output_page(void);

/* Writes UTF-8 and control sequences to the console behind the handle. */
BOOL console_write(HANDLE handle, const char *text, size_t size);

/* The control sequence that makes what follows look like `attributes`; `sequence` has room for it. */
enum { CONSOLE_SEQUENCE_SIZE = 32 };
size_t console_attribute_sequence(WORD attributes, char sequence[CONSOLE_SEQUENCE_SIZE]);

/* ---- input (console_input.c) ---- */

/* Whether events wait that are no longer in the terminal. From any thread, under any lock. */
bool console_has_events(void);

/* The terminal edits and shows lines again, if the functions for events had stopped it. */
void console_resume_lines(void);

/* The code page of what ...A functions read. */
struct codepage *console_input_page(void);

struct console_text {
    WCHAR *units;
    size_t at, size, capacity;                       /* what is before `at` has been taken */
};

bool console_text_append(struct console_text *to, const WCHAR *units, size_t count);

/* Takes the characters of keys that wait as events, no further than the end of a line where lines are asked for. False: a
 * reader waits for more. */
bool console_take_text(struct console_text *text, bool lines);

/* Somebody begins to wait for this console (file_object.c). The dispatcher lock is held. */
void console_waited(struct file *file);

#endif
