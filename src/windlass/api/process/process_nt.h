/* What NtQueryInformationProcess asks of other files. */
#ifndef WINDLASS_PROCESS_NT_H
#define WINDLASS_PROCESS_NT_H

#include "process_object.h"

enum {
    ProcessBasicInformation = 0, ProcessVmCounters = 3, ProcessTimes = 4, ProcessDebugPort = 7,
    ProcessPriorityClass = 18, ProcessHandleCount = 20, ProcessAffinityMask = 21,
    ProcessPriorityBoost = 22, ProcessSessionInformation = 24, ProcessWow64Information = 26, ProcessImageFileName = 27,
    ProcessBreakOnTermination = 29, ProcessDebugObjectHandle = 30, ProcessDebugFlags = 31, ProcessIoPriority = 33,
    ProcessExecuteFlags = 34, ProcessCookie = 36, ProcessPagePriority = 39, ProcessImageFileNameWin32 = 43,
    ProcessCommandLineInformation = 60,
};

/* PROCESS_PRIORITY_CLASS: classes by number, from 1 on. */
enum { PROCESS_PRIORITY_CLASSES = 7 };
extern const DWORD process_priority_classes[PROCESS_PRIORITY_CLASSES];

/* IO_PRIORITY_HINT, as the host schedules the process's input and output (process_nt_set.c). */
ULONG process_io_priority(pid_t id);

/* A process's command line, from malloc(); NULL: not to be known (process_command_line.c). */
WCHAR *process_command_line(const struct process_object *process, size_t *length);

#endif
