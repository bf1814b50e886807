// flags: -lntdll
// A symbolic link to a directory is a directory itself ("Symbolic Link Effects on File Systems Functions").
// Without Wine: it makes no symbolic links.
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

#define SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE 2

static WCHAR folder[MAX_PATH];

static WCHAR *in_folder(const WCHAR *name)
{
    static WCHAR paths[4][MAX_PATH];
    static unsigned next;
    WCHAR *path = paths[next++ % 4];
    wsprintfW(path, L"%ls\\%ls", folder, name);
    return path;
}

static void try_open(const char *what, const WCHAR *name, DWORD flags)
{
    HANDLE file = CreateFileW(in_folder(name), FILE_READ_ATTRIBUTES, 7, NULL, OPEN_EXISTING, flags, NULL);
    BY_HANDLE_FILE_INFORMATION facts = {0};
    DWORD error = file == INVALID_HANDLE_VALUE ? GetLastError() : 0;
    GetFileInformationByHandle(file, &facts);
    say("%s: error %lu, directory %d, link %d", what, error, (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0,
        (facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0);
    CloseHandle(file);
}

static void try_open_native(const char *what, const WCHAR *name, ULONG options)
{
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    WCHAR path[MAX_PATH];
    HANDLE file = NULL;
    wsprintfW(path, L"\\?\?\\%ls", in_folder(name));
    RtlInitUnicodeString(&text, path);
    InitializeObjectAttributes(&attributes, &text, OBJ_CASE_INSENSITIVE, NULL, NULL);
    NTSTATUS status = NtOpenFile(&file, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attributes, &block, 7,
                                 FILE_OPEN_REPARSE_POINT | options);
    say("%s: %x", what, status);
    if (!status)
        NtClose(file);
}

#ifndef OBJ_DONT_REPARSE
#define OBJ_DONT_REPARSE 0x1000
#endif

static void try_without_links(const char *what, const WCHAR *name, ULONG disposition, ULONG options)
{
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    HANDLE file = NULL, root = CreateFileW(folder, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    RtlInitUnicodeString(&text, name);
    InitializeObjectAttributes(&attributes, &text, OBJ_CASE_INSENSITIVE | OBJ_DONT_REPARSE, root, NULL);
    NTSTATUS status = NtCreateFile(&file, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attributes, &block, NULL, 0, 7, disposition,
                                   options, NULL, 0);
    say("%s: %x", what, status);
    if (!status)
        NtClose(file);
    CloseHandle(root);
}

PROGRAM
{
    const DWORD itself = FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS;
    GetTempPathW(MAX_PATH - 40, folder);
    wsprintfW(folder + lstrlenW(folder), L"windlass-directory-links-%lu-%lu", GetCurrentProcessId(), GetTickCount());
    check(CreateDirectoryW(folder, NULL) && CreateDirectoryW(in_folder(L"target"), NULL) &&
          CreateDirectoryW(in_folder(L"target\\inner"), NULL));
    CloseHandle(CreateFileW(in_folder(L"file"), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    const DWORD flags = SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE;
    check(CreateSymbolicLinkW(in_folder(L"link"), L"target", SYMBOLIC_LINK_FLAG_DIRECTORY | flags));
    check(CreateSymbolicLinkW(in_folder(L"file link"), L"file", flags));
    check(CreateSymbolicLinkW(in_folder(L"broken"), L"not there", flags));
    try_open("the link", L"link", itself);
    try_open("with a backslash", L"link\\", itself);
    try_open("what it leads to", L"link\\", FILE_FLAG_BACKUP_SEMANTICS);
    try_open("a link to a file", L"file link", itself);
    try_open("with a backslash", L"file link\\", itself);
    try_open_native("as a directory", L"link", FILE_DIRECTORY_FILE);
    try_open_native("as none", L"link", FILE_NON_DIRECTORY_FILE);
    try_open_native("a link to a file as a directory", L"file link", FILE_DIRECTORY_FILE);
    try_open_native("as none", L"file link", FILE_NON_DIRECTORY_FILE);
    try_without_links("not through a link", L"link\\inner", FILE_OPEN, 0);
    try_without_links("not what it leads to", L"file link", FILE_OPEN, 0);
    try_without_links("not a new file through it", L"broken", FILE_CREATE, 0);
    try_without_links("not through it, either", L"link\\inner", FILE_OPEN, FILE_OPEN_REPARSE_POINT);
    try_without_links("the link itself", L"link", FILE_OPEN, FILE_OPEN_REPARSE_POINT);
    try_without_links("through the link itself", L"link\\", FILE_OPEN, FILE_OPEN_REPARSE_POINT);
    try_without_links("where there is none", L"target\\inner", FILE_OPEN, 0);
    HANDLE made = CreateFileW(in_folder(L"broken"), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    say("made through a link %d", made != INVALID_HANDLE_VALUE);
    CloseHandle(made);
    say("removed %d %d %d", RemoveDirectoryW(in_folder(L"target\\inner")), DeleteFileW(in_folder(L"broken")),
        DeleteFileW(in_folder(L"not there")));
    say("removed %d %d", RemoveDirectoryW(in_folder(L"link")), DeleteFileW(in_folder(L"file link")));
    DeleteFileW(in_folder(L"file"));
    RemoveDirectoryW(in_folder(L"target"));
    say("all gone %d", RemoveDirectoryW(folder));
    return 0;
}
