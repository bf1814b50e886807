// flags: -lws2_32 -lmswsock -lntdll -luser32
// The native calls' ways to tell that I/O is complete, pipes without a name, device control, sockets through the
// extensions to Winsock and through its driver.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>

#include "fixture.h"

static GUID connect_guid = WSAID_CONNECTEX;

typedef NTSTATUS(NTAPI *IO_FUNCTION)(HANDLE, HANDLE, PIO_APC_ROUTINE, PVOID, IO_STATUS_BLOCK *, PVOID, ULONG, LARGE_INTEGER *,
                                     ULONG *);
typedef NTSTATUS(NTAPI *CONTROL_FUNCTION)(HANDLE, HANDLE, PIO_APC_ROUTINE, PVOID, IO_STATUS_BLOCK *, ULONG, PVOID, ULONG,
                                          PVOID, ULONG);
static IO_FUNCTION read_file, write_file;
static CONTROL_FUNCTION device_control, fs_control;

static unsigned calls;

static void NTAPI on_done(PVOID context, IO_STATUS_BLOCK *block, ULONG reserved)
{
    calls++;
    say("routine: context %u status %x count %u reserved %u", (unsigned)(ULONG_PTR)context, block->Status,
        (unsigned)block->Information, reserved);
}

static HANDLE server_end, client_end;

static void make_pipe(DWORD mode)
{
    WCHAR name[64]; // pipes are the user's, and this program may run twice at once
    wsprintfW(name, L"\\\\.\\pipe\\windlass-native-io-%u", GetCurrentProcessId());
    server_end = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, mode, 1,
                                  4096, 4096, 0, NULL);
    client_end = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                             FILE_FLAG_OVERLAPPED, NULL);
    check(server_end != INVALID_HANDLE_VALUE && client_end != INVALID_HANDLE_VALUE);
}

static void close_pipe(void)
{
    CloseHandle(client_end);
    CloseHandle(server_end);
}

static void routines(void)
{
    char text[16] = {0};
    IO_STATUS_BLOCK read_block = {0}, write_block = {0};
    make_pipe(PIPE_TYPE_BYTE);
    NTSTATUS status = read_file(server_end, NULL, on_done, (PVOID)7, &read_block, text, 5, NULL, NULL);
    say("read: %x", status);
    status = write_file(client_end, NULL, NULL, NULL, &write_block, "hello", 5, NULL, NULL);
    say("written: %x %u", status, (unsigned)write_block.Information);
    while (!calls)
        SleepEx(1000, TRUE);
    say("text %s", text);
    close_pipe();
}

// Two reads that wait are given their data in order.
static void order(void)
{
    char one[4] = {0}, two[4] = {0};
    IO_STATUS_BLOCK blocks[2] = {{{0}}}, written;
    HANDLE events[2] = {CreateEventW(NULL, TRUE, FALSE, NULL), CreateEventW(NULL, TRUE, FALSE, NULL)};
    make_pipe(PIPE_TYPE_BYTE);
    say("first %x", read_file(server_end, events[0], NULL, NULL, &blocks[0], one, 3, NULL, NULL));
    say("second %x", read_file(server_end, events[1], NULL, NULL, &blocks[1], two, 3, NULL, NULL));
    write_file(client_end, NULL, NULL, NULL, &written, "abc", 3, NULL, NULL);
    say("wait %u", WaitForSingleObject(events[0], 5000));
    say("second's event %u", WaitForSingleObject(events[1], 0));
    write_file(client_end, NULL, NULL, NULL, &written, "def", 3, NULL, NULL);
    say("wait %u", WaitForMultipleObjects(2, events, TRUE, 5000));
    say("%s %s", one, two);
    CloseHandle(events[0]);
    CloseHandle(events[1]);
    close_pipe();
}

static void packets(void)
{
    char text[8] = {0};
    IO_STATUS_BLOCK block;
    DWORD count;
    ULONG_PTR key;
    OVERLAPPED *packet;
    make_pipe(PIPE_TYPE_BYTE);
    HANDLE port = CreateIoCompletionPort(server_end, NULL, 42, 0);
    say("read %x", read_file(server_end, NULL, NULL, (PVOID)0x1234, &block, text, 3, NULL, NULL));
    write_file(client_end, NULL, NULL, NULL, &block, "xyz", 3, NULL, NULL);
    check(GetQueuedCompletionStatus(port, &count, &key, &packet, 5000));
    say("packet %x of key %u: %u bytes, %s", (unsigned)(ULONG_PTR)packet, (unsigned)key, count, text);
    say("read without a context %x", read_file(server_end, NULL, NULL, NULL, &block, text, 3, NULL, NULL));
    write_file(client_end, NULL, NULL, NULL, &block, "xyz", 3, NULL, NULL);
    say("packet: %d %u", GetQueuedCompletionStatus(port, &count, &key, &packet, 100), (unsigned)GetLastError());
    say("read to be cancelled %x", read_file(server_end, NULL, NULL, (PVOID)5, &block, text, 3, NULL, NULL));
    say("cancel %d", CancelIoEx(server_end, NULL));
    BOOL ok = GetQueuedCompletionStatus(port, &count, &key, &packet, 5000);
    say("packet: %d %u of %u", ok, (unsigned)GetLastError(), (unsigned)(ULONG_PTR)packet);
    CloseHandle(port);
    close_pipe();
}

static void peeking(void)
{
    struct { ULONG state, available, messages, length; char data[8]; } peek = {0};
    DWORD count = 0, available = 0, left = 0;
    char text[8] = {0};
    IO_STATUS_BLOCK block;
    make_pipe(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
    write_file(client_end, NULL, NULL, NULL, &block, "first", 5, NULL, NULL);
    write_file(client_end, NULL, NULL, NULL, &block, "second", 6, NULL, NULL);
    check(PeekNamedPipe(server_end, text, 3, &count, &available, &left));
    say("peeked %u of %u, %u left: %s", count, available, left, text);
    NTSTATUS status = fs_control(server_end, NULL, NULL, NULL, &block, 0x11400C, NULL, 0, &peek, sizeof peek);
    say("FSCTL_PIPE_PEEK %x: state %u, %u bytes, %s", status, peek.state, peek.available, peek.data);
    status = fs_control(server_end, NULL, NULL, NULL, &block, 0x110FFC, NULL, 0, NULL, 0);
    say("unknown code %x", status);
    close_pipe();
}

static int is_sparse(HANDLE file)
{
    BY_HANDLE_FILE_INFORMATION facts;
    check(GetFileInformationByHandle(file, &facts));
    return (facts.dwFileAttributes & FILE_ATTRIBUTE_SPARSE_FILE) != 0;
}

static void files(void)
{
    WCHAR folder[MAX_PATH], path[MAX_PATH];
    DWORD count = 0;
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"nio", 0, path);
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    BOOL ok = DeviceIoControl(file, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &count, NULL);
    say("sparse %d", ok);
    // Wine reports: it is told 0
    // documented: it is told 1     (Microsoft, "FSCTL_SET_SPARSE control code", "Sparse Files")
    say("it is told %d", is_sparse(file));
    check(SetFileAttributesW(path, FILE_ATTRIBUTE_HIDDEN));
    // Wine reports: with other attributes 0
    // documented: with other attributes 1     (Microsoft, "SetFileAttributesW function")
    say("with other attributes %d", is_sparse(file));
    BOOLEAN no = FALSE;
    check(DeviceIoControl(file, FSCTL_SET_SPARSE, &no, sizeof no, NULL, 0, &count, NULL));
    say("sparse no more %d", is_sparse(file));
    ok = DeviceIoControl(file, 0x00022000, NULL, 0, NULL, 0, &count, NULL);
    // Wine reports: unknown 0 50
    // documented: unknown 0 1     ("File System Control Codes": STATUS_INVALID_DEVICE_REQUEST)
    say("unknown %d %u", ok, ok ? 0 : (unsigned)GetLastError());
    char link[64];
    ok = DeviceIoControl(file, FSCTL_GET_REPARSE_POINT, NULL, 0, link, sizeof link, &count, NULL);
    say("reparse point %d %u", ok, ok ? 0 : (unsigned)GetLastError());
    CloseHandle(file);
}

// ---- sockets ----

static SOCKET listener, connection, peer;
static struct sockaddr_in address;

static SOCKET bound(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET};
    SOCKET s = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(bind(s, (struct sockaddr *)&any, sizeof any) == 0);
    return s;
}

static void extensions(void)
{
    LPFN_CONNECTEX connect_ex = NULL;
    char buffer[64 + 2 * (sizeof(struct sockaddr_in) + 16)] = {0};
    const DWORD room = sizeof(struct sockaddr_in) + 16;
    DWORD count = 0, flags = 0;
    int size = sizeof address;
    listener = bound();
    check(listen(listener, 5) == 0);
    check(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    peer = bound();
    check(WSAIoctl(peer, SIO_GET_EXTENSION_FUNCTION_POINTER, &connect_guid, sizeof connect_guid, &connect_ex,
                   sizeof connect_ex, &count, NULL, NULL) == 0);
    connection = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    OVERLAPPED accepted = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    OVERLAPPED connected = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    BOOL ok = AcceptEx(listener, connection, buffer, 64, room, room, &count, &accepted);
    say("accept %d %u", ok, ok ? 0 : WSAGetLastError());
    ok = connect_ex(peer, (struct sockaddr *)&address, sizeof address, "greeting", 8, &count, &connected);
    check(ok || WSAGetLastError() == ERROR_IO_PENDING);
    check(WSAGetOverlappedResult(peer, &connected, &count, TRUE, &flags));
    say("connected, %u bytes sent", count);
    check(WSAGetOverlappedResult(listener, &accepted, &count, TRUE, &flags));
    buffer[count] = 0;
    say("accepted with %u bytes: %s", count, buffer);
    struct sockaddr *local, *remote;
    int local_size, remote_size;
    GetAcceptExSockaddrs(buffer, 64, room, room, &local, &local_size, &remote, &remote_size);
    say("addresses of %d and %d bytes, the listener's port %d", local_size, remote_size,
        ((struct sockaddr_in *)local)->sin_port == address.sin_port);
    check(setsockopt(connection, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&listener, sizeof listener) == 0);
    check(setsockopt(peer, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0) == 0);
    CloseHandle(accepted.hEvent);
    CloseHandle(connected.hEvent);
}

static void refused(void)
{
    LPFN_CONNECTEX connect_ex = NULL;
    DWORD count = 0, flags = 0;
    struct sockaddr_in nowhere = address;
    SOCKET taken = bound(), s = bound();
    int size = sizeof nowhere;
    check(getsockname(taken, (struct sockaddr *)&nowhere, &size) == 0); // bound, but nobody listens
    WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &connect_guid, sizeof connect_guid, &connect_ex, sizeof connect_ex,
             &count, NULL, NULL);
    OVERLAPPED o = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    BOOL ok = connect_ex(s, (struct sockaddr *)&nowhere, sizeof nowhere, NULL, 0, NULL, &o);
    if (!ok && WSAGetLastError() == ERROR_IO_PENDING) // or it is known at once
        ok = WSAGetOverlappedResult(s, &o, &count, TRUE, &flags);
    say("refused %d %u", ok, WSAGetLastError());
    SOCKET unbound = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    ok = connect_ex(unbound, (struct sockaddr *)&nowhere, sizeof nowhere, NULL, 0, NULL, &o);
    say("not bound %d %u", ok, WSAGetLastError());
    closesocket(unbound);
    closesocket(s);
    closesocket(taken);
    CloseHandle(o.hEvent);
}

typedef struct {
    LARGE_INTEGER timeout;
    ULONG count, exclusive;
    struct { HANDLE handle; ULONG events; NTSTATUS status; } handles[1];
} POLL_INFO;

static void polling(void)
{
    SOCKET base = 0;
    DWORD count;
    ULONG_PTR key;
    OVERLAPPED *packet;
    HANDLE device = NULL;
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block = {0};
    check(WSAIoctl(connection, SIO_BASE_HANDLE, NULL, 0, &base, sizeof base, &count, NULL, NULL) == 0);
    say("its own base %d", base == connection);
    RtlInitUnicodeString(&name, L"\\Device\\Afd\\Windlass");
    InitializeObjectAttributes(&attributes, &name, 0, NULL, NULL);
    NTSTATUS status = NtCreateFile(&device, SYNCHRONIZE, &attributes, &block, NULL, 0, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                   FILE_OPEN, 0, NULL, 0);
    say("device %x", status);
    HANDLE port = CreateIoCompletionPort(device, NULL, 9, 0);
    POLL_INFO info = {.timeout.QuadPart = 0x7fffffffffffffff, .count = 1, .handles = {{(HANDLE)connection, 1 | 8, 0}}};
    status = device_control(device, NULL, NULL, &info, &block, 0x12024, &info, sizeof info, &info, sizeof info);
    say("poll %x", status);
    send(peer, "x", 1, 0);
    check(GetQueuedCompletionStatus(port, &count, &key, &packet, 5000));
    say("ready: key %u, %d, events %x", (unsigned)key, (void *)packet == (void *)&info, info.handles[0].events);
    info = (POLL_INFO){.timeout.QuadPart = 0x7fffffffffffffff, .count = 1, .handles = {{(HANDLE)connection, 4, 0}}};
    status = device_control(device, NULL, NULL, &info, &block, 0x12024, &info, sizeof info, &info, sizeof info);
    check(status == 0 || status == STATUS_PENDING);
    check(GetQueuedCompletionStatus(port, &count, &key, &packet, 5000));
    say("writable: events %x", info.handles[0].events);
    CloseHandle(device);
    CloseHandle(port);
}

PROGRAM
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll");
    WSADATA data;
    read_file = (IO_FUNCTION)(void *)GetProcAddress(ntdll, "NtReadFile");
    write_file = (IO_FUNCTION)(void *)GetProcAddress(ntdll, "NtWriteFile");
    device_control = (CONTROL_FUNCTION)(void *)GetProcAddress(ntdll, "NtDeviceIoControlFile");
    fs_control = (CONTROL_FUNCTION)(void *)GetProcAddress(ntdll, "NtFsControlFile");
    check(WSAStartup(MAKEWORD(2, 2), &data) == 0);
    routines();
    order();
    packets();
    peeking();
    files();
    extensions();
    refused();
    polling();
    return 0;
}
