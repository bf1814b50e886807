/* Windows paths and host paths; see path.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codepage.h"
#include "core.h"
#include "path.h"
#include "port_names.h"
#include "system_programs.h"
#include "fork.h"
#include "unicode.h"

#define ERROR_BAD_NETPATH 53u

/* ---- names ---- */

enum { ESCAPED_BYTE = 0xDC00, ESCAPED_CHAR = 0xF000 };

static bool is_forbidden(unsigned byte) { return byte < 0x20 || (byte < 0x80 && strchr("\\*?\"<>|", (int)byte)); }

/* What the character U+F000 + x stands for, or 0. Dots and blanks are escaped only at a name's end. */
static unsigned forbidden_from_unit(WCHAR unit) {
    unsigned byte = unit ^ ESCAPED_CHAR;
    return byte && byte < 0x80 && (is_forbidden(byte) || byte == '.' || byte == ' ') ? byte : 0;
}

size_t path_name_to_windows(const char *name, size_t length, WCHAR *out, size_t capacity) {
    size_t count = 0;
    bool dots = (length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.');
    for (size_t i = 0; i < length;) {
        unsigned byte = (unsigned char)name[i];
        WCHAR units[2];
        int unit_count = 1, size = codepage_decode_one(codepage_find(CP_UTF8), name + i, length - i, units, &unit_count);
        bool at_end = i + 1 == length && (byte == '.' || byte == ' ') && !dots;
        if (size <= 0)
            units[0] = (WCHAR)(ESCAPED_BYTE + byte), size = 1;
        else if (is_forbidden(byte) || at_end)
            units[0] = (WCHAR)(ESCAPED_CHAR + byte);
        for (int j = 0; j < unit_count; j++, count++)
            if (count < capacity)
                out[count] = units[j];
        i += (size_t)size;
    }
    return count;
}

/* The bytes of the character at the start of the name; *units says how much of it that was. A lone surrogate that is no
 * escaped byte keeps its three bytes of generalised UTF-8. */
static size_t encode_name_unit(const WCHAR *name, size_t length, char out[4], size_t *units) {
    WCHAR unit = name[0];
    *units = 1;
    if ((unit & 0xFF80) == 0xDC80) {
        out[0] = (char)unit;
        return 1;
    }
    if (unit > ESCAPED_CHAR && unit < ESCAPED_CHAR + 0x80 && forbidden_from_unit(unit)) {
        out[0] = (char)forbidden_from_unit(unit);
        return 1;
    }
    bool pair = (unit & 0xFC00) == 0xD800 && length > 1 && (name[1] & 0xFC00) == 0xDC00;
    if (pair)
        *units = 2;
    if (pair || (unit & 0xF800) != 0xD800)
        return utf8_from_wide(name, *units, out, 4);
    out[0] = (char)(0xE0 | unit >> 12), out[1] = (char)(0x80 | (unit >> 6 & 0x3F)), out[2] = (char)(0x80 | (unit & 0x3F));
    return 3;
}

size_t path_name_to_host(const WCHAR *name, size_t length, char *out, size_t capacity) {
    size_t count = 0;
    for (size_t i = 0, units; i < length; i += units) {
        char bytes[4];
        size_t size = encode_name_unit(name + i, length - i, bytes, &units);
        if (count + size <= capacity)
            memcpy(out + count, bytes, size);
        count += size;
    }
    return count;
}

WCHAR *path_wide_from_ansi(const char *path) {
    if (codepage_ansi()->id != CP_UTF8)
        return wide_from_ansi(path);
    size_t length = strlen(path), count = 0;
    WCHAR *copy = malloc((length + 1) * sizeof *copy);
    if (!copy)
        return NULL;
    for (size_t i = 0; i < length;) {
        int units = 1, size = codepage_decode_one(codepage_ansi(), path + i, length - i, copy + count, &units);
        if (size <= 0)
            copy[count] = (WCHAR)(ESCAPED_BYTE + (unsigned char)path[i]), size = 1;
        count += (size_t)units;
        i += (size_t)size;
    }
    copy[count] = 0;
    return copy;
}

char *path_ansi_from_wide(const WCHAR *path) {
    if (codepage_ansi()->id != CP_UTF8)
        return ansi_from_wide(path);
    size_t length = wide_length(path), count = 0;
    char *copy = malloc(length * 3 + 1);
    for (size_t i = 0, units; copy && i < length; i += units) {
        units = 1;
        if ((path[i] & 0xFF80) == 0xDC80)
            copy[count++] = (char)path[i];
        else
            count += encode_name_unit(path + i, length - i, copy + count, &units);
    }
    if (copy)
        copy[count] = 0;
    return copy;
}

/* ---- drives ---- */

struct drive {
    char *root;          /* a host directory without a slash at its end ("" for "/"), NULL: no such drive */
    char *directory;     /* the current directory on this drive as a Windows path, NULL: its root */
    bool is_made;        /* C: exists */
};

/* The mapping is read once, at the first path; the current directories change under the lock. */
static struct drive drives[26];
static pthread_once_t drives_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t drives_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(drives_lock);

static char *join(const char *first, const char *second) {
    char *text;
    return asprintf(&text, "%s%s", first, second) < 0 ? NULL : text;
}

/* As user_folders.py has it. Not /tmp for a user whom the host does not know: others could put DLLs there. */
static const char *home_directory(void) {
    const char *home = getenv("HOME");
    if (home && home[0] == '/')
        return home;
    const struct passwd *entry = getpwuid(getuid());
    return entry && entry->pw_dir ? entry->pw_dir : "";
}

static char *system_drive(void) {
    const char *data = getenv("XDG_DATA_HOME");
    if (data && data[0] == '/')
        return join(data, "/windlass/drive_c");
    return join(home_directory(), "/.local/share/windlass/drive_c");
}

static void set_drive(char letter, char *root) {
    char *real = root ? realpath(root, NULL) : NULL;
    if (real) {
        free(root);
        root = real;
    }
    size_t length = root ? strlen(root) : 0;
    if (length && root[length - 1] == '/')
        root[length - 1] = 0;
    free(drives[letter - 'A'].root);
    drives[letter - 'A'].root = root;
}

/* WINDLASS_DRIVES: LETTER=DIRECTORY, separated by colons; what does not look so is passed over. */
static void read_drives(const char *text) {
    while (text && *text) {
        const char *end = strchrnul(text, ':');
        if (isalpha((unsigned char)text[0]) && text[1] == '=' && text[2] == '/')
            set_drive((char)toupper((unsigned char)text[0]), strndup(text + 2, (size_t)(end - text) - 2));
        text = *end ? end + 1 : end;
    }
}

static void make_drives(void) {
    set_drive('Z', strdup("/"));
    set_drive('C', system_drive());
    read_drives(getenv("WINDLASS_DRIVES"));
}

static void make_directories(const char *path) {
    char partial[HOST_PATH_SIZE];
    size_t length = strlen(path);
    if (length >= sizeof partial)
        return;
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i])
            continue;
        memcpy(partial, path, i);
        partial[i] = 0;
        mkdir(partial, 0777);
    }
}

/* The folders that programs expect to find on a system drive. */
static void make_system_drive(struct drive *drive) {
    static const char *const folders[] = {"/windows/system32/drivers/etc", "/windows/temp", "/Program Files",
                                          "/ProgramData", "/users/Public"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char *path = join(drive->root, folders[i]);
        if (path)
            make_directories(path);
        free(path);
    }
    char *programs = join(drive->root, "/windows/system32");
    if (programs)
        system_programs_install(programs);
    free(programs);
    char *real = realpath(drive->root, NULL);
    if (real && strcmp(real, drive->root) != 0)
        drive->root = real; /* the old text may be in use; it is lost once */
    else
        free(real);
    drive->is_made = true;
}

const char *path_drive_root(char letter) {
    pthread_once(&drives_once, make_drives);
    letter &= ~0x20;
    if (letter < 'A' || letter > 'Z' || !drives[letter - 'A'].root)
        return NULL;
    struct drive *drive = &drives[letter - 'A'];
    if (letter == 'C' && !__atomic_load_n(&drive->is_made, __ATOMIC_ACQUIRE)) {
        pthread_mutex_lock(&drives_lock);
        if (!drive->is_made)
            make_system_drive(drive);
        pthread_mutex_unlock(&drives_lock);
    }
    return drive->root;
}

DWORD path_drive_mask(void) {
    pthread_once(&drives_once, make_drives);
    DWORD mask = 0;
    for (unsigned i = 0; i < 26; i++)
        mask |= drives[i].root ? 1u << i : 0;
    return mask;
}

/* Whether `root` is a folder on the way to the path; "" is on every way. */
static bool is_below(const char *path, const char *root, size_t length) {
    return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

char path_drive_of(const char *host) {
    pthread_once(&drives_once, make_drives);
    char best = 'Z';
    size_t best_length = 0;
    for (unsigned i = 0; i < 26; i++) {
        size_t length = drives[i].root ? strlen(drives[i].root) : 0;
        if (length > best_length && is_below(host, drives[i].root, length)) {
            best = (char)('A' + i);
            best_length = length;
        }
    }
    if (best_length == 0)
        for (unsigned i = 0; i < 26; i++)
            if (drives[i].root && !drives[i].root[0])
                best = (char)('A' + i);
    return best;
}

/* ---- host to Windows ---- */

WCHAR *path_to_windows(const char *host, size_t *length) {
    size_t size = strlen(host), count = 0;
    WCHAR *out = malloc((size + 4) * sizeof *out);
    if (!out)
        return NULL;
    const char *at = host;
    if (host[0] == '/') {
        char drive = path_drive_of(host);
        at += drives[drive - 'A'].root ? strlen(drives[drive - 'A'].root) : 0;
        out[count++] = (WCHAR)drive;
        out[count++] = ':';
        out[count++] = '\\';
    }
    bool first = true;
    while (*at) {
        size_t run = strcspn(at, "/");
        if (run) {
            if (!first)
                out[count++] = '\\';
            count += path_name_to_windows(at, run, out + count, run);
            first = false;
        }
        at += run;
        if (*at == '/' && !*++at && !first)
            out[count++] = '\\';
    }
    out[count] = 0;
    if (length)
        *length = count;
    return out;
}

static char *host_current_directory(void) {
    char *directory = getcwd(NULL, 0);
    return directory && directory[0] == '/' ? directory : (free(directory), strdup("/"));
}

WCHAR *path_current_directory(size_t *length) {
    char *host = host_current_directory();
    if (!host)
        return NULL;
    size_t count = 0;
    WCHAR *wide = path_to_windows(host, &count);
    free(host);
    if (wide && wide[count - 1] != '\\') {
        WCHAR *longer = realloc(wide, (count + 2) * sizeof *wide);
        if (!longer) {
            free(wide);
            return NULL;
        }
        wide = longer;
        wide[count++] = '\\';
        wide[count] = 0;
    }
    if (wide && length)
        *length = count;
    return wide;
}

/* ---- full paths ---- */

/* ("Naming Files", "Namespaces") Since Windows 11 a name with an extension or in a folder is an ordinary file, except
 * NUL in a folder. */
static const struct { const char *name; enum path_kind kind; } device_names[] = {
    {"NUL", PATH_NUL}, {"CON", PATH_CONSOLE}, {"CONIN$", PATH_CONSOLE_IN}, {"CONOUT$", PATH_CONSOLE_OUT},
    {"AUX", PATH_SERIAL}, {"PRN", PATH_SERIAL}, {"COM", PATH_SERIAL}, {"LPT", PATH_SERIAL},
};

static bool equals_ascii(const WCHAR *text, const char *name, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!name[i] || text[i] >= 0x80 || toupper((int)text[i]) != name[i])
            return false;
    return true;
}

/* Whether the name is a device's; *kind says which. */
static bool find_device(const WCHAR *name, size_t length, enum path_kind *kind) {
    while (length && (name[length - 1] == ' ' || name[length - 1] == '.'))
        length--;
    if (length && name[length - 1] == ':')
        length--;
    bool numbered = length == 4 && name[3] >= '1' && name[3] <= '9';
    for (size_t i = 0; i < sizeof device_names / sizeof *device_names; i++) {
        const char *device = device_names[i].name;
        bool wants_number = strcmp(device, "COM") == 0 || strcmp(device, "LPT") == 0;
        size_t compared = wants_number && numbered ? 3 : length;
        if (wants_number != numbered || strlen(device) != compared || !equals_ascii(name, device, compared))
            continue;
        *kind = device_names[i].kind;
        return true;
    }
    return false;
}

static size_t last_component(const WCHAR *path, size_t length) {
    while (length && !is_path_separator(path[length - 1]))
        length--;
    return length;
}

bool path_names_device(const WCHAR *path, size_t *start, size_t *length) {
    enum path_kind kind;
    size_t given = wide_length(path), at = 0;
    if (is_path_separator(path[0]) && is_path_separator(path[1]))
        return false;
    if (!find_device(path, given, &kind)) {
        at = last_component(path, given);
        if (!find_device(path + at, given - at, &kind) || kind != PATH_NUL)
            return false;
    }
    while (path[given - 1] == ' ' || path[given - 1] == '.' || path[given - 1] == ':')
        given--;
    *start = at;
    *length = given - at;
    return true;
}

/* \\?\, \\.\ and \??\ , with either slash in the first two. */
static bool has_device_prefix(const WCHAR *path) {
    if (path[0] == '\\' && path[1] == '?' && path[2] == '?' && path[3] == '\\')
        return true;
    return is_path_separator(path[0]) && is_path_separator(path[1]) && (path[2] == '.' || path[2] == '?') &&
           is_path_separator(path[3]);
}

static bool has_literal_prefix(const WCHAR *path) {
    return path[0] == '\\' && ((path[1] == '\\' && path[2] == '?') || (path[1] == '?' && path[2] == '?')) &&
           path[3] == '\\';
}

static bool has_drive(const WCHAR *path) {
    return ((path[0] | 0x20) >= 'a' && (path[0] | 0x20) <= 'z' && path[0] < 0x80) && path[1] == ':';
}

struct wide_buffer {
    WCHAR *text;
    size_t length, capacity;
};

static void append(struct wide_buffer *buffer, const WCHAR *text, size_t length) {
    memcpy(buffer->text + buffer->length, text, length * sizeof *text);
    buffer->length += length;
}

static void append_unit(struct wide_buffer *buffer, WCHAR unit) { buffer->text[buffer->length++] = unit; }

static void remove_last(struct wide_buffer *buffer, size_t root) {
    while (buffer->length > root && buffer->text[buffer->length - 1] == '\\')
        buffer->length--;
    while (buffer->length > root && buffer->text[buffer->length - 1] != '\\')
        buffer->length--;
}

static bool is_all_dots(const WCHAR *name, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (name[i] != '.')
            return false;
    return true;
}

/* Drops the dots and spaces that the last component ends in. */
static void trim(struct wide_buffer *buffer, size_t root) {
    while (buffer->length > root && (buffer->text[buffer->length - 1] == '.' || buffer->text[buffer->length - 1] == ' '))
        buffer->length--;
}

/* Appends the components of `path`, resolving dots, behind a root of `root` units that ends in a separator (or behind
 * further components). */
static void append_components(struct wide_buffer *buffer, size_t root, const WCHAR *path) {
    while (*path) {
        while (is_path_separator(*path))
            path++;
        size_t length = 0;
        while (path[length] && !is_path_separator(path[length]))
            length++;
        bool is_last = !path[length];
        if (length == 2 && path[0] == '.' && path[1] == '.') {
            remove_last(buffer, root);
        } else if (length && !(length == 1 && path[0] == '.')) {
            append(buffer, path, length - (!is_last && path[length - 1] == '.' && !is_all_dots(path, length)));
            if (is_last)
                trim(buffer, root);
            else
                append_unit(buffer, '\\');
        }
        path += length;
    }
}

/* The current directory of another drive than the current one, or its root. */
static void append_drive_directory(struct wide_buffer *buffer, WCHAR letter) {
    unsigned index = (unsigned)(letter & ~0x20) - 'A';
    const WCHAR root[] = {(WCHAR)('A' + index), ':', '\\'};
    pthread_mutex_lock(&drives_lock);
    WCHAR *remembered = drives[index].directory ? path_wide_from_ansi(drives[index].directory) : NULL;
    pthread_mutex_unlock(&drives_lock);
    if (remembered && wide_length(remembered) + 4 < buffer->capacity)
        append(buffer, remembered, wide_length(remembered));
    else
        append(buffer, root, 3);
    free(remembered);
    if (buffer->text[buffer->length - 1] != '\\')
        append_unit(buffer, '\\');
}

/* Writes what the relative parts of `path` start from; returns where the components begin. *root: its length. */
static const WCHAR *append_root(struct wide_buffer *buffer, const WCHAR *path, const WCHAR *current, size_t *root) {
    static const WCHAR device[] = u"\\\\.\\";
    *root = 3;
    if (has_device_prefix(path)) {
        append(buffer, device, 4);
        buffer->text[2] = path[1] == '?' ? '?' : path[2];
        *root = 4;
        return path + 4;
    }
    if (is_path_separator(path[0]) && is_path_separator(path[1])) { /* \\server\share\: the dots end there */
        append(buffer, device, 2);
        path += 2;
        for (int part = 0; part < 2; part++) {
            while (*path && !is_path_separator(*path))
                append_unit(buffer, *path++);
            if (!*path)
                trim(buffer, 2);
            else
                append_unit(buffer, '\\');
            while (is_path_separator(*path))
                path++;
        }
        *root = buffer->length;
        return path;
    }
    if (has_drive(path) && is_path_separator(path[2])) {
        const WCHAR drive[] = {path[0], ':', '\\'};
        append(buffer, drive, 3);
        return path + 3;
    }
    if (has_drive(path)) {
        if ((path[0] & ~0x20) == current[0])
            append(buffer, current, wide_length(current));
        else
            append_drive_directory(buffer, path[0]);
        return path + 2;
    }
    append(buffer, current, is_path_separator(path[0]) ? 3 : wide_length(current));
    return path;
}

/* Whether the last component is "." or "..", or the path names no component at all ("C:"). */
static bool ends_in_dots(const WCHAR *path, size_t length) {
    size_t dots = 0;
    while (dots < length && path[length - 1 - dots] == '.')
        dots++;
    bool is_component = dots == length || is_path_separator(path[length - 1 - dots]) || path[length - 1 - dots] == ':';
    return dots <= 2 && is_component && !(dots == 0 && is_path_separator(path[length - 1]));
}

static WCHAR *device_path(const WCHAR *name, size_t length) {
    WCHAR *out = calloc(length + 5, sizeof *out);
    if (out) {
        memcpy(out, u"\\\\.\\", 4 * sizeof *out);
        memcpy(out + 4, name, length * sizeof *out);
        if (length && out[3 + length] == ':')
            out[3 + length] = 0;
    }
    return out;
}

WCHAR *path_full(const WCHAR *path, size_t *length, DWORD *error) {
    size_t given = wide_length(path), root = 0;
    enum path_kind kind;
    *error = ERROR_INVALID_NAME;
    while (root < given && path[root] == ' ')
        root++;
    if (root == given) /* nothing but spaces */
        return NULL;
    *error = ERROR_NOT_ENOUGH_MEMORY;
    if (find_device(path, given, &kind)) {
        WCHAR *device = device_path(path, given);
        if (device)
            *length = wide_length(device);
        return device;
    }
    size_t current_length = 0;
    WCHAR *current = path_current_directory(&current_length);
    size_t capacity = given + current_length + HOST_PATH_SIZE + 8;
    struct wide_buffer buffer = {malloc(capacity * sizeof(WCHAR)), 0, capacity};
    if (!current || !buffer.text) {
        free(current);
        free(buffer.text);
        return NULL;
    }
    const WCHAR *rest = append_root(&buffer, path, current, &root);
    free(current);
    append_components(&buffer, root, rest);
    /* "dir\.." left "parent\", "dir" as a whole left nothing behind the root. */
    if (ends_in_dots(path, given) && buffer.length > root && buffer.text[buffer.length - 1] == '\\')
        buffer.length--;
    buffer.text[buffer.length] = 0;
    *length = buffer.length;
    const WCHAR *name = buffer.text + buffer.length;
    while (name > buffer.text && name[-1] != '\\')
        name--;
    if (find_device(name, buffer.length - (size_t)(name - buffer.text), &kind) && kind == PATH_NUL && root == 3) {
        WCHAR *device = device_path(u"NUL", 3);
        free(buffer.text);
        *length = 7;
        return device;
    }
    return buffer.text;
}

/* ---- lookup ---- */

/* Looks for `name` (Windows spelling) in the open directory without regard to case and writes the host's spelling. */
static bool find_in_directory(DIR *directory, const WCHAR *name, size_t length, char *found) {
    for (struct dirent *entry; (entry = readdir(directory));) {
        WCHAR wide[NAME_MAX + 1];
        size_t count = path_name_to_windows(entry->d_name, strlen(entry->d_name), wide, NAME_MAX + 1);
        if (count == length && wide_compare_no_case(wide, count, name, length) == 0) {
            strcpy(found, entry->d_name);
            return true;
        }
    }
    return false;
}

/* Replaces the last component of host[0 .. end) by the name that exists. `start`: where the component begins. */
static bool correct_component(char *host, size_t start, size_t *end, const WCHAR *name, size_t length) {
    char found[NAME_MAX + 1];
    char saved = host[start];
    host[start] = 0;
    DIR *directory = opendir(start > 1 ? host : "/");
    host[start] = saved;
    if (!directory)
        return false;
    bool is_there = find_in_directory(directory, name, length, found);
    closedir(directory);
    size_t size = is_there ? strlen(found) : 0;
    if (!is_there || start + size >= HOST_PATH_SIZE)
        return false;
    memcpy(host + start, found, size);
    *end = start + size;
    return true;
}

static bool exists(const char *host) {
    struct stat status;
    return lstat(host, &status) == 0;
}

static bool is_valid_name(const WCHAR *name, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (name[i] < 0x20 || (name[i] < 0x80 && strchr("*?\"<>|", (int)name[i])))
            return false;
    return true;
}

/* name::$DATA is the file's own data ("File Streams"). */
static size_t without_stream(const WCHAR *name, size_t length) {
    static const WCHAR data[] = u"::$DATA";
    return length > 7 && wide_compare_no_case(name + length - 7, 7, data, 7) == 0 ? length - 7 : length;
}

struct walk {
    struct host_path *out;
    size_t end;       /* of out->text */
    bool is_missing;  /* a component does not exist: what follows is taken as it is */
};

static DWORD walk_component(struct walk *walk, const WCHAR *name, size_t length, bool look_up) {
    char *host = walk->out->text;
    if (!is_valid_name(name, length))
        return ERROR_INVALID_NAME;
    size_t start = walk->end + 1;
    size_t size = path_name_to_host(name, length, host + start, HOST_PATH_SIZE - 1 - start);
    if (start + size >= HOST_PATH_SIZE)
        return ERROR_FILENAME_EXCED_RANGE;
    host[walk->end] = '/';
    walk->end = start + size;
    host[walk->end] = 0;
    if (!look_up || walk->is_missing || exists(host))
        return ERROR_SUCCESS;
    walk->is_missing = !correct_component(host, start, &walk->end, name, length);
    host[walk->end] = 0;
    return ERROR_SUCCESS;
}

/* Puts the components behind the drive's root. With look_up false no directory is searched. */
static DWORD walk_path(struct host_path *out, const char *root, const WCHAR *path, bool look_up) {
    struct walk walk = {out, strlen(root), false};
    memcpy(out->text, root, walk.end + 1);
    out->trailing_slash = false;
    while (*path) {
        size_t length = 0;
        while (path[length] && !is_path_separator(path[length]))
            length++;
        bool is_last = !path[length];
        DWORD error = length ? walk_component(&walk, path, is_last ? without_stream(path, length) : length, look_up)
                             : ERROR_SUCCESS;
        if (error)
            return error;
        out->trailing_slash = !is_last;
        path += length + !is_last;
    }
    if (walk.end == 0)
        strcpy(out->text, "/");
    return ERROR_SUCCESS;
}

/* "C:\a\b", already normal. */
static DWORD drive_path_to_host(const WCHAR *path, struct host_path *out) {
    const char *root = path_drive_root((char)path[0]);
    if (!root)
        return ERROR_PATH_NOT_FOUND;
    out->kind = PATH_FILE;
    out->drive = (char)(path[0] & ~0x20);
    if (strlen(root) >= HOST_PATH_SIZE)
        return ERROR_FILENAME_EXCED_RANGE;
    DWORD error = walk_path(out, root, path + 2, false);
    /* Most paths exist as they are spelled. */
    return error || exists(out->text) ? error : walk_path(out, root, path + 2, true);
}

/* "COM3", "LPT1"; AUX and PRN are the first ones. */
static void port_to_host(const WCHAR *name, struct host_path *out) {
    unsigned number = 0;
    bool is_parallel = equals_ascii(name, "LPT", 3) || equals_ascii(name, "PRN", 3);
    for (size_t i = 3; name[i] >= '0' && name[i] <= '9'; i++)
        number = number * 10 + name[i] - '0';
    out->kind = PATH_SERIAL;
    port_device(is_parallel ? "LPT" : "COM", number ? number : 1, out->text);
}

/* COM10 and higher, which are devices only behind the prefix ("Naming Files, Paths, and Namespaces"). */
static bool is_high_port(const WCHAR *name, size_t length) {
    if (length < 5 || length > 6 || !equals_ascii(name, "COM", 3) || name[3] == '0')
        return false;
    for (size_t i = 3; i < length; i++)
        if (name[i] < '0' || name[i] > '9')
            return false;
    return true;
}

static DWORD shared_name_to_host(const WCHAR *name, enum path_kind kind, struct host_path *out) {
    out->kind = kind;
    size_t length = wide_length(name), count = 0;
    for (size_t i = 0, units; i < length; i += units) {
        WCHAR lower[2] = {unicode_lower(name[i]), i + 1 < length ? name[i + 1] : 0};
        if (count + 4 >= HOST_PATH_SIZE)
            return ERROR_FILENAME_EXCED_RANGE;
        count += encode_name_unit(lower, length - i, out->text + count, &units);
    }
    out->text[count] = 0;
    return length ? ERROR_SUCCESS : ERROR_INVALID_NAME;
}

static bool starts_with(const WCHAR *text, const char *prefix) {
    for (; *prefix; text++, prefix++)
        if (!*text || *text >= 0x80 || (*prefix == '\\' ? !is_path_separator(*text) : toupper((int)*text) != *prefix))
            return false;
    return true;
}

/* \\?\Volume{...}\: the GUID's last two digits are the drive letter's code; see path volume names in api/file/volume.c. */
static char volume_letter(const WCHAR *name) {
    static const char head[] = "VOLUME{77696E64-6C61-7373-0000-0000000000";
    if (!starts_with(name, head))
        return 0;
    const WCHAR *digits = name + sizeof head - 1;
    if (digits[0] < '4' || digits[0] > '5' || !digits[1] || digits[2] != '}')
        return 0;
    int low = digits[1] <= '9' ? digits[1] - '0' : (digits[1] | 0x20) - 'a' + 10;
    return (char)((digits[0] - '0') << 4 | low);
}

static DWORD device_to_host(const WCHAR *name, struct host_path *out);

/* `rest` is what follows the volume's name: nothing, or a path from its root. */
static DWORD volume_path_to_host(char letter, const WCHAR *rest, struct host_path *out) {
    WCHAR drive[HOST_PATH_SIZE] = {(WCHAR)letter, ':'};
    size_t length = wide_length(rest);
    if (length + 3 > HOST_PATH_SIZE)
        return ERROR_FILENAME_EXCED_RANGE;
    memcpy(drive + 2, rest, length * sizeof *rest);
    return length ? drive_path_to_host(drive, out) : device_to_host(drive, out);
}

static const WCHAR *component_end(const WCHAR *name) {
    while (*name && !is_path_separator(*name))
        name++;
    return name;
}

/* The letter of the volume with this number, "26" of "\Device\HarddiskVolume26"; 0: there is none. */
static char numbered_volume(const WCHAR *digits, const WCHAR *end) {
    unsigned number = 0;
    for (; digits < end && *digits >= '0' && *digits <= '9' && number <= 26; digits++)
        number = number * 10 + (*digits - '0');
    char letter = (char)('A' + number - 1);
    return digits == end && number >= 1 && number <= 26 && path_drive_root(letter) ? letter : 0;
}

static DWORD driver_to_host(enum path_kind kind, struct host_path *out) {
    *out = (struct host_path){.kind = kind};
    return ERROR_SUCCESS;
}

/* What follows "\Device". What is behind a driver's name is the driver's. */
static DWORD native_device_to_host(const WCHAR *name, struct host_path *out) {
    static const char volume[] = "\\HARDDISKVOLUME";
    const WCHAR *end = component_end(name + 1), *digits = name + sizeof volume - 1;
    if (starts_with(name, "\\NULL") && end == name + 5)
        return path_to_host(u"NUL", out);
    if (starts_with(name, "\\AFD") && end == name + 4)
        return driver_to_host(PATH_AFD, out);
    if (starts_with(name, "\\MOUNTPOINTMANAGER"))
        return driver_to_host(PATH_MOUNT_MANAGER, out);
    char letter = starts_with(name, volume) ? numbered_volume(digits, end) : 0;
    return letter ? volume_path_to_host(letter, end, out) : *end ? ERROR_PATH_NOT_FOUND : ERROR_FILE_NOT_FOUND;
}

DWORD path_native_to_host(const WCHAR *path, struct host_path *out) {
    static const char *const devices[] = {"\\??\\", "\\GLOBAL??\\", "\\DOSDEVICES\\"};
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (starts_with(path, devices[i]))
            return device_to_host(path + strlen(devices[i]), out);
    return starts_with(path, "\\DEVICE\\") ? native_device_to_host(path + 7, out) : path_to_host(path, out);
}

/* What follows \\?\ or \\.\ . */
static DWORD device_to_host(const WCHAR *name, struct host_path *out) {
    size_t length = wide_length(name);
    out->drive = 0;
    out->trailing_slash = false;
    if (has_drive(name) && !name[2]) {
        const char *root = path_drive_root((char)name[0]);
        out->kind = PATH_VOLUME;
        out->drive = (char)(name[0] & ~0x20);
        if (root)
            snprintf(out->text, sizeof out->text, "%s", root[0] ? root : "/");
        return root ? ERROR_SUCCESS : ERROR_FILE_NOT_FOUND;
    }
    if (has_drive(name))
        return drive_path_to_host(name, out);
    if (starts_with(name, "PIPE\\") && name[5])
        return shared_name_to_host(name + 5, PATH_PIPE, out);
    if (starts_with(name, "PIPE") && (!name[4] || (is_path_separator(name[4]) && !name[5]))) {
        out->kind = PATH_PIPE;
        out->text[0] = 0;
        return ERROR_SUCCESS;
    }
    if (starts_with(name, "MAILSLOT\\"))
        return shared_name_to_host(name + 9, PATH_MAILSLOT, out);
    if (starts_with(name, "UNC\\"))
        return ERROR_BAD_NETPATH;
    if (starts_with(name, "MOUNTPOINTMANAGER"))
        return driver_to_host(PATH_MOUNT_MANAGER, out);
    if (starts_with(name, "GLOBALROOT\\"))
        return path_native_to_host(name + 10, out);
    char letter = volume_letter(name);
    if (letter)
        return volume_path_to_host(letter, component_end(name), out);
    bool is_high = is_high_port(name, length);
    if (!is_high && !find_device(name, length, &out->kind))
        return ERROR_FILE_NOT_FOUND;
    out->text[0] = 0;
    if (is_high || out->kind == PATH_SERIAL)
        port_to_host(name, out);
    return ERROR_SUCCESS;
}

DWORD path_to_host(const WCHAR *path, struct host_path *out) {
    if (!path[0])
        return ERROR_PATH_NOT_FOUND;
    if (has_literal_prefix(path))
        return device_to_host(path + 4, out);
    size_t length;
    DWORD error;
    WCHAR *full = path_full(path, &length, &error);
    if (!full)
        return error;
    if (has_device_prefix(full))
        error = device_to_host(full + 4, out);
    else if (has_drive(full))
        error = drive_path_to_host(full, out);
    else
        error = ERROR_BAD_NETPATH;
    free(full);
    return error;
}

DWORD path_to_host_ansi(const char *path, struct host_path *out) {
    WCHAR *wide = path_wide_from_ansi(path);
    if (!wide)
        return ERROR_NOT_ENOUGH_MEMORY;
    DWORD error = path_to_host(wide, out);
    free(wide);
    return error;
}

DWORD path_error(const struct host_path *path, int error) {
    if (error != ENOENT && error != ENOTDIR)
        return win32_from_errno(error);
    char folder[HOST_PATH_SIZE];
    strcpy(folder, path->text);
    char *slash = strrchr(folder, '/');
    if (!slash || path->kind != PATH_FILE)
        return ERROR_FILE_NOT_FOUND;
    slash[slash == folder] = 0;
    struct stat status;
    return stat(folder, &status) == 0 && S_ISDIR(status.st_mode) ? ERROR_FILE_NOT_FOUND : ERROR_PATH_NOT_FOUND;
}

WCHAR *path_native(const WCHAR *path, size_t *length) {
    static const char device[] = "\\Device\\HarddiskVolume";
    size_t count = 0, rest = wide_length(path);
    WCHAR *out = malloc((rest + sizeof device + 2) * sizeof *out);
    if (!out || rest < 2)
        return out;
    for (; device[count]; count++)
        out[count] = (WCHAR)device[count];
    unsigned number = (path[0] & ~0x20u) - u'A' + 1u;
    if (number >= 10)
        out[count++] = (WCHAR)('0' + number / 10);
    out[count++] = (WCHAR)('0' + number % 10);
    memcpy(out + count, path + 2, (rest - 1) * sizeof *out);
    *length = count + rest - 2;
    return out;
}

/* ---- current directory ---- */

static void remember_directory(const struct host_path *path) {
    WCHAR *wide = path_to_windows(path->text, NULL);
    char *text = wide ? path_ansi_from_wide(wide) : NULL;
    free(wide);
    if (!text)
        return;
    pthread_mutex_lock(&drives_lock);
    struct drive *drive = &drives[path->drive - 'A'];
    free(drive->directory);
    drive->directory = text;
    pthread_mutex_unlock(&drives_lock);
}

DWORD path_set_current_directory(const WCHAR *path) {
    struct host_path host;
    DWORD error = path[0] ? path_to_host(path, &host) : ERROR_INVALID_NAME;
    if (error)
        return error;
    if (host.kind != PATH_FILE)
        return host.kind == PATH_VOLUME ? ERROR_INVALID_NAME : ERROR_DIRECTORY;
    if (chdir(host.text))
        return errno == ENOTDIR ? ERROR_DIRECTORY : path_error(&host, errno);
    remember_directory(&host);
    return ERROR_SUCCESS;
}
