// build: freestanding
// The reporting itself: every conversion of `say`, and a check that holds.
#include "fixture.h"

PROGRAM
{
    static const unsigned short wide[] = {'w', 0xe9, 0x20ac, 0};
    say("%d %d %5d|%05d", 1, -2, -3, 42);
    say("%u %x %X %08x", 4000000000u, 0xabcdu, 0xabcdu, 0x12u);
    say("%lld %llu %llx %zu", -5000000000LL, 18446744073709551615ULL, 0x123456789abcULL, (size_t)7);
    say("%lu is 32 bits, %p is 64", 4294967295UL, (void *)0x180000000ULL);
    say("%s|%s|%c%%", "text \t\\", (const char *)0, 'c');
    say("%ls", wide);
    say("%a %a", 1.0, -0.1);
    check(sizeof(long) == 4);
    return 7;
}
