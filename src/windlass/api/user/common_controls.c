/* What programs call before they use common controls ("InitCommonControlsEx function"): nothing is to be prepared, for
 * there are no windows. */
#include "api.h"

typedef struct {
    DWORD dwSize, dwICC;
} INITCOMMONCONTROLSEX;

API(comctl32, void, InitCommonControls, void) {}

API(comctl32, BOOL, InitCommonControlsEx, const INITCOMMONCONTROLSEX *picce) {
    return picce && picce->dwSize == sizeof *picce;
}
