/* "GetSystemMetrics function": a display of 1920 by 1080 at 96 dpi that nobody looks at, without mouse or pen; sizes are
 * Windows 10's. */
#include "api.h"

enum { DISPLAY_WIDTH = 1920, DISPLAY_HEIGHT = 1080, METRICS = 97 };

/* By index, SM_CXSCREEN being 0; what is not named is 0. */
static const short metrics[METRICS] = {
    [0] = DISPLAY_WIDTH, [1] = DISPLAY_HEIGHT,       /* SM_CXSCREEN, SM_CYSCREEN */
    [2] = 17, [3] = 17, [20] = 17, [21] = 17,        /* scroll bars */
    [4] = 23, [51] = 23,                             /* SM_CYCAPTION, SM_CYSMCAPTION */
    [5] = 1, [6] = 1, [7] = 3, [8] = 3,              /* borders and dialog frames */
    [9] = 17, [10] = 17,                             /* thumbs */
    [11] = 32, [12] = 32, [13] = 32, [14] = 32,      /* icons and cursors */
    [15] = 20,                                       /* SM_CYMENU */
    [16] = DISPLAY_WIDTH, [17] = 1017,               /* SM_CXFULLSCREEN, SM_CYFULLSCREEN */
    [28] = 136, [29] = 39, [30] = 36, [31] = 22,     /* smallest window, caption buttons */
    [32] = 4, [33] = 4, [34] = 136, [35] = 39,       /* sizing frames, smallest tracking size */
    [36] = 4, [37] = 4, [38] = 75, [39] = 75,        /* double clicks, icon spacing */
    [45] = 2, [46] = 2, [47] = 160, [48] = 31,       /* edges, minimized windows' grid */
    [49] = 16, [50] = 16, [52] = 22, [53] = 22,      /* small icons and captions' buttons */
    [54] = 19, [55] = 19, [56] = 8, [57] = 160, [58] = 31,
    [59] = DISPLAY_WIDTH + 20, [60] = DISPLAY_HEIGHT + 20,
    [61] = DISPLAY_WIDTH + 16, [62] = 1056,          /* maximized windows */
    [63] = 3,                                        /* SM_NETWORK */
    [68] = 4, [69] = 4, [71] = 15, [72] = 15,        /* drags, menu checks */
    [78] = DISPLAY_WIDTH, [79] = DISPLAY_HEIGHT,     /* the virtual screen begins at 0, 0 */
    [80] = 1, [81] = 1,                              /* SM_CMONITORS, SM_SAMEDISPLAYFORMAT */
    [83] = 1, [84] = 1, [92] = 4,                    /* focus and padded borders */
};

API(user32, int, GetSystemMetrics, int nIndex) { return nIndex >= 0 && nIndex < METRICS ? metrics[nIndex] : 0; }
