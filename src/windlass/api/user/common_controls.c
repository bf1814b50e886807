/* What programs call before they use common controls ("InitCommonControlsEx function"): nothing is to be prepared, for
 * only the standard controls are there. */
#include "api.h"

typedef struct {
    DWORD dwSize, dwICC;
} INITCOMMONCONTROLSEX;

API(comctl32, void, InitCommonControls, void) {}

API(comctl32, BOOL, InitCommonControlsEx, const INITCOMMONCONTROLSEX *picce) {
    return picce && picce->dwSize == sizeof *picce;
}

/* ---- the language of the controls' texts ---- */

static WORD language;

API(comctl32, void, InitMUILanguage, WORD uiLang) { __atomic_store_n(&language, uiLang, __ATOMIC_RELAXED); }

API(comctl32, WORD, GetMUILanguage, void) {
    WORD set = __atomic_load_n(&language, __ATOMIC_RELAXED);
    return set ? set : 0x409;
}
