// A pseudo console on named pipes: the program connects them after it has made the console, as terminals do, and may
// have closed its own ends by then.
// Without Wine: it does not end there.
#include "process.h"

static HANDLE serve(const char *name, DWORD direction)
{
    return CreateNamedPipeA(name, direction | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE, 1, 0, 0, 30000, NULL);
}

static HANDLE connect_to(const char *name, DWORD access)
{
    return CreateFileA(name, access, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static int child(void)
{
    char line[100] = "";
    DWORD count = 0;
    printf("ready\n");
    fflush(stdout);
    ReadFile(GetStdHandle(STD_INPUT_HANDLE), line, sizeof line - 1, &count, NULL);
    line[strcspn(line, "\r\n")] = 0;
    printf("got [%s]\ndone\n", line);
    return 0;
}

static char shown[65536];

static BOOL read_until(HANDLE from, const char *text)
{
    DWORD count, length = (DWORD)strlen(shown);
    while (!strstr(shown, text) && length < sizeof shown - 1 &&
           ReadFile(from, shown + length, (DWORD)(sizeof shown - 1 - length), &count, NULL) && count)
        length += count;
    return strstr(shown, text) != NULL;
}

static PROCESS_INFORMATION start_in(HPCON console)
{
    STARTUPINFOEXA startup = {.StartupInfo.cb = sizeof startup};
    PROCESS_INFORMATION process = {0};
    char line[MAX_PATH + 50];
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup.lpAttributeList = malloc(size);
    InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size);
    UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, console, sizeof console, NULL,
                              NULL);
    sprintf(line, "\"%s\" child", self);
    say("start %d", CreateProcessA(NULL, line, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                                   &startup.StartupInfo, &process));
    free(startup.lpAttributeList);
    return process;
}

static void converse(BOOL closes_first)
{
    char in_name[200], out_name[200];
    HPCON console = NULL;
    DWORD written;
    sprintf(in_name, "\\\\.\\pipe\\%s %d", own("in"), closes_first);
    sprintf(out_name, "\\\\.\\pipe\\%s %d", own("out"), closes_first);
    HANDLE in_server = serve(in_name, PIPE_ACCESS_INBOUND), out_server = serve(out_name, PIPE_ACCESS_OUTBOUND);
    say("create %lx", CreatePseudoConsole((COORD){80, 25}, in_server, out_server, 0, &console));
    if (closes_first) {
        CloseHandle(in_server);
        CloseHandle(out_server);
    }
    HANDLE in = connect_to(in_name, GENERIC_WRITE), out = connect_to(out_name, GENERIC_READ);
    say("both ends are open %d", in != INVALID_HANDLE_VALUE && out != INVALID_HANDLE_VALUE);
    if (!closes_first) {
        say("connected meanwhile %d", !ConnectNamedPipe(in_server, NULL) && GetLastError() == ERROR_PIPE_CONNECTED);
        say("connected meanwhile %d", !ConnectNamedPipe(out_server, NULL) && GetLastError() == ERROR_PIPE_CONNECTED);
    }
    WriteFile(in, "hello\r", 6, &written, NULL);
    PROCESS_INFORMATION process = start_in(console);
    shown[0] = 0;
    say("ready %d", read_until(out, "ready"));
    say("answer %d", read_until(out, "got [hello]"));
    finish(process);
    ClosePseudoConsole(console);
    CloseHandle(in);
    CloseHandle(out);
    if (!closes_first) {
        CloseHandle(in_server);
        CloseHandle(out_server);
    }
}

int main(int count, char **arguments)
{
    (void)arguments;
    begin();
    if (count > 1)
        return child();
    say("pipes that stay open");
    converse(FALSE);
    say("pipes that are closed at once");
    converse(TRUE);
    return 0;
}
