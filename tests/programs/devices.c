// flags: -lsetupapi -lcfgmgr32 -lhid -lavrt
// Devices that are not there.
#include <windows.h>
#include <initguid.h>
#include <setupapi.h>
#include <cfgmgr32.h>
#include <hidsdi.h>
#include <avrt.h>

#include "fixture.h"

DEFINE_GUID(nobody, 0x12345678, 0x1234, 0x1234, 1, 2, 3, 4, 5, 6, 7, 8);

PROGRAM
{
    GUID hid, found[2];
    DWORD count = 0, task = 0;
    SP_DEVINFO_DATA data = {sizeof data};
    SP_DEVICE_INTERFACE_DATA face = {sizeof face};
    HidD_GetHidGuid(&hid);
    say("HID %x-%x-%x", hid.Data1, hid.Data2, hid.Data3);
    HDEVINFO set = SetupDiGetClassDevsW(&nobody, NULL, NULL, DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
    check(set != INVALID_HANDLE_VALUE);
    SetLastError(0);
    say("device %d, error %u", SetupDiEnumDeviceInfo(set, 0, &data), GetLastError());
    SetLastError(0);
    say("interface %d, error %u", SetupDiEnumDeviceInterfaces(set, NULL, &nobody, 0, &face), GetLastError());
    data.cbSize = 1;
    SetLastError(0);
    say("bad size %d, error %u", SetupDiEnumDeviceInfo(set, 0, &data), GetLastError());
    say("destroyed %d", SetupDiDestroyDeviceInfoList(set));
    SetLastError(0);
    say("bad handle %d, error %u", SetupDiEnumDeviceInfo(INVALID_HANDLE_VALUE, 0, &data), GetLastError());
    SetLastError(0);
    say("no class %d, error %u", SetupDiGetClassDevsA(NULL, NULL, NULL, 0) == INVALID_HANDLE_VALUE, GetLastError());
    check(SetupDiClassGuidsFromNameA("Ports", found, 2, &count) && count == 1 && found[0].Data1 == 0x4D36E978);
    // Wine reports: list 0
    // documented: list 1     (Microsoft, "CM_Get_Device_Interface_List_SizeW function")
    say("list %d", CM_Get_Device_Interface_List_SizeW(&count, (GUID *)&nobody, NULL, 0) == CR_SUCCESS);
    say("interfaces %u", count);
    HANDLE audio = AvSetMmThreadCharacteristicsW(L"Pro Audio", &task);
    // Wine reports: task 0
    // documented: task 1     (Microsoft, "AvSetMmThreadCharacteristicsW function": a unique identifier)
    say("task %d", audio != NULL && task != 0);
    say("reverted %d", AvRevertMmThreadCharacteristics(audio));
    HANDLE nothing = CreateFileW(L"NUL", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    DCB state = {.DCBlength = sizeof state};
    COMMTIMEOUTS timeouts;
    DWORD mask;
    SetLastError(0);
    // A request that a driver does not know is STATUS_INVALID_DEVICE_REQUEST, which is error 1.
    // Wine reports: no serial port: state 0 error 6
    // documented: no serial port: state 0 error 1     (Microsoft, "System Error Codes": ERROR_INVALID_FUNCTION)
    // Wine reports: timeouts 0 error 5
    // documented: timeouts 0 error 1     (the same)
    // Wine reports: mask 0 error 5
    // documented: mask 0 error 1     (the same)
    // Wine reports: purge 0 error 6
    // documented: purge 0 error 1     (the same)
    say("no serial port: state %d error %u", GetCommState(nothing, &state), GetLastError());
    say("timeouts %d error %u", GetCommTimeouts(nothing, &timeouts), GetLastError());
    say("mask %d error %u", GetCommMask(nothing, &mask), GetLastError());
    say("purge %d error %u", PurgeComm(nothing, PURGE_RXCLEAR), GetLastError());
    check(CloseHandle(nothing));
    say("no handle: state %d error %u", GetCommState(INVALID_HANDLE_VALUE, &state), GetLastError());
    return 0;
}
