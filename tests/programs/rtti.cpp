// build: msvc
// imports: vcruntime140.dll __CxxFrameHandler3 _CxxThrowException __std_terminate __RTDynamicCast __RTtypeid
// imports: vcruntime140.dll __RTCastToVoid __std_type_info_compare __std_type_info_hash __std_exception_copy
// imports: vcruntime140.dll __std_exception_destroy memcpy _purecall
// dynamic_cast and typeid over every kind of inheritance, and what they throw.
#include "msvc_cxx.h"

extern "C" __declspec(dllimport) int __std_type_info_compare(const void *, const void *);
extern "C" __declspec(dllimport) unsigned long long __std_type_info_hash(const void *);
void __cdecl operator delete(void *, unsigned long long) {}

namespace std {
class exception {
public:
    virtual ~exception() {}
    virtual const char *what() const { return text; }

private:
    const char *text;
    bool owned;
};
class bad_cast : public exception {};
class bad_typeid : public exception {};
class __non_rtti_object : public bad_typeid {};
}

struct A { virtual ~A() {} int a = 1; };
struct B : A { int b = 2; };
struct C : B { int c = 3; };
struct Other { virtual ~Other() {} int other = 4; };
struct Multiple : Other, C { int multiple = 5; };
struct Unrelated { virtual ~Unrelated() {} };
struct Left : A { int left = 6; };
struct Right : A { int right = 7; };
struct Twice : Left, Right { int twice = 8; };
struct VirtualLeft : virtual A { int left = 9; };
struct VirtualRight : virtual A { int right = 10; };
struct Diamond : VirtualLeft, VirtualRight, Other { int diamond = 11; };
struct Deeper : Diamond, Unrelated { int deeper = 12; };
struct PrivateBase : private A { A *base() { return this; } int hidden = 13; };
struct Mixed : Other, private C { C *base() { return this; } };
namespace space { template <typename T> struct Template : A { T value{}; }; }

template <typename T> struct Named { static const char *of(T *object) { return object ? "yes" : "no"; } };
template <typename To, typename From> static void cast(const char *name, From *object)
{
    To *to = dynamic_cast<To *>(object);
    say("%s: %d at %d", name, to != nullptr, to ? (int)((char *)to - (char *)object) : 0);
}

static int in_constructor;
struct Building : virtual A {
    Building()
    {
        A *base = this;
        in_constructor = dynamic_cast<Building *>(base) == this;
    }
};
struct Built : Other, Building {};

struct type_data { const void *vftable; void *readable; char decorated[100]; };
static const char *decorated(const type_info &type) { return ((const type_data &)type).decorated; }
static const void *data(const type_info &type) { return &((const type_data &)type).readable; }

PROGRAM
{
    C c;
    Multiple multiple;
    Twice twice;
    Diamond diamond;
    Deeper deeper;
    PrivateBase hidden;
    Mixed mixed;
    B b;
    space::Template<int> templated;
    cast<B, A>("down one", &c);
    cast<C, A>("down two", &c);
    cast<C, A>("not that far", &b);
    cast<C, B>("not from b", &b);
    cast<A, C>("up", &c);
    cast<Other, A>("across", &multiple);
    cast<C, Other>("across back", &multiple);
    cast<Multiple, Other>("to the first", &multiple);
    cast<Multiple, A>("to the complete one", &multiple);
    cast<Unrelated, A>("unrelated", &multiple);
    cast<Twice, Left>("twice from left", &twice);
    cast<Right, Left>("left to right", &twice);
    cast<Twice, A>("twice from left's a", static_cast<Left *>(&twice));
    cast<Left, A>("left from left's a", static_cast<Left *>(&twice));
    cast<Left, A>("left from right's a", static_cast<Right *>(&twice));
    cast<A, Left>("a from left", &twice);
    cast<Diamond, A>("virtual down", &diamond);
    cast<VirtualLeft, A>("virtual down to left", &diamond);
    cast<VirtualRight, VirtualLeft>("virtual across", &diamond);
    cast<Other, A>("virtual base across", &diamond);
    cast<A, Other>("across to the virtual base", &diamond);
    cast<Deeper, A>("deeper", &deeper);
    cast<Unrelated, A>("deeper across", &deeper);
    cast<Diamond, Unrelated>("deeper back", &deeper);
    cast<VirtualRight, Unrelated>("deeper back to right", &deeper);
    // Wine reports: from a private base: 1 at 0
    // documented: from a private base: 0 at 0     (read off Microsoft's vcruntime140.dll)
    cast<PrivateBase, A>("from a private base", hidden.base());
    // Wine reports: across from a private base: 1 at -16
    // documented: across from a private base: 0 at 0     (read off Microsoft's vcruntime140.dll)
    cast<Other, C>("across from a private base", mixed.base());
    // Wine reports: across to a private base: 1 at 16
    // documented: across to a private base: 0 at 0     (read off Microsoft's vcruntime140.dll)
    cast<C, Other>("across to a private base", &mixed);
    // Wine reports: across to a private base's base: 1 at 16
    // documented: across to a private base's base: 0 at 0     (read off Microsoft's vcruntime140.dll)
    cast<A, Other>("across to a private base's base", &mixed);
    cast<Multiple, A>("null", (A *)nullptr);
    Built built;
    say("while being built %d", in_constructor);
    say("complete object %d", dynamic_cast<void *>(static_cast<A *>(&multiple)) == (void *)&multiple);
    say("complete object, virtual %d", dynamic_cast<void *>(static_cast<A *>(&deeper)) == (void *)&deeper);
    try {
        dynamic_cast<Unrelated &>(static_cast<A &>(c));
    } catch (std::bad_cast &error) {
        say("bad cast: %s", error.what());
    }
    try {
        dynamic_cast<Unrelated &>(static_cast<A &>(c));
    } catch (std::exception &error) {
        say("as an exception: %s, %s", error.what(), decorated(typeid(error)));
    }
    try {
        A *nothing = nullptr;
        say("%s", decorated(typeid(*nothing)));
    } catch (std::bad_typeid &error) {
        // Wine reports: bad typeid: Attempted a typeid of NULL pointer!
        // documented: bad typeid: Attempted a typeid of nullptr pointer!     (read off Microsoft's vcruntime140.dll)
        say("bad typeid: %s", error.what());
    }
    try {
        void *rubbish[4] = {(void *)8, (void *)8, (void *)8, (void *)8};
        void **object[2] = {rubbish + 2, nullptr};
        A *nothing = (A *)object;
        say("%s", decorated(typeid(*nothing)));
    } catch (std::__non_rtti_object &error) {
        // Wine reports: no rtti: Bad read pointer - no RTTI data!
        // documented: no rtti: Access violation - no RTTI data!     (read off Microsoft's vcruntime140.dll)
        say("no rtti: %s", error.what());
    }
    A *base = &multiple;
    say("typeid %s %s %s", decorated(typeid(*base)), decorated(typeid(templated)), decorated(typeid(int *)));
    say("compare %d %d", __std_type_info_compare(data(typeid(*base)), data(typeid(Multiple))),
        __std_type_info_compare(data(typeid(A)), data(typeid(B))));
    say("hash %llx", __std_type_info_hash(data(typeid(Multiple))));
    return 0;
}
