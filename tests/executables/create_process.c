// Processes: command lines, environment, folder, handles, suspension, exit codes and errors of CreateProcess.
// Wine reports: terminate again 1 error 5
// documented: terminate again 0 error 5     (Microsoft, "TerminateProcess function")
// Wine reports: priority 0x20
// documented: priority 0x40     (Microsoft, "CreateProcessA function", "Scheduling Priorities")
#include "process.h"

/* Starts a program, waits for it and reports. */
static void run(const char *what, const char *application, const char *line, DWORD flags, void *environment,
                const char *folder)
{
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    char copy[1000];
    DWORD code = 0, was = 0;
    if (line)
        strcpy(copy, line);
    say("%s:", what);
    if (!CreateProcessA(application, line ? copy : NULL, NULL, NULL, FALSE, flags, environment, folder, &startup, &process)) {
        say("  error %lu", GetLastError());
        return;
    }
    if (flags & CREATE_SUSPENDED) {
        say("  waits %lu", WaitForSingleObject(process.hProcess, 100));
        was = SuspendThread(process.hThread);
        say("  suspended %lu, resumed %lu", was, ResumeThread(process.hThread));
        HANDLE thread = OpenThread(THREAD_SUSPEND_RESUME | THREAD_QUERY_INFORMATION, FALSE, process.dwThreadId);
        was = SuspendThread(thread);
        say("  by its id: of the process %d, suspended %lu, resumed %lu", GetProcessIdOfThread(thread) == process.dwProcessId,
            was, ResumeThread(thread));
        CloseHandle(thread);
        say("  still waits %lu, resumed %lu", WaitForSingleObject(process.hProcess, 50), ResumeThread(process.hThread));
    }
    DWORD waited = WaitForSingleObject(process.hProcess, 30000);
    GetExitCodeProcess(process.hProcess, &code);
    say("  wait %lu, exit code %#lx", waited, code);
    waited = WaitForSingleObject(process.hThread, 1000);
    GetExitCodeThread(process.hThread, &code);
    say("  thread %lu, exit code %#lx", waited, code);
    say("  ids %d %d", GetProcessId(process.hProcess) == process.dwProcessId,
        GetThreadId(process.hThread) == process.dwThreadId && GetProcessIdOfThread(process.hThread) == process.dwProcessId);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
}

static int child(int count, char **arguments)
{
    char folder[MAX_PATH];
    GetCurrentDirectoryA(sizeof folder, folder);
    const char *base = strstr(folder, "windlass with blanks"), *foo = getenv("FOO"), *line = strstr(GetCommandLineA(), "child");
    for (int i = 2; i < count; i++)
        say("  argument [%s]", arguments[i]);
    say("  line [%s] in [%s] FOO %s", line, base ? base : "the same", foo ? foo : "unset");
    ExitProcess(0x12345678);
}

static int use_handles(char **arguments)
{
    HANDLE handles[4];
    char text[20] = "";
    DWORD count = 0;
    for (int i = 0; i < 4; i++)
        handles[i] = (HANDLE)(ULONG_PTR)strtoull(arguments[i + 2], NULL, 16);
    ReadFile(handles[0], text, sizeof text - 1, &count, NULL);
    say("  read [%s]", text);
    char *memory = MapViewOfFile(handles[2], FILE_MAP_WRITE, 0, 0, 0);
    say("  memory [%s]", memory);
    strcpy(memory, "of the child");
    say("  not inherited %d", SetEvent(handles[3]));
    SetEvent(handles[1]);
    return 3;
}

static void handles(void)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    HANDLE reader, writer, event, private, section;
    char line[1000];
    DWORD count;
    CreatePipe(&reader, &writer, &inherit, 0);
    SetHandleInformation(writer, HANDLE_FLAG_INHERIT, 0);
    event = CreateEventA(&inherit, TRUE, FALSE, NULL);
    private = CreateEventA(NULL, TRUE, FALSE, NULL);
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, &inherit, PAGE_READWRITE, 0, 4096, NULL);
    char *memory = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    strcpy(memory, "of the parent");
    sprintf(line, "\"%s\" handles %llx %llx %llx %llx", self, (unsigned long long)(ULONG_PTR)reader,
            (unsigned long long)(ULONG_PTR)event, (unsigned long long)(ULONG_PTR)section,
            (unsigned long long)(ULONG_PTR)private);
    say("handles:");
    CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process);
    WriteFile(writer, "through a pipe", 14, &count, NULL);
    HANDLE both[] = {process.hProcess, event};
    say("  all %lu", WaitForMultipleObjects(2, both, TRUE, 30000));
    say("  memory [%s]", memory);
    say("  private event %lu", WaitForSingleObject(private, 0));
    DWORD code;
    GetExitCodeProcess(process.hProcess, &code);
    say("  exit code %lu", code);
}

/* Standard output into a pipe. */
static void redirected(void)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    STARTUPINFOA startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    HANDLE reader, writer;
    char line[1000], text[200];
    DWORD count, total = 0;
    CreatePipe(&reader, &writer, &inherit, 0);
    SetHandleInformation(reader, HANDLE_FLAG_INHERIT, 0);
    startup.hStdOutput = writer;
    startup.hStdError = writer;
    sprintf(line, "\"%s\" child redirected", self);
    say("redirected %d", CreateProcessA(NULL, line, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &startup, &process));
    CloseHandle(writer);
    while (ReadFile(reader, text + total, sizeof text - 1 - total, &count, NULL) && count)
        total += count;
    text[total] = 0;
    say("  end %lu, [%.40s]", GetLastError(), text);
    WaitForSingleObject(process.hProcess, 30000);
}

static void handle_list(void)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    STARTUPINFOEXA startup = {.StartupInfo.cb = sizeof startup};
    PROCESS_INFORMATION process;
    SIZE_T size = 0;
    char line[1000];
    HANDLE given = CreateEventA(&inherit, TRUE, FALSE, NULL), kept = CreateEventA(&inherit, TRUE, FALSE, NULL);
    say("list %d error %lu", InitializeProcThreadAttributeList(NULL, 1, 0, &size), GetLastError());
    startup.lpAttributeList = malloc(size);
    say("  made %d", InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size));
    say("  unknown %d error %lu", UpdateProcThreadAttribute(startup.lpAttributeList, 0, 0x2ffff, &given, 8, NULL, NULL),
        GetLastError());
    say("  set %d", UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &given,
                                              sizeof given, NULL, NULL));
    sprintf(line, "\"%s\" events %llx %llx", self, (unsigned long long)(ULONG_PTR)given,
            (unsigned long long)(ULONG_PTR)kept);
    say("  started %d", CreateProcessA(NULL, line, NULL, NULL, TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                                       &startup.StartupInfo, &process));
    WaitForSingleObject(process.hProcess, 30000);
    say("  given %lu kept %lu", WaitForSingleObject(given, 0), WaitForSingleObject(kept, 0));
    DeleteProcThreadAttributeList(startup.lpAttributeList);
}

static int set_events(char **arguments)
{
    for (int i = 2; i < 4; i++)
        SetEvent((HANDLE)(ULONG_PTR)strtoull(arguments[i], NULL, 16));
    return 0;
}

static void termination(void)
{
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    char line[] = "x child";
    DWORD code = 1;
    CreateProcessA(self, line, NULL, NULL, FALSE, CREATE_SUSPENDED | IDLE_PRIORITY_CLASS, NULL, NULL, &startup, &process);
    BOOL told = GetExitCodeProcess(process.hProcess, &code);
    say("exit code of what runs %d %lu", told, code);
    say("priority %#lx", GetPriorityClass(process.hProcess));
    HANDLE opened = OpenProcess(PROCESS_ALL_ACCESS, FALSE, process.dwProcessId);
    HANDLE weak = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process.dwProcessId);
    say("opened %d %d", opened != NULL, GetProcessId(opened) == process.dwProcessId);
    HANDLE asking = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, process.dwProcessId);
    say("exit code by the right to query %d", GetExitCodeProcess(asking, &code));
    CloseHandle(asking);
    say("terminate without right %d error %lu", TerminateProcess(weak, 1), GetLastError());
    say("terminate %d", TerminateProcess(opened, 0xdeadbeef));
    say("wait %lu", WaitForSingleObject(process.hProcess, 30000));
    GetExitCodeProcess(process.hProcess, &code);
    say("exit code %#lx", code);
    GetExitCodeProcess(opened, &code);
    say("exit code %#lx by the other handle", code);
    say("terminate again %d error %lu", TerminateProcess(opened, 1), GetLastError());
    say("no such process %d error %lu", OpenProcess(SYNCHRONIZE, FALSE, 0x7ffffff0) != NULL, GetLastError());
}

int main(int count, char **arguments)
{
    char line[1000], folder[MAX_PATH], text[] = "text.txt";
    DWORD written;
    if (count > 1 && !strcmp(arguments[1], "child"))
        return child(count, arguments);
    if (count > 1 && !strcmp(arguments[1], "handles"))
        return use_handles(arguments);
    if (count > 1 && !strcmp(arguments[1], "events"))
        return set_events(arguments);
    begin();

    sprintf(line, "\"%s\"  child \"a b\" c\\\"d", self);
    run("command line", NULL, line, 0, NULL, NULL);
    run("application and command line", self, "anything child", 0, NULL, NULL);
    *strrchr(strcpy(line, self), '.') = 0;
    strcat(line, " child");
    run("without extension", NULL, line, 0, NULL, NULL);
    GetTempPathA(sizeof folder, folder);
    sprintf(folder + strlen(folder), "windlass-test-%lu", GetCurrentProcessId());
    CreateDirectoryA(folder, NULL);
    strcat(folder, "\\windlass with blanks");
    CreateDirectoryA(folder, NULL);
    sprintf(line, "%s\\a program.exe", folder);
    say("copied %d", CopyFileA(self, line, FALSE));
    strcat(line, " child unquoted");
    run("blanks without quotation marks", NULL, line, 0, NULL, NULL);
    run("environment and folder", self, "x child", 0, "FOO=bar\0", folder);
    run("unicode environment", self, "x child", CREATE_UNICODE_ENVIRONMENT, L"FOO=wide\0", NULL);
    run("suspended", self, "x child", CREATE_SUSPENDED, NULL, NULL);

    run("no such program", NULL, "no-such-program 1", 0, NULL, NULL);
    run("no such path", "C:\\no\\such\\program.exe", NULL, 0, NULL, NULL);
    HANDLE file = CreateFileA(text, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "text", 4, &written, NULL);
    CloseHandle(file);
    run("a text", text, NULL, 0, NULL, NULL);
    DeleteFileA(text);
    run("no such folder", self, "x child", 0, NULL, "C:\\no\\such");
    handles();
    redirected();
    handle_list();
    termination();
    sprintf(line, "%s\\a program.exe", folder);
    DeleteFileA(line);
    RemoveDirectoryA(folder);
    *strrchr(folder, '\\') = 0;
    RemoveDirectoryA(folder);
    return 0;
}
