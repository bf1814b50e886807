/* Formatted text ("DrawTextExW function"): lines, words, tabs, prefixes, ellipses. */
#include "font_metrics.h"

#include "codepage.h"

API_USE(BOOL, GetTextMetricsW, HDC, TEXTMETRICW *);
API_USE(BOOL, GetTextExtentExPointW, HDC, LPCWSTR, int, int, int *, int *, SIZE *);
API_USE(BOOL, ExtTextOutW, HDC, int, int, UINT, const RECT *, LPCWSTR, UINT, const INT *);
API_USE(COLORREF, SetBkColor, HDC, COLORREF);
API_USE(COLORREF, GetTextColor, HDC);

enum { DT_CENTER = 1, DT_RIGHT = 2, DT_VCENTER = 4, DT_BOTTOM = 8, DT_WORDBREAK = 0x10, DT_SINGLELINE = 0x20, DT_EXPANDTABS = 0x40,
       DT_TABSTOP = 0x80, DT_NOCLIP = 0x100, DT_EXTERNALLEADING = 0x200, DT_CALCRECT = 0x400, DT_NOPREFIX = 0x800, DT_EDITCONTROL = 0x2000,
       DT_PATH_ELLIPSIS = 0x4000, DT_END_ELLIPSIS = 0x8000, DT_MODIFYSTRING = 0x10000, DT_WORD_ELLIPSIS = 0x40000, DT_HIDEPREFIX = 0x100000,
       DT_PREFIXONLY = 0x200000, ETO_OPAQUE = 2, ETO_CLIPPED = 4, DEFAULT_TAB = 8, NO_PREFIX = -1 };

typedef struct { UINT cbSize; int iTabLength, iLeftMargin, iRightMargin; UINT uiLengthDrawn; } DRAWTEXTPARAMS;

struct drawing {
    HDC hdc;
    const WCHAR *text;                               /* the caller's own copy */
    int count;
    UINT flags;
    RECT rect;                                       /* without the margins */
    int line_height, tab, ascent, average;
    WCHAR *modified;                                 /* with ellipses, for DT_MODIFYSTRING */
};

/* One line as it is shown. */
struct shown_line {
    WCHAR *text;
    int *ends, *source;                              /* where each character ends, and where it is in the whole text */
    int count, prefix, next;                         /* next: where in the whole text the next line begins */
    bool is_last;
};

/* ---- widths ---- */

/* Up to and with a tab the line is as wide as the next stop. */
static void measure(const struct drawing *drawing, struct shown_line *line) {
    int at = 0;
    for (int first = 0, end; first < line->count; first = end) {
        bool is_tab = drawing->flags & DT_EXPANDTABS && line->text[first] == '\t';
        end = first + 1;
        if (is_tab) {
            at = line->ends[first] = (at / drawing->tab + 1) * drawing->tab;
            continue;
        }
        while (end < line->count && !(drawing->flags & DT_EXPANDTABS && line->text[end] == '\t'))
            end++;
        SIZE size;
        api_GetTextExtentExPointW(drawing->hdc, line->text + first, end - first, 0, NULL, line->ends + first, &size);
        for (int i = first; i < end; i++)
            line->ends[i] += at;
        at = line->ends[end - 1];
    }
}

static int width_of(const struct shown_line *line) { return line->count ? line->ends[line->count - 1] : 0; }

static int available(const struct drawing *drawing) { return drawing->rect.right - drawing->rect.left; }

static int fitting(const struct shown_line *line, int width) {
    int count = 0;
    while (count < line->count && line->ends[count] <= width)
        count++;
    return count;
}

/* ---- one line ---- */

static bool ends_line(const struct drawing *drawing, WCHAR unit) {
    return !(drawing->flags & DT_SINGLELINE) && (unit == '\r' || unit == '\n');
}

/* "&" underlines the character after it, "&&" is an ampersand. Of several prefixes the last counts. */
static void take_line(const struct drawing *drawing, struct shown_line *line, int at) {
    line->count = 0;
    line->prefix = NO_PREFIX;
    while (at < drawing->count && !ends_line(drawing, drawing->text[at])) {
        if (!(drawing->flags & DT_NOPREFIX) && drawing->text[at] == '&') {
            at++;
            if (at >= drawing->count || ends_line(drawing, drawing->text[at]))
                break;
            if (drawing->text[at] != '&')
                line->prefix = line->count;
        }
        line->source[line->count] = at;
        line->text[line->count++] = drawing->text[at++];
    }
    line->next = at;
    if (at < drawing->count)
        line->next += drawing->text[at] == '\r' && at + 1 < drawing->count && drawing->text[at + 1] == '\n' ? 2 : 1;
    line->is_last = line->next >= drawing->count;    /* also behind a line's end that is the text's last character */
    measure(drawing, line);
}

static void cut(struct shown_line *line, int count, int next) {
    line->is_last = false;
    line->next = next;
    line->count = count;
    if (line->prefix >= count)
        line->prefix = NO_PREFIX;
}

/* Words that do not fit go to the next line, without the blank before them. A word that is wider than the rectangle
 * stays whole, but in an edit control. */
static void break_words(const struct drawing *drawing, struct shown_line *line) {
    int fit = fitting(line, available(drawing)), at = fit;
    if (fit == line->count)
        return;
    while (at > 0 && line->text[at] != ' ')
        at--;
    if (line->text[at] == ' ' && at > 0) {
        cut(line, at, line->source[at] + 1);
        return;
    }
    if (drawing->flags & DT_EDITCONTROL) {
        fit = fit ? fit : 1;
        if (fit < line->count)
            cut(line, fit, line->source[fit]);
        return;
    }
    for (at = fit; at < line->count && line->text[at] != ' '; at++)
        ;
    if (at < line->count)
        cut(line, at, line->source[at] + 1);
}

/* ---- ellipses ---- */

static const WCHAR dots[] = {'.', '.', '.'};
enum { DOTS = 3 };

static int width_of_dots(const struct drawing *drawing) {
    int ends[DOTS];
    SIZE size;
    api_GetTextExtentExPointW(drawing->hdc, dots, DOTS, 0, NULL, ends, &size);
    return size.cx;
}

/* Text, dots, and the last characters of the text. */
static void put_dots(const struct drawing *drawing, struct shown_line *line, int first, int last) {
    memmove(line->text + first + DOTS, line->text + line->count - last, (size_t)last * sizeof *line->text);
    memcpy(line->text + first, dots, sizeof dots);
    line->count = first + DOTS + last;
    if (line->prefix >= first)
        line->prefix = NO_PREFIX;
    measure(drawing, line);
}

static void end_with_dots(const struct drawing *drawing, struct shown_line *line) {
    int room = available(drawing) - width_of_dots(drawing), fit = fitting(line, room < 0 ? 0 : room);
    put_dots(drawing, line, fit, 0);
}

/* What follows the last backslash is kept, as much of it as there is room for. */
static void shorten_path(const struct drawing *drawing, struct shown_line *line) {
    int separator = line->count;
    while (separator > 0 && line->text[separator - 1] != '\\' && line->text[separator - 1] != '/')
        separator--;
    int last = separator ? line->count - separator + 1 : 0, total = width_of(line);
    int tail = last ? total - (separator > 1 ? line->ends[separator - 2] : 0) : 0;
    int room = available(drawing) - width_of_dots(drawing) - tail;
    put_dots(drawing, line, fitting(line, room < 0 ? 0 : room), last);
}

/* "DT_END_ELLIPSIS: if the end of a string does not fit in the rectangle, it is truncated and ellipses are added. If a word
 * that is not at the end of the string goes beyond the limits, it is truncated without ellipses." */
static void add_ellipses(const struct drawing *drawing, struct shown_line *line) {
    bool at_end = (drawing->flags & DT_END_ELLIPSIS && line->is_last) || drawing->flags & DT_WORD_ELLIPSIS;
    if (drawing->flags & DT_PATH_ELLIPSIS && width_of(line) > available(drawing))
        shorten_path(drawing, line);
    if (at_end && width_of(line) > available(drawing))
        end_with_dots(drawing, line);
}

/* ---- drawing ---- */

/* A line one unit high, in the text's colour. */
static void underline(const struct drawing *drawing, const struct shown_line *line, int x, int y) {
    int left = line->prefix ? line->ends[line->prefix - 1] : 0;
    RECT rule = {x + left, y + drawing->ascent + 1, x + line->ends[line->prefix] - 1, y + drawing->ascent + 2};
    const RECT *rect = &drawing->rect;
    if (!(drawing->flags & DT_NOCLIP)) {
        rule.left = rule.left > rect->left ? rule.left : rect->left;
        rule.right = rule.right < rect->right ? rule.right : rect->right;
        rule.bottom = rule.bottom < rect->bottom ? rule.bottom : rect->bottom;
    }
    if (rule.left >= rule.right || rule.top >= rule.bottom)
        return;
    COLORREF old = api_SetBkColor(drawing->hdc, api_GetTextColor(drawing->hdc));
    api_ExtTextOutW(drawing->hdc, 0, 0, ETO_OPAQUE, &rule, NULL, 0, NULL);
    api_SetBkColor(drawing->hdc, old);
}

static int left_of(const struct drawing *drawing, const struct shown_line *line) {
    if (drawing->flags & DT_CENTER)
        return drawing->rect.left + (available(drawing) - width_of(line)) / 2;
    return drawing->flags & DT_RIGHT ? drawing->rect.right - width_of(line) : drawing->rect.left;
}

/* Between tabs the text is drawn piece by piece. */
static bool draw_pieces(const struct drawing *drawing, const struct shown_line *line, int x, int y) {
    UINT options = drawing->flags & DT_NOCLIP ? 0 : ETO_CLIPPED;
    bool good = true;
    for (int first = 0, end; good && first < line->count; first = end + 1) {
        for (end = first; end < line->count && !(drawing->flags & DT_EXPANDTABS && line->text[end] == '\t'); end++)
            ;
        int at = x + (first ? line->ends[first - 1] : 0);
        good = end == first || api_ExtTextOutW(drawing->hdc, at, y, options, &drawing->rect, line->text + first, (UINT)(end - first), NULL);
    }
    return good;
}

static bool draw_line(const struct drawing *drawing, const struct shown_line *line, int y) {
    int x = left_of(drawing, line);
    if (!(drawing->flags & DT_PREFIXONLY) && !draw_pieces(drawing, line, x, y))
        return false;
    if (line->prefix != NO_PREFIX && !(drawing->flags & DT_HIDEPREFIX))
        underline(drawing, line, x, y);
    return true;
}

/* ---- the whole text ---- */

static int top_of(const struct drawing *drawing) {
    int height = drawing->rect.bottom - drawing->rect.top;
    if (!(drawing->flags & DT_SINGLELINE))
        return drawing->rect.top;
    if (drawing->flags & DT_VCENTER)
        return drawing->rect.top + (height - drawing->line_height) / 2;
    return drawing->flags & DT_BOTTOM ? drawing->rect.bottom - drawing->line_height : drawing->rect.top;
}

struct extent { int width, bottom; };

/* Whether there is room for a further line; "DT_EDITCONTROL: does not display a partially visible last line". */
static bool has_room(const struct drawing *drawing, int y) {
    if (drawing->flags & DT_NOCLIP)
        return true;
    return (drawing->flags & DT_EDITCONTROL ? y + drawing->line_height - 1 : y) < drawing->rect.bottom;
}

/* Lines until the text ends or the rectangle does; *drawn gets how much of the text that was. */
static bool draw_lines(struct drawing *drawing, struct shown_line *line, struct extent *extent, int *drawn) {
    int y = top_of(drawing), at = 0;
    bool good = true;
    do {
        take_line(drawing, line, at);
        if (drawing->flags & DT_WORDBREAK && !(drawing->flags & DT_SINGLELINE))
            break_words(drawing, line);
        int count = line->count;
        add_ellipses(drawing, line);
        if (line->count != count && drawing->flags & DT_MODIFYSTRING && !drawing->modified)
            drawing->modified = text_copy(line->text, line->count);
        extent->width = width_of(line) > extent->width ? width_of(line) : extent->width;
        if (!(drawing->flags & DT_CALCRECT))
            good = draw_line(drawing, line, y);
        y += drawing->line_height;
        at = line->next;
    } while (good && !line->is_last && has_room(drawing, y));
    *drawn = line->is_last ? drawing->count : at;
    extent->bottom = y;
    return good;
}

/* Room for every character and the dots. */
static bool make_line(struct shown_line *line, int count) {
    size_t room = (size_t)count + DOTS + 1;
    *line = (struct shown_line){.text = malloc(room * sizeof *line->text), .ends = malloc(room * sizeof *line->ends), .source = malloc(room * sizeof *line->source)};
    return line->text && line->ends && line->source;
}

static void free_line(struct shown_line *line) {
    free(line->text);
    free(line->ends);
    free(line->source);
}

static void apply_parameters(struct drawing *drawing, const DRAWTEXTPARAMS *parameters) {
    int tab = DEFAULT_TAB;
    if (parameters && drawing->flags & DT_TABSTOP)
        tab = parameters->iTabLength;
    else if (drawing->flags & DT_TABSTOP)
        tab = (int)(drawing->flags >> 8 & 0xff);
    if (!parameters && drawing->flags & DT_TABSTOP)
        drawing->flags &= ~(UINT)0xff00;             /* these bits are the tab's length then */
    drawing->tab = drawing->average * (tab > 0 ? tab : DEFAULT_TAB);
    if (parameters) {                                /* "in units equal to the average character width" */
        drawing->rect.left += parameters->iLeftMargin * drawing->average;
        drawing->rect.right -= parameters->iRightMargin * drawing->average;
    }
}

static bool prepare(struct drawing *drawing, const DRAWTEXTPARAMS *parameters) {
    TEXTMETRICW metric;
    if (!api_GetTextMetricsW(drawing->hdc, &metric))
        return false;
    drawing->average = metric.tmAveCharWidth;
    drawing->ascent = metric.tmAscent;
    apply_parameters(drawing, parameters);
    drawing->line_height = metric.tmHeight + (drawing->flags & DT_EXTERNALLEADING ? metric.tmExternalLeading : 0);
    if (drawing->flags & DT_CALCRECT)
        drawing->flags |= DT_NOCLIP;
    return true;
}

/* The result is the text's height, counted from the rectangle's top. `text` is the caller's copy. */
static int draw(struct drawing *drawing, RECT *rect, DRAWTEXTPARAMS *parameters, int *drawn) {
    struct shown_line line;
    struct extent extent = {0, 0};
    *drawn = 0;
    if (!drawing->text || !prepare(drawing, parameters) || !make_line(&line, drawing->count))
        return 0;
    bool good = draw_lines(drawing, &line, &extent, drawn);
    free_line(&line);
    int height = extent.bottom - drawing->rect.top;
    if (good && drawing->flags & DT_CALCRECT) {
        int margins = (rect->right - rect->left) - available(drawing);
        rect->right = rect->left + extent.width + margins;
        rect->bottom = !drawing->count ? rect->top : drawing->flags & DT_SINGLELINE && drawing->flags & (DT_VCENTER | DT_BOTTOM) ? extent.bottom : rect->top + height;
    }
    return good ? height : 0;
}

/* "uiLengthDrawn: the number of characters processed, including white-space characters." */
static int draw_text(HDC hdc, LPWSTR text, int count, RECT *rect, UINT flags, DRAWTEXTPARAMS *parameters) {
    int drawn = 0;
    if (count == -1)
        count = (int)wide_length(text);
    if (count < 0 || !dc_find(hdc))
        return 0;
    WCHAR *copy = text_copy(text, count);
    struct drawing drawing = {.hdc = hdc, .text = copy, .count = count, .flags = flags, .rect = *rect};
    int height = draw(&drawing, rect, parameters, &drawn);
    if (parameters)
        parameters->uiLengthDrawn = (UINT)drawn;
    if (drawing.modified)                            /* "the buffer must be large enough" for four characters more */
        memcpy(text, drawing.modified, (wide_length(drawing.modified) + 1) * sizeof *text);
    free(drawing.modified);
    free(copy);
    return height;
}

API(user32, int, DrawTextExW, HDC hdc, LPWSTR lpchText, int cchText, RECT *lprc, UINT format, DRAWTEXTPARAMS *lpdtp) {
    if (lpdtp && lpdtp->cbSize != sizeof *lpdtp)
        return (int)fail(ERROR_INVALID_PARAMETER);
    return lprc && (lpchText || !cchText) ? draw_text(hdc, lpchText, cchText, lprc, format, lpdtp) : 0;
}

API(user32, int, DrawTextW, HDC hdc, LPCWSTR lpchText, int cchText, RECT *lprc, UINT format) {
    return lprc && (lpchText || !cchText) ? draw_text(hdc, (LPWSTR)(uintptr_t)lpchText, cchText, lprc, format, NULL) : 0;
}

API(user32, int, DrawTextExA, HDC hdc, LPSTR lpchText, int cchText, RECT *lprc, UINT format, DRAWTEXTPARAMS *lpdtp) {
    struct dc *dc = dc_find(hdc);
    int units;
    WCHAR *wide = dc && lprc && lpchText ? text_copy_ansi(dc, lpchText, cchText, &units) : NULL;
    WCHAR *text = wide ? realloc(wide, ((size_t)units + DOTS + 2) * sizeof *wide) : NULL;
    if (!text) {
        free(wide);
        return 0;
    }
    int height = api_DrawTextExW(hdc, text, units, lprc, format, lpdtp);
    char *changed = format & DT_MODIFYSTRING ? ansi_from_wide(text) : NULL;
    if (changed && strncmp(changed, lpchText, strlen(changed)) != 0)
        strcpy(lpchText, changed);
    free(changed);
    free(text);
    return height;
}

API(user32, int, DrawTextA, HDC hdc, LPCSTR lpchText, int cchText, RECT *lprc, UINT format) {
    return api_DrawTextExA(hdc, (LPSTR)(uintptr_t)lpchText, cchText, lprc, format, NULL);
}
