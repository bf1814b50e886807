/* What the classes of NtQuerySystemInformation share: the caller's buffer. */
#ifndef WINDLASS_SYSTEM_INFORMATION_H
#define WINDLASS_SYSTEM_INFORMATION_H

#include "nt.h"

struct system_answer {
    BYTE *buffer;
    ULONG size, needed;
};

/* The whole answer. */
static inline NTSTATUS system_put(struct system_answer *answer, const void *facts, ULONG size) {
    answer->needed = size;
    if (answer->size < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(answer->buffer, facts, size);
    return STATUS_SUCCESS;
}

/* Where the next bytes of an answer go; NULL: there is no room, but they are counted. */
static inline void *system_take(struct system_answer *answer, size_t size) {
    ULONG at = answer->needed;
    answer->needed += (ULONG)size;
    return answer->needed <= answer->size ? answer->buffer + at : NULL;
}

/* system_performance.c */
NTSTATUS system_put_performance(struct system_answer *answer);
NTSTATUS system_put_processor_performance(struct system_answer *answer);
NTSTATUS system_put_interrupts(struct system_answer *answer);

/* system_handles.c */
NTSTATUS system_put_handles(struct system_answer *answer);
NTSTATUS system_put_extended_handles(struct system_answer *answer);

#endif
