// build: msvc
// imports: msvcp100.dll ?_Xlength_error@std@@YAXPEBD@Z ?_Xout_of_range@std@@YAXPEBD@Z ?_Xbad_alloc@std@@YAXXZ
// imports: msvcp100.dll ??0_Lockit@std@@QEAA@H@Z ??1_Lockit@std@@QEAA@XZ ?_BADOFF@std@@3_JB
// imports: msvcp100.dll ?uncaught_exception@std@@YA_NXZ
// imports: msvcr100.dll __CxxFrameHandler3 _CxxThrowException memcpy
// imports: ntdll.dll __C_specific_handler __chkstk
// imports: vcruntime140.dll __std_terminate
// flags: -fno-threadsafe-statics -fno-sized-deallocation
// What containers and strings of Visual C++ 2010 call in msvcp100.dll.
// Without Wine: it does not end there.
#include "msvc_cxx.h"

namespace std {
class exception {
public:
    virtual ~exception();
    virtual const char *what() const;

private:
    const char *text;
    bool owned;
};

class logic_error : public exception {};
class length_error : public logic_error {};

class __declspec(dllimport) _Lockit {
public:
    explicit _Lockit(int kind);
    ~_Lockit();

private:
    int kind;
};

__declspec(dllimport) void _Xlength_error(const char *);
__declspec(dllimport) void _Xout_of_range(const char *);
__declspec(dllimport) void _Xbad_alloc();
__declspec(dllimport) bool uncaught_exception();
extern __declspec(dllimport) const long long _BADOFF;
}

static void containers()
{
    char text[] = "vector<T> too long";
    try {
        std::_Lockit lock(0);
        std::_Xlength_error(text);
    } catch (const std::length_error &error) {
        text[0] = '?';
        say("length: %s", error.what());
    }
    try {
        std::_Xout_of_range("invalid position");
    } catch (const std::length_error &) {
        say("the wrong one");
    } catch (const std::logic_error &error) {
        say("range: %s, uncaught %d", error.what(), std::uncaught_exception());
    }
    try {
        std::_Xbad_alloc();
    } catch (const std::exception &error) {
        say("memory: %s", error.what());
    }
    say("bad offset %d", (int)std::_BADOFF);
}

PROGRAM
{
    containers();
    return 0;
}
