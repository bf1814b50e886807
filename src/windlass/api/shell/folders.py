"""The folders that Windows knows by name, and where they are here.

The user's own are the host's: the profile is the home folder, Documents, Pictures and their like are where
the desktop has them (xdg-user-dirs), application data are `~/.config` and `~/.local/share`. The system's are
on windlass's own drive C:.

Source: Microsoft, "KNOWNFOLDERID", "CSIDL"; freedesktop.org, "xdg-user-dirs".
"""

from __future__ import annotations

import functools
import os
import pwd
import re
from typing import NamedTuple

from windlass import _core

__all__ = ["SHELL_FOLDER_VALUES", "Folder", "by_csidl", "by_guid", "by_name", "user_name", "windows_path"]

# Name, KNOWNFOLDERID, CSIDL, place: a name of xdg-user-dirs, a Windows path, or - for what is no folder on a
# disk.
_TABLE = r"""
Desktop B4BFCC3A-DB2C-424C-B029-7FE99A87C641 10 DESKTOP
Documents FDD39AD0-238F-46AF-ADB4-6C85480369C7 05 DOCUMENTS
Downloads 374DE290-123F-4565-9164-39C4925E467B - DOWNLOAD
Music 4BD8D571-6D19-48D3-BE97-422220080E43 0d MUSIC
Pictures 33E28130-4E1E-4676-835A-98395C3BC3BB 27 PICTURES
Videos 18989B1D-99B5-455B-841C-AB7C74E4DDFC 0e VIDEOS
Templates A63293E8-664E-48DB-A079-DF759E0509F7 15 TEMPLATES
Public DFDF76A2-C82A-4D63-906A-5644AC457385 - {public}
Profile 5E6C858F-0E22-4760-9AFE-EA3317B67173 28 {profile}
UserProfiles 0762D272-C50A-4BB0-A382-697DCD729B80 - C:\users
RoamingAppData 3EB685DB-65F9-4CF6-A03A-E3EF65729F3D 1a {roaming}
LocalAppData F1B32785-6FBA-4FCF-9D55-7B8E7F157091 1c {local}
LocalAppDataLow A520A1A4-1780-4FF6-BD18-167343C5AF16 - {profile}\.local\share\LocalLow
Favorites 1777F761-68AD-4D8A-87BD-30B759FA33DD 06 {profile}\Favorites
Contacts 56784854-C6CB-462B-8169-88E350ACB882 - {profile}\Contacts
Links BFB9D5E0-C6A9-404C-B2B2-AE6DB6AF4968 - {profile}\Links
SavedGames 4C5C32FF-BB9D-43B0-B5B4-2D72E54EAAA4 - {profile}\Saved Games
SavedSearches 7D1D3A04-DEBB-4115-95CF-2F29DA2920DA - {profile}\Searches
SavedPictures 3B193882-D3AD-4EAB-965A-69829D1FB59F - {pictures}\Saved Pictures
CameraRoll AB5FB87B-7CE2-4F83-915D-550846C9537B - {pictures}\Camera Roll
Screenshots B7BEDE81-DF94-4682-A7D8-57A52620B86F - {pictures}\Screenshots
Playlists DE92C1C7-837F-4F69-A3BB-86E631204A23 - {music}\Playlists
PhotoAlbums 69D2CF90-FC33-4FB7-9A0C-EBB0F0FCB43C - {pictures}\Slide Shows
Programs A77F5D77-2E2B-44C3-A6A2-ABA601054A51 02 {menu}\Programs
StartMenu 625B53C3-AB48-4EC1-BA1F-A1EF4146FC19 0b {menu}
Startup B97D20BB-F46A-4C97-BA10-5E3608430854 07 {menu}\Programs\Startup
AdminTools 724EF170-A42D-4FEF-9F26-B60E846FBA4F 30 {menu}\Programs\Administrative Tools
Recent AE50C081-EBD2-438A-8655-8A092E34987A 08 {roaming}\Microsoft\Windows\Recent
SendTo 8983036C-27C0-404B-8F08-102D10DCFD74 09 {roaming}\Microsoft\Windows\SendTo
NetHood C5ABBF53-E17F-4121-8900-86626FC2C973 13 {roaming}\Microsoft\Windows\Network Shortcuts
PrintHood 9274BD8D-CFD1-41C3-B35E-B13F55A758F4 1b {roaming}\Microsoft\Windows\Printer Shortcuts
QuickLaunch 52A4F021-7B75-48A9-9F6B-4B87A210BC8F - {roaming}\Microsoft\Internet Explorer\Quick Launch
Libraries 1B3EA5DC-B587-4786-B4EF-BD1DC332AEAE - {roaming}\Microsoft\Windows\Libraries
AccountPictures 008CA0B1-55B4-4C56-B8A8-4DE4B299D3BE - {roaming}\Microsoft\Windows\AccountPictures
InternetCache 352481E8-33BE-4251-BA85-6007CAEDCF9D 20 {local}\Microsoft\Windows\INetCache
Cookies 2B0F765D-C0E9-4171-908E-08A611B84FF6 21 {local}\Microsoft\Windows\INetCookies
History D9DC8A3B-B784-432E-A781-5A1130A75963 22 {local}\Microsoft\Windows\History
CDBurning 9E52AB10-F80D-49DF-ACB8-4330F5687855 3b {local}\Microsoft\Windows\Burn\Burn
GameTasks 054FAE61-4DD8-4787-80B6-090220C4B700 - {local}\Microsoft\Windows\GameExplorer
RoamingTiles 00BCFC5A-ED94-4E48-96A1-3F6217F21990 - {local}\Microsoft\Windows\RoamingTiles
Ringtones C870044B-F49E-4126-A9C3-B52A1FF411E8 - {local}\Microsoft\Windows\Ringtones
UserProgramFiles 5CD7AEE2-2219-4A67-B85D-6C9CE15660CB - {local}\Programs
UserProgramFilesCommon BCBD3057-CA5C-4622-B42D-BC56DB0AE516 - {local}\Programs\Common
ProgramData 62AB5D82-FDC1-4DC3-A9DD-070D1D495D97 23 C:\ProgramData
CommonPrograms 0139D44E-6AFE-49F2-8690-3DAFCAE6FFB8 17 {common}\Start Menu\Programs
CommonStartMenu A4115719-D62E-491D-AA7C-E74B8BE3B067 16 {common}\Start Menu
CommonStartup 82A5EA35-D9CD-47C5-9629-E15D2F714E6E 18 {common}\Start Menu\Programs\Startup
CommonAdminTools D0384E7D-BAC3-4797-8F14-CBA229B392B5 2f {common}\Start Menu\Programs\Administrative Tools
CommonTemplates B94237E7-57AC-4347-9151-B08C6C32D1F7 2d {common}\Templates
CommonOEMLinks C1BAE2D0-10DF-4334-BEDD-7AA20B227A9D 3a C:\ProgramData\OEM Links
PublicGameTasks DEBF2536-E1A8-4C59-B6A2-414586476AEA - {common}\GameExplorer
PublicRingtones E555AB60-153B-4D17-9F04-A5FE99FC15EC - {common}\Ringtones
DeviceMetadataStore 5CE4A5E9-E4EB-479D-B89F-130C02886155 - {common}\DeviceMetadataStore
PublicDesktop C4AA340D-F20F-4863-AFEF-F87EF2E6BA25 19 {public}\Desktop
PublicDocuments ED4824AF-DCE4-45A8-81E2-FC7965083634 2e {public}\Documents
PublicDownloads 3D644C9B-1FB8-4F30-9B45-F670235F79C0 - {public}\Downloads
PublicMusic 3214FAB5-9757-4298-BB61-92A9DEAA44FF 35 {public}\Music
PublicPictures B6EBFB86-6907-413C-9AF7-4FC2ABF07CC5 36 {public}\Pictures
PublicVideos 2400183A-6185-49FB-A2D8-4A392A602BA3 37 {public}\Videos
PublicLibraries 48DAF80B-E6CF-4F4E-B800-0E69D84EE384 - {public}\Libraries
Windows F38BF404-1D43-42F2-9305-67DE0B28FC23 24 C:\windows
System 1AC14E77-02E7-4E5D-B744-2EB1AE5198B7 25 C:\windows\system32
SystemX86 D65231B0-B2F1-4857-A4CE-A8E7C6EA7D27 29 C:\windows\syswow64
Fonts FD228CB7-AE11-4AE3-864C-16F3910AB8FE 14 C:\windows\Fonts
ResourceDir 8AD10C31-2ADB-4296-A8F7-E4701232C972 38 C:\windows\resources
LocalizedResourcesDir 2A00375E-224C-49DE-B8D1-440DF7EF3DDC 39 C:\windows\resources\0409
ProgramFiles 905E63B6-C1BF-494E-B29C-65B732D3D21A 26 C:\Program Files
ProgramFilesX64 6D809377-6AF0-444B-8957-A3773F02200E - C:\Program Files
ProgramFilesX86 7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E 2a C:\Program Files (x86)
ProgramFilesCommon F7F1ED05-9F6D-47A2-AAAE-29D317C6F066 2b C:\Program Files\Common Files
ProgramFilesCommonX64 6365D5A7-0F0D-45E5-87F6-0DA56B6A4F7D - C:\Program Files\Common Files
ProgramFilesCommonX86 DE974D24-D9C6-4D3E-BF91-F4455120B917 2c C:\Program Files (x86)\Common Files
InternetFolder 4D9F7874-4E0C-4904-967B-40B0D20C3E4B 01 -
ControlPanelFolder 82A74AEB-AEB4-465C-A014-D097EE346D63 03 -
PrintersFolder 76FC4E2D-D6AD-4519-A663-37BD56068185 04 -
RecycleBinFolder B7534046-3ECB-4C18-BE4E-64CD4CB7D6AC 0a -
ComputerFolder 0AC0837C-BBF8-452A-850D-79D08E667CA7 11 -
NetworkFolder D20BEEC4-5CA8-4905-AE3B-BF251EA09B53 12 -
ConnectionsFolder 6F0CD92B-2E97-45D1-88FF-B0D186B8DEDD 31 -
"""

# The values of "Shell Folders" and "User Shell Folders" in the registry, and the folders' names.
SHELL_FOLDER_VALUES = {
    "Administrative Tools": "AdminTools",
    "AppData": "RoamingAppData",
    "Cache": "InternetCache",
    "CD Burning": "CDBurning",
    "Cookies": "Cookies",
    "Desktop": "Desktop",
    "Favorites": "Favorites",
    "Fonts": "Fonts",
    "History": "History",
    "Local AppData": "LocalAppData",
    "My Music": "Music",
    "My Pictures": "Pictures",
    "My Video": "Videos",
    "NetHood": "NetHood",
    "Personal": "Documents",
    "PrintHood": "PrintHood",
    "Programs": "Programs",
    "Recent": "Recent",
    "SendTo": "SendTo",
    "Start Menu": "StartMenu",
    "Startup": "Startup",
    "Templates": "Templates",
    "{374DE290-123F-4565-9164-39C4925E467B}": "Downloads",
}


class Folder(NamedTuple):
    """A known folder; csidl is None for those that have none."""

    name: str
    guid: str
    csidl: int | None
    place: str

    @property
    def is_virtual(self) -> bool:
        return self.place == "-"


@functools.cache
def _folders() -> dict[str, Folder]:
    rows = (line.split(" ", 3) for line in _TABLE.strip().splitlines())
    return {
        name: Folder(name, guid, None if csidl == "-" else int(csidl, 16), place)
        for name, guid, csidl, place in rows
    }


def by_guid(guid: str) -> Folder | None:
    """By its KNOWNFOLDERID, in upper case without braces."""
    return next((folder for folder in _folders().values() if folder.guid == guid), None)


def by_csidl(csidl: int) -> Folder | None:
    if csidl == CSIDL_DESKTOP:
        csidl = CSIDL_DESKTOPDIRECTORY
    return next((folder for folder in _folders().values() if folder.csidl == csidl), None)


CSIDL_DESKTOP, CSIDL_DESKTOPDIRECTORY = 0x00, 0x10


def by_name(name: str) -> Folder | None:
    """By what Windows calls it, as in `shell:Downloads` or `shell:Local AppData`."""
    wanted = name.lower()
    known = {value.lower(): each for value, each in SHELL_FOLDER_VALUES.items()}
    return next(
        (
            each
            for each in _folders().values()
            if each.name.lower() in (wanted, known.get(wanted, "").lower())
        ),
        None,
    )


def windows_path(name: str) -> str:
    """Where the folder is, as Windows programs see it."""
    place = _folders()[name].place
    if place in _USER_DIRECTORIES:
        return _core.path_to_windows(_user_directory(place))
    if "{" not in place:
        return place
    return place.format_map(_Bases())


class _Bases(dict[str, str]):
    """The folders that others lie in, found out when they are asked for."""

    def __missing__(self, key: str) -> str:
        if key == "profile":
            return _core.path_to_windows(_home())
        if key == "roaming":
            return _core.path_to_windows(os.path.join(_home(), ".config"))
        if key == "local":
            return _core.path_to_windows(os.path.join(_home(), ".local", "share"))
        if key == "menu":
            return self["roaming"] + r"\Microsoft\Windows\Start Menu"
        if key in _SYSTEM_BASES:
            return _SYSTEM_BASES[key]
        return windows_path(key.capitalize())


_SYSTEM_BASES = {"public": r"C:\users\Public", "common": r"C:\ProgramData\Microsoft\Windows"}


def _home() -> str:
    return os.path.expanduser("~").rstrip("/") or "/"


def user_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return os.environ.get("USER", "user")


# ---- xdg-user-dirs ----

_USER_DIRECTORIES = {
    "DESKTOP": "Desktop",
    "DOCUMENTS": "Documents",
    "DOWNLOAD": "Downloads",
    "MUSIC": "Music",
    "PICTURES": "Pictures",
    "TEMPLATES": "Templates",
    "VIDEOS": "Videos",
}


def _user_directory(name: str) -> str:
    """What `xdg-user-dir NAME` prints; where it has been configured to be the home folder, that."""
    configuration = os.environ.get("XDG_CONFIG_HOME") or os.path.join(_home(), ".config")
    try:
        with open(os.path.join(configuration, "user-dirs.dirs"), errors="surrogateescape") as file:
            text = file.read()
    except OSError:
        text = ""
    match = re.search(rf'^\s*XDG_{name}_DIR="(\$HOME/?)?([^"]*)"', text, re.MULTILINE)
    if match is None:
        return os.path.join(_home(), _USER_DIRECTORIES[name])
    below = re.sub(r"\\(.)", r"\1", match[2])
    return os.path.join(_home() if match[1] else "/", below).rstrip("/") or "/"
