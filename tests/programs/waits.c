// build: freestanding
// Kernel objects: events, mutexes, semaphores, their names, waits for one, any and all; handles.
#include <windows.h>
#include "fixture.h"

static HANDLE start(LPTHREAD_START_ROUTINE function, void *parameter)
{
    return CreateThread(NULL, 0, function, parameter, 0, NULL);
}

static void join(HANDLE thread)
{
    check(WaitForSingleObject(thread, 20000) == WAIT_OBJECT_0);
    CloseHandle(thread);
}

static DWORD poll_of(HANDLE handle)
{
    return WaitForSingleObject(handle, 0);
}

static DWORD WINAPI abandons(void *mutex)
{
    WaitForSingleObject(mutex, INFINITE);
    return 0;
}

static DWORD WINAPI sets_all(void *parameter)
{
    HANDLE *events = parameter;
    Sleep(20);
    SetEvent(events[0]);
    Sleep(20);
    SetEvent(events[1]);
    Sleep(20);
    SetEvent(events[2]);
    return 0;
}

static DWORD WINAPI releases_not_owned(void *mutex)
{
    SetLastError(0);
    return ReleaseMutex(mutex) ? 0 : GetLastError();
}

static void events(void)
{
    HANDLE manual = CreateEventW(NULL, TRUE, FALSE, NULL), automatic = CreateEventA(NULL, FALSE, TRUE, NULL);
    say("fresh: %x %x", poll_of(manual), poll_of(automatic));
    say("taken: %x", poll_of(automatic));
    SetEvent(manual);
    say("set: %x %x", poll_of(manual), poll_of(manual));
    ResetEvent(manual);
    PulseEvent(manual);
    say("pulsed: %x", poll_of(manual));
    CloseHandle(manual);
    CloseHandle(automatic);
    SetLastError(0);
    say("closed: %d error %u", SetEvent(manual), GetLastError());
    say("closed: wait %x error %u", poll_of(manual), GetLastError());
}

static void mutexes(void)
{
    HANDLE mutex = CreateMutexW(NULL, TRUE, NULL), thread;
    DWORD code;
    check(poll_of(mutex) == WAIT_OBJECT_0);
    check(ReleaseMutex(mutex) && ReleaseMutex(mutex));
    SetLastError(0);
    say("released too often: %d error %u", ReleaseMutex(mutex), GetLastError());
    WaitForSingleObject(mutex, 0);
    thread = start(releases_not_owned, mutex);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    say("not the owner: error %u", code);
    ReleaseMutex(mutex);
    CloseHandle(mutex);
    mutex = CreateMutexW(NULL, FALSE, NULL);
    join(start(abandons, mutex));
    say("abandoned: %x", poll_of(mutex));
    say("then owned: %x", poll_of(mutex));
    ReleaseMutex(mutex);
    ReleaseMutex(mutex);
    CloseHandle(mutex);
}

static void semaphores(void)
{
    LONG was = -1;
    HANDLE semaphore = CreateSemaphoreW(NULL, 1, 3, NULL);
    say("%x %x", poll_of(semaphore), poll_of(semaphore));
    check(ReleaseSemaphore(semaphore, 2, &was));
    say("was %d", (int)was);
    SetLastError(0);
    say("too many: %d error %u, was %d", ReleaseSemaphore(semaphore, 2, &was), GetLastError(), (int)was);
    // Wine reports: none: 1 error 298
    // documented: none: 0 error 87     (Microsoft, "ReleaseSemaphore function": greater than zero)
    SetLastError(298);
    say("none: %d error %u", ReleaseSemaphore(semaphore, 0, &was), GetLastError());
    check(ReleaseSemaphore(semaphore, 1, &was));
    say("was %d", (int)was);
    CloseHandle(semaphore);
    check(CreateSemaphoreW(NULL, 2, 1, NULL) == NULL);
    say("bad count: error %u", GetLastError());
}

static void several(void)
{
    HANDLE objects[MAXIMUM_WAIT_OBJECTS + 1], thread;
    int i;
    for (i = 0; i < 3; i++)
        objects[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
    SetEvent(objects[2]);
    SetEvent(objects[1]);
    say("any: %x, then %x, then %x", WaitForMultipleObjects(3, objects, FALSE, 0),
        WaitForMultipleObjects(3, objects, FALSE, 0), WaitForMultipleObjects(3, objects, FALSE, 10));
    SetEvent(objects[0]);
    say("all, one set: %x", WaitForMultipleObjects(3, objects, TRUE, 10));
    say("it was not taken: %x", poll_of(objects[0]));
    thread = start(sets_all, objects);
    say("all: %x", WaitForMultipleObjects(3, objects, TRUE, 20000));
    join(thread);
    say("all were taken: %x %x %x", poll_of(objects[0]), poll_of(objects[1]), poll_of(objects[2]));
    thread = start(sets_all, objects);
    say("any of the last two: %x", WaitForMultipleObjects(2, objects + 1, FALSE, 20000));
    join(thread);
    SetLastError(0);
    say("none: %x error %u", WaitForMultipleObjects(0, objects, FALSE, 0), GetLastError());
    say("too many: %x error %u", WaitForMultipleObjects(65, objects, FALSE, 0), GetLastError());
    objects[3] = objects[0];
    // Wine reports: twice, all: 102 error 87
    // documented: twice, all: ffffffff error 87     (Microsoft, "WaitForMultipleObjects function")
    say("twice, all: %x error %u", WaitForMultipleObjects(4, objects, TRUE, 0), GetLastError());
    objects[3] = (HANDLE)0x7ffc;
    say("bad one: %x error %u", WaitForMultipleObjects(4, objects, FALSE, 0), GetLastError());
    SetEvent(objects[0]);
    ResetEvent(objects[1]);
    say("signal and wait: %x", SignalObjectAndWait(objects[1], objects[0], 0, FALSE));
    say("was signaled: %x", poll_of(objects[1]));
    for (i = 0; i < 3; i++)
        CloseHandle(objects[i]);
}

static void names(void)
{
    HANDLE event, same, other;
    SetLastError(1);
    event = CreateEventW(NULL, TRUE, FALSE, L"windlass-test-name");
    say("new: error %u", GetLastError());
    same = CreateEventA(NULL, FALSE, TRUE, "Local\\windlass-test-name");
    say("again: error %u", GetLastError());
    say("state is the first one's: %x", poll_of(same));
    SetEvent(same);
    say("same object: %x, same handle: %d", poll_of(event), event == same);
    SetLastError(0);
    other = CreateMutexW(NULL, FALSE, L"windlass-test-name");
    say("another type: %d error %u", other != NULL, GetLastError());
    other = OpenEventW(SYNCHRONIZE, FALSE, L"windlass-test-name");
    check(other != NULL);
    SetLastError(0);
    say("not to be changed: %d error %u", SetEvent(other), GetLastError());
    CloseHandle(other);
    check(OpenEventW(EVENT_ALL_ACCESS, FALSE, L"Windlass-Test-Name") == NULL);
    say("case counts: error %u", GetLastError());
    check(OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, FALSE, L"windlass-test-name") == NULL);
    say("open another type: error %u", GetLastError());
    CloseHandle(event);
    event = OpenEventW(EVENT_MODIFY_STATE, FALSE, L"windlass-test-name");
    check(event != NULL);
    SetLastError(0);
    say("no wait without SYNCHRONIZE: %x error %u", poll_of(event), GetLastError());
    CloseHandle(event);
    CloseHandle(same);
    check(OpenEventW(EVENT_ALL_ACCESS, FALSE, L"windlass-test-name") == NULL);
    say("gone: error %u", GetLastError());
    check(OpenEventW(EVENT_ALL_ACCESS, FALSE, L"a\\b") == NULL);
    say("with a folder: error %u", GetLastError());
    check(OpenEventW(EVENT_ALL_ACCESS, FALSE, NULL) == NULL);
    say("no name: error %u", GetLastError());
}

static void handles(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, TRUE, NULL), other = NULL;
    DWORD flags = 99;
    check((ULONG_PTR)event % 4 == 0 && event != NULL);
    check(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, 0, TRUE, DUPLICATE_SAME_ACCESS));
    check(GetHandleInformation(other, &flags));
    say("flags %x", flags);
    check(SetHandleInformation(other, HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
    check(GetHandleInformation(other, &flags));
    say("flags %x", flags);
    SetLastError(0);
    check(!CloseHandle(other));
    say("protected: error %u", GetLastError());
    check(SetHandleInformation(other, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
    check(CloseHandle(event));
    say("the other lives: %x", poll_of(other));
    check(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), &event, SYNCHRONIZE, FALSE,
                          DUPLICATE_CLOSE_SOURCE));
    check(event == other || !GetHandleInformation(other, &flags));
    SetLastError(0);
    say("less access: %d error %u", SetEvent(event), GetLastError());
    check(CloseHandle(event));
    check(CloseHandle(GetCurrentProcess()) && CloseHandle(GetCurrentThread()));
    SetLastError(0);
    say("NULL: %d error %u", CloseHandle(NULL), GetLastError());
    say("not waited for: %x", WaitForSingleObject(GetCurrentProcess(), 0));
    say("bad duplicate: %d error %u",
        DuplicateHandle(GetCurrentProcess(), (HANDLE)0x7ffc, GetCurrentProcess(), &other, 0, FALSE, 0), GetLastError());
}

PROGRAM
{
    events();
    mutexes();
    semaphores();
    several();
    names();
    handles();
    return 0;
}
