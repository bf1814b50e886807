// flags: -luser32
// DDEML without a partner: instances, strings, data, and a conversation that is not established.
#include <windows.h>
#include <ddeml.h>

#include "fixture.h"

static HDDEDATA CALLBACK callback(UINT type, UINT format, HCONV conversation, HSZ one, HSZ other, HDDEDATA data, ULONG_PTR first,
    ULONG_PTR second)
{
    (void)type, (void)format, (void)conversation, (void)one, (void)other, (void)data, (void)first, (void)second;
    return NULL;
}

PROGRAM
{
    DWORD instance = 0, size = 0;
    WCHAR text[16];
    char ansi[16];
    say("initialized %x", DdeInitializeW(&instance, callback, APPCMD_CLIENTONLY, 0));
    check(instance);
    HSZ service = DdeCreateStringHandleW(instance, L"Service", CP_WINUNICODE), same = DdeCreateStringHandleA(instance, "SERVICE", CP_WINANSI);
    HSZ topic = DdeCreateStringHandleW(instance, L"Topic", CP_WINUNICODE);
    check(service && same && topic);
    say("compared %d %d %d", DdeCmpStringHandles(service, same), DdeCmpStringHandles(service, topic), DdeCmpStringHandles(topic, service));
    say("length %u", DdeQueryStringW(instance, service, NULL, 0, CP_WINUNICODE));
    say("text %u %ls", DdeQueryStringW(instance, service, text, 16, CP_WINUNICODE), text);
    say("ansi %u %s", DdeQueryStringA(instance, topic, ansi, 16, CP_WINANSI), ansi);
    say("empty %d", DdeCreateStringHandleW(instance, L"", CP_WINUNICODE) == NULL);
    HDDEDATA data = DdeCreateDataHandle(instance, (LPBYTE) "hello", 6, 0, service, CF_TEXT, 0);
    check(data);
    say("size %u", DdeGetData(data, NULL, 0, 0));
    say("part %u", DdeGetData(data, (LPBYTE)ansi, 16, 1));
    say("%s", ansi);
    data = DdeAddData(data, (LPBYTE) "p me", 5, 3);
    check(data);
    char *bytes = (char *)DdeAccessData(data, &size);
    say("bytes %u %s", size, bytes);
    say("done %d", DdeUnaccessData(data));
    say("freed %d", DdeFreeDataHandle(data));
    say("connected %d", DdeConnect(instance, service, topic, NULL) != NULL);
    say("error %x, then %x", DdeGetLastError(instance), DdeGetLastError(instance));
    say("strings freed %d %d", DdeFreeStringHandle(instance, service), DdeFreeStringHandle(instance, topic));
    say("uninitialized %d", DdeUninitialize(instance));
    return 0;
}
