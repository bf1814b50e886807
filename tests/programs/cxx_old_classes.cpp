// build: msvc
// imports: msvcr100.dll ??0exception@std@@QEAA@XZ ??0exception@std@@QEAA@AEBQEBD@Z ??0exception@std@@QEAA@AEBQEBDH@Z
// imports: msvcr100.dll ??0exception@std@@QEAA@AEBV01@@Z ??1exception@std@@UEAA@XZ ??4exception@std@@QEAAAEAV01@AEBV01@@Z
// imports: msvcr100.dll ?what@exception@std@@UEBAPEBDXZ ??0bad_cast@std@@QEAA@PEBD@Z ??1bad_cast@std@@UEAA@XZ
// imports: msvcr100.dll ??0bad_cast@std@@QEAA@AEBV01@@Z ?__ExceptionPtrCreate@@YAXPEAX@Z ?__ExceptionPtrDestroy@@YAXPEAX@Z
// imports: msvcr100.dll ?__ExceptionPtrCurrentException@@YAXPEAX@Z ?__ExceptionPtrRethrow@@YAXPEBX@Z
// imports: msvcr100.dll ?__ExceptionPtrCopy@@YAXPEAXPEBX@Z ??2@YAPEAX_K@Z ??3@YAXPEAX@Z __CxxFrameHandler3 _CxxThrowException
// imports: msvcr100.dll memcpy
// imports: ntdll.dll __C_specific_handler __chkstk
// imports: vcruntime140.dll __std_terminate
// flags: -fno-threadsafe-statics -fno-sized-deallocation
// Classes of the C++ run-time library that Visual C++ 2010's programs take from msvcr100.dll.
#include "msvc_cxx.h"

namespace std {
class __declspec(dllimport) exception {
public:
    exception();
    exception(const char *const &what);
    exception(const char *const &what, int);
    exception(const exception &other);
    exception &operator=(const exception &other);
    virtual ~exception();
    virtual const char *what() const;

private:
    const char *text;
    bool owned;
};

class __declspec(dllimport) bad_cast : public exception {
public:
    bad_cast(const char *what = "bad cast");
    bad_cast(const bad_cast &other);
    virtual ~bad_cast();
};
}

__declspec(dllimport) void __ExceptionPtrCreate(void *);
__declspec(dllimport) void __ExceptionPtrDestroy(void *);
__declspec(dllimport) void __ExceptionPtrCurrentException(void *);
__declspec(dllimport) void __ExceptionPtrCopy(void *, const void *);
__declspec(dllimport) void __ExceptionPtrRethrow(const void *);

static int alive;

struct failure : std::exception {
    int code;
    failure(const char *what, int code) : std::exception(what), code(code) { alive++; }
    failure(const failure &other) : std::exception(other), code(other.code) { alive++; }
    ~failure() { alive--; }
};

static void objects()
{
    char text[] = "changing";
    const char *const what = text;
    std::exception none, copied(what), kept(what, 1), again(copied);
    text[0] = 'C';
    say("%s, %s, %s, %s", none.what(), copied.what(), kept.what(), again.what());
    none = copied;
    say("%s", none.what());
    std::exception *object = new std::bad_cast("cast");
    say("%s", object->what());
    delete object;
}

static void throwing()
{
    try {
        throw failure("thrown", 1);
    } catch (const std::exception &caught) {
        say("caught %s, %d", caught.what(), static_cast<const failure &>(caught).code);
    }
    check(alive == 0);
    try {
        throw std::bad_cast();
    } catch (const std::exception &caught) {
        say("caught %s", caught.what());
    }
}

static void transporting()
{
    void *pointer[2], *copy[2];
    __ExceptionPtrCreate(pointer);
    try {
        throw failure("carried", 10);
    } catch (...) {
        __ExceptionPtrCurrentException(pointer);
    }
    __ExceptionPtrCopy(copy, pointer);
    __ExceptionPtrDestroy(pointer);
    for (int i = 0; i < 2; i++) {
        try {
            __ExceptionPtrRethrow(copy);
        } catch (const failure &caught) {
            say("again %s, %d", caught.what(), caught.code);
        }
    }
    __ExceptionPtrDestroy(copy);
    // Wine reports: alive: -2
    // documented: alive: 0     (Microsoft, "Transporting exceptions between threads")
    say("alive: %d", alive);
}

PROGRAM
{
    objects();
    throwing();
    transporting();
    return 0;
}
