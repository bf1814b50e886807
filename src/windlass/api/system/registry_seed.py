"""What a new registry holds: the well-known keys that run-time libraries and programs read.

Source: Microsoft, "Predefined Keys", "Known Folders", "System.Environment", "RTL_OSVERSIONINFOW", and the
documentation of those who read a key, named beside it.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import socket
import struct
import time
import uuid

from windlass import _core
from windlass.api.calls import windows
from windlass.api.locale import time_zones
from windlass.api.shell import folders
from windlass.api.system.registry_store import Store

__all__ = ["CLASSES", "CURRENT_USER", "MACHINE", "machine_identity", "seed", "serial_ports", "user_sid"]

REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ, REG_QWORD = 1, 2, 3, 4, 7, 11

MACHINE = "Machine"
USERS = "User"
CLASSES = r"Machine\SOFTWARE\Classes"
CURRENT_USER = "User\\"  # + user_sid()

BUILD = 19045


def machine_identity() -> bytes:
    """16 bytes that tell this machine from others, without giving away the host's own secret number."""
    try:
        with open("/etc/machine-id", "rb") as file:
            source = file.read().strip()
    except OSError:
        source = socket.gethostname().encode()
    return hashlib.sha256(b"windlass machine " + source).digest()[:16]


def user_sid() -> str:
    """S-1-5-21-(machine)-(1000 + the host's user number)."""
    parts = struct.unpack("<3I", machine_identity()[:12])
    return "S-1-5-21-{}-{}-{}-{}".format(*parts, 1000 + os.getuid())


def _wide(text: str) -> bytes:
    return _core.wide_bytes(text)


class Section:
    """A key under construction."""

    def __init__(self, store: Store, path: str, *, volatile: bool = False, replace: bool = False) -> None:
        self.store, self.replace = store, replace
        self.key, _ = store.make(Store.ROOT, path, volatile=volatile)

    def put(self, name: str, type: int, data: bytes) -> Section:
        """What the user has changed stays."""
        if self.replace or self.store.get(self.key, name) is None:
            self.store.put(self.key, name, type, data)
        return self

    def text(self, **values: str) -> Section:
        for name, value in values.items():
            self.put(name, REG_SZ, _wide(value))
        return self

    def texts(self, values: dict[str, str], type: int = REG_SZ) -> Section:
        for name, value in values.items():
            self.put(name, type, _wide(value))
        return self

    def number(self, **values: int) -> Section:
        for name, value in values.items():
            self.put(name, REG_DWORD, struct.pack("<I", value & 0xFFFFFFFF))
        return self


def seed(store: Store) -> None:
    """Put the well-known keys in place."""
    _roots(store)
    _version(store)
    _folders(store)
    _control(store)
    _time_zones(store)
    _network(store)
    _servers(store)
    _user(store)
    _hardware(store)


def _roots(store: Store) -> None:
    for path in (
        r"Machine\SAM",
        r"Machine\SECURITY",
        r"Machine\SOFTWARE\Classes\CLSID",
        r"Machine\SOFTWARE\Classes\Interface",
        r"Machine\SOFTWARE\Classes\TypeLib",
        r"Machine\SOFTWARE\Policies\Microsoft\Windows",
        r"Machine\SOFTWARE\WOW6432Node\Microsoft",
        r"Machine\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts",
        r"Machine\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options",
        r"Machine\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths",
        r"Machine\SOFTWARE\Microsoft\Windows\CurrentVersion\Run",
        r"Machine\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
        r"Machine\SYSTEM\CurrentControlSet\Enum",
        r"Machine\SYSTEM\CurrentControlSet\Hardware Profiles\Current",
        r"Machine\SYSTEM\CurrentControlSet\Services",
        r"User\.DEFAULT\Software",
        r"User\S-1-5-18\Software",
    ):
        store.make(Store.ROOT, path)


def _version(store: Store) -> None:
    section = Section(store, r"Machine\SOFTWARE\Microsoft\Windows NT\CurrentVersion")
    section.text(
        ProductName="Windows 10 Pro",
        CurrentVersion="6.3",  # frozen since Windows 10
        CurrentBuild=str(BUILD),
        CurrentBuildNumber=str(BUILD),
        CurrentType="Multiprocessor Free",
        BuildLab=f"{BUILD}.vb_release.191206-1406",
        BuildLabEx=f"{BUILD}.1.amd64fre.vb_release.191206-1406",
        DisplayVersion="22H2",
        ReleaseId="2009",
        EditionID="Professional",
        InstallationType="Client",
        SoftwareType="System",
        SystemRoot=r"C:\windows",
        PathName=r"C:\windows",
        ProductId="00000-00000-00000-AAAAA",
        RegisteredOwner=folders.user_name(),
        RegisteredOrganization="",
    )
    section.number(
        CurrentMajorVersionNumber=10, CurrentMinorVersionNumber=0, UBR=1, InstallDate=int(time.time())
    )
    identity = str(uuid.UUID(bytes=machine_identity()))
    Section(store, r"Machine\SOFTWARE\Microsoft\Cryptography").text(MachineGuid=identity)


def _folders(store: Store) -> None:
    files, common = r"C:\Program Files", r"C:\Program Files\Common Files"
    section = Section(store, r"Machine\SOFTWARE\Microsoft\Windows\CurrentVersion")
    section.text(
        ProgramFilesDir=files,
        CommonFilesDir=common,
        ProgramW6432Dir=files,
        CommonW6432Dir=common,
        ProgramFilesPath="%ProgramFiles%",
        DevicePath=r"%SystemRoot%\inf",
        MediaPathUnexpanded=r"%SystemRoot%\Media",
    )
    section.texts(
        {
            "ProgramFilesDir (x86)": r"C:\Program Files (x86)",
            "CommonFilesDir (x86)": r"C:\Program Files (x86)\Common Files",
        }
    )
    profiles = Section(store, r"Machine\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList")
    profiles.texts(
        {"ProfilesDirectory": r"%SystemDrive%\users", "ProgramData": r"%SystemDrive%\ProgramData"},
        REG_EXPAND_SZ,
    )
    profiles.texts({"Public": r"%SystemDrive%\users\Public"}, REG_EXPAND_SZ)
    own = Section(store, rf"Machine\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\{user_sid()}")
    own.texts({"ProfileImagePath": folders.windows_path("Profile")}, REG_EXPAND_SZ)


def _control(store: Store) -> None:
    control = r"Machine\SYSTEM\CurrentControlSet\Control"
    name = computer_name()
    for key in ("ComputerName", "ActiveComputerName"):
        Section(store, rf"{control}\ComputerName\{key}", replace=True).text(ComputerName=name)
    Section(store, rf"{control}\Nls\CodePage").text(ACP="65001", OEMCP="65001", MACCP="10000")
    Section(store, rf"{control}\Nls\Language").text(Default="0409", InstallLanguage="0409")
    Section(store, rf"{control}\ProductOptions").text(ProductType="WinNT")
    Section(store, rf"{control}\FileSystem").number(LongPathsEnabled=1, NtfsDisable8dot3NameCreation=1)
    Section(store, rf"{control}\Windows").texts(
        {"Directory": "%SystemRoot%", "SystemDirectory": r"%SystemRoot%\system32"}, REG_EXPAND_SZ
    )
    variables = Section(store, rf"{control}\Session Manager\Environment", replace=True)
    variables.texts(
        {
            "ComSpec": r"%SystemRoot%\system32\cmd.exe",
            "Path": r"%SystemRoot%\system32;%SystemRoot%",
            "TEMP": r"%SystemRoot%\TEMP",
            "TMP": r"%SystemRoot%\TEMP",
            "windir": "%SystemRoot%",
        },
        REG_EXPAND_SZ,
    )
    variables.text(
        OS="Windows_NT",
        PATHEXT=".COM;.EXE;.BAT;.CMD",
        PROCESSOR_ARCHITECTURE="AMD64",
        NUMBER_OF_PROCESSORS=str(os.cpu_count() or 1),
    )


def _time_zones(store: Store) -> None:
    path = r"Machine\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Time Zones"
    for zone in time_zones.zones(time.localtime().tm_year):
        section = Section(store, f"{path}\\{zone.key}", replace=True)
        section.text(Display=zone.display, Std=zone.standard, Dlt=zone.daylight)
        section.put("TZI", REG_BINARY, zone.rules)
    _own_time_zone(store, path)


def _own_time_zone(store: Store, path: str) -> None:
    """The host's zone, which may have a name that Windows does not know."""
    own, now = time_zones.own()
    section = Section(store, r"Machine\SYSTEM\CurrentControlSet\Control\TimeZoneInformation", replace=True)
    section.text(
        TimeZoneKeyName=own.TimeZoneKeyName, StandardName=own.StandardName, DaylightName=own.DaylightName
    )
    section.put("StandardStart", REG_BINARY, bytes(own.StandardDate))
    section.put("DaylightStart", REG_BINARY, bytes(own.DaylightDate))
    section.number(
        Bias=own.Bias,
        StandardBias=own.StandardBias,
        DaylightBias=own.DaylightBias,
        ActiveTimeBias=now,
        DynamicDaylightTimeDisabled=0,
    )
    section = Section(store, f"{path}\\{own.TimeZoneKeyName}")
    section.text(Display=own.StandardName, Std=own.StandardName, Dlt=own.DaylightName)
    section.put("TZI", REG_BINARY, own.rules())


SYSTEM_CLASSES = {
    "{0002E005-0000-0000-C000-000000000046}": ("StdComponentCategoriesMgr", "comcat.dll", "Both"),
    "{00021400-0000-0000-C000-000000000046}": ("Desktop", "shell32.dll", "Apartment"),
    "{00021401-0000-0000-C000-000000000046}": ("Shortcut", "shell32.dll", "Apartment"),
    "{3AD05575-8857-4850-9277-11B85BDB8E09}": (
        "Copy/Move/Rename/Delete/Link Object",
        "shell32.dll",
        "Apartment",
    ),
    "{4590F811-1D3A-11D0-891F-00AA004B2E24}": ("WBEM Locator", "wbemprox.dll", "Both"),
    "{CB8555CC-9128-11D1-AD9B-00C04FD8FDFF}": ("WBEM Administrative Locator", "wbemprox.dll", "Both"),
}
"""The classes of objects that DLLs of the system make: name, server, threading model."""


def _servers(store: Store) -> None:
    for identifier, (name, server, model) in SYSTEM_CLASSES.items():
        Section(store, rf"{CLASSES}\CLSID\{identifier}").texts({"": name})
        place = Section(store, rf"{CLASSES}\CLSID\{identifier}\InprocServer32")
        place.texts({"": rf"%SystemRoot%\system32\{server}"}, REG_EXPAND_SZ).text(ThreadingModel=model)


def computer_name() -> str:
    """The NetBIOS name: at most 15 characters in upper case."""
    return socket.gethostname().split(".")[0][:15].upper()


def _network(store: Store) -> None:
    host, _, domain = socket.gethostname().partition(".")
    section = Section(store, r"Machine\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters", replace=True)
    section.texts({"Hostname": host, "NV Hostname": host, "Domain": domain, "NV Domain": domain})
    servers, domains = resolver_configuration()
    section.text(NameServer=" ".join(servers), SearchList=",".join(domains))
    # The folder of "hosts", "services" and "protocol".
    section.texts({"DataBasePath": _core.path_to_windows("/etc")}, REG_EXPAND_SZ)
    store.make(Store.ROOT, r"Machine\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces")


def resolver_configuration() -> tuple[list[str], list[str]]:
    """Name servers and search domains of the host."""
    servers: list[str] = []
    domains: list[str] = []
    try:
        with open("/etc/resolv.conf", errors="replace") as file:
            for line in file:
                words = line.split("#")[0].split()
                if len(words) > 1 and words[0] == "nameserver":
                    servers.append(words[1])
                elif len(words) > 1 and words[0] in ("search", "domain"):
                    domains = words[1:]
    except OSError:
        pass
    return servers, domains


def _user(store: Store) -> None:
    home = CURRENT_USER + user_sid()
    store.make(Store.ROOT, home + r"\Software\Classes")
    store.make(Store.ROOT, home + r"\Software\Microsoft\Windows NT\CurrentVersion")
    explorer = home + r"\Software\Microsoft\Windows\CurrentVersion\Explorer"
    shell = {value: folders.windows_path(name) for value, name in folders.SHELL_FOLDER_VALUES.items()}
    Section(store, explorer + r"\Shell Folders", replace=True).texts(shell)
    Section(store, explorer + r"\User Shell Folders", replace=True).texts(shell, REG_EXPAND_SZ)
    Section(store, home + "\\Environment").texts(
        {"TEMP": r"%USERPROFILE%\AppData\Local\Temp", "TMP": r"%USERPROFILE%\AppData\Local\Temp"},
        REG_EXPAND_SZ,
    )
    international = Section(store, home + r"\Control Panel\International")
    international.texts(
        {
            "Locale": "00000409",
            "LocaleName": "en-US",
            "iCountry": "1",
            "sCountry": "United States",
            "sList": ",",
        }
    )
    international.texts(
        {"sDecimal": ".", "sThousand": ",", "sShortDate": "M/d/yyyy", "sTimeFormat": "h:mm:ss tt"}
    )
    desktop = Section(store, home + r"\Control Panel\Desktop")
    desktop.text(DragFullWindows="1", FontSmoothing="2", ScreenSaveActive="0", WheelScrollLines="3")
    desktop.number(FontSmoothingType=2, ForegroundLockTimeout=200000)
    variables = Section(store, home + r"\Volatile Environment", volatile=True)
    variables.text(
        USERNAME=folders.user_name(),
        USERPROFILE=folders.windows_path("Profile"),
        APPDATA=folders.windows_path("RoamingAppData"),
        LOCALAPPDATA=folders.windows_path("LocalAppData"),
        USERDOMAIN=computer_name(),
        LOGONSERVER="\\\\" + computer_name(),
    )


# ---- hardware: made anew at each start of the host ----


def _hardware(store: Store) -> None:
    system = r"Machine\HARDWARE\DESCRIPTION\System"
    Section(store, system, volatile=True).text(Identifier="AT/AT COMPATIBLE")
    for number, processor in enumerate(host_processors()):
        section = Section(store, rf"{system}\CentralProcessor\{number}", volatile=True)
        family, model, stepping = (processor.get(k, "0") for k in ("cpu family", "model", "stepping"))
        section.text(
            ProcessorNameString=processor.get("model name", "Unknown processor"),
            VendorIdentifier=processor.get("vendor_id", "GenuineIntel"),
            Identifier=f"Intel64 Family {family} Model {model} Stepping {stepping}"
            if processor.get("vendor_id") == "GenuineIntel"
            else f"AMD64 Family {family} Model {model} Stepping {stepping}",
        )
        section.number(**{"~MHz": round(float(processor.get("cpu MHz", "0") or 0))}, FeatureSet=0)
    firmware = Section(store, rf"{system}\BIOS", volatile=True)
    for value, file in FIRMWARE.items():
        text = _line(f"/sys/class/dmi/id/{file}")
        if text:
            firmware.text(**{value: text})


def serial_ports(store: Store) -> None:
    """Tell of the serial ports that are there now: they come and go, and this process may have its own."""
    numbers, count = (ctypes.c_uint32 * 256)(), ctypes.c_uint32()
    error = windows(
        "kernelbase.dll", "GetCommPorts", ctypes.addressof(numbers), len(numbers), ctypes.addressof(count)
    )
    ports = {rf"\Device\Serial{n - 1}": _wide(f"COM{n}") for n in numbers[: count.value]} if not error else {}
    path = r"Machine\HARDWARE\DEVICEMAP\SERIALCOMM"
    key = store.find(Store.ROOT, path)
    known = {name: data for name, _, data in store.values(key)} if key is not None else {}
    if known == ports:
        return
    with store.change():
        key, _ = store.make(Store.ROOT, path, volatile=True)
        for name in known.keys() - ports.keys():
            store.remove(key, name)
        for name, data in ports.items():
            store.put(key, name, REG_SZ, data)


FIRMWARE = {
    "BaseBoardManufacturer": "board_vendor",
    "BaseBoardProduct": "board_name",
    "BaseBoardVersion": "board_version",
    "BIOSReleaseDate": "bios_date",
    "BIOSVendor": "bios_vendor",
    "BIOSVersion": "bios_version",
    "SystemFamily": "product_family",
    "SystemManufacturer": "sys_vendor",
    "SystemProductName": "product_name",
    "SystemSKU": "product_sku",
    "SystemVersion": "product_version",
}


def _line(path: str) -> str:
    try:
        with open(path, errors="replace") as file:
            return file.readline().strip()
    except OSError:
        return ""


def host_processors() -> list[dict[str, str]]:
    try:
        with open("/proc/cpuinfo", errors="replace") as file:
            blocks = file.read().strip().split("\n\n")
    except OSError:
        blocks = []
    parsed = [dict(re.findall(r"^([^\t:]+?)\s*: *(.*)$", block, re.MULTILINE)) for block in blocks]
    return [block for block in parsed if "processor" in block] or [{}] * (os.cpu_count() or 1)
