// What the native calls and the Win32 ones say about the ends of a pipe.
#include <windows.h>

#include "fixture.h"

typedef struct { union { LONG Status; void *Pointer; }; ULONG_PTR Information; } STATUS_BLOCK;
__declspec(dllimport) LONG NTAPI NtQueryInformationFile(HANDLE, STATUS_BLOCK *, void *, ULONG, int);
__declspec(dllimport) LONG NTAPI NtSetInformationFile(HANDLE, STATUS_BLOCK *, void *, ULONG, int);

enum { FilePipeInformation = 23, FilePipeLocalInformation = 24 };

/* "FILE_PIPE_LOCAL_INFORMATION structure" */
struct local_information {
    ULONG type, configuration, maximum, current, in_quota, readable, out_quota, writable, state, end;
};

/* "FILE_PIPE_INFORMATION structure" */
struct pipe_information {
    ULONG read_mode, completion_mode;
};

static HANDLE server, client;

static void make_pipe(const char *suffix, DWORD access, DWORD mode)
{
    static char name[80];
    DWORD client_access = (access & PIPE_ACCESS_INBOUND ? GENERIC_WRITE : 0) | (access & PIPE_ACCESS_OUTBOUND ? GENERIC_READ : 0);
    wsprintfA(name, "\\\\.\\pipe\\windlass-test-information-%s-%lu", suffix, GetCurrentProcessId());
    server = CreateNamedPipeA(name, access, mode, 3, 5000, 6000, 0, NULL);
    check(server != INVALID_HANDLE_VALUE);
    client = CreateFileA(name, client_access | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, 0, NULL, OPEN_EXISTING, 0, NULL);
    check(client != INVALID_HANDLE_VALUE);
}

static void local(const char *what, HANDLE pipe)
{
    struct local_information now = {0};
    STATUS_BLOCK block = {{-1}, 99};
    LONG status = NtQueryInformationFile(pipe, &block, &now, sizeof now, FilePipeLocalInformation);
    if (status) {
        say("%s: %lx", what, status);
        return;
    }
    say("%s: type %lu, configuration %lu, maximum %lu, now %lu, state %lu, end %lu, of %lu bytes", what, now.type,
        now.configuration, now.maximum, now.current, now.state, now.end, (ULONG)block.Information);
    if (now.maximum > 1) /* the host decides what an anonymous pipe holds */
        say("  in %lu, readable %lu, out %lu", now.in_quota, now.readable, now.out_quota);
    else
        say("  readable %lu", now.readable);
}

/* A program that shuts its end down looks here whether everything that it wrote has been read. */
static void room(const char *what)
{
    struct local_information now = {0};
    STATUS_BLOCK block;
    check(!NtQueryInformationFile(server, &block, &now, sizeof now, FilePipeLocalInformation));
    // Wine reports: room before writing: 0
    // documented: room before writing: 1     (Microsoft, "FILE_PIPE_LOCAL_INFORMATION structure")
    say("room %s: %d", what, now.writable == now.out_quota);
}

static void modes(const char *what, HANDLE pipe)
{
    struct pipe_information now = {9, 9};
    STATUS_BLOCK block = {{-1}, 99};
    LONG status = NtQueryInformationFile(pipe, &block, &now, sizeof now, FilePipeInformation);
    say("%s: %lx, read mode %lu, completion mode %lu", what, status, now.read_mode, now.completion_mode);
}

static void set_mode(const char *what, HANDLE pipe, ULONG read_mode)
{
    struct pipe_information wanted = {read_mode, 0};
    STATUS_BLOCK block = {{-1}, 99};
    say("%s set to %lu: %lx", what, read_mode, NtSetInformationFile(pipe, &block, &wanted, sizeof wanted, FilePipeInformation));
    modes(what, pipe);
}

static void win32(const char *what, HANDLE pipe)
{
    DWORD flags = 9, out = 9, in = 9, maximum = 9, state = 9, instances = 9;
    BOOL info = GetNamedPipeInfo(pipe, &flags, &out, &in, &maximum);
    BOOL handle = GetNamedPipeHandleStateA(pipe, &state, &instances, NULL, NULL, NULL, 0);
    say("%s: info %d, flags %lu, out %lu, in %lu, maximum %lu; state %d, %lu, instances %lu", what, info, flags, out, in,
        maximum, handle, state, instances);
}

static void close_both(void)
{
    CloseHandle(client);
    CloseHandle(server);
}

static void bytes(void)
{
    DWORD count;
    make_pipe("bytes", PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE);
    local("server", server);
    local("client", client);
    room("before writing");
    modes("client", client);
    set_mode("client", client, 1);
    win32("server", server);
    win32("client", client);
    check(WriteFile(client, "twelve bytes", 12, &count, NULL));
    local("server, written to", server);
    local("client, having written", client);
    check(WriteFile(server, "seven b", 7, &count, NULL));
    local("server, having written", server);
    room("with unread bytes");
    local("client, written to", client);
    CloseHandle(client);
    local("server without client", server);
    check(DisconnectNamedPipe(server));
    local("server, disconnected", server);
    say("reading: %d %lu", ReadFile(server, &count, 1, &count, NULL), GetLastError());
    say("disconnecting: %d %lu", DisconnectNamedPipe(server), GetLastError());
    CloseHandle(server);
}

static void messages(void)
{
    make_pipe("messages", PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
    local("message server", server);
    local("message client", client);
    modes("message server", server);
    modes("message client", client);
    set_mode("message client", client, 1);
    set_mode("message server", server, 0);
    win32("message server", server);
    win32("message client", client);
    close_both();
}

static void one_way(void)
{
    make_pipe("inbound", PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE);
    local("inbound server", server);
    local("inbound client", client);
    close_both();
    make_pipe("outbound", PIPE_ACCESS_OUTBOUND, PIPE_TYPE_BYTE);
    local("outbound client", client);
    close_both();
}

static void anonymous(void)
{
    DWORD count;
    check(CreatePipe(&client, &server, NULL, 5000));
    local("reader", client);
    local("writer", server);
    check(WriteFile(server, "four", 4, &count, NULL));
    local("reader, written to", client);
    local("writer, having written", server);
    CloseHandle(client);
    local("writer without reader", server);
    CloseHandle(server);
}

/* Programs open a path and find out by this whether it is a pipe. */
static void no_pipe(void)
{
    char folder[MAX_PATH], path[MAX_PATH];
    DWORD mode = PIPE_READMODE_BYTE;
    GetTempPathA(sizeof folder, folder);
    GetTempFileNameA(folder, "pip", 0, path);
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    check(file != INVALID_HANDLE_VALUE);
    // Wine reports: a file as a pipe: 0 6
    // documented: a file as a pipe: 0 87     (Microsoft, "NtSetInformationFile function": STATUS_INVALID_PARAMETER)
    say("a file as a pipe: %d %lu", SetNamedPipeHandleState(file, &mode, NULL, NULL), GetLastError());
    CloseHandle(file);
}

/* Only the first instance may say that it must be that. */
static void first_instance(void)
{
    make_pipe("first", PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE);
    char name[80];
    wsprintfA(name, "\\\\.\\pipe\\windlass-test-information-first-%lu", GetCurrentProcessId());
    HANDLE second = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, 0, 3, 5000, 6000, 0, NULL);
    // Wine reports: another first: 0 0
    // documented: another first: 1 5     (Microsoft, "CreateNamedPipeW function")
    say("another first: %d %lu", second == INVALID_HANDLE_VALUE, GetLastError());
    close_both();
}

PROGRAM
{
    STATUS_BLOCK block;
    struct local_information now;
    bytes();
    messages();
    one_way();
    anonymous();
    make_pipe("short", PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE);
    say("too short: %lx", NtQueryInformationFile(server, &block, &now, sizeof now - 4, FilePipeLocalInformation));
    close_both();
    no_pipe();
    first_instance();
    return 0;
}
