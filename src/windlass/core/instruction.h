/* What fault.c must know about the instruction that faulted. */
#ifndef WINDLASS_INSTRUCTION_H
#define WINDLASS_INSTRUCTION_H

#include "core.h"

/* True for instructions that only the kernel may execute. */
bool instruction_is_privileged(const BYTE *code);

/* True when the div or idiv at Rip has a zero divisor: the processor reports an overflowing quotient alike. */
bool instruction_divides_by_zero(CONTEXT *context);

/* STATUS_ILLEGAL_INSTRUCTION or STATUS_INVALID_LOCK_SEQUENCE. */
NTSTATUS instruction_illegal_status(const BYTE *code);

#endif
