/* Commands: system, _popen and _pclose ("system, _wsystem", "_popen, _wpopen", "_pclose").
 *
 * Windows gives the command to its command processor, which COMSPEC names. There is none here: the host's shell runs
 * it. That cannot run Windows programs; a command that is nothing else is started as one. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "codepage.h"
#include "crt_stdio.h"
#include "path.h"

extern char **environ;

static const char shell[] = "/bin/sh";

/* Starts the shell with a descriptor of the host's in place of its standard input or output; an errno of the host. */
static int start(const char *command, int from, int to, pid_t *child) {
    char *arguments[] = {"sh", "-c", (char *)command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    /* Python ignores this signal, which its children would inherit. */
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    if (from >= 0)
        posix_spawn_file_actions_adddup2(&actions, from, to);
    int error = posix_spawn(child, shell, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* The exit code as Windows shows it; a signal ends a program as the shell reports it. */
static int wait_for(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return crt_fail(CRT_ECHILD);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* NULL asks whether there is a command processor. */
static int run(const char *command) {
    pid_t child;
    if (!command)
        return access(shell, X_OK) == 0;
    int error = start(command, -1, -1, &child);
    return error ? crt_fail(crt_errno_from_host(error)) : wait_for(child);
}

API(CRT_DLLS, int, _wsystem, const WCHAR *command) {
    HANDLE program;
    if (command && crt_start_program(command, NULL, &program))
        return program ? crt_wait_program(program) : -1;
    char *host = command ? utf8_copy_of_wide(command) : NULL;
    if (command && !host)
        return crt_fail(CRT_ENOMEM);
    int result = run(host);
    free(host);
    return result;
}

API(CRT_DLLS, int, system, const char *command) {
    WCHAR *wide = command ? wide_from_ansi(command) : NULL;
    if (command && !wide)
        return crt_fail(CRT_ENOMEM);
    int result = api__wsystem(wide);
    free(wide);
    return result;
}

/* ---- pipes ---- */

/* The mode's first letter is r or w, then come b, t or the like. */
static bool parse_mode(const WCHAR *mode, int *flags) {
    struct open_mode parsed;
    if (!stream_parse_mode(mode, &parsed) || (parsed.stream_flags & STREAM_UPDATE) ||
        (parsed.fd_flags & CRT_O_APPEND))
        return false;
    *flags = parsed.fd_flags & CRT_O_MODES ? parsed.fd_flags & CRT_O_MODES : fd_default_mode();
    return true;
}

/* This process's end of the pipe as a stream; takes over the host's descriptor. */
static struct crt_file *stream_on_pipe(int host_fd, bool reads, int flags) {
    struct file *object = file_from_fd(host_fd, reads ? FILE_GENERIC_READ : FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES);
    if (!object)
        return NULL;
    HANDLE handle = handle_new(&object->object, object->access, 0);
    file_release(object);
    if (!handle)
        return NULL;
    unsigned char fd_flags = FD_PIPE | FD_NOINHERIT | (flags & CRT_O_BINARY ? 0 : FD_TEXT);
    int fd = fd_new(handle, fd_flags, flags & CRT_O_U8TEXT ? FD_UTF8 : flags & CRT_O_UNICODE ? FD_UTF16 : FD_ANSI);
    struct crt_file *file = fd < 0 ? NULL : stream_new();
    if (fd < 0)
        api_CloseHandle(handle);
    else if (!file)
        fd_close(fd);
    if (!file)
        return NULL;
    stream_set_open(file, fd, reads ? STREAM_READING : STREAM_WRITING);
    return file;
}

/* Starts a Windows program on its end of the pipe; takes over the descriptor unless it is none. *error is Windows'
 * errno. */
static bool start_program(const WCHAR *command, int host_fd, bool reads, HANDLE *program, int *error) {
    HANDLE standard[3] = {api_GetStdHandle(STD_INPUT_HANDLE), api_GetStdHandle(STD_OUTPUT_HANDLE),
                          api_GetStdHandle(STD_ERROR_HANDLE)};
    int copy = fcntl(host_fd, F_DUPFD_CLOEXEC, 3);
    struct file *end = copy < 0 ? NULL : file_from_fd(copy, reads ? FILE_GENERIC_WRITE : FILE_GENERIC_READ);
    HANDLE handle = end ? handle_new(&end->object, end->access, HANDLE_FLAG_INHERIT) : NULL;
    if (end)
        file_release(end);
    *error = handle ? 0 : CRT_ENOMEM;
    *program = NULL;
    standard[reads ? 1 : 0] = handle;
    bool is_program = handle && crt_start_program(command, standard, program);
    if (is_program && !*program)
        *error = crt_thread()->error;
    if (handle)
        api_CloseHandle(handle);
    return is_program;
}

static struct crt_file *open_pipe(const WCHAR *command, const char *host_command, bool reads, int flags) {
    int ends[2], error = 0;
    pid_t child = 0;
    HANDLE program = NULL;
    if (pipe2(ends, O_CLOEXEC)) {
        crt_fail(crt_errno_from_host(errno));
        return NULL;
    }
    int ours = ends[reads ? 0 : 1], theirs = ends[reads ? 1 : 0];
    struct crt_file *file = stream_on_pipe(ours, reads, flags);
    if (!file)
        error = CRT_ENOMEM;
    else if (!start_program(command, theirs, reads, &program, &error) && !error)
        error = crt_errno_from_host(start(host_command, theirs, reads ? 1 : 0, &child));
    close(theirs);
    if (file) {
        file->stream->process = child;
        file->stream->program = program;
        if (error)
            stream_close(file);
        stream_unlock(file);
    }
    if (error)
        crt_fail(error);
    return error ? NULL : file;
}

API(CRT_DLLS, struct crt_file *, _wpopen, const WCHAR *command, const WCHAR *mode) {
    int flags;
    CRT_VALIDATE(command && mode && parse_mode(mode, &flags), CRT_EINVAL, NULL);
    char *host = utf8_copy_of_wide(command);
    struct crt_file *file = host ? open_pipe(command, host, *mode == 'r', flags) : NULL;
    free(host);
    return file;
}

API(CRT_DLLS, struct crt_file *, _popen, const char *command, const char *mode) {
    WCHAR wide_mode[16] = {0};
    CRT_VALIDATE(command && mode && strlen(mode) < 16, CRT_EINVAL, NULL);
    for (int i = 0; mode[i]; i++)
        wide_mode[i] = (unsigned char)mode[i];
    WCHAR *wide = wide_from_ansi(command);
    struct crt_file *file = wide ? api__wpopen(wide, wide_mode) : NULL;
    free(wide);
    return file;
}

/* Closes the stream and waits for the command; its exit code. */
API(CRT_DLLS, int, _pclose, struct crt_file *file) {
    CRT_VALIDATE(file, CRT_EINVAL, -1);
    file = stream_of(file);
    stream_lock(file);
    int child = file->stream->process;
    HANDLE program = file->stream->program;
    file->stream->process = 0;
    file->stream->program = NULL;
    int result = child || program ? stream_close(file) : crt_fail(CRT_EBADF);
    stream_unlock(file);
    return program ? crt_wait_program(program) : child ? wait_for(child) : result;
}
