/* winmm's sound devices, MIDI devices, mixers and joysticks: a machine that has none. Their numbers are 0, so no device
 * can be opened and no handle of one is valid ("waveOutOpen function", "midiInOpen function", "joyGetPos function" ...). */
#include "api.h"
#include "codepage.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

typedef UINT MMRESULT;
enum {
    MMSYSERR_NOERROR, MMSYSERR_ERROR, MMSYSERR_BADDEVICEID, MMSYSERR_NOTENABLED, MMSYSERR_ALLOCATED, MMSYSERR_INVALHANDLE,
    MMSYSERR_NODRIVER, MMSYSERR_NOMEM, MMSYSERR_NOTSUPPORTED, MMSYSERR_BADERRNUM, MMSYSERR_INVALFLAG, MMSYSERR_INVALPARAM,
    MMSYSERR_HANDLEBUSY, MMSYSERR_INVALIDALIAS, MMSYSERR_BADDB, MMSYSERR_KEYNOTFOUND, MMSYSERR_READERROR,
    MMSYSERR_WRITEERROR, MMSYSERR_DELETEERROR, MMSYSERR_VALNOTFOUND, MMSYSERR_NODRIVERCB,
};
enum { MCIERR_INVALID_DEVICE_ID = 257, MCIERR_INVALID_DEVICE_NAME = 263, MCIERR_MISSING_COMMAND_STRING = 267 };

/* The mapper stands for whatever device there is; all others are out of range. */
static MMRESULT no_device(UINT_PTR device) { return (UINT)device == (UINT)-1 ? MMSYSERR_NODRIVER : MMSYSERR_BADDEVICEID; }

#define COUNT(name_) API(winmm, UINT, name_, void) { return 0; }
#define NO_DEVICE(name_, ...) API(winmm, MMRESULT, name_, UINT_PTR uDeviceID, __VA_ARGS__) { return no_device(uDeviceID); }
#define NO_HANDLE(name_, ...) API(winmm, MMRESULT, name_, __VA_ARGS__) { return MMSYSERR_INVALHANDLE; }

/* Sets the handle to NULL, for programs that look at it only. */
static MMRESULT cannot_open(PHANDLE handle, UINT device) {
    if (handle)
        *handle = NULL;
    return no_device(device);
}

/* ---- wave ---- */

COUNT(waveOutGetNumDevs)
NO_DEVICE(waveOutGetDevCapsA, PVOID pwoc, UINT cbwoc)
NO_DEVICE(waveOutGetDevCapsW, PVOID pwoc, UINT cbwoc)
API(winmm, MMRESULT, waveOutOpen, PHANDLE phwo, UINT uDeviceID, LPCVOID pwfx, DWORD_PTR dwCallback, DWORD_PTR dwInstance,
    DWORD fdwOpen) {
    return cannot_open(phwo, uDeviceID);
}
NO_HANDLE(waveOutClose, HANDLE hwo)
NO_HANDLE(waveOutPrepareHeader, HANDLE hwo, PVOID pwh, UINT cbwh)
NO_HANDLE(waveOutUnprepareHeader, HANDLE hwo, PVOID pwh, UINT cbwh)
NO_HANDLE(waveOutWrite, HANDLE hwo, PVOID pwh, UINT cbwh)
NO_HANDLE(waveOutPause, HANDLE hwo)
NO_HANDLE(waveOutRestart, HANDLE hwo)
NO_HANDLE(waveOutReset, HANDLE hwo)
NO_HANDLE(waveOutBreakLoop, HANDLE hwo)
NO_HANDLE(waveOutGetPosition, HANDLE hwo, PVOID pmmt, UINT cbmmt)
NO_HANDLE(waveOutGetPitch, HANDLE hwo, LPDWORD pdwPitch)
NO_HANDLE(waveOutSetPitch, HANDLE hwo, DWORD dwPitch)
NO_HANDLE(waveOutGetPlaybackRate, HANDLE hwo, LPDWORD pdwRate)
NO_HANDLE(waveOutSetPlaybackRate, HANDLE hwo, DWORD dwRate)
NO_HANDLE(waveOutGetVolume, HANDLE hwo, LPDWORD pdwVolume)
NO_HANDLE(waveOutSetVolume, HANDLE hwo, DWORD dwVolume)
NO_HANDLE(waveOutGetID, HANDLE hwo, UINT *puDeviceID)
NO_HANDLE(waveOutMessage, HANDLE hwo, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

COUNT(waveInGetNumDevs)
NO_DEVICE(waveInGetDevCapsA, PVOID pwic, UINT cbwic)
NO_DEVICE(waveInGetDevCapsW, PVOID pwic, UINT cbwic)
API(winmm, MMRESULT, waveInOpen, PHANDLE phwi, UINT uDeviceID, LPCVOID pwfx, DWORD_PTR dwCallback, DWORD_PTR dwInstance,
    DWORD fdwOpen) {
    return cannot_open(phwi, uDeviceID);
}
NO_HANDLE(waveInClose, HANDLE hwi)
NO_HANDLE(waveInPrepareHeader, HANDLE hwi, PVOID pwh, UINT cbwh)
NO_HANDLE(waveInUnprepareHeader, HANDLE hwi, PVOID pwh, UINT cbwh)
NO_HANDLE(waveInAddBuffer, HANDLE hwi, PVOID pwh, UINT cbwh)
NO_HANDLE(waveInStart, HANDLE hwi)
NO_HANDLE(waveInStop, HANDLE hwi)
NO_HANDLE(waveInReset, HANDLE hwi)
NO_HANDLE(waveInGetPosition, HANDLE hwi, PVOID pmmt, UINT cbmmt)
NO_HANDLE(waveInGetID, HANDLE hwi, UINT *puDeviceID)
NO_HANDLE(waveInMessage, HANDLE hwi, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

/* ---- MIDI ---- */

COUNT(midiOutGetNumDevs)
NO_DEVICE(midiOutGetDevCapsA, PVOID pmoc, UINT cbmoc)
NO_DEVICE(midiOutGetDevCapsW, PVOID pmoc, UINT cbmoc)
API(winmm, MMRESULT, midiOutOpen, PHANDLE phmo, UINT uDeviceID, DWORD_PTR dwCallback, DWORD_PTR dwInstance, DWORD fdwOpen) {
    return cannot_open(phmo, uDeviceID);
}
NO_HANDLE(midiOutClose, HANDLE hmo)
NO_HANDLE(midiOutPrepareHeader, HANDLE hmo, PVOID pmh, UINT cbmh)
NO_HANDLE(midiOutUnprepareHeader, HANDLE hmo, PVOID pmh, UINT cbmh)
NO_HANDLE(midiOutShortMsg, HANDLE hmo, DWORD dwMsg)
NO_HANDLE(midiOutLongMsg, HANDLE hmo, PVOID pmh, UINT cbmh)
NO_HANDLE(midiOutReset, HANDLE hmo)
NO_HANDLE(midiOutGetVolume, HANDLE hmo, LPDWORD pdwVolume)
NO_HANDLE(midiOutSetVolume, HANDLE hmo, DWORD dwVolume)
NO_HANDLE(midiOutCachePatches, HANDLE hmo, UINT uBank, PVOID pwpa, UINT fuCache)
NO_HANDLE(midiOutCacheDrumPatches, HANDLE hmo, UINT uPatch, PVOID pwkya, UINT fuCache)
NO_HANDLE(midiOutGetID, HANDLE hmo, UINT *puDeviceID)
NO_HANDLE(midiOutMessage, HANDLE hmo, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

COUNT(midiInGetNumDevs)
NO_DEVICE(midiInGetDevCapsA, PVOID pmic, UINT cbmic)
NO_DEVICE(midiInGetDevCapsW, PVOID pmic, UINT cbmic)
API(winmm, MMRESULT, midiInOpen, PHANDLE phmi, UINT uDeviceID, DWORD_PTR dwCallback, DWORD_PTR dwInstance, DWORD fdwOpen) {
    return cannot_open(phmi, uDeviceID);
}
NO_HANDLE(midiInClose, HANDLE hmi)
NO_HANDLE(midiInPrepareHeader, HANDLE hmi, PVOID pmh, UINT cbmh)
NO_HANDLE(midiInUnprepareHeader, HANDLE hmi, PVOID pmh, UINT cbmh)
NO_HANDLE(midiInAddBuffer, HANDLE hmi, PVOID pmh, UINT cbmh)
NO_HANDLE(midiInStart, HANDLE hmi)
NO_HANDLE(midiInStop, HANDLE hmi)
NO_HANDLE(midiInReset, HANDLE hmi)
NO_HANDLE(midiInGetID, HANDLE hmi, UINT *puDeviceID)
NO_HANDLE(midiInMessage, HANDLE hmi, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

API(winmm, MMRESULT, midiStreamOpen, PHANDLE phms, UINT *puDeviceID, DWORD cMidi, DWORD_PTR dwCallback,
    DWORD_PTR dwInstance, DWORD fdwOpen) {
    return puDeviceID ? cannot_open(phms, *puDeviceID) : MMSYSERR_INVALPARAM;
}
NO_HANDLE(midiStreamClose, HANDLE hms)
NO_HANDLE(midiStreamOut, HANDLE hms, PVOID pmh, UINT cbmh)
NO_HANDLE(midiStreamPause, HANDLE hms)
NO_HANDLE(midiStreamRestart, HANDLE hms)
NO_HANDLE(midiStreamStop, HANDLE hms)
NO_HANDLE(midiStreamPosition, HANDLE hms, PVOID lpmmt, UINT cbmmt)
NO_HANDLE(midiStreamProperty, HANDLE hms, PVOID lppropdata, DWORD dwProperty)
NO_HANDLE(midiConnect, HANDLE hmi, HANDLE hmo, PVOID pReserved)
NO_HANDLE(midiDisconnect, HANDLE hmi, HANDLE hmo, PVOID pReserved)

/* ---- mixers and auxiliary devices ---- */

COUNT(mixerGetNumDevs)
NO_DEVICE(mixerGetDevCapsA, PVOID pmxcaps, UINT cbmxcaps)
NO_DEVICE(mixerGetDevCapsW, PVOID pmxcaps, UINT cbmxcaps)
API(winmm, MMRESULT, mixerOpen, PHANDLE phmx, UINT uMxId, DWORD_PTR dwCallback, DWORD_PTR dwInstance, DWORD fdwOpen) {
    return cannot_open(phmx, uMxId);
}
NO_HANDLE(mixerClose, HANDLE hmx)
API(winmm, DWORD, mixerMessage, HANDLE hmx, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2) { return MMSYSERR_INVALHANDLE; }
NO_DEVICE(mixerGetLineInfoA, PVOID pmxl, DWORD fdwInfo)
NO_DEVICE(mixerGetLineInfoW, PVOID pmxl, DWORD fdwInfo)
NO_DEVICE(mixerGetLineControlsA, PVOID pmxlc, DWORD fdwControls)
NO_DEVICE(mixerGetLineControlsW, PVOID pmxlc, DWORD fdwControls)
NO_DEVICE(mixerGetControlDetailsA, PVOID pmxcd, DWORD fdwDetails)
NO_DEVICE(mixerGetControlDetailsW, PVOID pmxcd, DWORD fdwDetails)
NO_DEVICE(mixerSetControlDetails, PVOID pmxcd, DWORD fdwDetails)
NO_DEVICE(mixerGetID, UINT *puMxId, DWORD fdwId)

COUNT(auxGetNumDevs)
NO_DEVICE(auxGetDevCapsA, PVOID pac, UINT cbac)
NO_DEVICE(auxGetDevCapsW, PVOID pac, UINT cbac)
NO_DEVICE(auxGetVolume, LPDWORD pdwVolume)
NO_DEVICE(auxSetVolume, DWORD dwVolume)
NO_DEVICE(auxOutMessage, UINT uMsg, DWORD_PTR dw1, DWORD_PTR dw2)

/* ---- joysticks: without a driver ("joyGetNumDevs function": then 0) ---- */

#define NO_JOYSTICK(name_, ...) API(winmm, MMRESULT, name_, __VA_ARGS__) { return MMSYSERR_NODRIVER; }

COUNT(joyGetNumDevs)
NO_JOYSTICK(joyGetDevCapsA, UINT_PTR uJoyID, PVOID pjc, UINT cbjc)
NO_JOYSTICK(joyGetDevCapsW, UINT_PTR uJoyID, PVOID pjc, UINT cbjc)
NO_JOYSTICK(joyGetPos, UINT uJoyID, PVOID pji)
NO_JOYSTICK(joyGetPosEx, UINT uJoyID, PVOID pji)
NO_JOYSTICK(joyGetThreshold, UINT uJoyID, UINT *puThreshold)
NO_JOYSTICK(joySetThreshold, UINT uJoyID, UINT uThreshold)
NO_JOYSTICK(joySetCapture, HANDLE hwnd, UINT uJoyID, UINT uPeriod, BOOL fChanged)
NO_JOYSTICK(joyReleaseCapture, UINT uJoyID)
NO_JOYSTICK(joyConfigChanged, DWORD dwFlags)

/* ---- sounds and media: nothing can be played, but everything stopped ---- */

API(winmm, BOOL, PlaySoundA, LPCSTR pszSound, HMODULE hmod, DWORD fdwSound) { return !pszSound; }
API_ALIAS(api_PlaySoundA, plain, winmm, "PlaySound");
API(winmm, BOOL, PlaySoundW, LPCWSTR pszSound, HMODULE hmod, DWORD fdwSound) { return !pszSound; }
API(winmm, BOOL, sndPlaySoundA, LPCSTR pszSound, UINT fuSound) { return !pszSound; }
API(winmm, BOOL, sndPlaySoundW, LPCWSTR pszSound, UINT fuSound) { return !pszSound; }

API(winmm, DWORD, mciSendCommandA, UINT mciId, UINT uMsg, DWORD_PTR dwParam1, DWORD_PTR dwParam2) {
    enum { MCI_OPEN = 0x803 };
    return uMsg == MCI_OPEN ? MCIERR_INVALID_DEVICE_NAME : MCIERR_INVALID_DEVICE_ID;
}
API_ALIAS(api_mciSendCommandA, wide, winmm, "mciSendCommandW");

API(winmm, DWORD, mciSendStringA, LPCSTR lpstrCommand, LPSTR lpstrReturnString, UINT uReturnLength, HANDLE hwndCallback) {
    if (lpstrReturnString && uReturnLength)
        *lpstrReturnString = 0;
    return lpstrCommand && *lpstrCommand ? MCIERR_INVALID_DEVICE_NAME : MCIERR_MISSING_COMMAND_STRING;
}

API(winmm, DWORD, mciSendStringW, LPCWSTR lpstrCommand, LPWSTR lpstrReturnString, UINT uReturnLength,
    HANDLE hwndCallback) {
    if (lpstrReturnString && uReturnLength)
        *lpstrReturnString = 0;
    return lpstrCommand && *lpstrCommand ? MCIERR_INVALID_DEVICE_NAME : MCIERR_MISSING_COMMAND_STRING;
}

API(winmm, UINT, mciGetDeviceIDA, LPCSTR pszDevice) { return 0; }
API(winmm, UINT, mciGetDeviceIDW, LPCWSTR pszDevice) { return 0; }
API(winmm, BOOL, mciExecute, LPCSTR pszCommand) { return FALSE; }

/* ---- texts of errors ---- */

static const char *const error_texts[] = {
    [MMSYSERR_NOERROR] = "The command was carried out.",
    [MMSYSERR_ERROR] = "Undefined external error.",
    [MMSYSERR_BADDEVICEID] = "The specified device identifier is out of range.",
    [MMSYSERR_NOTENABLED] = "The driver was not enabled.",
    [MMSYSERR_ALLOCATED] = "The specified resource is already allocated.",
    [MMSYSERR_INVALHANDLE] = "The specified device handle is invalid.",
    [MMSYSERR_NODRIVER] = "No device driver is present.",
    [MMSYSERR_NOMEM] = "The device cannot allocate or lock memory.",
    [MMSYSERR_NOTSUPPORTED] = "The function is not supported.",
    [MMSYSERR_BADERRNUM] = "The error number is out of range.",
    [MMSYSERR_INVALFLAG] = "An invalid flag was passed.",
    [MMSYSERR_INVALPARAM] = "An invalid parameter was passed.",
    [MMSYSERR_HANDLEBUSY] = "The handle is in use by another thread.",
    [MMSYSERR_INVALIDALIAS] = "The specified alias was not found.",
    [MMSYSERR_BADDB] = "The registry database is corrupt.",
    [MMSYSERR_KEYNOTFOUND] = "The registry key was not found.",
    [MMSYSERR_READERROR] = "The registry cannot be read.",
    [MMSYSERR_WRITEERROR] = "The registry cannot be written.",
    [MMSYSERR_DELETEERROR] = "The registry key cannot be deleted.",
    [MMSYSERR_VALNOTFOUND] = "The registry value was not found.",
    [MMSYSERR_NODRIVERCB] = "The driver does not call back.",
};

static const char *text_of(MMRESULT error) {
    return error < sizeof error_texts / sizeof *error_texts ? error_texts[error] : NULL;
}

/* What does not fit is cut off. */
static MMRESULT give_text(MMRESULT error, LPSTR text, UINT size) {
    const char *found = text_of(error);
    if (!found)
        return MMSYSERR_BADERRNUM;
    if (!text)
        return MMSYSERR_INVALPARAM;
    if (!size)
        return MMSYSERR_NOERROR;
    size_t length = strnlen(found, size - 1);
    memcpy(text, found, length);
    text[length] = 0;
    return MMSYSERR_NOERROR;
}

static MMRESULT give_wide_text(MMRESULT error, LPWSTR text, UINT size) {
    char narrow[128];
    MMRESULT result = give_text(error, narrow, size < sizeof narrow ? size : sizeof narrow);
    if (result || !text)
        return result ? result : MMSYSERR_INVALPARAM;
    for (UINT i = 0; i < size && (i == 0 || narrow[i - 1]); i++)
        text[i] = (BYTE)narrow[i];
    return MMSYSERR_NOERROR;
}

API(winmm, MMRESULT, waveOutGetErrorTextA, MMRESULT mmrError, LPSTR pszText, UINT cchText) {
    return give_text(mmrError, pszText, cchText);
}
API_ALIAS(api_waveOutGetErrorTextA, wave_in, winmm, "waveInGetErrorTextA");
API_ALIAS(api_waveOutGetErrorTextA, midi_out, winmm, "midiOutGetErrorTextA");
API_ALIAS(api_waveOutGetErrorTextA, midi_in, winmm, "midiInGetErrorTextA");

API(winmm, MMRESULT, waveOutGetErrorTextW, MMRESULT mmrError, LPWSTR pszText, UINT cchText) {
    return give_wide_text(mmrError, pszText, cchText);
}
API_ALIAS(api_waveOutGetErrorTextW, wave_in, winmm, "waveInGetErrorTextW");
API_ALIAS(api_waveOutGetErrorTextW, midi_out, winmm, "midiOutGetErrorTextW");
API_ALIAS(api_waveOutGetErrorTextW, midi_in, winmm, "midiInGetErrorTextW");

API(winmm, UINT, mmsystemGetVersion, void) { return 0x600; }
