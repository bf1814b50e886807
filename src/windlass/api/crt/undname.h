/* Readable names of C++ symbols and types ("Decorated names", "UnDecorateSymbolName function"). */
#ifndef WINDLASS_UNDNAME_H
#define WINDLASS_UNDNAME_H

#include <stdbool.h>

enum undecorate {
    UNDNAME_NO_LEADING_UNDERSCORES = 0x1,
    UNDNAME_NO_MS_KEYWORDS = 0x2,
    UNDNAME_NO_FUNCTION_RETURNS = 0x4,
    UNDNAME_NO_ALLOCATION_LANGUAGE = 0x10,
    UNDNAME_NO_THISTYPE = 0x60,      /* either bit alone does nothing */
    UNDNAME_NO_ACCESS_SPECIFIERS = 0x80,
    UNDNAME_NO_MEMBER_TYPE = 0x200,
    UNDNAME_NAME_ONLY = 0x1000,
    UNDNAME_NO_ARGUMENTS = 0x2000,
    UNDNAME_NO_ECSU = 0x8000,        /* no "class", "struct", "union", "enum" */
    UNDNAME_NO_PTR64 = 0x20000,
    UNDECORATE_TYPE = 0x1000000,     /* the name is a type's, as in type_info; a dot may stand before it */
};

/* In memory of malloc's; NULL: it is no decorated name, or memory is out. */
char *undecorate(const char *decorated, unsigned flags);

#endif
