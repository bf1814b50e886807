/* What is typed, as text ("ReadConsole function"). A line is read as a whole, or what has come of the keys where no lines
 * are asked for; what the reader has no room for waits for its next call. */
#include <stdlib.h>

#include "console.h"
#include "fork.h"

/* Process state: what was read and not taken yet; as bytes, once ReadConsoleA has begun with it; and the beginning of a
 * character whose end has not come. */
static struct console_text text;
static struct { char *bytes; size_t at, size; } narrow;
static char tail[4];
static size_t tail_size;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* not held while anything is read */
SURVIVES_FORK(lock);

bool console_text_append(struct console_text *to, const WCHAR *units, size_t count) {
    if (to->at == to->size)
        to->at = to->size = 0;
    if (to->size + count > to->capacity) {
        size_t larger = to->capacity * 2 + count + 64;
        WCHAR *moved = realloc(to->units, larger * sizeof *moved);
        if (!moved)
            return false;
        to->units = moved;
        to->capacity = larger;
    }
    memcpy(to->units + to->size, units, count * sizeof *units);
    to->size += count;
    return true;
}

/* How many of the bytes are whole characters of UTF-8. */
static size_t whole_characters(const char *bytes, size_t size) {
    size_t begin = size;
    while (begin && size - begin < 3 && (bytes[begin - 1] & 0xC0) == 0x80)
        begin--;
    if (!begin)
        return size;
    unsigned char first = (unsigned char)bytes[begin - 1];
    size_t wanted = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return size - (begin - 1) < wanted ? begin - 1 : size;
}

/* The terminal ends a line with a line feed, Windows with both, and the key alone gives a carriage return. */
static bool append_typed(const char *bytes, size_t size, bool lines) {
    WCHAR *units = malloc((size + 1) * sizeof *units);
    size_t count = units ? utf8_to_wide(bytes, size, units, size) : 0;
    bool ok = units != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = units[i] == '\n' ? console_text_append(&text, u"\r\n", lines ? 2 : 1) : console_text_append(&text, &units[i], 1);
    free(units);
    return ok;
}

/* Reads once; *done: no more will come. */
static NTSTATUS read_terminal(struct file *file, bool lines, bool *done) {
    char bytes[4096];
    size_t count;
    pthread_mutex_lock(&lock);
    size_t size = tail_size;
    memcpy(bytes, tail, size);
    tail_size = 0;
    pthread_mutex_unlock(&lock);
    NTSTATUS status = file_read(file, bytes + size, sizeof bytes - size, -1, &count);
    *done = status || !count;
    size += status ? 0 : count;
    pthread_mutex_lock(&lock);
    size_t whole = *done ? size : whole_characters(bytes, size);
    tail_size = size - whole;
    memcpy(tail, bytes + whole, tail_size);
    if (!append_typed(bytes, whole, lines))
        status = STATUS_NO_MEMORY;
    pthread_mutex_unlock(&lock);
    return status;
}

static bool has_text(void) {
    pthread_mutex_lock(&lock);
    bool result = text.at < text.size;
    pthread_mutex_unlock(&lock);
    return result;
}

/* Waits for text, unless there still is some. */
static NTSTATUS wait_for_text(struct file *file) {
    bool lines = console.input_mode & ENABLE_LINE_INPUT, done = false;
    NTSTATUS status = STATUS_SUCCESS;
    if (has_text())
        return STATUS_SUCCESS;
    console_resume_lines();
    pthread_mutex_lock(&lock);
    bool enough = console_take_text(&text, lines);
    pthread_mutex_unlock(&lock);
    while (!enough && !done && !status) {
        status = read_terminal(file, lines, &done);
        enough = has_text();
    }
    return status;
}

API(kernel32 kernelbase, BOOL, ReadConsoleW, HANDLE hConsoleInput, LPVOID lpBuffer, DWORD nNumberOfCharsToRead,
    LPDWORD lpNumberOfCharsRead, LPVOID pInputControl) {
    (void)pInputControl;
    struct file *file = console_from_handle(hConsoleInput);
    if (!file)
        return FALSE;
    NTSTATUS status = nNumberOfCharsToRead ? wait_for_text(file) : STATUS_SUCCESS;
    file_release(file);
    pthread_mutex_lock(&lock);
    size_t left = text.size - text.at, count = left < nNumberOfCharsToRead ? left : nNumberOfCharsToRead;
    if (count)
        memcpy(lpBuffer, text.units + text.at, count * sizeof(WCHAR));
    text.at += count;
    pthread_mutex_unlock(&lock);
    *lpNumberOfCharsRead = (DWORD)count;
    return status ? fail(win32_from_status(status)) : TRUE;
}

/* Turns all that was read into bytes. The lock is held. */
static bool make_narrow(void) {
    size_t count = text.size - text.at, room = 4 * count + 1;
    char *bytes = malloc(room);
    if (!bytes)
        return false;
    free(narrow.bytes);
    narrow.bytes = bytes;
    narrow.at = 0;
    narrow.size = codepage_from_wide(console_input_page(), 0, text.units + text.at, count, bytes, room, NULL, NULL, NULL);
    text.at = text.size;
    return true;
}

API(kernel32 kernelbase, BOOL, ReadConsoleA, HANDLE hConsoleInput, LPVOID lpBuffer, DWORD nNumberOfCharsToRead,
    LPDWORD lpNumberOfCharsRead, LPVOID pInputControl) {
    (void)pInputControl;
    struct file *file = console_from_handle(hConsoleInput);
    if (!file)
        return FALSE;
    pthread_mutex_lock(&lock);
    bool has_bytes = narrow.at < narrow.size;
    pthread_mutex_unlock(&lock);
    NTSTATUS status = nNumberOfCharsToRead && !has_bytes ? wait_for_text(file) : STATUS_SUCCESS;
    file_release(file);
    pthread_mutex_lock(&lock);
    if (!status && narrow.at == narrow.size && text.at < text.size && !make_narrow())
        status = STATUS_NO_MEMORY;
    size_t left = narrow.size - narrow.at, count = left < nNumberOfCharsToRead ? left : nNumberOfCharsToRead;
    if (count)
        memcpy(lpBuffer, narrow.bytes + narrow.at, count);
    narrow.at += count;
    pthread_mutex_unlock(&lock);
    *lpNumberOfCharsRead = (DWORD)count;
    return status ? fail(win32_from_status(status)) : TRUE;
}
