// What NtSetInformationProcess sets, and the system's list of handles.
// build: freestanding
#include "fixture.h"

__declspec(dllimport) int NtSetInformationProcess(void *, unsigned, void *, unsigned);
__declspec(dllimport) int NtQuerySystemInformation(unsigned, void *, unsigned, unsigned *);
__declspec(dllimport) unsigned GetPriorityClass(void *);
__declspec(dllimport) unsigned GetCurrentProcessId(void);
__declspec(dllimport) void *CreateEventA(void *, int, int, const char *);
__declspec(dllimport) int SetHandleInformation(void *, unsigned, unsigned);
__declspec(dllimport) int CloseHandle(void *);

#define SELF ((void *)-1)
enum { PRIORITY_CLASS = 18 };

static void priority_class(void)
{
    unsigned char information[2] = {0, 5};
    say("below normal %08x", NtSetInformationProcess(SELF, PRIORITY_CLASS, information, 2));
    say("class %x", GetPriorityClass(SELF));
    // Wine reports: too long c000000d
    // documented: too long c0000004     (Microsoft, "NTSTATUS Values": STATUS_INFO_LENGTH_MISMATCH)
    say("too long %08x", NtSetInformationProcess(SELF, PRIORITY_CLASS, information, 3));
    information[1] = 77;
    // Wine reports: no such class 00000000
    // documented: no such class c000000d     (Microsoft, "NTSTATUS Values": STATUS_INVALID_PARAMETER)
    say("no such class %08x", NtSetInformationProcess(SELF, PRIORITY_CLASS, information, 2));
    // Wine reports: after it 0
    // documented: after it 4000     (Microsoft, "GetPriorityClass function": one of the classes)
    say("after it %x", GetPriorityClass(SELF));
    say("no process %08x", NtSetInformationProcess((void *)0x7ffc, PRIORITY_CLASS, information, 2));
    // Wine reports: no such information c0000002
    // documented: no such information c0000003     (Microsoft, "NTSTATUS Values": STATUS_INVALID_INFO_CLASS)
    say("no such information %08x", NtSetInformationProcess(SELF, 9999, information, 2));
}

/* SYSTEM_HANDLE_INFORMATION_EX */
static struct {
    unsigned long long count, reserved;
    struct {
        void *object;
        unsigned long long process, handle;
        unsigned access;
        unsigned short trace, type;
        unsigned attributes, reserved;
    } entries[100000];
} handles;

static int find(void *handle)
{
    for (unsigned long long i = 0; i < handles.count; i++)
        if (handles.entries[i].process == GetCurrentProcessId() && handles.entries[i].handle == (unsigned long long)handle)
            return (int)i;
    return -1;
}

static void list_of_handles(void)
{
    unsigned needed = 0;
    void *event = CreateEventA(0, 0, 0, 0), *other = CreateEventA(0, 0, 0, 0);
    SetHandleInformation(other, 1, 1);
    say("too short %08x", NtQuerySystemInformation(64, &handles, 64, &needed));
    say("handles %08x", NtQuerySystemInformation(64, &handles, sizeof handles, &needed));
    int at = find(event), inherited = find(other);
    say("found %d, access %x, inherited %d", at >= 0 && inherited >= 0, handles.entries[at].access,
        handles.entries[inherited].attributes == 2);
    say("of one type %d", handles.entries[at].type == handles.entries[inherited].type);
    // Wine reports: two objects 0
    // documented: two objects 1     (the entry's Object is the object's address)
    say("two objects %d", handles.entries[at].object != handles.entries[inherited].object);
    CloseHandle(event);
    NtQuerySystemInformation(64, &handles, sizeof handles, &needed);
    say("closed %d", find(event) < 0);
    CloseHandle(other);
}

PROGRAM
{
    priority_class();
    list_of_handles();
    return 0;
}
