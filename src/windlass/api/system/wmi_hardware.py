"""WMI's classes of hardware: the computer as its firmware names it, processors, disks, network adapters.

Source: Microsoft, "Win32_BIOS class", "Win32_BaseBoard class", "Win32_ComputerSystemProduct class",
"Win32_SystemEnclosure class", "Win32_Processor class", "Win32_DiskDrive class", "Win32_PhysicalMedia class",
"Win32_LogicalDisk class", "Win32_NetworkAdapter class", "Win32_NetworkAdapterConfiguration class"; Linux,
/sys/class/dmi/id, /sys/block, "proc(5)" (/proc/cpuinfo).
"""

from __future__ import annotations

import ctypes
import os
import re
import socket
import uuid
from pathlib import Path

from windlass import _core
from windlass.api.calls import windows
from windlass.api.network import network_interfaces as host
from windlass.api.system.registry_seed import computer_name, host_processors, machine_identity
from windlass.api.system.wmi_schema import Row, declare

__all__ = ["COMMON", "UNTOLD", "firmware", "packages"]

DEVICE_BASES = "CIM_LogicalDevice CIM_LogicalElement CIM_ManagedSystemElement"
PHYSICAL_BASES = "CIM_PhysicalElement CIM_ManagedSystemElement"
COMMON = "Caption Description Name Status InstallDate:t"
DEVICE = (
    COMMON + " Availability:u16 ConfigManagerErrorCode:u32 CreationClassName PNPDeviceID StatusInfo:u16"
    " SystemCreationClassName SystemName"
)


# ---- what the firmware tells ----


def firmware(name: str) -> str | None:
    """A line of the host's SMBIOS; None where it has none, or tells only root."""
    try:
        return Path("/sys/class/dmi/id", name).read_text(errors="replace").strip() or None
    except OSError:
        return None


UNTOLD = "Default string"
"""What firmware says whose maker did not fill it in. Programs take these properties to be texts, not NULL."""


def _date_of_bios() -> str | None:
    found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", firmware("bios_date") or "")
    return found and f"{found[3]}{found[1]}{found[2]}000000.000000+000"


def _bios() -> list[Row]:
    version = firmware("bios_version") or UNTOLD
    return [
        {
            "Name": version,
            "Caption": version,
            "Description": version,
            "SoftwareElementID": version,
            "SoftwareElementState": 3,
            "TargetOperatingSystem": 0,
            "Version": version,
            "SMBIOSBIOSVersion": version,
            "BIOSVersion": [version],
            "Manufacturer": firmware("bios_vendor") or UNTOLD,
            "SerialNumber": firmware("product_serial") or UNTOLD,
            "ReleaseDate": _date_of_bios(),
            "PrimaryBIOS": True,
            "SMBIOSPresent": version is not UNTOLD,
            "Status": "OK",
        }
    ]


declare(
    "Win32_BIOS",
    "CIM_BIOSElement CIM_SoftwareElement CIM_LogicalElement CIM_ManagedSystemElement",
    COMMON + " BIOSVersion:s[] BuildNumber CurrentLanguage Manufacturer PrimaryBIOS:b ReleaseDate:t"
    " SerialNumber SMBIOSBIOSVersion SMBIOSMajorVersion:u16 SMBIOSMinorVersion:u16 SMBIOSPresent:b"
    " *SoftwareElementID *SoftwareElementState:u16 *TargetOperatingSystem:u16 *Version",
    _bios,
)


def _board() -> list[Row]:
    return [
        {
            "Tag": "Base Board",
            "Name": "Base Board",
            "Caption": "Base Board",
            "Description": "Base Board",
            "CreationClassName": "Win32_BaseBoard",
            "Manufacturer": firmware("board_vendor") or UNTOLD,
            "Product": firmware("board_name") or UNTOLD,
            "SerialNumber": firmware("board_serial") or UNTOLD,
            "Version": firmware("board_version") or UNTOLD,
            "HostingBoard": True,
            "PoweredOn": True,
            "Status": "OK",
        }
    ]


declare(
    "Win32_BaseBoard",
    f"CIM_Card CIM_PhysicalPackage {PHYSICAL_BASES}",
    COMMON
    + " CreationClassName HostingBoard:b Manufacturer Model PartNumber PoweredOn:b Product SerialNumber"
    " SKU *Tag Version",
    _board,
)


def _enclosure() -> list[Row]:
    kind = firmware("chassis_type") or ""
    return [
        {
            "Tag": "System Enclosure 0",
            "Name": "System Enclosure",
            "Caption": "System Enclosure",
            "Description": "System Enclosure",
            "CreationClassName": "Win32_SystemEnclosure",
            "ChassisTypes": [int(kind)] if kind.isdecimal() else [2],  # "Unknown"
            "Manufacturer": firmware("chassis_vendor") or UNTOLD,
            "SerialNumber": firmware("chassis_serial") or UNTOLD,
            "SMBIOSAssetTag": firmware("chassis_asset_tag") or UNTOLD,
            "Version": firmware("chassis_version") or UNTOLD,
        }
    ]


declare(
    "Win32_SystemEnclosure",
    f"CIM_Chassis CIM_PhysicalPackage {PHYSICAL_BASES}",
    COMMON
    + " ChassisTypes:u16[] CreationClassName Manufacturer Model SerialNumber SMBIOSAssetTag *Tag Version",
    _enclosure,
)


def _product() -> list[Row]:
    """Where the host keeps the firmware's UUID for itself, there is one made of the machine's identity."""
    identity = firmware("product_uuid") or str(uuid.UUID(bytes=machine_identity()))
    return [
        {
            "Caption": "Computer System Product",
            "Description": "Computer System Product",
            "IdentifyingNumber": firmware("product_serial") or UNTOLD,
            "Name": firmware("product_name") or UNTOLD,
            "Vendor": firmware("sys_vendor") or UNTOLD,
            "Version": firmware("product_version") or UNTOLD,
            "SKUNumber": firmware("product_sku") or UNTOLD,
            "UUID": identity.upper(),
        }
    ]


declare(
    "Win32_ComputerSystemProduct",
    "CIM_Product",
    "Caption Description *IdentifyingNumber *Name SKUNumber UUID Vendor *Version",
    _product,
)

# ---- processors ----

_FEATURES = (
    "fpu vme de pse tsc msr pae mce cx8 apic",
    "- sep mtrr pge mca cmov pat pse36 pn clflush",
    "- dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe",
)
"""The bits of EDX by Linux' names, the lowest first."""


def _processor_id(of: dict[str, str]) -> str:
    """What CPUID 1 has in EDX and EAX; Linux tells it by names and numbers."""
    flags = set(of.get("flags", "").split())
    features = sum(1 << bit for bit, name in enumerate(" ".join(_FEATURES).split()) if name in flags)
    family, model, stepping = (int(of.get(name, "0")) for name in ("cpu family", "model", "stepping"))
    signature = stepping | (model & 15) << 4 | min(family, 15) << 8 | model >> 4 << 16
    return f"{features:08X}{signature | max(family - 15, 0) << 20:08X}"


def _cache(level: str) -> int | None:
    """In KB, of the first processor."""
    for folder in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"):
        try:
            if (folder / "level").read_text().strip() == level:
                return int((folder / "size").read_text().strip().rstrip("K"))
        except (OSError, ValueError):
            continue
    return None


def _processor(number: int, threads: list[dict[str, str]]) -> Row:
    first = threads[0]
    family, model, stepping = (int(first.get(name, "0")) for name in ("cpu family", "model", "stepping"))
    vendor = first.get("vendor_id", "GenuineIntel")
    make = "Intel64" if vendor == "GenuineIntel" else "AMD64"
    text = f"{make} Family {family} Model {model} Stepping {stepping}"
    speed = round(float(first.get("cpu MHz", "0") or 0))
    cores = len({each.get("core id", str(place)) for place, each in enumerate(threads)})
    return {
        "DeviceID": f"CPU{number}",
        "SocketDesignation": f"CPU {number}",
        "Name": first.get("model name", "Unknown processor"),
        "Caption": text,
        "Description": text,
        "Manufacturer": vendor,
        "ProcessorId": _processor_id(first),
        "Level": family,
        "Family": 198 if make == "Intel64" else 107,  # "Intel Core i7", "Zen"
        "Revision": model << 8 | stepping,
        "Stepping": str(stepping),
        "Architecture": 9,
        "AddressWidth": 64,
        "DataWidth": 64,
        "MaxClockSpeed": speed,
        "CurrentClockSpeed": speed,
        "NumberOfCores": cores,
        "NumberOfEnabledCore": cores,
        "NumberOfLogicalProcessors": len(threads),
        "ThreadCount": len(threads),
        "L2CacheSize": _cache("2"),
        "L3CacheSize": _cache("3"),
        "ProcessorType": 3,
        "CpuStatus": 1,
        "Availability": 3,
        "StatusInfo": 3,
        "Role": "CPU",
        "Status": "OK",
        "Version": "",
        "CreationClassName": "Win32_Processor",
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": computer_name(),
    }


def packages() -> list[list[dict[str, str]]]:
    """The host's logical processors as /proc/cpuinfo tells them, together that are in one socket."""
    found: dict[str, list[dict[str, str]]] = {}
    for each in host_processors():
        found.setdefault(each.get("physical id", "0"), []).append(each)
    return list(found.values())


declare(
    "Win32_Processor",
    f"CIM_Processor {DEVICE_BASES}",
    DEVICE + " AddressWidth:u16 Architecture:u16 AssetTag CpuStatus:u16 CurrentClockSpeed:u32"
    " CurrentVoltage:u16 DataWidth:u16 *DeviceID ExtClock:u32 Family:u16 L2CacheSize:u32"
    " L2CacheSpeed:u32 L3CacheSize:u32 L3CacheSpeed:u32 Level:u16 LoadPercentage:u16 Manufacturer"
    " MaxClockSpeed:u32 NumberOfCores:u32 NumberOfEnabledCore:u32 NumberOfLogicalProcessors:u32"
    " PartNumber ProcessorId ProcessorType:u16 Revision:u16 Role"
    " SecondLevelAddressTranslationExtensions:b SerialNumber SocketDesignation Stepping"
    " ThreadCount:u32 UniqueId UpgradeMethod:u16 Version VirtualizationFirmwareEnabled:b"
    " VMMonitorModeExtensions:b VoltageCaps:u32",
    lambda: [_processor(number, threads) for number, threads in enumerate(packages())],
)

# ---- disks ----


def _attribute(disk: Path, *names: str) -> str | None:
    for name in names:
        try:
            text = (disk / name).read_text(errors="replace").strip()
        except OSError:
            continue
        if text:
            return text
    return None


def disks() -> list[Path]:
    """The folders of the host's disks that are devices: not loops, and not what is made of other disks."""
    try:
        return [each for each in sorted(Path("/sys/block").iterdir()) if (each / "device").exists()]
    except OSError:
        return []


def _disk(index: int, disk: Path) -> Row:
    sectors = int(_attribute(disk, "size") or 0)
    model = _attribute(disk, "device/model") or disk.name
    name = rf"\\.\PHYSICALDRIVE{index}"
    is_removable = _attribute(disk, "removable") == "1"
    return {
        "DeviceID": name,
        "Name": name,
        "Caption": model,
        "Model": model,
        "Description": "Disk drive",
        "Index": index,
        "InterfaceType": "USB" if "usb" in os.path.realpath(disk / "device") else "SCSI",
        "Manufacturer": "(Standard disk drives)",
        "MediaType": "Removable Media" if is_removable else "Fixed hard disk media",
        "MediaLoaded": True,
        "BytesPerSector": int(_attribute(disk, "queue/logical_block_size") or 512),
        "Size": sectors * 512,
        "TotalSectors": sectors,
        "Partitions": sum((each / "partition").exists() for each in disk.iterdir()),
        "SerialNumber": _attribute(disk, "device/serial", "serial", "device/wwid"),
        "FirmwareRevision": _attribute(disk, "device/firmware_rev", "device/rev"),
        "PNPDeviceID": rf"SCSI\DISK\{disk.name.upper()}",
        "ConfigManagerErrorCode": 0,
        "Status": "OK",
        "CreationClassName": "Win32_DiskDrive",
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": computer_name(),
    }


declare(
    "Win32_DiskDrive",
    f"CIM_DiskDrive CIM_MediaAccessDevice {DEVICE_BASES}",
    DEVICE + " BytesPerSector:u32 Capabilities:u16[] *DeviceID FirmwareRevision Index:u32 InterfaceType"
    " Manufacturer MediaLoaded:b MediaType Model Partitions:u32 SCSIBus:u32 SCSILogicalUnit:u16"
    " SCSIPort:u16 SCSITargetId:u16 SectorsPerTrack:u32 SerialNumber Signature:u32 Size:u64"
    " TotalCylinders:u64 TotalHeads:u32 TotalSectors:u64 TotalTracks:u64 TracksPerCylinder:u32",
    lambda: [_disk(index, disk) for index, disk in enumerate(disks())],
)


def _media() -> list[Row]:
    rows = (_disk(index, disk) for index, disk in enumerate(disks()))
    return [{"Tag": each["DeviceID"], "SerialNumber": each["SerialNumber"]} for each in rows]


declare(
    "Win32_PhysicalMedia",
    f"CIM_PhysicalMedia CIM_PhysicalComponent {PHYSICAL_BASES}",
    COMMON + " Capacity:u64 CreationClassName Manufacturer Model Removable:b SerialNumber SKU *Tag Version",
    _media,
)

DRIVE_REMOVABLE, DRIVE_FIXED, DRIVE_REMOTE, DRIVE_CDROM = 2, 3, 4, 5
_DRIVES = {
    DRIVE_REMOVABLE: "Removable Disk",
    DRIVE_FIXED: "Local Fixed Disk",
    DRIVE_REMOTE: "Network Connection",
    DRIVE_CDROM: "CD-ROM Disc",
}


def _logical_disk(letter: str, kind: int) -> Row:
    root = ctypes.create_string_buffer(_core.wide_bytes(letter + "\\"))
    label, system = ctypes.create_string_buffer(522), ctypes.create_string_buffer(522)
    serial, total, free = ctypes.c_uint32(), ctypes.c_uint64(), ctypes.c_uint64()
    where, at_label, at_system = (ctypes.addressof(each) for each in (root, label, system))
    got = windows(
        "kernel32.dll", "GetVolumeInformationW", where, at_label, 261, ctypes.addressof(serial),
        0, 0, at_system, 261,
    )  # fmt: skip
    places = (ctypes.addressof(total), ctypes.addressof(free))
    windows("kernel32.dll", "GetDiskFreeSpaceExW", where, 0, *places)
    row: Row = {
        "DeviceID": letter,
        "Name": letter,
        "Caption": letter,
        "Description": _DRIVES.get(kind, "Unknown"),
        "DriveType": kind,
        "MediaType": 12 if kind == DRIVE_FIXED else 0,
        "Access": 0,
        "CreationClassName": "Win32_LogicalDisk",
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": computer_name(),
    }
    if got & 0xFFFFFFFF:
        row |= {
            "VolumeName": _core.wide_string(at_label),
            "VolumeSerialNumber": f"{serial.value:08X}",
            "FileSystem": _core.wide_string(at_system),
            "Size": total.value,
            "FreeSpace": free.value,
            "Compressed": False,
        }
    return row


def _logical_disks() -> list[Row]:
    present = windows("kernel32.dll", "GetLogicalDrives") & 0xFFFFFFFF
    rows = []
    for number in range(26):
        if present >> number & 1:
            letter = chr(ord("A") + number) + ":"
            root = ctypes.create_string_buffer(_core.wide_bytes(letter + "\\"))
            kind = windows("kernel32.dll", "GetDriveTypeW", ctypes.addressof(root)) & 0xFFFFFFFF
            rows.append(_logical_disk(letter, kind))
    return rows


declare(
    "Win32_LogicalDisk",
    f"CIM_LogicalDisk CIM_StorageExtent {DEVICE_BASES}",
    DEVICE + " Access:u16 BlockSize:u64 Compressed:b *DeviceID DriveType:u32 FileSystem FreeSpace:u64"
    " MaximumComponentLength:u32 MediaType:u32 NumberOfBlocks:u64 ProviderName Purpose QuotasDisabled:b"
    " Size:u64 SupportsDiskQuotas:b SupportsFileBasedCompression:b VolumeDirty:b VolumeName"
    " VolumeSerialNumber",
    _logical_disks,
)

# ---- network adapters ----


def _hardware_address(of: host.Interface) -> str | None:
    return ":".join(f"{byte:02X}" for byte in of.hardware_address) or None


def _adapters() -> list[host.Interface]:
    return [each for each in host.interfaces() if each.type != host.IF_TYPE_LOOPBACK]


def _adapter(interface: host.Interface) -> Row:
    is_physical = os.path.exists(f"/sys/class/net/{interface.name}/device")
    is_ethernet = interface.type == host.IF_TYPE_ETHERNET
    return {
        "DeviceID": str(interface.number),
        "Index": interface.number,
        "InterfaceIndex": interface.number,
        "Name": interface.name,
        "Caption": f"[{interface.number:08}] {interface.name}",
        "Description": interface.name,
        "ProductName": interface.name,
        "NetConnectionID": interface.name,
        "NetConnectionStatus": 2 if interface.is_up else 7,  # "Connected", "Media disconnected"
        "NetEnabled": interface.is_up,
        "GUID": interface.guid,
        "MACAddress": _hardware_address(interface),
        "AdapterType": "Ethernet 802.3" if is_ethernet else None,
        "AdapterTypeId": 0 if is_ethernet else None,
        "PhysicalAdapter": is_physical,
        "PNPDeviceID": rf"PCI\{interface.name.upper()}"
        if is_physical
        else rf"ROOT\NET\{interface.number:04}",
        "Speed": interface.speed or None,
        "Installed": True,
        "Availability": 3,
        "ConfigManagerErrorCode": 0,
        "CreationClassName": "Win32_NetworkAdapter",
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": computer_name(),
    }


declare(
    "Win32_NetworkAdapter",
    f"CIM_NetworkAdapter {DEVICE_BASES}",
    DEVICE + " AdapterType AdapterTypeId:u16 AutoSense:b *DeviceID GUID Index:u32 Installed:b"
    " InterfaceIndex:u32 MACAddress Manufacturer MaxNumberControlled:u32 MaxSpeed:u64 NetConnectionID"
    " NetConnectionStatus:u16 NetEnabled:b NetworkAddresses:s[] PermanentAddress PhysicalAdapter:b"
    " ProductName ServiceName Speed:u64 TimeOfLastReset:t",
    lambda: [_adapter(each) for each in _adapters()],
)


def _mask(address: host.Address) -> str:
    """A mask of version 4, the length of a prefix of version 6."""
    if address.family != socket.AF_INET:
        return str(address.prefix)
    return socket.inet_ntoa((0xFFFFFFFF << (32 - address.prefix) & 0xFFFFFFFF).to_bytes(4, "big"))


def _configuration(interface: host.Interface) -> Row:
    addresses = interface.addresses if interface.is_up else []
    gateways = [
        socket.inet_ntop(route.family, route.gateway)
        for route in host.routes()
        if route.number == interface.number and not route.prefix and any(route.gateway)
    ]
    servers = [socket.inet_ntop(family, packed) for family, packed in host.dns_servers()]
    return {
        "Index": interface.number,
        "InterfaceIndex": interface.number,
        "Caption": f"[{interface.number:08}] {interface.name}",
        "Description": interface.name,
        "SettingID": interface.guid,
        "MACAddress": _hardware_address(interface),
        "IPEnabled": bool(addresses),
        "IPAddress": [socket.inet_ntop(each.family, each.packed) for each in addresses] or None,
        "IPSubnet": [_mask(each) for each in addresses] or None,
        "DefaultIPGateway": gateways or None,
        "DNSServerSearchOrder": (servers or None) if addresses else None,
        "DNSHostName": socket.gethostname() if addresses else None,
        "MTU": interface.mtu,
        "DHCPEnabled": False,
    }


declare(
    "Win32_NetworkAdapterConfiguration",
    "CIM_Setting",
    "Caption Description DatabasePath DefaultIPGateway:s[] DHCPEnabled:b DHCPLeaseExpires:t"
    " DHCPLeaseObtained:t DHCPServer DNSDomain DNSDomainSuffixSearchOrder:s[]"
    " DNSEnabledForWINSResolution:b DNSHostName DNSServerSearchOrder:s[] GatewayCostMetric:u16[]"
    " *Index:u32 InterfaceIndex:u32 IPAddress:s[] IPConnectionMetric:u32 IPEnabled:b IPSubnet:s[]"
    " MACAddress MTU:u32 ServiceName SettingID TcpipNetbiosOptions:u32 WINSPrimaryServer"
    " WINSSecondaryServer",
    lambda: [_configuration(each) for each in _adapters()],
)

# ---- devices that are not there ----

for _name, _bases, _properties in (
    ("Win32_Battery", "CIM_Battery", "Chemistry:u16 EstimatedChargeRemaining:u16 EstimatedRunTime:u32"),
    ("Win32_CDROMDrive", "CIM_CDROMDrive CIM_MediaAccessDevice", "Drive MediaType SerialNumber"),
    (
        "Win32_DesktopMonitor",
        "CIM_DesktopMonitor CIM_Display",
        "MonitorType ScreenHeight:u32 ScreenWidth:u32",
    ),
    ("Win32_PointingDevice", "CIM_PointingDevice", "HardwareType Manufacturer"),
    ("Win32_Keyboard", "CIM_Keyboard", "Layout NumberOfFunctionKeys:u16"),
    ("Win32_Printer", "CIM_Printer", "Default:b DriverName Local:b Network:b PortName ShareName Shared:b"),
    ("Win32_SoundDevice", "", "Manufacturer ProductName"),
    ("Win32_USBController", "CIM_USBController CIM_Controller", "Manufacturer ProtocolSupported:u16"),
    (
        "Win32_VideoController",
        "CIM_PCVideoController CIM_VideoController CIM_Controller",
        "AdapterCompatibility AdapterRAM:u32 CurrentHorizontalResolution:u32"
        " CurrentVerticalResolution:u32 DriverDate:t DriverVersion VideoModeDescription VideoProcessor",
    ),
):
    declare(_name, f"{_bases} {DEVICE_BASES}", f"{DEVICE} *DeviceID {_properties}", list)
declare(
    "Win32_PhysicalMemory",
    f"CIM_PhysicalMemory CIM_Chip CIM_PhysicalComponent {PHYSICAL_BASES}",
    COMMON + " BankLabel Capacity:u64 DeviceLocator FormFactor:u16 Manufacturer MemoryType:u16 PartNumber"
    " SerialNumber SMBIOSMemoryType:u32 Speed:u32 *Tag TotalWidth:u16",
    list,
)
