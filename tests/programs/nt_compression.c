// build: freestanding
// Wine reports: text: 0, 0, 20000 bytes, same 1, smaller 0
// documented: text: 0, 0, 20000 bytes, same 1, smaller 1     (Microsoft, [MS-XCA], "LZNT1 Algorithm Details")
// Wine reports: text, better: 0, 0, 20000 bytes, same 1, smaller 0
// documented: text, better: 0, 0, 20000 bytes, same 1, smaller 1
#include "fixture.h"

#define IMPORT __declspec(dllimport)
IMPORT int RtlCompressBuffer(unsigned short, const void *, unsigned, void *, unsigned, unsigned, unsigned *, void *);
IMPORT int RtlDecompressBuffer(unsigned short, void *, unsigned, const void *, unsigned, unsigned *);
IMPORT int RtlGetCompressionWorkSpaceSize(unsigned short, unsigned *, unsigned *);
static unsigned char data[20000], packed[30000], unpacked[20000], space[1 << 18];

static void round_trip(const char *what, unsigned size, unsigned engine)
{
    unsigned length = 0, back = 0, same = 1;
    int status = RtlCompressBuffer((unsigned short)(2 | engine), data, size, packed, sizeof packed, 4096, &length, space);
    check(length <= size + 2 * (size / 4096 + 1));
    int again = RtlDecompressBuffer(2, unpacked, sizeof unpacked, packed, length, &back);
    for (unsigned i = 0; i < size; i++)
        same &= data[i] == unpacked[i];
    say("%s: %x, %x, %u bytes, same %u, smaller %d", what, status & 0xf0000000, again, back, same, length < size / 2);
}

PROGRAM
{
    unsigned first = 0, second = 0;
    say("work space %x", RtlGetCompressionWorkSpaceSize(2, &first, &second));
    check(first > 0 && first <= sizeof space);
    say("no format %x", RtlGetCompressionWorkSpaceSize(0, &first, &second));
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)("abcabcabdabcabce"[i % 16]);
    round_trip("text", 20000, 0);
    round_trip("text, better", 20000, 0x100);
    round_trip("short", 3, 0);
    unsigned seed = 1;
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)((seed = seed * 1103515245 + 12345) >> 16);
    round_trip("noise", 5000, 0);
    static const unsigned char known[] = {0x38, 0xb0, 0x88, 'F', '#', ' ', 0x00, ' ', 'G', ' ', 'A', 0x00, 0x10};
    say("damaged %x", RtlDecompressBuffer(2, unpacked, 100, known, sizeof known, &first));
    static const unsigned char plain[] = {0x04, 0x30, 'h', 'e', 'l', 'l', 'o'};
    say("plain %x", RtlDecompressBuffer(2, unpacked, 100, plain, sizeof plain, &first));
    say("%u %c", first, unpacked[4]);
    static const unsigned char repeat[] = {0x03, 0xb0, 0x02, 'x', 0x06, 0x00};
    say("repeated %x", RtlDecompressBuffer(2, unpacked, 100, repeat, sizeof repeat, &first));
    say("%u %c%c", first, unpacked[0], unpacked[9]);
    return 0;
}
