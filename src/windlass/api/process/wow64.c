/* WOW64, which runs 32-bit programs on 64-bit Windows ("WOW64 Implementation Details"): nothing here runs under it, and
 * no system directory is redirected. */
#include "handle.h"
#include "nt.h"

enum { IMAGE_FILE_MACHINE_UNKNOWN = 0, IMAGE_FILE_MACHINE_AMD64 = 0x8664 };

static bool is_process(HANDLE handle) {
    struct object *object = handle_object_or_fail(handle, NULL, 0);
    bool found = object && strcmp(object->type->name, "Process") == 0;
    if (object && !found)
        set_last_error(ERROR_INVALID_HANDLE);
    object_release(object);
    return found;
}

API(kernel32 kernelbase, BOOL, IsWow64Process, HANDLE hProcess, BOOL *Wow64Process) {
    if (!is_process(hProcess))
        return FALSE;
    *Wow64Process = FALSE;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, IsWow64Process2, HANDLE hProcess, USHORT *pProcessMachine, USHORT *pNativeMachine) {
    if (!is_process(hProcess))
        return FALSE;
    *pProcessMachine = IMAGE_FILE_MACHINE_UNKNOWN;       /* the process is not a WOW64 process */
    if (pNativeMachine)
        *pNativeMachine = IMAGE_FILE_MACHINE_AMD64;
    return TRUE;
}

API(kernel32 kernelbase, HRESULT, IsWow64GuestMachineSupported, USHORT WowGuestMachine, BOOL *MachineIsSupported) {
    (void)WowGuestMachine;
    *MachineIsSupported = FALSE;
    return 0;
}

/* "Wow64DisableWow64FsRedirection function": a 64-bit process has no redirection to disable. */
API(kernel32 kernelbase, BOOL, Wow64DisableWow64FsRedirection, PVOID *OldValue) {
    (void)OldValue;
    return fail(ERROR_INVALID_FUNCTION);
}

API(kernel32 kernelbase, BOOL, Wow64RevertWow64FsRedirection, PVOID OldValue) {
    (void)OldValue;
    return fail(ERROR_INVALID_FUNCTION);
}

API(kernel32, BOOLEAN, Wow64EnableWow64FsRedirection, BOOLEAN Wow64FsEnableRedirection) {
    (void)Wow64FsEnableRedirection;
    return (BOOLEAN)fail(ERROR_INVALID_FUNCTION);
}
