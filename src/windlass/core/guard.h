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

/* What images call through their load configuration: `guard_check` with the target in rcx, which returns; and
 * `guard_dispatch` with the target in rax, to which it goes on. All arguments stay. */
extern const char guard_check[], guard_dispatch[];

#endif
