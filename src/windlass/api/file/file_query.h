/* The information classes of files, shared by the Win32 functions and the native ones ("FILE_INFORMATION_CLASS"). */
#ifndef WINDLASS_FILE_QUERY_H
#define WINDLASS_FILE_QUERY_H

#include "file.h"
#include "nt.h"

enum {
    FileDirectoryInformation = 1, FileFullDirectoryInformation = 2, FileBothDirectoryInformation = 3,
    FileBasicInformation = 4, FileStandardInformation = 5, FileInternalInformation = 6, FileEaInformation = 7,
    FileAccessInformation = 8, FileNameInformation = 9, FileRenameInformation = 10, FileLinkInformation = 11,
    FileNamesInformation = 12, FileDispositionInformation = 13, FilePositionInformation = 14, FileModeInformation = 16,
    FileAlignmentInformation = 17, FileAllInformation = 18, FileAllocationInformation = 19,
    FileEndOfFileInformation = 20, FileStreamInformation = 22, FilePipeInformation = 23, FilePipeLocalInformation = 24,
    FileCompressionInformation = 28, FileCompletionInformation = 30, FileNetworkOpenInformation = 34,
    FileAttributeTagInformation = 35, FileIdBothDirectoryInformation = 37, FileIdFullDirectoryInformation = 38,
    FileIoCompletionNotificationInformation = 41, FileIoPriorityHintInformation = 43, FileStorageInformation = 58,
    FileIdInformation = 59, FileIdExtdDirectoryInformation = 60, FileDispositionInformationEx = 64,
    FileReplaceCompletionInformation = 61, FileRenameInformationEx = 65, FileStatInformation = 68,
};

/* Of a new name, which has `length` bytes. */
typedef struct { ULONG flags; HANDLE root; ULONG length; WCHAR name[1]; } FILE_RENAME_INFORMATION;

/* NtQueryInformationFile and NtSetInformationFile. */
NTSTATUS file_query_information(struct file *file, int class, void *buffer, size_t size, size_t *done);
NTSTATUS file_set_information(struct file *file, int class, const void *buffer, size_t size);

/* NtQueryDirectoryFile: entries that match the pattern of the first call, as many as fit or one.
 * STATUS_NO_SUCH_FILE: none at all; STATUS_NO_MORE_FILES: no further. */
NTSTATUS directory_query_read(struct file *file, int class, void *buffer, size_t size, bool single, bool restart,
                              const UNICODE_STRING *pattern, size_t *done);

/* Entries of a directory in Windows' order of what a search gives: "." and "..", then the others. */
struct directory_entry {
    WCHAR name[256];
    size_t length;
    struct file_facts facts;
};
struct directory_search;
/* NULL with *status. `host` is the directory; `pattern` is as FindFirstFile has it, "" for all. `facts`: whether the
 * entries' facts are wanted. */
struct directory_search *directory_search_open(const char *host, const WCHAR *pattern, size_t length, bool is_root,
                                               NTSTATUS *status);
/* The names of pipes. */
struct directory_search *directory_search_open_pipes(const WCHAR *pattern, size_t length, NTSTATUS *status);
bool directory_search_next(struct directory_search *search, struct directory_entry *entry);
void directory_search_restart(struct directory_search *search);
void directory_search_close(struct directory_search *search);

/* Whether a name matches a pattern with * and ? and the native < > " ("FsRtlIsNameInExpression function"). */
bool name_matches(const WCHAR *pattern, size_t pattern_length, const WCHAR *name, size_t name_length);

/* Renames or moves an open file or a path; `replaces`: an existing target is replaced. */
NTSTATUS file_rename(const char *from, const struct host_path *to, bool replaces);

/* The host path that a native name means: "\??\C:\x" as it is, one below a root directory behind that one's (file_nt.c). */
NTSTATUS path_of_object(const OBJECT_ATTRIBUTES *attributes, struct host_path *out);

#endif
