// A DLL with a C runtime of its own: start-up code, a constructor, a heap block and formatted text.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fixture.h"

static int constructed;

__attribute__((constructor)) static void construct(void)
{
    constructed = 1;
}

PROGRAM
{
    char text[100];
    char *copy = strdup("on the heap");
    snprintf(text, sizeof text, "%-8s|%6.2f|%lld", "left", 3.14159, 1LL << 40);
    say("%s", text);
    say("%s", copy);
    free(copy);
    check(constructed);
    return 0;
}
