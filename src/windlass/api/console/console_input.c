/* The console's input events ("Console Functions", "INPUT_RECORD structure"). What is typed comes from the terminal as
 * UTF-8 and control sequences (ECMA-48, xterm's for function keys): they become events of keys pressed and released, as
 * on a US keyboard, and wait in one queue, to which programs may also write.
 *
 * While a program asks for events the terminal must not collect lines; it does so again when a line is read, the
 * program sets the mode, or the process ends. */
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"
#include "fork.h"
#include "wait.h"

#define KEY_EVENT 0x0001
#define WINDOW_BUFFER_SIZE_EVENT 0x0004

#define LEFT_ALT_PRESSED 0x0002u
#define LEFT_CTRL_PRESSED 0x0008u
#define SHIFT_PRESSED 0x0010u
#define ENHANCED_KEY 0x0100u

#define CONSOLE_READ_NOREMOVE 0x0001
#define CONSOLE_READ_NOWAIT 0x0002

typedef struct {
    BOOL bKeyDown;
    WORD wRepeatCount, wVirtualKeyCode, wVirtualScanCode;
    union { WCHAR UnicodeChar; CHAR AsciiChar; } uChar;
    DWORD dwControlKeyState;
} KEY_EVENT_RECORD;
typedef struct {
    WORD EventType;
    union { KEY_EVENT_RECORD KeyEvent; COORD WindowBufferSize; } Event;
} INPUT_RECORD;
_Static_assert(sizeof(INPUT_RECORD) == 20, "INPUT_RECORD");

/* The queue, and what has come from the terminal but is no whole key yet. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static INPUT_RECORD *records;
static size_t capacity;
static atomic_size_t count;
static unsigned char bytes[256];
static size_t byte_count;
static COORD known_size;

/* The terminal's settings before events were asked for; -1: it is as the program knows it. */
static struct termios line_settings;
static int raw_fd = -1;

bool console_has_events(void) { return atomic_load(&count) != 0; }

/* What a reader that sleeps is woken by when another thread writes events. */
static int wake_fd(void) {
    static int fd = -1; /* for the life of the process */
    if (fd < 0)
        fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd;
}

static bool append(const INPUT_RECORD *record) {
    size_t used = atomic_load(&count);
    if (used == capacity) {
        size_t larger = capacity ? capacity * 2 : 64;
        INPUT_RECORD *moved = realloc(records, larger * sizeof *moved);
        if (!moved)
            return false;
        records = moved;
        capacity = larger;
    }
    records[used] = *record;
    atomic_store(&count, used + 1);
    return true;
}

static void remove_first(size_t number) {
    size_t left = atomic_load(&count) - number;
    if (left && number)
        memmove(records, records + number, left * sizeof *records);
    atomic_store(&count, left);
}

/* ---- keys ---- */

struct key {
    WORD code, scan;
    WCHAR unit;
    DWORD state;
};

static void append_key(struct key key) {
    INPUT_RECORD record = {KEY_EVENT, {.KeyEvent = {TRUE, 1, key.code, key.scan, {key.unit}, key.state}}};
    append(&record);
    record.Event.KeyEvent.bKeyDown = FALSE;
    append(&record);
}

/* The keys of a US keyboard in the order of their scan codes, from 2 on; a blank where a key has no character. */
static const char plain_keys[] = "1234567890-=  qwertyuiop[]  asdfghjkl;'` \\zxcvbnm,./";
static const char shifted_keys[] = "!@#$%^&*()_+  QWERTYUIOP{}  ASDFGHJKL:\"~ |ZXCVBNM<>?";

static WORD code_of_plain(char plain) {
    static const char signs[] = ";=,-./`[\\]'";
    static const BYTE codes[] = {0xBA, 0xBB, 0xBC, 0xBD, 0xBE, 0xBF, 0xC0, 0xDB, 0xDC, 0xDD, 0xDE};
    const char *sign = strchr(signs, plain);
    if (sign)
        return codes[sign - signs];
    return (WORD)(plain >= 'a' ? plain - 'a' + 'A' : plain);
}

/* The key that types a character; one that no key types has the character alone. */
static struct key key_of_unit(WCHAR unit) {
    switch (unit) {
    case '\t': return (struct key){0x09, 15, unit, 0};
    case '\r': case '\n': return (struct key){0x0D, 28, '\r', 0};
    case 0x1B: return (struct key){0x1B, 1, unit, 0};
    case 0x7F: case '\b': return (struct key){0x08, 14, '\b', 0};
    case ' ': return (struct key){0x20, 57, unit, 0};
    case 0: return (struct key){0x20, 57, 0, LEFT_CTRL_PRESSED};
    }
    if (unit < 0x20) {
        struct key key = key_of_unit(unit + (unit <= 26 ? 'a' - 1 : '@'));
        return (struct key){key.code, key.scan, unit, key.state | LEFT_CTRL_PRESSED};
    }
    const char *at = unit < 0x7F ? strchr(plain_keys, unit) : NULL;
    if (at)
        return (struct key){code_of_plain((char)unit), (WORD)(at - plain_keys + 2), unit, 0};
    at = unit < 0x7F ? strchr(shifted_keys, unit) : NULL;
    if (at)
        return (struct key){code_of_plain(plain_keys[at - shifted_keys]), (WORD)(at - shifted_keys + 2), unit,
                            SHIFT_PRESSED};
    return (struct key){.unit = unit};
}

/* Keys that send a sequence: by its last letter, or by its first number before '~'. */
static const struct special {
    char final;
    BYTE number, code, scan;
    WORD state;
} special_keys[] = {
    {'A', 0, 0x26, 72, ENHANCED_KEY}, {'B', 0, 0x28, 80, ENHANCED_KEY}, {'C', 0, 0x27, 77, ENHANCED_KEY},
    {'D', 0, 0x25, 75, ENHANCED_KEY}, {'H', 0, 0x24, 71, ENHANCED_KEY}, {'F', 0, 0x23, 79, ENHANCED_KEY},
    {'E', 0, 0x0C, 76, 0}, {'Z', 0, 0x09, 15, SHIFT_PRESSED},
    {'P', 0, 0x70, 59, 0}, {'Q', 0, 0x71, 60, 0}, {'R', 0, 0x72, 61, 0}, {'S', 0, 0x73, 62, 0},
    {'~', 1, 0x24, 71, ENHANCED_KEY}, {'~', 2, 0x2D, 82, ENHANCED_KEY}, {'~', 3, 0x2E, 83, ENHANCED_KEY},
    {'~', 4, 0x23, 79, ENHANCED_KEY}, {'~', 5, 0x21, 73, ENHANCED_KEY}, {'~', 6, 0x22, 81, ENHANCED_KEY},
    {'~', 7, 0x24, 71, ENHANCED_KEY}, {'~', 8, 0x23, 79, ENHANCED_KEY},
    {'~', 11, 0x70, 59, 0}, {'~', 12, 0x71, 60, 0}, {'~', 13, 0x72, 61, 0}, {'~', 14, 0x73, 62, 0},
    {'~', 15, 0x74, 63, 0}, {'~', 17, 0x75, 64, 0}, {'~', 18, 0x76, 65, 0}, {'~', 19, 0x77, 66, 0},
    {'~', 20, 0x78, 67, 0}, {'~', 21, 0x79, 68, 0}, {'~', 23, 0x7A, 87, 0}, {'~', 24, 0x7B, 88, 0},
};

/* xterm counts modifiers from 1: bits for Shift, Alt and Ctrl. */
static DWORD state_of_modifier(unsigned modifier) {
    unsigned bits = modifier ? modifier - 1 : 0;
    return (bits & 1 ? SHIFT_PRESSED : 0) | (bits & 2 ? LEFT_ALT_PRESSED : 0) | (bits & 4 ? LEFT_CTRL_PRESSED : 0);
}

/* "ESC [ 1 ; 5 A" or "ESC O P": the bytes it takes, 0 when its end has not come. An unknown key is dropped. */
static size_t decode_sequence(const unsigned char *text, size_t size) {
    unsigned numbers[2] = {0, 0}, index = 0;
    size_t at = 2;
    for (; at < size && text[at] >= 0x20 && text[at] < 0x40; at++) {
        if (text[at] == ';' && index < 1)
            index++;
        else if (text[at] >= '0' && text[at] <= '9' && numbers[index] < 1000)
            numbers[index] = numbers[index] * 10 + text[at] - '0';
    }
    if (at == size)
        return 0;
    for (size_t i = 0; i < sizeof special_keys / sizeof *special_keys; i++) {
        const struct special *special = &special_keys[i];
        WCHAR unit = special->code == 0x09 ? '\t' : 0;
        if (special->final == (char)text[at] && (special->final != '~' || special->number == numbers[0]))
            append_key((struct key){special->code, special->scan, unit,
                                    special->state | state_of_modifier(numbers[1])});
    }
    return at + 1;
}

static size_t utf8_size(unsigned char first) {
    return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* One character: the bytes it takes, 0 when its end has not come. */
static size_t decode_character(const unsigned char *text, size_t size, bool is_whole, DWORD state) {
    WCHAR units[4];
    size_t wanted = utf8_size(*text);
    if (wanted > size && !is_whole)
        return 0;
    size_t taken = wanted < size ? wanted : size;
    size_t length = utf8_to_wide((const char *)text, taken, units, 4);
    for (size_t i = 0; i < length && i < 4; i++) {
        struct key key = key_of_unit(units[i]);
        key.state |= state;
        append_key(key);
    }
    return taken;
}

/* One key; `is_whole`: nothing more will come soon, so that an ESC is the key of that name. */
static size_t decode_key(const unsigned char *text, size_t size, bool is_whole) {
    if (*text != 0x1B || console.input_mode & ENABLE_VIRTUAL_TERMINAL_INPUT)
        return decode_character(text, size, is_whole, 0);
    if (size == 1)
        return is_whole ? decode_character(text, 1, true, 0) : 0;
    if ((text[1] == '[' || text[1] == 'O') && (size > 2 || !is_whole)) {
        size_t taken = decode_sequence(text, size);
        return !taken && is_whole ? size : taken;
    }
    if (text[1] == 0x1B)
        return decode_character(text, 1, true, 0);
    size_t taken = decode_character(text + 1, size - 1, is_whole, LEFT_ALT_PRESSED);
    return taken ? taken + 1 : 0;
}

static void decode_bytes(bool is_whole) {
    size_t at = 0, taken;
    while (at < byte_count && (taken = decode_key(bytes + at, byte_count - at, is_whole)) != 0)
        at += taken;
    byte_count -= at;
    memmove(bytes, bytes + at, byte_count);
}

/* ---- the terminal ---- */

void console_resume_lines(void) {
    pthread_mutex_lock(&lock);
    if (raw_fd >= 0) {
        tcsetattr(raw_fd, TCSANOW, &line_settings);
        close(raw_fd);
        raw_fd = -1;
    }
    pthread_mutex_unlock(&lock);
}

static void stop_lines(int fd) {
    static bool is_registered; /* once, to leave the terminal as it was */
    struct termios settings;
    if (raw_fd >= 0 || tcgetattr(fd, &settings) || !(settings.c_lflag & (ICANON | ECHO)))
        return;
    line_settings = settings;
    settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw_fd = dup(fd);
    tcsetattr(fd, TCSANOW, &settings);
    if (!is_registered)
        is_registered = atexit(console_resume_lines) == 0;
}

static bool has_bytes(int fd, int milliseconds) {
    struct pollfd input = {fd, POLLIN, 0};
    return poll(&input, 1, milliseconds) > 0;
}

static void notice_size(int fd) {
    COORD size = console_window_size(fd);
    if (known_size.X && (size.X != known_size.X || size.Y != known_size.Y) &&
        console.input_mode & ENABLE_WINDOW_INPUT)
        append(&(INPUT_RECORD){WINDOW_BUFFER_SIZE_EVENT, {.WindowBufferSize = size}});
    known_size = size;
}

/* A terminal sends the bytes of one key together; over a network they may come a little apart. */
enum { KEY_MILLISECONDS = 25, SIZE_MILLISECONDS = 250 };

/* Takes what has been typed. False: the terminal is gone. */
static bool fetch(int fd) {
    stop_lines(fd);
    notice_size(fd);
    while (has_bytes(fd, byte_count ? KEY_MILLISECONDS : 0)) {
        ssize_t size = read(fd, bytes + byte_count, sizeof bytes - byte_count);
        if (size <= 0)
            return false;
        byte_count += (size_t)size;
        decode_bytes(byte_count == sizeof bytes);
    }
    decode_bytes(true);
    return true;
}

static void sleep_for_input(int fd) {
    uint64_t signals;
    struct pollfd inputs[2] = {{fd, POLLIN, 0}, {wake_fd(), POLLIN, 0}};
    poll(inputs, 2, console.input_mode & ENABLE_WINDOW_INPUT ? SIZE_MILLISECONDS : -1);
    if (inputs[1].revents && read(inputs[1].fd, &signals, sizeof signals) < 0)
        return; /* another reader was faster */
}

/* ---- waiting for the handle ---- */

struct console_watch {
    struct service_watch watch;
    struct file *file;
    bool is_watching; /* under the dispatcher lock; holds a reference */
};

static void input_came(struct service_watch *watch, uint32_t events) {
    (void)events;
    struct console_watch *self = (struct console_watch *)watch;
    dispatcher_acquire();
    object_recheck(&self->file->object);
    bool goes_on = self->file->object.first_waiter && service_watch(watch);
    self->is_watching = goes_on;
    dispatcher_release();
    if (!goes_on)
        file_release(self->file);
}

void console_waited(struct file *file) {
    if (!file->console_watch)
        file->console_watch = calloc(1, sizeof *file->console_watch);
    struct console_watch *self = file->console_watch;
    if (!self || self->is_watching)
        return;
    *self = (struct console_watch){{.fd = file->fd, .events = EPOLLIN, .ready = input_came}, file, true};
    object_reference(&file->object);
    if (!service_watch(&self->watch)) {
        self->is_watching = false;
        atomic_fetch_sub(&file->object.references, 1); /* never the last: who waits has one */
    }
}

/* ---- API ---- */

/* Copies events, at least one unless `flags` say not to wait. */
static BOOL read_events(HANDLE handle, INPUT_RECORD *buffer, DWORD length, LPDWORD number, unsigned flags) {
    struct file *file = console_input_from_handle(handle);
    if (!file)
        return FALSE;
    size_t found;
    bool is_there;
    for (;;) {
        pthread_mutex_lock(&lock);
        is_there = fetch(file->fd);
        found = atomic_load(&count);
        if (found || !is_there || flags & CONSOLE_READ_NOWAIT)
            break;
        pthread_mutex_unlock(&lock);
        sleep_for_input(file->fd);
    }
    found = found < length ? found : length;
    if (found)
        memcpy(buffer, records, found * sizeof *records);
    if (!(flags & CONSOLE_READ_NOREMOVE))
        remove_first(found);
    pthread_mutex_unlock(&lock);
    file_release(file);
    *number = (DWORD)found;
    return found || is_there ? TRUE : fail(ERROR_INVALID_HANDLE);
}

struct codepage *console_input_page(void) {
    struct codepage *page = console.input_page ? codepage_find(console.input_page) : NULL;
    return page ? page : codepage_oem();
}

/* An event holds one byte: a character that takes more is a question mark. */
static void narrow(INPUT_RECORD *buffer, DWORD number) {
    for (DWORD i = 0; i < number; i++) {
        KEY_EVENT_RECORD *key = &buffer[i].Event.KeyEvent;
        char text[8];
        if (buffer[i].EventType != KEY_EVENT)
            continue;
        size_t size = codepage_from_wide(console_input_page(), 0, &key->uChar.UnicodeChar, 1, text, sizeof text, NULL, NULL, NULL);
        key->uChar.UnicodeChar = 0;
        key->uChar.AsciiChar = size == 1 ? text[0] : '?';
    }
}

API(kernel32 kernelbase, BOOL, ReadConsoleInputW, HANDLE hConsoleInput, INPUT_RECORD *lpBuffer, DWORD nLength,
    LPDWORD lpNumberOfEventsRead) {
    return read_events(hConsoleInput, lpBuffer, nLength, lpNumberOfEventsRead, 0);
}

API(kernel32 kernelbase, BOOL, ReadConsoleInputA, HANDLE hConsoleInput, INPUT_RECORD *lpBuffer, DWORD nLength,
    LPDWORD lpNumberOfEventsRead) {
    if (!read_events(hConsoleInput, lpBuffer, nLength, lpNumberOfEventsRead, 0))
        return FALSE;
    narrow(lpBuffer, *lpNumberOfEventsRead);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, ReadConsoleInputExW, HANDLE hConsoleInput, INPUT_RECORD *lpBuffer, DWORD nLength,
    LPDWORD lpNumberOfEventsRead, USHORT wFlags) {
    if (wFlags & ~(CONSOLE_READ_NOREMOVE | CONSOLE_READ_NOWAIT))
        return fail(ERROR_INVALID_PARAMETER);
    return read_events(hConsoleInput, lpBuffer, nLength, lpNumberOfEventsRead, wFlags);
}

API(kernel32 kernelbase, BOOL, ReadConsoleInputExA, HANDLE hConsoleInput, INPUT_RECORD *lpBuffer, DWORD nLength,
    LPDWORD lpNumberOfEventsRead, USHORT wFlags) {
    if (!api_ReadConsoleInputExW(hConsoleInput, lpBuffer, nLength, lpNumberOfEventsRead, wFlags))
        return FALSE;
    narrow(lpBuffer, *lpNumberOfEventsRead);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, PeekConsoleInputW, HANDLE hConsoleInput, INPUT_RECORD *lpBuffer, DWORD nLength,
    LPDWORD lpNumberOfEventsRead) {
    return read_events(hConsoleInput, lpBuffer, nLength, lpNumberOfEventsRead,
                       CONSOLE_READ_NOREMOVE | CONSOLE_READ_NOWAIT);
}

API(kernel32 kernelbase, BOOL, PeekConsoleInputA, HANDLE hConsoleInput, INPUT_RECORD *lpBuffer, DWORD nLength,
    LPDWORD lpNumberOfEventsRead) {
    if (!api_PeekConsoleInputW(hConsoleInput, lpBuffer, nLength, lpNumberOfEventsRead))
        return FALSE;
    narrow(lpBuffer, *lpNumberOfEventsRead);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetNumberOfConsoleInputEvents, HANDLE hConsoleInput, LPDWORD lpcNumberOfEvents) {
    DWORD none;
    if (!read_events(hConsoleInput, NULL, 0, &none, CONSOLE_READ_NOREMOVE | CONSOLE_READ_NOWAIT))
        return FALSE;
    *lpcNumberOfEvents = (DWORD)atomic_load(&count);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, FlushConsoleInputBuffer, HANDLE hConsoleInput) {
    struct file *file = console_input_from_handle(hConsoleInput);
    if (!file)
        return FALSE;
    pthread_mutex_lock(&lock);
    tcflush(file->fd, TCIFLUSH);
    byte_count = 0;
    atomic_store(&count, 0);
    pthread_mutex_unlock(&lock);
    file_release(file);
    return TRUE;
}

static void tell_readers(struct file *file) {
    uint64_t one = 1;
    if (write(wake_fd(), &one, sizeof one) < 0)
        return; /* the counter is full: they have been told */
    dispatcher_acquire();
    object_recheck(&file->object);
    dispatcher_release();
}

static BOOL write_events(HANDLE handle, const INPUT_RECORD *buffer, DWORD length, LPDWORD number, bool is_narrow) {
    struct file *file = console_input_from_handle(handle);
    if (!file)
        return FALSE;
    DWORD done = 0;
    pthread_mutex_lock(&lock);
    for (; done < length; done++) {
        INPUT_RECORD record = buffer[done];
        char byte = record.Event.KeyEvent.uChar.AsciiChar;
        if (is_narrow && record.EventType == KEY_EVENT)
            codepage_to_wide(console_input_page(), 0, &byte, 1, &record.Event.KeyEvent.uChar.UnicodeChar, 1, NULL);
        if (!append(&record))
            break;
    }
    pthread_mutex_unlock(&lock);
    tell_readers(file);
    file_release(file);
    *number = done;
    return done == length ? TRUE : fail(ERROR_NOT_ENOUGH_MEMORY);
}

API(kernel32 kernelbase, BOOL, WriteConsoleInputW, HANDLE hConsoleInput, const INPUT_RECORD *lpBuffer, DWORD nLength,
    LPDWORD lpNumberOfEventsWritten) {
    return write_events(hConsoleInput, lpBuffer, nLength, lpNumberOfEventsWritten, false);
}

API(kernel32 kernelbase, BOOL, WriteConsoleInputA, HANDLE hConsoleInput, const INPUT_RECORD *lpBuffer, DWORD nLength,
    LPDWORD lpNumberOfEventsWritten) {
    return write_events(hConsoleInput, lpBuffer, nLength, lpNumberOfEventsWritten, true);
}

/* ---- for ReadConsole ---- */

bool console_take_text(struct console_text *text, bool lines) {
    size_t taken = 0;
    bool is_line = false, ok = true;
    pthread_mutex_lock(&lock);
    for (; taken < atomic_load(&count) && !is_line; taken++) {
        const KEY_EVENT_RECORD *key = &records[taken].Event.KeyEvent;
        WCHAR unit = key->uChar.UnicodeChar;
        if (records[taken].EventType != KEY_EVENT || !key->bKeyDown || !unit)
            continue;
        is_line = lines && unit == '\r';
        ok = is_line ? console_text_append(text, u"\r\n", 2) : console_text_append(text, &unit, 1);
        if (!ok)
            break;
    }
    /* Programs that write both characters as keys mean one end of a line. */
    if (is_line && taken < atomic_load(&count) && records[taken].EventType == KEY_EVENT &&
        records[taken].Event.KeyEvent.bKeyDown && records[taken].Event.KeyEvent.uChar.UnicodeChar == '\n')
        taken++;
    remove_first(taken);
    pthread_mutex_unlock(&lock);
    return is_line || (!lines && text->at < text->size);
}
