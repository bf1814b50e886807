"""WMI's classes of the computer as a system, of Windows, and of the programs that run.

Source: Microsoft, "Win32_ComputerSystem class", "Win32_OperatingSystem class", "Win32_Process class",
"Win32_TimeZone class", "Win32_UserAccount class"; "CIM_DATETIME".
"""

from __future__ import annotations

import ctypes
import socket
import time
from ctypes import c_uint32, c_uint64

from windlass import _core
from windlass.api.calls import windows
from windlass.api.refused import Refused
from windlass.api.shell.folders import user_name
from windlass.api.system import registry_keys as keys
from windlass.api.system.registry_seed import computer_name
from windlass.api.system.wmi_hardware import COMMON, UNTOLD, firmware, packages
from windlass.api.system.wmi_schema import Row, declare

__all__: list[str] = []

_SYSTEM = "CIM_System CIM_LogicalElement CIM_ManagedSystemElement"


def _date_and_time(seconds: float) -> str:
    """In local time, with the minutes that it is ahead of universal time."""
    local = time.localtime(seconds)
    minutes = local.tm_gmtoff // 60
    return time.strftime("%Y%m%d%H%M%S", local) + f".{int(seconds % 1 * 1e6):06}{minutes:+04}"


def _minutes_ahead() -> int:
    return time.localtime().tm_gmtoff // 60


def _version_value(name: str) -> bytes:
    """What the registry has of Windows' version by this name."""
    try:
        key = keys.open_key(
            keys.key_of(keys.HKEY_LOCAL_MACHINE), r"SOFTWARE\Microsoft\Windows NT\CurrentVersion", 0
        )
        return keys.find_value(key, name).data
    except Refused:
        return b""


def _registered(name: str) -> str:
    return _version_value(name).decode("utf-16-le").rstrip("\0")


class _Memory(ctypes.Structure):
    """MEMORYSTATUSEX"""

    _fields_ = (
        ("size", c_uint32),
        ("load", c_uint32),
        ("total", c_uint64),
        ("free", c_uint64),
        ("total_page_file", c_uint64),
        ("free_page_file", c_uint64),
        ("total_virtual", c_uint64),
        ("free_virtual", c_uint64),
        ("extended", c_uint64),
    )


def _memory() -> _Memory:
    status = _Memory(size=ctypes.sizeof(_Memory))
    windows("kernel32.dll", "GlobalMemoryStatusEx", ctypes.addressof(status))
    return status


# ---- the computer ----


def _computer() -> list[Row]:
    name = computer_name()
    processors = packages()
    is_virtual = any("hypervisor" in each.get("flags", "").split() for each in processors[0])
    return [
        {
            "Name": name,
            "Caption": name,
            "CreationClassName": "Win32_ComputerSystem",
            "Description": "AT/AT COMPATIBLE",
            "DNSHostName": socket.gethostname().split(".")[0],
            "Domain": "WORKGROUP",
            "Workgroup": "WORKGROUP",
            "PartOfDomain": False,
            "DomainRole": 0,
            "Manufacturer": firmware("sys_vendor") or UNTOLD,
            "Model": firmware("product_name") or UNTOLD,
            "SystemFamily": firmware("product_family") or UNTOLD,
            "SystemSKUNumber": firmware("product_sku") or UNTOLD,
            "SystemType": "x64-based PC",
            "PCSystemType": 1,
            "TotalPhysicalMemory": _memory().total,
            "NumberOfProcessors": len(processors),
            "NumberOfLogicalProcessors": sum(map(len, processors)),
            "HypervisorPresent": is_virtual,
            "UserName": f"{name}\\{user_name()}",
            "PrimaryOwnerName": user_name(),
            "BootupState": "Normal boot",
            "CurrentTimeZone": _minutes_ahead(),
            "EnableDaylightSavingsTime": True,
            "Status": "OK",
        }
    ]


declare(
    "Win32_ComputerSystem",
    f"CIM_UnitaryComputerSystem CIM_ComputerSystem {_SYSTEM}",
    "AdminPasswordStatus:u16 AutomaticManagedPagefile:b BootupState Caption ChassisBootupState:u16"
    " ChassisSKUNumber CreationClassName CurrentTimeZone:i16 DaylightInEffect:b Description DNSHostName"
    " Domain DomainRole:u16 EnableDaylightSavingsTime:b HypervisorPresent:b InstallDate:t"
    " KeyboardPasswordStatus:u16 Manufacturer Model *Name NetworkServerModeEnabled:b"
    " NumberOfLogicalProcessors:u32 NumberOfProcessors:u32 OEMStringArray:s[] PartOfDomain:b"
    " PCSystemType:u16 PowerState:u16 PrimaryOwnerContact PrimaryOwnerName ResetCapability:u16"
    " Roles:s[] Status SystemFamily SystemSKUNumber SystemType ThermalState:u16 TotalPhysicalMemory:u64"
    " UserName WakeUpType:u16 Workgroup",
    _computer,
)

# ---- Windows ----


def _operating_system() -> list[Row]:
    memory = _memory()
    now = time.time()
    started = now - time.clock_gettime(time.CLOCK_BOOTTIME)
    build = _registered("CurrentBuild")
    caption = f"Microsoft {_registered('ProductName')}"
    return [
        {
            "Caption": caption,
            "Name": caption + r"|C:\windows|\Device\Harddisk0\Partition1",
            "Version": f"10.0.{build}",
            "BuildNumber": build,
            "BuildType": "Multiprocessor Free",
            "OSArchitecture": "64-bit",
            "OSType": 18,
            "OperatingSystemSKU": 48,
            "OSProductSuite": 256,
            "ProductType": 1,
            "ServicePackMajorVersion": 0,
            "ServicePackMinorVersion": 0,
            "Manufacturer": "Microsoft Corporation",
            "SerialNumber": _registered("ProductId"),
            "RegisteredUser": _registered("RegisteredOwner"),
            "Organization": _registered("RegisteredOrganization"),
            "InstallDate": _date_and_time(int.from_bytes(_version_value("InstallDate"), "little")),
            "LastBootUpTime": _date_and_time(started),
            "LocalDateTime": _date_and_time(now),
            "CurrentTimeZone": _minutes_ahead(),
            "CodeSet": str(windows("kernel32.dll", "GetACP") & 0xFFFF),
            "CountryCode": "1",
            "Locale": f"{windows('kernel32.dll', 'GetSystemDefaultLCID') & 0xFFFF:04x}",
            "OSLanguage": windows("kernel32.dll", "GetSystemDefaultUILanguage") & 0xFFFF,
            "MUILanguages": ["en-US"],
            "CSName": computer_name(),
            "CSCreationClassName": "Win32_ComputerSystem",
            "CreationClassName": "Win32_OperatingSystem",
            "SystemDirectory": r"C:\windows\system32",
            "WindowsDirectory": r"C:\windows",
            "SystemDrive": "C:",
            "SystemDevice": r"\Device\HarddiskVolume1",
            "BootDevice": r"\Device\HarddiskVolume1",
            "TotalVisibleMemorySize": memory.total // 1024,
            "FreePhysicalMemory": memory.free // 1024,
            "TotalVirtualMemorySize": memory.total_page_file // 1024,
            "FreeVirtualMemory": memory.free_page_file // 1024,
            "SizeStoredInPagingFiles": (memory.total_page_file - memory.total) // 1024,
            "MaxProcessMemorySize": memory.total_virtual // 1024,
            "NumberOfProcesses": len(_processes()),
            "NumberOfUsers": 1,
            "Primary": True,
            "Debug": False,
            "Distributed": False,
            "PortableOperatingSystem": False,
            "Status": "OK",
        }
    ]


declare(
    "Win32_OperatingSystem",
    "CIM_OperatingSystem CIM_LogicalElement CIM_ManagedSystemElement",
    "BootDevice BuildNumber BuildType Caption CodeSet CountryCode CreationClassName"
    " CSCreationClassName CSDVersion CSName CurrentTimeZone:i16 DataExecutionPrevention_Available:b"
    " DataExecutionPrevention_SupportPolicy:u8 Debug:b Description Distributed:b EncryptionLevel:u32"
    " ForegroundApplicationBoost:u8 FreePhysicalMemory:u64 FreeSpaceInPagingFiles:u64"
    " FreeVirtualMemory:u64 InstallDate:t LastBootUpTime:t LocalDateTime:t Locale Manufacturer"
    " MaxNumberOfProcesses:u32 MaxProcessMemorySize:u64 MUILanguages:s[] *Name"
    " NumberOfLicensedUsers:u32 NumberOfProcesses:u32 NumberOfUsers:u32 OperatingSystemSKU:u32"
    " Organization OSArchitecture OSLanguage:u32 OSProductSuite:u32 OSType:u16 OtherTypeDescription"
    " PAEEnabled:b PortableOperatingSystem:b Primary:b ProductType:u32 RegisteredUser SerialNumber"
    " ServicePackMajorVersion:u16 ServicePackMinorVersion:u16 SizeStoredInPagingFiles:u64 Status"
    " SuiteMask:u32 SystemDevice SystemDirectory SystemDrive TotalSwapSpaceSize:u64"
    " TotalVirtualMemorySize:u64 TotalVisibleMemorySize:u64 Version WindowsDirectory",
    _operating_system,
    is_single=True,
)


class _TimeZone(ctypes.Structure):
    """TIME_ZONE_INFORMATION"""

    _fields_ = (
        ("bias", ctypes.c_int32),
        ("standard_name", ctypes.c_char * 64),
        ("standard_date", ctypes.c_char * 16),
        ("standard_bias", ctypes.c_int32),
        ("daylight_name", ctypes.c_char * 64),
        ("daylight_date", ctypes.c_char * 16),
        ("daylight_bias", ctypes.c_int32),
    )


def _time_zone() -> list[Row]:
    zone = _TimeZone()
    start = ctypes.addressof(zone)
    windows("kernel32.dll", "GetTimeZoneInformation", start)
    standard = _core.wide_string(start + _TimeZone.standard_name.offset)
    hours, minutes = divmod(abs(zone.bias), 60)
    sign = "-" if zone.bias > 0 else "+"
    caption = f"(UTC{sign}{hours:02}:{minutes:02}) {standard}" if zone.bias else f"(UTC) {standard}"
    return [
        {
            "Bias": -zone.bias,
            "Caption": caption,
            "Description": caption,
            "SettingID": standard,
            "StandardName": standard,
            "StandardBias": zone.standard_bias,
            "DaylightName": _core.wide_string(start + _TimeZone.daylight_name.offset),
            "DaylightBias": zone.daylight_bias,
        }
    ]


declare(
    "Win32_TimeZone",
    "CIM_Setting",
    "Bias:i32 Caption DaylightBias:i32 DaylightName Description SettingID StandardBias:u32 *StandardName",
    _time_zone,
)

# ---- processes ----

TH32CS_SNAPPROCESS, PROCESS_QUERY_LIMITED_INFORMATION = 2, 0x1000


class _ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W"""

    _fields_ = (
        ("size", c_uint32),
        ("usage", c_uint32),
        ("number", c_uint32),
        ("heap", c_uint64),
        ("module", c_uint32),
        ("threads", c_uint32),
        ("parent", c_uint32),
        ("priority", ctypes.c_int32),
        ("flags", c_uint32),
        ("name", ctypes.c_char * 520),
    )


def _executable(number: int) -> str | None:
    """The path of a process' program."""
    process = windows("kernel32.dll", "OpenProcess", PROCESS_QUERY_LIMITED_INFORMATION, 0, number)
    if not process:
        return None
    path, length = ctypes.create_string_buffer(65536), c_uint32(32768)
    found = windows(
        "kernel32.dll", "QueryFullProcessImageNameW", process, 0, ctypes.addressof(path),
        ctypes.addressof(length),
    ) & 0xFFFFFFFF  # fmt: skip
    windows("kernel32.dll", "CloseHandle", process)
    return _core.wide_string(ctypes.addressof(path)) if found else None


def _process(entry: _ProcessEntry) -> Row:
    name = _core.wide_string(ctypes.addressof(entry) + _ProcessEntry.name.offset)
    return {
        "Name": name,
        "Caption": name,
        "Description": name,
        "Handle": str(entry.number),
        "ProcessId": entry.number,
        "ParentProcessId": entry.parent,
        "ThreadCount": entry.threads,
        "Priority": entry.priority,
        "ExecutablePath": _executable(entry.number),
        "CreationClassName": "Win32_Process",
        "CSCreationClassName": "Win32_ComputerSystem",
        "CSName": computer_name(),
        "OSCreationClassName": "Win32_OperatingSystem",
    }


def _processes() -> list[_ProcessEntry]:
    snapshot = windows("kernel32.dll", "CreateToolhelp32Snapshot", TH32CS_SNAPPROCESS, 0)
    found = []
    entry = _ProcessEntry(size=ctypes.sizeof(_ProcessEntry))
    more = windows("kernel32.dll", "Process32FirstW", snapshot, ctypes.addressof(entry)) & 0xFFFFFFFF
    while more:
        found.append(_ProcessEntry.from_buffer_copy(entry))
        more = windows("kernel32.dll", "Process32NextW", snapshot, ctypes.addressof(entry)) & 0xFFFFFFFF
    windows("kernel32.dll", "CloseHandle", snapshot)
    return found


declare(
    "Win32_Process",
    "CIM_Process CIM_LogicalElement CIM_ManagedSystemElement",
    COMMON + " CommandLine CreationClassName CreationDate:t CSCreationClassName CSName ExecutablePath"
    " ExecutionState:u16 *Handle HandleCount:u32 KernelModeTime:u64 OSCreationClassName OSName"
    " PageFaults:u32 PageFileUsage:u32 ParentProcessId:u32 PeakPageFileUsage:u32 PeakVirtualSize:u64"
    " PeakWorkingSetSize:u32 Priority:u32 PrivatePageCount:u64 ProcessId:u32 SessionId:u32"
    " TerminationDate:t ThreadCount:u32 UserModeTime:u64 VirtualSize:u64 WindowsVersion"
    " WorkingSetSize:u64",
    lambda: [_process(each) for each in _processes()],
)


# ---- what is not installed ----

declare(
    "Win32_QuickFixEngineering",
    "CIM_LogicalElement CIM_ManagedSystemElement",
    COMMON + " CSName FixComments *HotFixID InstalledBy InstalledOn *ServicePackInEffect",
    list,
)
declare(
    "Win32_Product",
    "CIM_Product",
    "Caption Description *IdentifyingNumber InstallDate InstallLocation *Name Vendor *Version",
    list,
)
declare(
    "AntiVirusProduct",
    "",
    "displayName *instanceGuid pathToSignedProductExe pathToSignedReportingExe productState:u32 timestamp",
    list,
    name_space=r"root\securitycenter2",
)
