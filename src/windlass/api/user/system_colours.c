/* "GetSysColor function": Windows 10's colours. */
#include <pthread.h>

#include "api.h"
#include "fork.h"
#include "user_types.h"

/* By index: COLOR_SCROLLBAR, COLOR_BACKGROUND ... COLOR_MENUBAR. */
static const COLORREF colours[] = {
    0xC8C8C8, 0x000000, 0xD1B499, 0xDBCDBF, 0xF0F0F0, 0xFFFFFF, 0x646464, 0x000000, 0x000000, 0x000000, 0xB4B4B4,
    0xFCF7F4, 0xABABAB, 0xD77800, 0xFFFFFF, 0xF0F0F0, 0xA0A0A0, 0x6D6D6D, 0x000000, 0x000000, 0xFFFFFF, 0x696969,
    0xE3E3E3, 0x000000, 0xE1FFFF, 0x000000, 0xCC6600, 0xEAD1B9, 0xF2E4D7, 0xD77800, 0xF0F0F0,
};
enum { COLOURS = sizeof colours / sizeof *colours };

API_USE(HBRUSH, CreateSolidBrush, COLORREF);

API(user32, DWORD, GetSysColor, int nIndex) { return nIndex >= 0 && nIndex < COLOURS ? colours[nIndex] : 0; }

/* The system's brushes are made at their first use and kept. */
API(user32, HBRUSH, GetSysColorBrush, int nIndex) {
    static HBRUSH brushes[COLOURS];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    SURVIVES_FORK(lock);
    if (nIndex < 0 || nIndex >= COLOURS)
        return NULL;
    pthread_mutex_lock(&lock);
    if (!brushes[nIndex])
        brushes[nIndex] = api_CreateSolidBrush(colours[nIndex]);
    pthread_mutex_unlock(&lock);
    return brushes[nIndex];
}
