// build: freestanding
// flags: -fno-builtin -lucrtbase
// Paths, facts about files, finding files, folders.
// Wine reports: null 22 errno 22
// documented: null 22 errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: size without buffer 22 errno 22
// documented: size without buffer 22 errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: small path 34 errno 34
// documented: small path 34 errno 34 invalid 1     (Microsoft, "_makepath_s, _wmakepath_s")
// Wine reports: _fullpath small 0
// documented: _fullpath small 0 errno 34     (Microsoft, "_fullpath, _wfullpath": maxlen is too small)
// Wine reports: _chdrive bad -1 errno 02
// documented: _chdrive bad -1 errno 13 invalid 1     (Microsoft, "_chdrive": EACCES)
// Wine reports: closed -1
// documented: closed -1 errno 09 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: bad search -1 errno 02
// documented: bad search -1 errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: bad close -1 errno 09
// documented: bad close -1 errno 22     (Microsoft, "_findclose")
// Wine reports: _access bad mode 0
// documented: _access bad mode -1 errno 22 invalid 1     (Microsoft, "_access, _waccess")
#include "crt_stdio.h"

struct stat64 {
    unsigned st_dev;
    unsigned short st_ino, st_mode;
    short st_nlink, st_uid, st_gid;
    unsigned st_rdev;
    long long st_size, times[3];
};
struct stat32 {
    unsigned st_dev;
    unsigned short st_ino, st_mode;
    short st_nlink, st_uid, st_gid;
    unsigned st_rdev;
    int st_size, times[3];
};
struct stat64i32 {
    unsigned st_dev;
    unsigned short st_ino, st_mode;
    short st_nlink, st_uid, st_gid;
    unsigned st_rdev;
    int st_size;
    long long times[3];
};
struct finddata64 {
    unsigned attrib;
    long long times[3], size;
    char name[260];
};
struct wfinddata32 {
    unsigned attrib;
    int times[3];
    unsigned size;
    wide name[260];
};
int _stat64(const char *, struct stat64 *), _stat32(const char *, struct stat32 *), _fstat64(int, struct stat64 *);
int _stat64i32(const char *, struct stat64i32 *), _wstat64(const wide *, struct stat64 *);
long long _findfirst64(const char *, struct finddata64 *), _wfindfirst32(const wide *, struct wfinddata32 *);
int _findnext64(long long, struct finddata64 *), _wfindnext32(long long, struct wfinddata32 *), _findclose(long long);
int _mkdir(const char *), _rmdir(const char *), _chdir(const char *), _chdrive(int), _getdrive(void), _unlink(const char *);
unsigned long _getdrives(void);
char *_getcwd(char *, int), *_fullpath(char *, const char *, size_t), *_mktemp(char *), *_getdcwd(int, char *, int);
wide *_wfullpath(wide *, const wide *, size_t);
void _splitpath(const char *, char *, char *, char *, char *);
int _splitpath_s(const char *, char *, size_t, char *, size_t, char *, size_t, char *, size_t);
void _wsplitpath(const wide *, wide *, wide *, wide *, wide *);
void _makepath(char *, const char *, const char *, const char *, const char *);
int _makepath_s(char *, size_t, const char *, const char *, const char *, const char *);
int _mktemp_s(char *, size_t), _access_s(const char *, int);

static char folder[300], text[600];

static void write_file(const char *path, const char *contents)
{
    FILE *file = fopen(path, "wb");
    fputs(contents, file);
    fclose(file);
}

static void split(const char *path)
{
    char drive[3], dir[256], name[256], extension[256];
    _splitpath(path, drive, dir, name, extension);
    say("%s: [%s] [%s] [%s] [%s]", path, drive, dir, name, extension);
}

static void make(const char *drive, const char *dir, const char *name, const char *extension)
{
    _makepath(text, drive, dir, name, extension);
    say("%s + %s + %s + %s: [%s]", drive, dir, name, extension, text);
}

static void texts(void)
{
    split("C:\\folder\\sub\\name.ext");
    split("C:name.ext");
    split("\\\\server\\share\\name");
    split("folder/sub/name.tar.gz");
    split("name");
    split(".hidden");
    split("folder.with.dots\\name");
    split("C:\\");
    split("..");
    split("");
    wide drive[3], dir[256], name[256], extension[256];
    _wsplitpath(L"D:\\\x3042\\b.\x3044", drive, dir, name, extension);
    say("wide: [%ls] [%ls] [%ls] [%ls]", drive, dir, name, extension);
    char small[4];
    say("small %d%s", _splitpath_s("C:\\folder\\name.ext", NULL, 0, NULL, 0, small, 4, NULL, 0), failure());
    say("emptied %d", small[0]);
    say("fits %d", _splitpath_s("C:\\folder\\abc.ext", NULL, 0, NULL, 0, small, 4, NULL, 0));
    say("null %d%s", _splitpath_s(NULL, small, 4, NULL, 0, NULL, 0, NULL, 0), failure());
    say("size without buffer %d%s", _splitpath_s("abc", NULL, 4, NULL, 0, NULL, 0, NULL, 0), failure());

    make("C", "\\folder\\", "name", ".ext");
    make("C:", "\\folder", "name", "ext");
    make("", "folder/sub", "name", "");
    make("C", "", "name", "ext");
    make("", "", "", "ext");
    make(NULL, NULL, "name", NULL);
    say("small path %d%s", _makepath_s(text, 5, "C", "folder", "name", "ext"), failure());
    say("emptied %d", text[0]);
}

static void absolute(void)
{
    say("_chdir %d", _chdir(folder));
    say("_getcwd %d", _getcwd(folder, sizeof folder) == folder);
    say("the same %d", _getcwd(text, sizeof text) == text && strcmp(text, folder) == 0);
    char *made = _getcwd(NULL, 0);
    say("made %d", strcmp(made, folder) == 0);
    free(made);
    say("too small %d%s", _getcwd(text, 3) != NULL, failure());
    say("_fullpath %d", _fullpath(text, "a\\..\\b.txt", sizeof text) == text);
    say("rest [%s]", text + strlen(folder));
    made = _fullpath(NULL, "sub/./c", 0);
    say("made [%s]", made + strlen(folder));
    free(made);
    say("_fullpath small %d%s", _fullpath(text, "abc", 4) != NULL, failure());
    say("_fullpath root [%s]", _fullpath(text, "C:\\x\\..\\..\\y", sizeof text));
    wide units[300];
    say("_wfullpath [%ls]", _wfullpath(units, L"C:/x/../\x3042.", 300));
    say("_getdrive %d", _getdrive() == (folder[0] | 0x20) - 'a' + 1);
    say("_getdcwd %d", _getdcwd(_getdrive(), text, sizeof text) == text && strcmp(text, folder) == 0);
    say("_getdrives %d", (_getdrives() >> (_getdrive() - 1) & 1) == 1 && (_getdrives() >> 2 & 1) == 1);
    say("_chdrive bad %d%s", _chdrive(99), failure());
    say("_chdir missing %d%s", _chdir("no such folder"), failure());
}

static void facts(void)
{
    struct stat64 facts;
    struct stat32 facts32;
    struct stat64i32 facts64i32;
    write_file("plain.txt", "twelve bytes");
    write_file("program.exe", "");
    say("_mkdir %d", _mkdir("inner"));
    say("_mkdir again %d%s", _mkdir("inner"), failure());
    say("_mkdir deep %d%s", _mkdir("no\\such"), failure());
    say("_stat64 %d", _stat64("plain.txt", &facts));
    say("mode %x size %lld links %d ino %d uid %d", facts.st_mode, facts.st_size, facts.st_nlink, facts.st_ino, facts.st_uid);
    say("times %d drive %d", facts.times[1] > 1500000000 && facts.times[1] < 4000000000LL, (int)facts.st_dev == _getdrive() - 1);
    say("_stat32 %d", _stat32("plain.txt", &facts32));
    say("mode %x size %d same time %d", facts32.st_mode, facts32.st_size, facts32.times[1] == (int)facts.times[1]);
    say("_stat64i32 %d", _stat64i32("plain.txt", &facts64i32));
    say("size %d same time %d", facts64i32.st_size, facts64i32.times[1] == facts.times[1]);
    _chmod("plain.txt", _S_IREAD);
    say("read only %d mode %x", _stat64("plain.txt", &facts), facts.st_mode);
    say("read only mode %x", facts.st_mode);
    _chmod("plain.txt", _S_IREAD | _S_IWRITE);
    _stat64("program.exe", &facts);
    say("program mode %x", facts.st_mode);
    _stat64("inner", &facts);
    say("folder mode %x size %lld", facts.st_mode, facts.st_size);
    _wstat64(L"inner", &facts);
    say("folder mode %x", facts.st_mode);
    say("missing %d%s", _stat64("missing", &facts), failure());
    say("wildcard %d%s", _stat64("*.txt", &facts), failure());
    int file = _open("plain.txt", _O_RDONLY);
    say("_fstat64 %d", _fstat64(file, &facts));
    say("mode %x size %lld", facts.st_mode, facts.st_size);
    _close(file);
    say("closed %d%s", _fstat64(file, &facts), failure());
}

static void finding(void)
{
    struct finddata64 data;
    struct wfinddata32 wide_data;
    static char names[10][30];
    int count = 0;
    long long search = _findfirst64("*.*", &data);
    do {
        strcpy(names[count++], data.name);
    } while (count < 10 && _findnext64(search, &data) == 0);
    say("found %d%s", count, failure());
    for (int i = 0; i < count; i++)
        for (int k = i + 1; k < count; k++)
            if (strcmp(names[k], names[i]) < 0) {
                char swap[30];
                strcpy(swap, names[i]);
                strcpy(names[i], names[k]);
                strcpy(names[k], swap);
            }
    for (int i = 0; i < count; i++)
        say("name %s", names[i]);
    say("_findclose %d", _findclose(search));
    search = _findfirst64("plain.*", &data);
    say("one %s size %lld attributes %x", data.name, data.size, data.attrib & 0x1f);
    say("no more %d%s", _findnext64(search, &data), failure());
    _findclose(search);
    search = _wfindfirst32(L"inn*", &wide_data);
    say("wide %ls attributes %x time %d", wide_data.name, wide_data.attrib & 0x1f, wide_data.times[2] > 1500000000);
    _findclose(search);
    say("missing %d%s", (int)_findfirst64("missing*", &data), failure());
    say("missing folder %d%s", (int)_findfirst64("missing\\*", &data), failure());
    say("bad search %d%s", _findnext64(-1, &data), failure());
    say("bad close %d%s", _findclose(-1), failure());
}

static void changes(void)
{
    say("rename %d", rename("plain.txt", "renamed.txt"));
    say("old %d%s", _access("plain.txt", 0), failure());
    say("rename to existing %d%s", rename("renamed.txt", "program.exe"), failure());
    say("rename missing %d%s", rename("missing", "other"), failure());
    say("_access_s %d %d%s", _access_s("renamed.txt", 6), _access_s("missing", 0), failure());
    say("_access bad mode %d%s", _access("renamed.txt", 1), failure());
    say("remove folder %d%s", remove("inner"), failure());
    say("_rmdir file %d%s", _rmdir("renamed.txt"), failure());
    write_file("inner\\file", "x");
    say("_rmdir full %d%s", _rmdir("inner"), failure());
    say("_unlink %d", _unlink("inner/file"));
    say("_rmdir %d", _rmdir("inner"));
    char template[] = "fileXXXXXX", bad[] = "fileXXXX";
    say("_mktemp %d", _mktemp(template) == template && template[4] == 'a');
    say("_mktemp_s bad %d%s", _mktemp_s(bad, sizeof bad), failure());
    say("remove %d %d %d%s", remove("renamed.txt"), remove("program.exe"), remove("missing"), failure());
}

PROGRAM
{
    survive_invalid_parameters();
    tmpnam_s(folder, sizeof folder);
    strcat(folder, "d");
    say("folder %d", _mkdir(folder));
    texts();
    absolute();
    facts();
    finding();
    changes();
    _chdir("..");
    say("removed %d", _rmdir(folder));
    return 0;
}
