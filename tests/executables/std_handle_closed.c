// A child closes its standard output and its standard error while it runs on: who reads their pipe sees the end.
#include "process.h"

static int child(void)
{
    char byte;
    DWORD count;
    printf("before");
    fflush(stdout);
    CloseHandle(GetStdHandle(STD_OUTPUT_HANDLE));
    CloseHandle(GetStdHandle(STD_ERROR_HANDLE));
    ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &count, NULL);
    return 7;
}

static void make_pipe(HANDLE *read, HANDLE *write, HANDLE *given)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    CreatePipe(read, write, &inherited, 0);
    SetHandleInformation(given == read ? *write : *read, HANDLE_FLAG_INHERIT, 0);
}

static void read_all(const char *what, HANDLE from)
{
    char text[100] = "";
    DWORD count, length = 0;
    while (ReadFile(from, text + length, sizeof text - 1 - length, &count, NULL) && count)
        length += count;
    say("%s: [%s], error %lu", what, text, GetLastError());
}

int main(int count, char **arguments)
{
    (void)arguments;
    begin();
    if (count > 1)
        return child();
    HANDLE in_read, in_write, out_read, out_write, error_read, error_write;
    make_pipe(&in_read, &in_write, &in_read);
    make_pipe(&out_read, &out_write, &out_write);
    make_pipe(&error_read, &error_write, &error_write);
    STARTUPINFOA startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES, .hStdInput = in_read,
                            .hStdOutput = out_write, .hStdError = error_write};
    PROCESS_INFORMATION process = {0};
    char line[MAX_PATH + 50];
    sprintf(line, "\"%s\" child", self);
    say("start %d", CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process));
    CloseHandle(in_read);
    CloseHandle(out_write);
    CloseHandle(error_write);
    read_all("output", out_read);
    read_all("errors", error_read);
    say("it runs on: %d", WaitForSingleObject(process.hProcess, 0) == WAIT_TIMEOUT);
    CloseHandle(in_write);
    say("exit code %lu", finish(process));
    return 0;
}
