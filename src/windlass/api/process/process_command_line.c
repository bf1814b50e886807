/* The command lines of other processes: Windows' programs keep theirs in their memory, the host's theirs in /proc. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "codepage.h"
#include "parameters.h"
#include "process_nt.h"

static bool read_memory(pid_t id, const void *address, void *to, size_t size) {
    const struct iovec here = {to, size}, there = {(void *)(uintptr_t)address, size};
    return process_vm_readv(id, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* From the parameters behind the PEB. */
static WCHAR *line_of_peb(pid_t id, const PEB *peb, size_t *length) {
    RTL_USER_PROCESS_PARAMETERS *parameters;
    UNICODE_STRING line;
    if (!read_memory(id, &peb->ProcessParameters, &parameters, sizeof parameters) ||
        !read_memory(id, &parameters->CommandLine, &line, sizeof line))
        return NULL;
    WCHAR *text = malloc(line.Length + sizeof *text);
    if (!text || !read_memory(id, line.Buffer, text, line.Length)) {
        free(text);
        return NULL;
    }
    *length = line.Length / sizeof *text;
    text[*length] = 0;
    return text;
}

/* As the C run-time takes lines apart ("main function and command-line arguments"). Up to 2n+3 bytes for n. */
static char *put_quoted(char *to, const char *argument) {
    bool is_quoted = !*argument || strpbrk(argument, " \t\"");
    size_t slashes = 0;
    if (is_quoted)
        *to++ = '"';
    for (; *argument; argument++) {
        if (*argument == '"')                        /* slashes before it are doubled, and it gets one */
            for (slashes++; slashes; slashes--)
                *to++ = '\\';
        slashes = *argument == '\\' ? slashes + 1 : 0;
        *to++ = *argument;
    }
    if (is_quoted) {
        for (; slashes; slashes--)
            *to++ = '\\';
        *to++ = '"';
    }
    return to;
}

/* All of a file of unknown size, with a zero behind it. */
static char *read_all(const char *path, size_t *length) {
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    ssize_t got = file ? getdelim(&text, &room, EOF, file) : -1;
    if (file)
        fclose(file);
    if (got < 0) {
        free(text);
        return NULL;
    }
    *length = (size_t)got;
    return text;
}

static WCHAR *line_of_host(pid_t id, size_t *length) {
    char path[48];
    size_t size;
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)id);
    char *arguments = read_all(path, &size), *line = arguments ? malloc(3 * size + 1) : NULL, *to = line;
    for (size_t at = 0; line && at < size; at += strlen(arguments + at) + 1) {
        if (at)
            *to++ = ' ';
        to = put_quoted(to, arguments + at);
    }
    free(arguments);
    if (!line)
        return NULL;
    *to = 0;
    WCHAR *wide = wide_from_utf8(line);
    free(line);
    if (wide)
        *length = wide_length(wide);
    return wide;
}

static WCHAR *line_of_this(size_t *length) {
    const UNICODE_STRING *line = &process_parameters()->CommandLine;
    WCHAR *text = malloc(line->Length + sizeof *text);
    if (!text)
        return NULL;
    *length = line->Length / sizeof *text;
    memcpy(text, line->Buffer, line->Length);
    text[*length] = 0;
    return text;
}

WCHAR *process_command_line(const struct process_object *process, size_t *length) {
    if (!process->id)
        return line_of_this(length);
    const PEB *peb = process->block ? (const PEB *)(uintptr_t)process->block->peb : NULL;
    return peb ? line_of_peb(process->id, peb, length) : line_of_host(process->id, length);
}
