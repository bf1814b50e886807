/* RTL_USER_PROCESS_PARAMETERS of this process. A Python process has the interpreter's command line, quoted so that a
 * Windows program's start-up code splits it as it was; a program run by windlass has its own. */
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "codepage.h"
#include "parameters.h"
#include "fork.h"
#include "path.h"
#include "process_object.h"

static RTL_USER_PROCESS_PARAMETERS parameters;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static WCHAR *chosen_command_line;
static size_t chosen_length;
static char *command_line_ansi;

struct text {
    char *bytes;
    size_t length, capacity;
};

static bool append(struct text *text, const char *bytes, size_t length) {
    if (text->length + length + 1 > text->capacity) {
        size_t capacity = 2 * (text->length + length + 64);
        char *grown = realloc(text->bytes, capacity);
        if (!grown)
            return false;
        text->bytes = grown;
        text->capacity = capacity;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
    return true;
}

/* "Parsing C Command-Line Arguments": backslashes are special before a quotation mark only. */
static bool append_quoted(struct text *line, const char *argument) {
    size_t backslashes = 0;
    if (*argument && !strpbrk(argument, " \t\n\v\""))
        return append(line, argument, strlen(argument));
    bool ok = append(line, "\"", 1);
    for (; ok && *argument; argument++) {
        if (*argument == '"')
            for (size_t i = 0; i < backslashes + 1; i++)
                ok = ok && append(line, "\\", 1);
        backslashes = *argument == '\\' ? backslashes + 1 : 0;
        ok = ok && append(line, argument, 1);
    }
    for (size_t i = 0; i < backslashes; i++)
        ok = ok && append(line, "\\", 1);
    return ok && append(line, "\"", 1);
}

/* The host's arguments, each ending in a zero byte. */
static struct text read_arguments(void) {
    struct text all = {NULL, 0, 0};
    char buffer[4096];
    ssize_t got;
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return all;
    while ((got = read(fd, buffer, sizeof buffer)) > 0 && append(&all, buffer, (size_t)got))
        ;
    close(fd);
    return all;
}

static WCHAR *host_command_line(void) {
    struct text all = read_arguments(), line = {NULL, 0, 0};
    bool ok = true;
    for (size_t at = 0; ok && at < all.length; at += strlen(all.bytes + at) + 1)
        ok = (at == 0 || append(&line, " ", 1)) && append_quoted(&line, all.bytes + at);
    WCHAR *wide = ok && line.bytes ? wide_from_utf8(line.bytes) : NULL;
    free(all.bytes);
    free(line.bytes);
    return wide;
}

static void set_string(UNICODE_STRING *target, WCHAR *text, size_t length) {
    if (!text)
        return;
    if (length > 0x7ffe)
        length = 0x7ffe;
    *target = (UNICODE_STRING){(USHORT)(2 * length), (USHORT)(2 * length + 2), text};
}

static void fill(void) {
    WCHAR *line = chosen_command_line ? chosen_command_line : host_command_line();
    if (line)
        set_string(&parameters.CommandLine, line, chosen_command_line ? chosen_length : wide_length(line));
    parameters.CurrentDirectory = current_directory_open();
    parameters.Length = parameters.MaximumLength = sizeof parameters;
    parameters.Environment = environment_block();
    parameters.Flags = 1;                            /* pointers, not offsets */
    __atomic_store_n(&process_peb.ProcessParameters, &parameters, __ATOMIC_RELEASE);
}

RTL_USER_PROCESS_PARAMETERS *process_parameters(void) {
    if (!__atomic_load_n(&process_peb.ProcessParameters, __ATOMIC_ACQUIRE)) {
        pthread_mutex_lock(&lock);
        if (!process_peb.ProcessParameters)
            fill();
        pthread_mutex_unlock(&lock);
    }
    return &parameters;
}

void process_set_program(void *base) {
    const LDR_DATA_TABLE_ENTRY *program = module_from_base(base);
    process_peb.ImageBaseAddress = base;
    if (program)
        process_parameters()->ImagePathName = program->FullDllName;
}

bool process_set_command_line(const WCHAR *text, size_t length) {
    WCHAR *copy = malloc((length + 1) * sizeof *copy);
    if (!copy || process_peb.ProcessParameters) {
        free(copy);
        return false;
    }
    memcpy(copy, text, length * sizeof *copy);
    copy[length] = 0;
    chosen_command_line = copy;
    chosen_length = length;
    return true;
}

static bool set_copy(UNICODE_STRING *target, const void *text, size_t size) {
    WCHAR *copy = malloc(size + sizeof *copy);
    if (!copy)
        return false;
    memcpy(copy, text, size);
    copy[size / sizeof *copy] = 0;
    *target = (UNICODE_STRING){(USHORT)size, (USHORT)size, copy};
    return true;
}

bool process_set_startup(const struct startup *startup) {
    ULONG *const numbers[8] = {&parameters.StartingX, &parameters.StartingY, &parameters.CountX, &parameters.CountY,
                               &parameters.CountCharsX, &parameters.CountCharsY, &parameters.FillAttribute,
                               &parameters.WindowFlags};
    for (int i = 0; i < 8; i++)
        *numbers[i] = startup->numbers[i];
    parameters.ShowWindowFlags = startup->show;
    return set_copy(&parameters.WindowTitle, startup->title, startup->title_length * sizeof(WCHAR)) &&
           set_copy(&parameters.DesktopInfo, startup->desktop, startup->desktop_length * sizeof(WCHAR)) &&
           set_copy(&parameters.RuntimeData, startup->data, startup->data_size);
}

const char *process_command_line_ansi(void) {
    const WCHAR *wide = process_parameters()->CommandLine.Buffer;
    pthread_mutex_lock(&lock);
    if (!command_line_ansi && wide)
        command_line_ansi = ansi_from_wide(wide);
    pthread_mutex_unlock(&lock);
    return command_line_ansi;
}
