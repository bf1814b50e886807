// flags: -lnetapi32
// NetBIOS tells the adapters, and their hardware addresses as GetAdaptersInfo does.
#include <windows.h>
#include <nb30.h>

#include "fixture.h"

static UCHAR command(UCHAR what, void *buffer, WORD length, UCHAR adapter, const char *called)
{
    NCB block = {0};
    block.ncb_command = what;
    block.ncb_buffer = buffer;
    block.ncb_length = length;
    block.ncb_lana_num = adapter;
    if (called)
        lstrcpynA((char *)block.ncb_callname, called, NCBNAMSZ);
    return Netbios(&block);
}

static void later(void)
{
    LANA_ENUM adapters = {0};
    NCB block = {0};
    block.ncb_command = NCBENUM | ASYNCH;
    block.ncb_buffer = (PUCHAR)&adapters;
    block.ncb_length = sizeof adapters;
    block.ncb_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    // Wine reports: begun 0, waited 258, code 0
    // documented: begun 0, waited 0, code 0   (Microsoft, "NCB structure")
    say("begun %d, waited %lu, code %d", Netbios(&block), WaitForSingleObject(block.ncb_event, 10000), block.ncb_retcode);
    CloseHandle(block.ncb_event);
}

PROGRAM
{
    LANA_ENUM adapters = {0};
    ADAPTER_STATUS status = {{0}};
    say("enumerated %d", command(NCBENUM, &adapters, sizeof adapters, 0, NULL));
    for (int each = 0; each < adapters.length; ++each) {
        UCHAR number = adapters.lana[each];
        UCHAR reset = command(NCBRESET, NULL, 0, number, NULL);
        UCHAR asked = command(NCBASTAT, &status, sizeof status, number, "*               ");
        if (reset || asked || status.adapter_type != 0xFE)
            say("adapter %d: %d %d %x", number, reset, asked, status.adapter_type);
    }
    say("no such adapter: %d %d", command(NCBRESET, NULL, 0, 254, NULL), command(NCBASTAT, &status, sizeof status, 254, "*"));
    say("no such command: %d", command(0x7F, NULL, 0, 0, NULL));
    later();
    return 0;
}
