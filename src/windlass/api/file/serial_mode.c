/* Settings given as text, as to the command "mode" ("BuildCommDCBW function", "mode"). */
#include "api.h"
#include "codepage.h"
#include "serial.h"

enum { TIMEOUT = 60000 }; /* milliseconds, with TO=ON */

/* What is left to be read; names and values are without regard to case. */
struct mode {
    const char *at;
    DCB state;
    COMMTIMEOUTS timeouts;
};

static char upper(char letter) { return letter >= 'a' && letter <= 'z' ? (char)(letter - 32) : letter; }

/* Steps over the word if it is next. */
static bool take(struct mode *mode, const char *word) {
    const char *at = mode->at;
    for (; *word; word++, at++)
        if (upper(*at) != *word)
            return false;
    mode->at = at;
    return true;
}

static bool take_number(struct mode *mode, DWORD *number) {
    const char *start = mode->at;
    *number = 0;
    while (*mode->at >= '0' && *mode->at <= '9' && *number < 100000000)
        *number = *number * 10 + (DWORD)(*mode->at++ - '0');
    return mode->at != start;
}

/* The place of the word that is next, -1: it is none of these. Longer words stand before those that they begin with. */
static int take_one_of(struct mode *mode, const char *const *words, int count) {
    for (int i = 0; i < count; i++)
        if (take(mode, words[i]))
            return i;
    return -1;
}

static void skip_blanks(struct mode *mode) {
    while (*mode->at == ' ' || *mode->at == '\t')
        mode->at++;
}

/* ---- the values ---- */

static bool take_parity(struct mode *mode) {
    static const char *const parities[] = {"N", "O", "E", "M", "S"};
    int parity = take_one_of(mode, parities, 5);
    mode->state.Parity = (BYTE)parity;
    return parity >= 0;
}

static bool take_data(struct mode *mode) {
    DWORD bits;
    bool ok = take_number(mode, &bits) && bits >= 5 && bits <= 8;
    mode->state.ByteSize = (BYTE)bits;
    return ok;
}

static bool take_stop(struct mode *mode) {
    static const char *const stops[] = {"1.5", "1", "2"};
    static const BYTE values[] = {ONE5STOPBITS, ONESTOPBIT, TWOSTOPBITS};
    int stop = take_one_of(mode, stops, 3);
    if (stop >= 0)
        mode->state.StopBits = values[stop];
    return stop >= 0;
}

/* Two digits may stand for the speed. */
static bool take_baud(struct mode *mode) {
    static const struct { DWORD shortened, speed; } speeds[] = {{11, 110},    {15, 150},    {30, 300},    {60, 600},
                                                                {12, 1200},   {24, 2400},   {48, 4800},   {96, 9600},
                                                                {19, 19200}};
    DWORD speed;
    if (!take_number(mode, &speed) || !speed)
        return false;
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (speeds[i].shortened == speed)
            speed = speeds[i].speed;
    mode->state.BaudRate = speed;
    return true;
}

/* OFF, ON, and where `words` has more, HS and TG: their numbers in the DCB. */
static int take_switch(struct mode *mode, int words) {
    static const char *const switches[] = {"OFF", "ON", "HS", "TG"};
    return take_one_of(mode, switches, words);
}

/* ---- the two forms ---- */

/* Without x or p at the end there is no flow control ("BuildCommDCBW function"). */
static void set_flow(DCB *state, bool by_characters, bool by_lines) {
    state->fInX = state->fOutX = by_characters;
    state->fOutxCtsFlow = state->fOutxDsrFlow = by_lines;
    state->fDtrControl = by_lines ? DTR_CONTROL_HANDSHAKE : DTR_CONTROL_ENABLE;
    state->fRtsControl = by_lines ? RTS_CONTROL_HANDSHAKE : RTS_CONTROL_ENABLE;
}

static bool take_comma(struct mode *mode) {
    skip_blanks(mode);
    bool is_there = take(mode, ",");
    skip_blanks(mode);
    return is_there;
}

/* "9600,n,8,1,p"; what is left empty stays as it is. */
static bool read_old_form(struct mode *mode) {
    static bool (*const values[])(struct mode *) = {take_parity, take_data, take_stop};
    bool by_characters = false, by_lines = false;
    if (!take_baud(mode))
        return false;
    mode->state.StopBits = mode->state.BaudRate == 110 ? TWOSTOPBITS : ONESTOPBIT;
    for (int i = 0; i < 3 && take_comma(mode); i++)
        if (*mode->at != ',' && *mode->at && !values[i](mode))
            return false;
    if (take_comma(mode)) {
        by_characters = take(mode, "X");
        by_lines = !by_characters && take(mode, "P");
        if (!by_characters && !by_lines)
            return false;
    }
    set_flow(&mode->state, by_characters, by_lines);
    return !*mode->at;
}

static bool set_timeouts(struct mode *mode, int on) {
    if (on < 0)
        return false;
    mode->timeouts = (COMMTIMEOUTS){.ReadTotalTimeoutConstant = on ? TIMEOUT : 0, .WriteTotalTimeoutConstant = on ? TIMEOUT : 0};
    return true;
}

/* One "name=value" of the newer form. */
static bool read_parameter(struct mode *mode) {
    static const char *const names[] = {"BAUD=", "PARITY=", "DATA=", "STOP=", "TO=", "XON=", "ODSR=", "OCTS=",
                                        "IDSR=", "DTR=", "RTS="};
    enum { BAUD, PARITY, DATA, STOP, TO, XON, ODSR, OCTS, IDSR, DTR, RTS };
    DCB *state = &mode->state;
    int name = take_one_of(mode, names, sizeof names / sizeof *names);
    switch (name) {
    case BAUD: return take_baud(mode);
    case PARITY: return take_parity(mode);
    case DATA: return take_data(mode);
    case STOP: return take_stop(mode);
    case TO: return set_timeouts(mode, take_switch(mode, 2));
    default: break;
    }
    int value = take_switch(mode, name == RTS ? 4 : name == DTR ? 3 : 2);
    if (name < 0 || value < 0)
        return false;
    switch (name) {
    case XON: state->fInX = state->fOutX = (DWORD)value & 1; break;
    case ODSR: state->fOutxDsrFlow = (DWORD)value & 1; break;
    case OCTS: state->fOutxCtsFlow = (DWORD)value & 1; break;
    case IDSR: state->fDsrSensitivity = (DWORD)value & 1; break;
    case DTR: state->fDtrControl = (DWORD)value & 3; break;
    default: state->fRtsControl = (DWORD)value & 3; break;
    }
    return true;
}

static bool read_new_form(struct mode *mode) {
    do {
        if (!read_parameter(mode) || (*mode->at && *mode->at != ' ' && *mode->at != '\t'))
            return false;
        skip_blanks(mode);
    } while (*mode->at);
    return true;
}

/* "COM1:" or "COM1 ", which says nothing. */
static bool skip_port(struct mode *mode) {
    DWORD number;
    skip_blanks(mode);
    if (!take(mode, "COM"))
        return true;
    if (!take_number(mode, &number) || !number || (*mode->at != ':' && *mode->at != ' '))
        return false;
    take(mode, ":");
    skip_blanks(mode);
    return true;
}

static BOOL build(const char *text, DCB *state, COMMTIMEOUTS *timeouts) {
    if (!text || !state)
        return fail(ERROR_INVALID_PARAMETER);
    struct mode mode = {text, *state, timeouts ? *timeouts : (COMMTIMEOUTS){0}};
    mode.state.DCBlength = sizeof *state;
    if (!skip_port(&mode) || !(*mode.at >= '0' && *mode.at <= '9' ? read_old_form(&mode) : read_new_form(&mode)))
        return fail(ERROR_INVALID_PARAMETER);
    *state = mode.state;
    if (timeouts)
        *timeouts = mode.timeouts;
    return TRUE;
}

static BOOL build_wide(LPCWSTR text, DCB *state, COMMTIMEOUTS *timeouts) {
    char *narrow = text ? utf8_copy_of_wide(text) : NULL;
    if (text && !narrow)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    BOOL result = build(narrow, state, timeouts);
    free(narrow);
    return result;
}

API(kernel32, BOOL, BuildCommDCBA, LPCSTR lpDef, DCB *lpDCB) { return build(lpDef, lpDCB, NULL); }
API(kernel32, BOOL, BuildCommDCBW, LPCWSTR lpDef, DCB *lpDCB) { return build_wide(lpDef, lpDCB, NULL); }

API(kernel32, BOOL, BuildCommDCBAndTimeoutsA, LPCSTR lpDef, DCB *lpDCB, COMMTIMEOUTS *lpCommTimeouts) {
    return build(lpDef, lpDCB, lpCommTimeouts);
}

API(kernel32, BOOL, BuildCommDCBAndTimeoutsW, LPCWSTR lpDef, DCB *lpDCB, COMMTIMEOUTS *lpCommTimeouts) {
    return build_wide(lpDef, lpDCB, lpCommTimeouts);
}
