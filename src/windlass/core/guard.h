/* Control Flow Guard: where indirect calls may lead, in a process whose program asks for it. */
#ifndef WINDLASS_GUARD_H
#define WINDLASS_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From now on targets are told apart; all are valid until something says otherwise. False: no address space is left. */
bool guard_enable(void);
bool guard_is_on(void);

/* All addresses of a range, or none of them, are valid targets. No effect before guard_enable(). False: out of memory. */
bool guard_set_range(uintptr_t begin, uintptr_t end, bool valid);
bool guard_set_target(uintptr_t target, bool valid);

/* longjmp may lead into [begin, end) only to what a table lists: sorted RVAs, each at the beginning of `stride` bytes. The
 * table stays where it is until guard_remove_jumps. False: out of memory. */
bool guard_add_jumps(uintptr_t begin, uintptr_t end, const unsigned char *table, size_t count, size_t stride);
void guard_remove_jumps(uintptr_t begin);

/* Ends the process if longjmp must not lead to `target`. */
void guard_check_jump(uintptr_t target);

/* What images call through their load configuration: `guard_check` with the target in rcx, which returns; and
 * `guard_dispatch` with the target in rax, to which it goes on. All arguments stay. */
extern const char guard_check[], guard_dispatch[];

#endif
