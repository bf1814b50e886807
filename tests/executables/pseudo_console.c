// A program in a pseudo console: what it writes and reads, and the size that it is told.
// Without Wine: it does not end there.
#include "process.h"

static int child(const char *part)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    char line[100] = "";
    DWORD mode, count = 0;
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE), output = GetStdHandle(STD_OUTPUT_HANDLE);
    printf("console %d %d\n", GetConsoleMode(input, &mode) != 0, GetConsoleMode(output, &mode) != 0);
    GetConsoleScreenBufferInfo(output, &info);
    printf("size %dx%d\n", info.srWindow.Right - info.srWindow.Left + 1, info.srWindow.Bottom - info.srWindow.Top + 1);
    printf("ready\n");
    fflush(stdout);
    ReadFile(input, line, sizeof line - 1, &count, NULL);
    line[strcspn(line, "\r\n")] = 0;
    printf("got [%s]\n", line);
    printf("done\n");
    fflush(stdout);
    return part[0] == 'c' ? 5 : 0;
}

static char shown[65536];
static size_t length;

static int read_until(HANDLE from, const char *text)
{
    DWORD count;
    while (!strstr(shown, text) && length < sizeof shown - 1 &&
           ReadFile(from, shown + length, (DWORD)(sizeof shown - 1 - length), &count, NULL) && count)
        length += count;
    return strstr(shown, text) != NULL;
}

int main(int count, char **arguments)
{
    HANDLE in_read, in_write, out_read, out_write;
    HPCON console = NULL;
    begin();
    if (count > 1)
        return child(arguments[1]);
    CreatePipe(&in_read, &in_write, NULL, 0);
    CreatePipe(&out_read, &out_write, NULL, 0);
    say("create %lx", CreatePseudoConsole((COORD){90, 33}, in_read, out_write, 0, &console));
    CloseHandle(in_read);
    CloseHandle(out_write);
    say("no size %lx", CreatePseudoConsole((COORD){0, 33}, in_write, out_read, 0, &console));

    STARTUPINFOEXA startup = {.StartupInfo.cb = sizeof startup};
    PROCESS_INFORMATION process;
    char line[MAX_PATH + 50];
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup.lpAttributeList = malloc(size);
    InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size);
    say("attribute %d", UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, console,
                                                  sizeof console, NULL, NULL));
    sprintf(line, "\"%s\" child", self);
    say("start %d", CreateProcessA(NULL, line, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                                   &startup.StartupInfo, &process));
    say("ready %d", read_until(out_read, "ready"));
    say("a console %d, its size %d", strstr(shown, "console 1 1") != NULL, strstr(shown, "size 90x33") != NULL);
    DWORD written;
    WriteFile(in_write, "hello\r", 6, &written, NULL);
    say("answer %d", read_until(out_read, "done") && strstr(shown, "got [hello]") != NULL);
    say("resize %lx", ResizePseudoConsole(console, (COORD){100, 40}));
    say("exit code %lu", finish(process));
    CloseHandle(in_write);
    ClosePseudoConsole(console);
    while (ReadFile(out_read, line, sizeof line, &written, NULL) && written)
        ;
    say("then the pipe ends: %lu", GetLastError());
    return 0;
}
