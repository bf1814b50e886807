/* Commands: system, _popen and _pclose ("system, _wsystem", "_popen, _wpopen", "_pclose").
 *
 * Windows gives the command to its command processor, which COMSPEC names. A command that is a program and its arguments,
 * without anything for a command processor to do, is started as one. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "codepage.h"
#include "crt_stdio.h"
#include "path.h"

/* NULL asks whether there is a command processor. */
API(CRT_DLLS, int, _wsystem, const WCHAR *command) {
    HANDLE program;
    if (!command)
        return crt_has_command_processor();
    return crt_start_command(command, NULL, &program) ? crt_wait_program(program) : -1;
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

/* Starts the command on its end of the pipe; takes over the descriptor. An errno of Windows', or 0. */
static int start_on_pipe(const WCHAR *command, int host_fd, bool reads, HANDLE *program) {
    HANDLE standard[3] = {api_GetStdHandle(STD_INPUT_HANDLE), api_GetStdHandle(STD_OUTPUT_HANDLE),
                          api_GetStdHandle(STD_ERROR_HANDLE)};
    struct file *end = file_from_fd(host_fd, reads ? FILE_GENERIC_WRITE : FILE_GENERIC_READ);
    HANDLE handle = end ? handle_new(&end->object, end->access, HANDLE_FLAG_INHERIT) : NULL;
    if (end)
        file_release(end);
    if (!handle)
        return CRT_ENOMEM;
    standard[reads ? 1 : 0] = handle;
    bool started = crt_start_command(command, standard, program);
    api_CloseHandle(handle);
    return started ? 0 : crt_thread()->error;
}

static struct crt_file *open_pipe(const WCHAR *command, bool reads, int flags) {
    int ends[2];
    HANDLE program = NULL;
    if (pipe2(ends, O_CLOEXEC)) {
        crt_fail(crt_errno_from_host(errno));
        return NULL;
    }
    int ours = ends[reads ? 0 : 1], theirs = ends[reads ? 1 : 0];
    struct crt_file *file = stream_on_pipe(ours, reads, flags);
    if (!file)
        close(theirs);
    int error = file ? start_on_pipe(command, theirs, reads, &program) : CRT_ENOMEM;
    if (file) {
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
    return open_pipe(command, *mode == 'r', flags);
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
    HANDLE program = file->stream->program;
    file->stream->program = NULL;
    int result = program ? stream_close(file) : crt_fail(CRT_EBADF);
    stream_unlock(file);
    return program ? crt_wait_program(program) : result;
}
