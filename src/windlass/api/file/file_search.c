/* Searching directories: wildcards and enumeration ("FindFirstFileExW function", "NtQueryDirectoryFile function"). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "file.h"
#include "file_query.h"
#include "pipe_names.h"
#include "unicode.h"

/* ---- wildcards ---- */

/* DOS_STAR matches anything up to the last dot, DOS_QM one character or the end before a dot, DOS_DOT a dot or the end
 * of the name. */
enum { DOS_STAR = '<', DOS_QM = '>', DOS_DOT = '"' };

static bool is_last_dot(const WCHAR *name, size_t length) {
    for (size_t i = 1; i < length; i++)
        if (name[i] == '.')
            return false;
    return length && name[0] == '.';
}

bool name_matches(const WCHAR *pattern, size_t pattern_length, const WCHAR *name, size_t name_length) {
    while (pattern_length) {
        WCHAR wanted = *pattern;
        if (wanted == '*' || wanted == DOS_STAR) {
            for (size_t skipped = 0; skipped <= name_length; skipped++) {
                if (name_matches(pattern + 1, pattern_length - 1, name + skipped, name_length - skipped))
                    return true;
                /* a DOS_STAR does not run over the last dot */
                if (wanted == DOS_STAR && is_last_dot(name + skipped, name_length - skipped))
                    return false;
            }
            return false;
        }
        if (wanted == DOS_QM && (!name_length || name[0] == '.')) {
            pattern++, pattern_length--;
            continue;
        }
        if (wanted == DOS_DOT && !name_length) {
            pattern++, pattern_length--;
            continue;
        }
        if (!name_length)
            return false;
        bool same = wanted == '?' || wanted == DOS_QM || (wanted == DOS_DOT ? name[0] == '.'
                                                          : unicode_upper(wanted) == unicode_upper(name[0]));
        if (!same)
            return false;
        pattern++, pattern_length--;
        name++, name_length--;
    }
    return !name_length;
}

/* What FindFirstFile makes of its pattern: "*.*" finds every name, "?" also finds fewer characters, "*." names without
 * an extension. */
static size_t native_pattern(const WCHAR *pattern, size_t length, WCHAR out[256]) {
    if (length == 3 && pattern[0] == '*' && pattern[1] == '.' && pattern[2] == '*')
        length = 1;
    for (size_t i = 0; i < length; i++) {
        out[i] = pattern[i];
        WCHAR next = i + 1 < length ? pattern[i + 1] : 0;
        if (pattern[i] == '?')
            out[i] = DOS_QM;
        else if (pattern[i] == '.' && (next == '?' || next == '*'))
            out[i] = DOS_DOT;
        else if (pattern[i] == '*' && next == '.' && i + 2 == length)
            out[i] = DOS_STAR;
        else if (pattern[i] == '.' && i + 1 == length && i && pattern[i - 1] == '*')
            out[i] = DOS_DOT;
    }
    return length;
}

/* ---- enumeration ---- */

struct directory_name {
    char *host;
    size_t length;
    WCHAR text[];
};

struct directory_search {
    DIR *directory;
    char *host;
    WCHAR pattern[256];
    size_t pattern_length;
    bool is_root; /* has no "." and ".." */
    bool of_pipes;
    int dots;     /* how many of the two have been given */
    /* The names that are wanted, in the order that NTFS keeps them in and programs have come to rely on ("FindNextFileW
     * function"); read when the first is asked for. */
    struct directory_name **names;
    size_t count, at;
    bool is_read;
};

struct directory_search *directory_search_open(const char *host, const WCHAR *pattern, size_t length, bool is_root,
                                               NTSTATUS *status) {
    struct directory_search *search = calloc(1, sizeof *search);
    *status = STATUS_NO_MEMORY;
    if (!search || length > 255) {
        free(search);
        return NULL;
    }
    search->host = strdup(host);
    search->directory = opendir(host);
    search->pattern_length = native_pattern(pattern, length, search->pattern);
    search->is_root = is_root;
    if (search->host && search->directory)
        return search;
    *status = search->host ? status_from_errno(errno) : STATUS_NO_MEMORY;
    directory_search_close(search);
    return NULL;
}

struct directory_search *directory_search_open_pipes(const WCHAR *pattern, size_t length, NTSTATUS *status) {
    char root[PATH_MAX];
    struct directory_search *search = NULL;
    *status = STATUS_NO_SUCH_FILE; /* nobody has made any yet */
    if (pipe_root_path(root) && (search = directory_search_open(root, pattern, length, true, status)))
        search->of_pipes = true;
    return search;
}

static void forget_names(struct directory_search *search) {
    for (size_t i = 0; i < search->count; i++)
        free(search->names[i]);
    free(search->names);
    search->names = NULL;
    search->count = search->at = 0;
    search->is_read = false;
}

void directory_search_close(struct directory_search *search) {
    forget_names(search);
    if (search->directory)
        closedir(search->directory);
    free(search->host);
    free(search);
}

void directory_search_restart(struct directory_search *search) {
    forget_names(search);
    rewinddir(search->directory);
    search->dots = 0;
}

static bool facts_of_entry(const struct directory_search *search, const char *name, struct file_facts *facts) {
    char shown[PIPE_SHOWN_SIZE];
    if (search->of_pipes)
        return pipe_folder_facts(name, shown, facts);
    char path[HOST_PATH_SIZE];
    const char *separator = search->host[1] ? "/" : "";
    int length = snprintf(path, sizeof path, "%s%s%s", search->host, separator, name);
    return length > 0 && (size_t)length < sizeof path && file_facts_of_path(path, false, facts);
}

static bool wants(const struct directory_search *search, const WCHAR *name, size_t length) {
    return !search->pattern_length || name_matches(search->pattern, search->pattern_length, name, length);
}

static bool next_dots(struct directory_search *search, struct directory_entry *entry) {
    static const char *const names[] = {".", ".."};
    while (!search->is_root && search->dots < 2) {
        const char *name = names[search->dots++];
        entry->length = path_name_to_windows(name, strlen(name), entry->name, 255);
        entry->name[entry->length] = 0;
        if (wants(search, entry->name, entry->length) && facts_of_entry(search, name, &entry->facts))
            return true;
    }
    return false;
}

/* Entries whose names Windows cannot have are left out. */
static struct directory_name *name_of(const struct directory_search *search, const char *host) {
    WCHAR text[256];
    char shown[PIPE_SHOWN_SIZE];
    struct file_facts facts;
    if (search->of_pipes && !pipe_folder_facts(host, shown, &facts))
        return NULL;
    size_t length = search->of_pipes ? utf8_to_wide(shown, strlen(shown), text, 255)
                                     : path_name_to_windows(host, strlen(host), text, 255);
    if (length > 255 || strcmp(host, ".") == 0 || strcmp(host, "..") == 0 || !wants(search, text, length))
        return NULL;
    size_t size = strlen(host) + 1;
    struct directory_name *name = malloc(sizeof *name + length * sizeof *text + size);
    if (!name)
        return NULL;
    name->length = length;
    memcpy(name->text, text, length * sizeof *text);
    name->host = memcpy(name->text + length, host, size);
    return name;
}

static int by_name(const void *one, const void *other) {
    const struct directory_name *a = *(struct directory_name *const *)one, *b = *(struct directory_name *const *)other;
    int order = wide_compare_no_case(a->text, a->length, b->text, b->length);
    return order ? order : strcmp(a->host, b->host);
}

static void read_names(struct directory_search *search) {
    size_t room = 0;
    search->is_read = true;
    for (struct dirent *each; (each = readdir(search->directory));) {
        struct directory_name *name = name_of(search, each->d_name);
        if (name && search->count == room) {
            room = room ? 2 * room : 16;
            struct directory_name **grown = realloc(search->names, room * sizeof *grown);
            if (!grown) {
                free(name);
                break;
            }
            search->names = grown;
        }
        if (name)
            search->names[search->count++] = name;
    }
    if (search->count)
        qsort(search->names, search->count, sizeof *search->names, by_name);
}

bool directory_search_next(struct directory_search *search, struct directory_entry *entry) {
    if (next_dots(search, entry))
        return true;
    if (!search->is_read)
        read_names(search);
    while (search->at < search->count) {
        const struct directory_name *name = search->names[search->at++];
        entry->length = name->length;
        memcpy(entry->name, name->text, name->length * sizeof *name->text);
        entry->name[entry->length] = 0;
        if (facts_of_entry(search, name->host, &entry->facts)) /* it may have been deleted since */
            return true;
    }
    return false;
}
