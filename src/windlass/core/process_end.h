/* The end of the process, as DLLs see it ("ExitProcess function", "DllMain entry point"): the other threads are gone,
 * then FLS callbacks are called, then every DLL with DLL_PROCESS_DETACH and a non-null lpReserved. */
#ifndef WINDLASS_PROCESS_END_H
#define WINDLASS_PROCESS_END_H

#include "core.h"

/* Lets the DLLs be detached when the host process exits, Python's own end being over. May be called again. */
void process_end_register(void);

/* Ends what is Windows' in the process: stops the other threads and detaches the DLLs. Does nothing when the calling
 * thread is in the middle of it; another thread does not return from it. */
void process_end(DWORD exit_code);

/* Ends the calling thread, which is the host's, as ExitThread does, with the code that it asked for or with this one; and
 * the process when the last thread that was made here has ended, with its code ("Terminating a Process"). */
_Noreturn void process_end_with_last_thread(DWORD exit_code);

/* From then on ("RtlDllShutdownInProgress"). */
bool process_is_ending(void);

/* To be called before a thread waits for the owner of a lock. At the process's end that owner is gone, so the process
 * ends at once, as on Windows. */
void process_end_when_stuck(void);

/* Whether the program wants no message when an exception ends it (SEM_NOGPFAULTERRORBOX; api/process/identity.c). */
bool process_ends_quietly(void);

/* What SetErrorMode has set; a child begins with its parent's (api/process/identity.c). */
DWORD process_error_mode(void);
void process_set_error_mode(DWORD mode);

/* Leaves the process without telling anybody else (api/process/process.c). */
_Noreturn void process_leave(DWORD exit_code);

#endif
