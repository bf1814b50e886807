/* Windows paths and host paths: the one place where they are mapped ("File path formats on Windows systems",
 * "Naming Files, Paths, and Namespaces").
 *
 * Drives. Z: is the host's "/", C: is windlass's own system drive, $XDG_DATA_HOME/windlass/drive_c, made when it is
 * first needed. WINDLASS_DRIVES=D=/mnt/data:E=/media/x adds drives or moves these. A path without a drive means the
 * current directory's drive, so /tmp/x is the host's /tmp/x: a process outside C: has Z: as its current drive.
 * Either slash separates. UNC paths are refused with ERROR_BAD_NETPATH.
 *
 * Case. The exact name wins; where it does not exist each directory on the way is searched without regard to case.
 *
 * Names. The host's are UTF-8. A byte that is not part of valid UTF-8 is seen by Windows code as U+DC80 ... U+DCFF
 * (Python's "surrogateescape"), a character that Windows forbids in a name (\ * ? " < > | and controls, a dot or a
 * blank at the end) as U+F000 + the character, and both are turned back on the way to the host.
 *
 * Current directory. The process's own, shared with the host program; each drive remembers the last one set on it. */
#ifndef WINDLASS_PATH_H
#define WINDLASS_PATH_H

#include <stdbool.h>

#include "win.h"

#define HOST_PATH_SIZE 4096

enum path_kind {
    PATH_FILE,    /* text: an absolute host path */
    PATH_NUL,
    PATH_CONSOLE, /* CON */
    PATH_CONSOLE_IN,
    PATH_CONSOLE_OUT,
    PATH_SERIAL,  /* text: the host's device */
    PATH_PIPE,    /* text: the name behind \\.\pipe\, in UTF-8 and lower case; "" is the root of all */
    PATH_MAILSLOT, /* text: the same behind \\.\mailslot\ */
    PATH_AFD,     /* Winsock's driver */
    PATH_MOUNT_MANAGER,
    PATH_VOLUME,  /* \\.\C:, text: the drive's root on the host */
};

struct host_path {
    enum path_kind kind;
    char drive;                /* 'A' ... 'Z', 0 for devices */
    bool trailing_slash;       /* the Windows path ended in a separator */
    char text[HOST_PATH_SIZE]; /* without a slash at the end, except "/" */
};

/* A Win32 path (absolute or not, with or without \\?\, \\.\ or \??\) as a host path. Components that exist get their
 * host spelling, the others stay as they are: whether the file exists shows when it is used.
 * ERROR_SUCCESS, ERROR_PATH_NOT_FOUND (also for an empty path), ERROR_INVALID_NAME, ERROR_BAD_NETPATH,
 * ERROR_FILENAME_EXCED_RANGE. */
DWORD path_to_host(const WCHAR *path, struct host_path *out);

/* The same for a path as the system itself names it, "\??\C:\x" or "\Device\HarddiskVolume3\x" ("Object Names" in the
 * Windows driver documentation). */
DWORD path_native_to_host(const WCHAR *path, struct host_path *out);

/* The same for a Win32 path in the ANSI code page; where that is UTF-8, bytes that are invalid in it reach the host. */
DWORD path_to_host_ansi(const char *path, struct host_path *out);

/* What the host's errno means for this path: ENOENT is ERROR_PATH_NOT_FOUND when the folder does not exist. */
DWORD path_error(const struct host_path *path, int error);

/* Whether the path is that of a DOS device (NUL, COM1 ...), and where in it the device's name is. */
bool path_names_device(const WCHAR *path, size_t *start, size_t *length);

/* GetFullPathNameW: absolute, with single backslashes, no "." and "..". A copy from malloc(); NULL and *error
 * (ERROR_INVALID_NAME for an empty path, ERROR_NOT_ENOUGH_MEMORY). */
WCHAR *path_full(const WCHAR *path, size_t *length, DWORD *error);

/* A host path as Windows code sees it: "/tmp/x" is "Z:\tmp\x". Relative ones stay relative. A copy from malloc(). */
WCHAR *path_to_windows(const char *host, size_t *length);

/* "C:\x" as the system itself names it: "\Device\HarddiskVolume3\x". A copy from malloc(). */
WCHAR *path_native(const WCHAR *path, size_t *length);

/* One name of a directory. Writes at most `capacity` units and no zero; returns the units needed. */
size_t path_name_to_windows(const char *name, size_t length, WCHAR *out, size_t capacity);

/* The other way; returns the bytes needed. */
size_t path_name_to_host(const WCHAR *name, size_t length, char *out, size_t capacity);

/* ANSI text of a path as UTF-16 (with invalid UTF-8 escaped) and back. Copies from malloc(). */
WCHAR *path_wide_from_ansi(const char *path);
char *path_ansi_from_wide(const WCHAR *path);

/* The process's current directory, with a backslash at its end. A copy from malloc(). */
WCHAR *path_current_directory(size_t *length);
DWORD path_set_current_directory(const WCHAR *path);

/* The host directory that is the drive's root, or NULL when there is no such drive. C: is made by this. */
const char *path_drive_root(char letter);
DWORD path_drive_mask(void);

/* The drive that holds the absolute host path. */
char path_drive_of(const char *host);

static inline bool is_path_separator(WCHAR unit) { return unit == '\\' || unit == '/'; }

#endif
