// flags: -lwinmm
// winmm: the clock, timers, and devices that are not there.
#include <windows.h>
#include <mmsystem.h>

#include "fixture.h"

static volatile LONG calls;
static HANDLE done;

static void CALLBACK on_time(UINT id, UINT message, DWORD_PTR user, DWORD_PTR one, DWORD_PTR two)
{
    (void)id, (void)message, (void)one, (void)two;
    if (InterlockedIncrement(&calls) == (LONG)user)
        SetEvent(done);
}

static void timers(void)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    done = CreateEventW(NULL, FALSE, FALSE, NULL);
    UINT id = timeSetEvent(5, 0, on_time, 1, TIME_ONESHOT);
    say("once %d, wait %u, calls %d", id != 0, WaitForSingleObject(done, 5000), calls);
    calls = 0;
    id = timeSetEvent(2, 1, on_time, 3, TIME_PERIODIC | TIME_CALLBACK_FUNCTION);
    say("periodic %d, wait %u, enough %d", id != 0, WaitForSingleObject(done, 5000), calls >= 3);
    say("killed %u", timeKillEvent(id));
    say("killed again %d", timeKillEvent(id) != 0);
    id = timeSetEvent(5, 0, (LPTIMECALLBACK)event, 0, TIME_ONESHOT | TIME_CALLBACK_EVENT_SET);
    say("event %d, wait %u", id != 0, WaitForSingleObject(event, 5000));
    id = timeSetEvent(60000, 0, on_time, 0, TIME_ONESHOT | TIME_KILL_SYNCHRONOUS);
    say("killed in time %u", timeKillEvent(id));
    CloseHandle(event);
    CloseHandle(done);
}

static void clock(void)
{
    MMTIME time;
    TIMECAPS caps;
    DWORD before = timeGetTime(), ticks = GetTickCount();
    check(ticks - before < 60000);
    say("system time %u", timeGetSystemTime(&time, sizeof time));
    check(time.wType == TIME_MS && time.u.ms - before < 60000);
    say("caps %u", timeGetDevCaps(&caps, sizeof caps));
    say("from %u", caps.wPeriodMin);
    check(caps.wPeriodMax >= 1000 && timeGetDevCaps(&caps, 4) != 0);
    say("periods %u %u %u", timeBeginPeriod(1), timeEndPeriod(1), timeBeginPeriod(0));
}

static void devices(void)
{
    HWAVEOUT out = (HWAVEOUT)1;
    WAVEFORMATEX format = {WAVE_FORMAT_PCM, 2, 44100, 176400, 4, 16, 0};
    WAVEOUTCAPSW caps;
    char text[100];
    say("counts %u %u %u %u", waveOutGetNumDevs(), waveInGetNumDevs(), midiOutGetNumDevs(), midiInGetNumDevs());
    check(waveOutOpen(&out, 0, &format, 0, 0, CALLBACK_NULL) == MMSYSERR_BADDEVICEID);
    check(waveOutGetDevCapsW(7, &caps, sizeof caps) == MMSYSERR_BADDEVICEID);
    say("close %u", waveOutClose((HWAVEOUT)(UINT_PTR)0x12345678));
    check(midiOutShortMsg((HMIDIOUT)(UINT_PTR)0x12345678, 0) == MMSYSERR_INVALHANDLE);
    check(waveOutGetErrorTextA(MMSYSERR_NODRIVER, text, 100) == 0 && text[0]);
    say("stop %d, missing %d", PlaySoundA(NULL, NULL, 0), PlaySoundA("no-such-file.wav", NULL, SND_FILENAME | SND_NODEFAULT));
}

PROGRAM
{
    clock();
    timers();
    devices();
    return 0;
}
