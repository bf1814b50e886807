/* The Multimedia Class Scheduler: tasks that Windows knows are accepted, and the host's scheduler goes on as it does
 * ("AvSetMmThreadCharacteristicsW function"). */
#include "api.h"
#include "codepage.h"

#define ERROR_INVALID_TASK_NAME 1550u
#define ERROR_INVALID_TASK_INDEX 1551u

static const char *const tasks[] = {"Audio", "Capture", "DisplayPostProcessing", "Distribution", "Games", "Low Latency",
                                    "Playback", "Pro Audio", "Window Manager"};

static bool is_task(const WCHAR *name) {
    WCHAR known[32];
    for (size_t i = 0; name && i < sizeof tasks / sizeof *tasks; i++) {
        size_t length = utf8_to_wide(tasks[i], strlen(tasks[i]), known, sizeof known / sizeof *known);
        if (wide_compare_no_case(name, wide_length(name), known, length) == 0)
            return true;
    }
    return false;
}

/* The handle is the task's number, which the first thread of a task gets and the others bring along. */
static HANDLE join_task(const WCHAR *name, LPDWORD index) {
    static unsigned last_index;
    if (!index || !is_task(name)) {
        set_last_error(index ? ERROR_INVALID_TASK_NAME : ERROR_INVALID_TASK_INDEX);
        return NULL;
    }
    if (!*index)
        *index = __atomic_add_fetch(&last_index, 1, __ATOMIC_RELAXED);
    return (HANDLE)(uintptr_t)*index;
}

API(avrt, HANDLE, AvSetMmThreadCharacteristicsW, LPCWSTR TaskName, LPDWORD TaskIndex) {
    return join_task(TaskName, TaskIndex);
}

API(avrt, HANDLE, AvSetMmThreadCharacteristicsA, LPCSTR TaskName, LPDWORD TaskIndex) {
    WCHAR *name = TaskName ? wide_from_ansi(TaskName) : NULL;
    HANDLE handle = join_task(name, TaskIndex);
    free(name);
    return handle;
}

API(avrt, HANDLE, AvSetMmMaxThreadCharacteristicsW, LPCWSTR FirstTask, LPCWSTR SecondTask, LPDWORD TaskIndex) {
    return join_task(is_task(FirstTask) ? FirstTask : SecondTask, TaskIndex);
}

static BOOL check_handle(HANDLE handle) { return handle ? TRUE : fail(ERROR_INVALID_HANDLE); }

API(avrt, BOOL, AvRevertMmThreadCharacteristics, HANDLE AvrtHandle) { return check_handle(AvrtHandle); }

API(avrt, BOOL, AvSetMmThreadPriority, HANDLE AvrtHandle, int Priority) {
    (void)Priority;
    return check_handle(AvrtHandle);
}

/* How much of the processor is left to others, in percent: the default. */
API(avrt, BOOL, AvQuerySystemResponsiveness, HANDLE AvrtHandle, PULONG SystemResponsivenessValue) {
    if (!check_handle(AvrtHandle))
        return FALSE;
    *SystemResponsivenessValue = 20;
    return TRUE;
}
