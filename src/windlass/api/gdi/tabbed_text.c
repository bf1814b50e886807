/* Text in columns ("TabbedTextOut function"). */
#include "font_metrics.h"

#include "codepage.h"

API_USE(BOOL, GetTextMetricsW, HDC, TEXTMETRICW *);
API_USE(BOOL, GetTextExtentPoint32W, HDC, LPCWSTR, int, SIZE *);
API_USE(BOOL, ExtTextOutW, HDC, int, int, UINT, const RECT *, LPCWSTR, UINT, const INT *);

enum { DEFAULT_TAB = 8 };

struct tabs { int count, origin, usual; const INT *stops; };

/* The first stop beyond `at`, which counts from the origin: one of the list; every so many units where there is but one;
 * or every eight average characters. A negative stop is where the text after the tab ends. */
static int next_stop(const struct tabs *tabs, int at, bool *is_right) {
    *is_right = false;
    if (tabs->count == 1 && tabs->stops[0] > 0)
        return (at / tabs->stops[0] + 1) * tabs->stops[0];
    for (int i = 0; tabs->count > 1 && i < tabs->count; i++) {
        int stop = tabs->stops[i] < 0 ? -tabs->stops[i] : tabs->stops[i];
        *is_right = tabs->stops[i] < 0;
        if (stop > at)
            return stop;
    }
    *is_right = false;
    return (at / tabs->usual + 1) * tabs->usual;
}

/* One line, drawn or only measured; the result is height and width, as of the functions. */
static DWORD tabbed_text(HDC hdc, int x, int y, const WCHAR *text, int count, int stops, const INT *list, int origin,
                         bool is_drawn) {
    TEXTMETRICW metric;
    if (count < 0 || !api_GetTextMetricsW(hdc, &metric))
        return 0;
    struct tabs tabs = {stops < 0 ? 0 : stops, origin, metric.tmAveCharWidth * DEFAULT_TAB, list};
    int at = x, height = 0;
    bool is_right = false;
    tabs.usual = tabs.usual > 0 ? tabs.usual : 1;
    for (int first = 0, end, start = x; first <= count; first = end + 1) {
        SIZE size = {0, 0};
        for (end = first; end < count && text[end] != '\t'; end++)
            ;
        api_GetTextExtentPoint32W(hdc, text + first, end - first, &size);
        height = size.cy > height ? size.cy : height;
        if (first)
            start = origin + next_stop(&tabs, at - origin, &is_right);
        if (is_right)
            start = start - size.cx < at ? at : start - size.cx;
        if (is_drawn && end > first)
            api_ExtTextOutW(hdc, start, y, 0, NULL, text + first, (UINT)(end - first), NULL);
        at = start + size.cx;
    }
    return (DWORD)(WORD)(at - x) | (DWORD)(WORD)height << 16;
}

API(user32, LONG, TabbedTextOutW, HDC hdc, int x, int y, LPCWSTR lpString, int chCount, int nTabPositions,
    const INT *lpnTabStopPositions, int nTabOrigin) {
    if (chCount == -1)
        chCount = (int)wide_length(lpString);
    return (LONG)tabbed_text(hdc, x, y, lpString, chCount, nTabPositions, lpnTabStopPositions, nTabOrigin, true);
}

API(user32, DWORD, GetTabbedTextExtentW, HDC hdc, LPCWSTR lpString, int chCount, int nTabPositions,
    const INT *lpnTabStopPositions) {
    if (chCount == -1)
        chCount = (int)wide_length(lpString);
    return tabbed_text(hdc, 0, 0, lpString, chCount, nTabPositions, lpnTabStopPositions, 0, false);
}

API(user32, LONG, TabbedTextOutA, HDC hdc, int x, int y, LPCSTR lpString, int chCount, int nTabPositions,
    const INT *lpnTabStopPositions, int nTabOrigin) {
    struct dc *dc = dc_find(hdc);
    int units;
    WCHAR *text = dc ? text_copy_ansi(dc, lpString, chCount, &units) : NULL;
    LONG result = text ? api_TabbedTextOutW(hdc, x, y, text, units, nTabPositions, lpnTabStopPositions, nTabOrigin) : 0;
    free(text);
    return result;
}

API(user32, DWORD, GetTabbedTextExtentA, HDC hdc, LPCSTR lpString, int chCount, int nTabPositions,
    const INT *lpnTabStopPositions) {
    struct dc *dc = dc_find(hdc);
    int units;
    WCHAR *text = dc ? text_copy_ansi(dc, lpString, chCount, &units) : NULL;
    DWORD result = text ? api_GetTabbedTextExtentW(hdc, text, units, nTabPositions, lpnTabStopPositions) : 0;
    free(text);
    return result;
}
