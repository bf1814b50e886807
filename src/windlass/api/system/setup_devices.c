/* Devices as setup programs and libraries for USB, HID and serial ports look for them: a machine that has none, so that
 * every list is empty and every handle of a device is unknown ("SetupDiGetClassDevsW function", "SetupDiEnumDeviceInfo
 * function", "CM_Get_Device_Interface_ListW function", "HidD_GetHidGuid function", "WinUsb_Initialize function"). */
#include <pthread.h>

#include "api.h"
#include "codepage.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

#define ERROR_INVALID_USER_BUFFER 1784u
#define ERROR_NO_SUCH_DEVINST 0xE000020Bu
#define ERROR_NO_SUCH_DEVICE_INTERFACE 0xE0000225u
#define INVALID_HANDLE ((HANDLE)(intptr_t)-1)

/* ---- sets of devices ---- */

struct device_set {
    struct device_set *next;
    GUID class;
};

typedef struct {
    DWORD cbSize;
    GUID ClassGuid;
    DWORD DevInst;
    ULONG_PTR Reserved;
} SP_DEVINFO_DATA;

typedef struct {
    DWORD cbSize;
    GUID InterfaceClassGuid;
    DWORD Flags;
    ULONG_PTR Reserved;
} SP_DEVICE_INTERFACE_DATA;

static struct device_set *sets;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct device_set **find(HANDLE handle) {
    struct device_set **at = &sets;
    while (*at && *at != handle)
        at = &(*at)->next;
    return at;
}

static bool is_set(HANDLE handle) {
    pthread_mutex_lock(&lock);
    bool found = *find(handle) != NULL;
    pthread_mutex_unlock(&lock);
    if (!found)
        set_last_error(ERROR_INVALID_HANDLE);
    return found;
}

API(setupapi, HANDLE, SetupDiCreateDeviceInfoList, const GUID *ClassGuid, HANDLE hwndParent) {
    struct device_set *set = calloc(1, sizeof *set);
    if (!set) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE;
    }
    if (ClassGuid)
        set->class = *ClassGuid;
    pthread_mutex_lock(&lock);
    set->next = sets;
    sets = set;
    pthread_mutex_unlock(&lock);
    return set;
}

API(setupapi, HANDLE, SetupDiCreateDeviceInfoListExW, const GUID *ClassGuid, HANDLE hwndParent, LPCWSTR MachineName,
    PVOID Reserved) {
    return api_SetupDiCreateDeviceInfoList(ClassGuid, hwndParent);
}
API_ALIAS(api_SetupDiCreateDeviceInfoListExW, ansi, setupapi, "SetupDiCreateDeviceInfoListExA");

API(setupapi, BOOL, SetupDiDestroyDeviceInfoList, HANDLE DeviceInfoSet) {
    pthread_mutex_lock(&lock);
    struct device_set **at = find(DeviceInfoSet), *set = *at;
    if (set)
        *at = set->next;
    pthread_mutex_unlock(&lock);
    free(set);
    return set ? TRUE : fail(ERROR_INVALID_HANDLE);
}

/* Without a class, all classes must be asked for; interfaces are always of one class. */
static HANDLE class_devices(const GUID *class, DWORD flags) {
    enum { DIGCF_ALLCLASSES = 4 };
    if (class || flags & DIGCF_ALLCLASSES)
        return api_SetupDiCreateDeviceInfoList(class, NULL);
    set_last_error(ERROR_INVALID_PARAMETER);
    return INVALID_HANDLE;
}

API(setupapi, HANDLE, SetupDiGetClassDevsW, const GUID *ClassGuid, LPCWSTR Enumerator, HANDLE hwndParent, DWORD Flags) {
    return class_devices(ClassGuid, Flags);
}
API_ALIAS(api_SetupDiGetClassDevsW, ansi, setupapi, "SetupDiGetClassDevsA");

/* A given set gets what is found, and is the result. */
API(setupapi, HANDLE, SetupDiGetClassDevsExW, const GUID *ClassGuid, LPCWSTR Enumerator, HANDLE hwndParent, DWORD Flags,
    HANDLE DeviceInfoSet, LPCWSTR MachineName, PVOID Reserved) {
    if (!DeviceInfoSet)
        return class_devices(ClassGuid, Flags);
    return is_set(DeviceInfoSet) ? DeviceInfoSet : INVALID_HANDLE;
}
API_ALIAS(api_SetupDiGetClassDevsExW, ansi, setupapi, "SetupDiGetClassDevsExA");

API(setupapi, BOOL, SetupDiGetDeviceInfoListClass, HANDLE DeviceInfoSet, GUID *ClassGuid) {
    if (!is_set(DeviceInfoSet))
        return FALSE;
    *ClassGuid = ((struct device_set *)DeviceInfoSet)->class;
    return TRUE;
}

API(setupapi, BOOL, SetupDiEnumDeviceInfo, HANDLE DeviceInfoSet, DWORD MemberIndex, SP_DEVINFO_DATA *DeviceInfoData) {
    if (!is_set(DeviceInfoSet))
        return FALSE;
    if (!DeviceInfoData)
        return fail(ERROR_INVALID_PARAMETER);
    return fail(DeviceInfoData->cbSize == sizeof *DeviceInfoData ? ERROR_NO_MORE_ITEMS : ERROR_INVALID_USER_BUFFER);
}

API(setupapi, BOOL, SetupDiEnumDeviceInterfaces, HANDLE DeviceInfoSet, SP_DEVINFO_DATA *DeviceInfoData,
    const GUID *InterfaceClassGuid, DWORD MemberIndex, SP_DEVICE_INTERFACE_DATA *DeviceInterfaceData) {
    if (!is_set(DeviceInfoSet))
        return FALSE;
    if (!DeviceInterfaceData || DeviceInterfaceData->cbSize != sizeof *DeviceInterfaceData)
        return fail(ERROR_INVALID_PARAMETER);
    return fail(ERROR_NO_MORE_ITEMS);
}

API(setupapi, BOOL, SetupDiEnumDriverInfoW, HANDLE DeviceInfoSet, SP_DEVINFO_DATA *DeviceInfoData, DWORD DriverType,
    DWORD MemberIndex, PVOID DriverInfoData) {
    return is_set(DeviceInfoSet) ? fail(ERROR_NO_MORE_ITEMS) : FALSE;
}
API_ALIAS(api_SetupDiEnumDriverInfoW, ansi, setupapi, "SetupDiEnumDriverInfoA");

/* Functions of a device in a set: no data of a device are valid. */
#define NO_DEVICE(name_, ...)                                                                  \
    API(setupapi, BOOL, name_, HANDLE DeviceInfoSet, __VA_ARGS__) {                            \
        return is_set(DeviceInfoSet) ? fail(ERROR_NO_SUCH_DEVINST) : FALSE;                    \
    }
#define NO_INTERFACE(name_, ...)                                                               \
    API(setupapi, BOOL, name_, HANDLE DeviceInfoSet, __VA_ARGS__) {                            \
        return is_set(DeviceInfoSet) ? fail(ERROR_NO_SUCH_DEVICE_INTERFACE) : FALSE;           \
    }
#define NO_KEY(name_, ...)                                                                     \
    API(setupapi, HANDLE, name_, HANDLE DeviceInfoSet, __VA_ARGS__) {                          \
        if (is_set(DeviceInfoSet))                                                             \
            set_last_error(ERROR_NO_SUCH_DEVINST);                                             \
        return INVALID_HANDLE;                                                                 \
    }

NO_DEVICE(SetupDiGetDeviceRegistryPropertyA, SP_DEVINFO_DATA *DeviceInfoData, DWORD Property, LPDWORD PropertyRegDataType,
          PBYTE PropertyBuffer, DWORD PropertyBufferSize, LPDWORD RequiredSize)
NO_DEVICE(SetupDiGetDeviceRegistryPropertyW, SP_DEVINFO_DATA *DeviceInfoData, DWORD Property, LPDWORD PropertyRegDataType,
          PBYTE PropertyBuffer, DWORD PropertyBufferSize, LPDWORD RequiredSize)
NO_DEVICE(SetupDiGetDevicePropertyW, SP_DEVINFO_DATA *DeviceInfoData, LPCVOID PropertyKey, LPDWORD PropertyType,
          PBYTE PropertyBuffer, DWORD PropertyBufferSize, LPDWORD RequiredSize, DWORD Flags)
NO_DEVICE(SetupDiGetDeviceInstanceIdA, SP_DEVINFO_DATA *DeviceInfoData, LPSTR DeviceInstanceId, DWORD DeviceInstanceIdSize,
          LPDWORD RequiredSize)
NO_DEVICE(SetupDiGetDeviceInstanceIdW, SP_DEVINFO_DATA *DeviceInfoData, LPWSTR DeviceInstanceId,
          DWORD DeviceInstanceIdSize, LPDWORD RequiredSize)
NO_DEVICE(SetupDiOpenDeviceInfoA, LPCSTR DeviceInstanceId, HANDLE hwndParent, DWORD OpenFlags,
          SP_DEVINFO_DATA *DeviceInfoData)
NO_DEVICE(SetupDiOpenDeviceInfoW, LPCWSTR DeviceInstanceId, HANDLE hwndParent, DWORD OpenFlags,
          SP_DEVINFO_DATA *DeviceInfoData)
NO_DEVICE(SetupDiDeleteDeviceInfo, SP_DEVINFO_DATA *DeviceInfoData)
NO_DEVICE(SetupDiCallClassInstaller, UINT InstallFunction, SP_DEVINFO_DATA *DeviceInfoData)
NO_DEVICE(SetupDiSetClassInstallParamsA, SP_DEVINFO_DATA *DeviceInfoData, PVOID ClassInstallParams,
          DWORD ClassInstallParamsSize)
NO_DEVICE(SetupDiSetClassInstallParamsW, SP_DEVINFO_DATA *DeviceInfoData, PVOID ClassInstallParams,
          DWORD ClassInstallParamsSize)
NO_INTERFACE(SetupDiGetDeviceInterfaceDetailA, SP_DEVICE_INTERFACE_DATA *DeviceInterfaceData,
             PVOID DeviceInterfaceDetailData, DWORD DeviceInterfaceDetailDataSize, LPDWORD RequiredSize,
             SP_DEVINFO_DATA *DeviceInfoData)
NO_INTERFACE(SetupDiGetDeviceInterfaceDetailW, SP_DEVICE_INTERFACE_DATA *DeviceInterfaceData,
             PVOID DeviceInterfaceDetailData, DWORD DeviceInterfaceDetailDataSize, LPDWORD RequiredSize,
             SP_DEVINFO_DATA *DeviceInfoData)
NO_INTERFACE(SetupDiGetDeviceInterfaceAlias, SP_DEVICE_INTERFACE_DATA *DeviceInterfaceData,
             const GUID *AliasInterfaceClassGuid, SP_DEVICE_INTERFACE_DATA *AliasDeviceInterfaceData)
NO_INTERFACE(SetupDiOpenDeviceInterfaceA, LPCSTR DevicePath, DWORD OpenFlags,
             SP_DEVICE_INTERFACE_DATA *DeviceInterfaceData)
NO_INTERFACE(SetupDiOpenDeviceInterfaceW, LPCWSTR DevicePath, DWORD OpenFlags,
             SP_DEVICE_INTERFACE_DATA *DeviceInterfaceData)
NO_INTERFACE(SetupDiGetDeviceInterfacePropertyW, SP_DEVICE_INTERFACE_DATA *DeviceInterfaceData, LPCVOID PropertyKey,
             LPDWORD PropertyType, PBYTE PropertyBuffer, DWORD PropertyBufferSize, LPDWORD RequiredSize, DWORD Flags)
NO_KEY(SetupDiOpenDevRegKey, SP_DEVINFO_DATA *DeviceInfoData, DWORD Scope, DWORD HwProfile, DWORD KeyType, DWORD samDesired)
NO_KEY(SetupDiOpenDeviceInterfaceRegKey, SP_DEVICE_INTERFACE_DATA *DeviceInterfaceData, DWORD Reserved, DWORD samDesired)

/* ---- classes that programs look up by name ("System-Defined Device Setup Classes Available to Vendors") ---- */

#define SETUP_CLASS(first_, second_, third_)                                                   \
    {first_, second_, third_, {0xBF, 0xC1, 0x08, 0x00, 0x2B, 0xE1, 0x03, 0x18}}

static const struct {
    char name[12];
    GUID class;
} classes[] = {
    {"Ports", SETUP_CLASS(0x4D36E978, 0xE325, 0x11CE)},   {"Modem", SETUP_CLASS(0x4D36E96D, 0xE325, 0x11CE)},
    {"Net", SETUP_CLASS(0x4D36E972, 0xE325, 0x11CE)},     {"Display", SETUP_CLASS(0x4D36E968, 0xE325, 0x11CE)},
    {"DiskDrive", SETUP_CLASS(0x4D36E967, 0xE325, 0x11CE)}, {"CDROM", SETUP_CLASS(0x4D36E965, 0xE325, 0x11CE)},
    {"Keyboard", SETUP_CLASS(0x4D36E96B, 0xE325, 0x11CE)}, {"Mouse", SETUP_CLASS(0x4D36E96F, 0xE325, 0x11CE)},
    {"Monitor", SETUP_CLASS(0x4D36E96E, 0xE325, 0x11CE)}, {"Media", SETUP_CLASS(0x4D36E96C, 0xE325, 0x11CE)},
    {"System", SETUP_CLASS(0x4D36E97D, 0xE325, 0x11CE)},
    {"HIDClass", {0x745A17A0, 0x74D3, 0x11D0, {0xB6, 0xFE, 0x00, 0xA0, 0xC9, 0x0F, 0x57, 0xDA}}},
    {"USB", {0x36FC9E60, 0xC465, 0x11CF, {0x80, 0x56, 0x44, 0x45, 0x53, 0x54, 0x00, 0x00}}},
    {"Image", {0x6BDD1FC6, 0x810F, 0x11D0, {0xBE, 0xC7, 0x08, 0x00, 0x2B, 0xE2, 0x09, 0x2F}}},
};

/* An unknown name has no class: success, and 0 of them. */
static BOOL classes_of_name(const WCHAR *name, GUID *list, DWORD size, LPDWORD count) {
    if (!name || !count || (size && !list))
        return fail(ERROR_INVALID_PARAMETER);
    *count = 0;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        WCHAR wide[sizeof classes->name];
        size_t length = utf8_to_wide(classes[i].name, strlen(classes[i].name), wide, sizeof wide / sizeof *wide);
        if (wide_compare_no_case(name, wide_length(name), wide, length) != 0)
            continue;
        *count = 1;
        if (!size)
            return fail(ERROR_INSUFFICIENT_BUFFER);
        *list = classes[i].class;
    }
    return TRUE;
}

API(setupapi, BOOL, SetupDiClassGuidsFromNameW, LPCWSTR ClassName, GUID *ClassGuidList, DWORD ClassGuidListSize,
    LPDWORD RequiredSize) {
    return classes_of_name(ClassName, ClassGuidList, ClassGuidListSize, RequiredSize);
}

API(setupapi, BOOL, SetupDiClassGuidsFromNameA, LPCSTR ClassName, GUID *ClassGuidList, DWORD ClassGuidListSize,
    LPDWORD RequiredSize) {
    WCHAR *name = ClassName ? wide_from_ansi(ClassName) : NULL;
    BOOL result = classes_of_name(name, ClassGuidList, ClassGuidListSize, RequiredSize);
    free(name);
    return result;
}

/* ---- the configuration manager ("CM_Locate_DevNodeW function" ...) ---- */

typedef DWORD CONFIGRET;
enum {
    CR_SUCCESS = 0, CR_INVALID_POINTER = 3, CR_INVALID_FLAG = 4, CR_INVALID_DEVNODE = 5, CR_NO_SUCH_DEVNODE = 0xD,
    CR_BUFFER_SMALL = 0x1A, CR_NO_SUCH_DEVICE_INTERFACE = 0x37,
};

#define NO_NODE(name_, ...) API(cfgmgr32 setupapi, CONFIGRET, name_, __VA_ARGS__) { return CR_INVALID_DEVNODE; }

API(cfgmgr32 setupapi, CONFIGRET, CM_Locate_DevNodeA, LPDWORD pdnDevInst, LPSTR pDeviceID, ULONG ulFlags) {
    return pdnDevInst ? CR_NO_SUCH_DEVNODE : CR_INVALID_POINTER;
}
API(cfgmgr32 setupapi, CONFIGRET, CM_Locate_DevNodeW, LPDWORD pdnDevInst, LPWSTR pDeviceID, ULONG ulFlags) {
    return pdnDevInst ? CR_NO_SUCH_DEVNODE : CR_INVALID_POINTER;
}
NO_NODE(CM_Get_Parent, LPDWORD pdnDevInst, DWORD dnDevInst, ULONG ulFlags)
NO_NODE(CM_Get_Child, LPDWORD pdnDevInst, DWORD dnDevInst, ULONG ulFlags)
NO_NODE(CM_Get_Sibling, LPDWORD pdnDevInst, DWORD dnDevInst, ULONG ulFlags)
NO_NODE(CM_Get_Depth, PULONG pulDepth, DWORD dnDevInst, ULONG ulFlags)
NO_NODE(CM_Get_Device_IDA, DWORD dnDevInst, LPSTR Buffer, ULONG BufferLen, ULONG ulFlags)
NO_NODE(CM_Get_Device_IDW, DWORD dnDevInst, LPWSTR Buffer, ULONG BufferLen, ULONG ulFlags)
NO_NODE(CM_Get_Device_ID_Size, PULONG pulLen, DWORD dnDevInst, ULONG ulFlags)
NO_NODE(CM_Get_DevNode_Status, PULONG pulStatus, PULONG pulProblemNumber, DWORD dnDevInst, ULONG ulFlags)
NO_NODE(CM_Get_DevNode_PropertyW, DWORD dnDevInst, LPCVOID PropertyKey, PULONG PropertyType, PBYTE PropertyBuffer,
        PULONG PropertyBufferSize, ULONG ulFlags)
NO_NODE(CM_Get_DevNode_Registry_PropertyA, DWORD dnDevInst, ULONG ulProperty, PULONG pulRegDataType, PVOID Buffer,
        PULONG pulLength, ULONG ulFlags)
NO_NODE(CM_Get_DevNode_Registry_PropertyW, DWORD dnDevInst, ULONG ulProperty, PULONG pulRegDataType, PVOID Buffer,
        PULONG pulLength, ULONG ulFlags)
NO_NODE(CM_Open_DevNode_Key, DWORD dnDevNode, DWORD samDesired, ULONG ulHardwareProfile, ULONG Disposition,
        PVOID phkDevice, ULONG ulFlags)
NO_NODE(CM_Reenumerate_DevNode, DWORD dnDevInst, ULONG ulFlags)
NO_NODE(CM_Request_Device_EjectW, DWORD dnDevInst, PVOID pVetoType, LPWSTR pszVetoName, ULONG ulNameLength, ULONG ulFlags)

/* Lists of texts, each with its zero and one more at the end: an empty list is that one. */
static CONFIGRET empty_size(PULONG length) {
    if (!length)
        return CR_INVALID_POINTER;
    *length = 1;
    return CR_SUCCESS;
}

static CONFIGRET empty_list(void *list, ULONG size, size_t unit) {
    if (!list)
        return CR_INVALID_POINTER;
    if (!size)
        return CR_BUFFER_SMALL;
    memset(list, 0, unit);
    return CR_SUCCESS;
}

API(cfgmgr32 setupapi, CONFIGRET, CM_Get_Device_ID_List_SizeW, PULONG pulLen, LPCWSTR pszFilter, ULONG ulFlags) {
    return empty_size(pulLen);
}
API_ALIAS(api_CM_Get_Device_ID_List_SizeW, ansi, cfgmgr32 setupapi, "CM_Get_Device_ID_List_SizeA");
API(cfgmgr32 setupapi, CONFIGRET, CM_Get_Device_ID_ListW, LPCWSTR pszFilter, LPWSTR Buffer, ULONG BufferLen, ULONG ulFlags) {
    return empty_list(Buffer, BufferLen, sizeof(WCHAR));
}
API(cfgmgr32 setupapi, CONFIGRET, CM_Get_Device_ID_ListA, LPCSTR pszFilter, LPSTR Buffer, ULONG BufferLen, ULONG ulFlags) {
    return empty_list(Buffer, BufferLen, sizeof(CHAR));
}
API(cfgmgr32 setupapi, CONFIGRET, CM_Get_Device_Interface_List_SizeW, PULONG pulLen, const GUID *InterfaceClassGuid,
    LPWSTR pDeviceID, ULONG ulFlags) {
    return empty_size(pulLen);
}
API_ALIAS(api_CM_Get_Device_Interface_List_SizeW, ansi, cfgmgr32 setupapi, "CM_Get_Device_Interface_List_SizeA");
API(cfgmgr32 setupapi, CONFIGRET, CM_Get_Device_Interface_ListW, const GUID *InterfaceClassGuid, LPWSTR pDeviceID,
    LPWSTR Buffer, ULONG BufferLen, ULONG ulFlags) {
    return empty_list(Buffer, BufferLen, sizeof(WCHAR));
}
API(cfgmgr32 setupapi, CONFIGRET, CM_Get_Device_Interface_ListA, const GUID *InterfaceClassGuid, LPSTR pDeviceID,
    LPSTR Buffer, ULONG BufferLen, ULONG ulFlags) {
    return empty_list(Buffer, BufferLen, sizeof(CHAR));
}
API(cfgmgr32 setupapi, CONFIGRET, CM_Get_Device_Interface_PropertyW, LPCWSTR pszDeviceInterface, LPCVOID PropertyKey,
    PULONG PropertyType, PBYTE PropertyBuffer, PULONG PropertyBufferSize, ULONG ulFlags) {
    return CR_NO_SUCH_DEVICE_INTERFACE;
}

/* Nothing comes and goes, so nobody is ever notified. */
API(cfgmgr32, CONFIGRET, CM_Register_Notification, PVOID pFilter, PVOID pContext, PVOID pCallback, PHANDLE pNotifyContext) {
    static char registration;
    if (!pFilter || !pCallback || !pNotifyContext)
        return CR_INVALID_POINTER;
    *pNotifyContext = &registration;
    return CR_SUCCESS;
}
API(cfgmgr32, CONFIGRET, CM_Unregister_Notification, HANDLE NotifyContext) { return CR_SUCCESS; }

API(cfgmgr32, DWORD, CM_MapCrToWin32Err, CONFIGRET CmReturnCode, DWORD DefaultErr) {
    static const struct { BYTE from; WORD to; } known[] = {
        {CR_SUCCESS, ERROR_SUCCESS}, {2, ERROR_NOT_ENOUGH_MEMORY}, {CR_INVALID_POINTER, ERROR_INVALID_USER_BUFFER},
        {CR_INVALID_FLAG, ERROR_INVALID_FLAGS}, {CR_NO_SUCH_DEVNODE, ERROR_NOT_FOUND},
        {CR_BUFFER_SMALL, ERROR_INSUFFICIENT_BUFFER}, {CR_NO_SUCH_DEVICE_INTERFACE, ERROR_NOT_FOUND}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].from == CmReturnCode)
            return known[i].to;
    }
    return DefaultErr;
}

/* ---- human interface devices: a handle is always something else's ---- */

API(hid, void, HidD_GetHidGuid, GUID *HidGuid) {
    *HidGuid = (GUID){0x4D1E55B2, 0xF16F, 0x11CF, {0x88, 0xCB, 0x00, 0x11, 0x11, 0x00, 0x00, 0x30}};
}

#define NO_HID(name_, ...)                                                                     \
    API(hid, BOOLEAN, name_, HANDLE HidDeviceObject, __VA_ARGS__) { return (BOOLEAN)fail(ERROR_INVALID_FUNCTION); }

NO_HID(HidD_GetAttributes, PVOID Attributes)
NO_HID(HidD_GetPreparsedData, PVOID PreparsedData)
NO_HID(HidD_GetFeature, PVOID ReportBuffer, ULONG ReportBufferLength)
NO_HID(HidD_SetFeature, PVOID ReportBuffer, ULONG ReportBufferLength)
NO_HID(HidD_GetInputReport, PVOID ReportBuffer, ULONG ReportBufferLength)
NO_HID(HidD_SetOutputReport, PVOID ReportBuffer, ULONG ReportBufferLength)
NO_HID(HidD_GetManufacturerString, PVOID Buffer, ULONG BufferLength)
NO_HID(HidD_GetProductString, PVOID Buffer, ULONG BufferLength)
NO_HID(HidD_GetSerialNumberString, PVOID Buffer, ULONG BufferLength)
NO_HID(HidD_GetPhysicalDescriptor, PVOID Buffer, ULONG BufferLength)
NO_HID(HidD_GetIndexedString, ULONG StringIndex, PVOID Buffer, ULONG BufferLength)
NO_HID(HidD_GetNumInputBuffers, PULONG NumberBuffers)
NO_HID(HidD_SetNumInputBuffers, ULONG NumberBuffers)
API(hid, BOOLEAN, HidD_FlushQueue, HANDLE HidDeviceObject) { return (BOOLEAN)fail(ERROR_INVALID_FUNCTION); }
API(hid, BOOLEAN, HidD_FreePreparsedData, PVOID PreparsedData) { return FALSE; }

#define HIDP_STATUS_INVALID_PREPARSED_DATA ((NTSTATUS)0xC0110001)
API(hid, NTSTATUS, HidP_GetCaps, PVOID PreparsedData, PVOID Capabilities) { return HIDP_STATUS_INVALID_PREPARSED_DATA; }
API(hid, NTSTATUS, HidP_GetButtonCaps, int ReportType, PVOID ButtonCaps, PVOID ButtonCapsLength, PVOID PreparsedData) {
    return HIDP_STATUS_INVALID_PREPARSED_DATA;
}
API(hid, NTSTATUS, HidP_GetValueCaps, int ReportType, PVOID ValueCaps, PVOID ValueCapsLength, PVOID PreparsedData) {
    return HIDP_STATUS_INVALID_PREPARSED_DATA;
}

/* ---- WinUSB: no file is a device of it, and so no interface handle is valid ---- */

API(winusb, BOOL, WinUsb_Initialize, HANDLE DeviceHandle, PHANDLE InterfaceHandle) {
    if (InterfaceHandle)
        *InterfaceHandle = NULL;
    return fail(DeviceHandle && DeviceHandle != INVALID_HANDLE ? ERROR_INVALID_FUNCTION : ERROR_INVALID_HANDLE);
}

#define NO_USB(name_, ...)                                                                     \
    API(winusb, BOOL, name_, HANDLE InterfaceHandle, __VA_ARGS__) { return fail(ERROR_INVALID_HANDLE); }

API(winusb, BOOL, WinUsb_Free, HANDLE InterfaceHandle) { return fail(ERROR_INVALID_HANDLE); }
NO_USB(WinUsb_GetDescriptor, BYTE DescriptorType, BYTE Index, USHORT LanguageID, PBYTE Buffer, ULONG BufferLength,
       PULONG LengthTransferred)
NO_USB(WinUsb_QueryInterfaceSettings, BYTE AlternateInterfaceNumber, PVOID UsbAltInterfaceDescriptor)
NO_USB(WinUsb_QueryDeviceInformation, ULONG InformationType, PULONG BufferLength, PVOID Buffer)
NO_USB(WinUsb_QueryPipe, BYTE AlternateInterfaceNumber, BYTE PipeIndex, PVOID PipeInformation)
NO_USB(WinUsb_GetAssociatedInterface, BYTE AssociatedInterfaceIndex, PHANDLE AssociatedInterfaceHandle)
NO_USB(WinUsb_SetCurrentAlternateSetting, BYTE SettingNumber)
NO_USB(WinUsb_GetCurrentAlternateSetting, PBYTE SettingNumber)
NO_USB(WinUsb_SetPipePolicy, BYTE PipeID, ULONG PolicyType, ULONG ValueLength, PVOID Value)
NO_USB(WinUsb_GetPipePolicy, BYTE PipeID, ULONG PolicyType, PULONG ValueLength, PVOID Value)
NO_USB(WinUsb_SetPowerPolicy, ULONG PolicyType, ULONG ValueLength, PVOID Value)
NO_USB(WinUsb_GetPowerPolicy, ULONG PolicyType, PULONG ValueLength, PVOID Value)
NO_USB(WinUsb_ReadPipe, BYTE PipeID, PBYTE Buffer, ULONG BufferLength, PULONG LengthTransferred, PVOID Overlapped)
NO_USB(WinUsb_WritePipe, BYTE PipeID, PBYTE Buffer, ULONG BufferLength, PULONG LengthTransferred, PVOID Overlapped)
NO_USB(WinUsb_ResetPipe, BYTE PipeID)
NO_USB(WinUsb_AbortPipe, BYTE PipeID)
NO_USB(WinUsb_FlushPipe, BYTE PipeID)
NO_USB(WinUsb_GetOverlappedResult, PVOID lpOverlapped, LPDWORD lpNumberOfBytesTransferred, BOOL bWait)
