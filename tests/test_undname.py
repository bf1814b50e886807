"""Decorated C++ names, made readable.

Microsoft's own vcruntime140.dll says the same of each, and of the 9,192 names that its run-time libraries
and some other DLLs export.
"""

from __future__ import annotations

import ctypes

import pytest

from windlass import _core, loader

NAMES = """
?$TSS0@?1??m@L@?1??stat@@YAHXZ@SAHXZ@4HA
    int `public: static int __cdecl `int __cdecl stat(void)'::`2'::L::m(void)'::`2'::$TSS0
?$TSS0@?1??stat@@YAHXZ@4HA
    int `int __cdecl stat(void)'::`2'::$TSS0
??$?BH@B@@QEAAPEAHXZ
    public: __cdecl B::operator<int> int * __ptr64(void) __ptr64
??$put@US@in@ns@@@?$vec@H@ns@@QEAAXUS@in@1@H@Z
    public: void __cdecl ns::vec<int>::put<struct ns::in::S>(struct ns::in::S,int) __ptr64
??$tm@H@B@@QEAAHH@Z
    public: int __cdecl B::tm<int>(int) __ptr64
??$tm@PEBD@B@@QEAAPEBDPEBD@Z
    public: char const * __ptr64 __cdecl B::tm<char const * __ptr64>(char const * __ptr64) __ptr64
??0B@@QEAA@AEBU0@@Z
    public: __cdecl B::B(struct B const & __ptr64) __ptr64
??0B@@QEAA@H@Z
    public: __cdecl B::B(int) __ptr64
??0D@@QEAA@XZ
    public: __cdecl D::D(void) __ptr64
??0V1@@QEAA@XZ
    public: __cdecl V1::V1(void) __ptr64
??1?$vec@$$A6AXH@Z@ns@@QEAA@XZ
    public: __cdecl ns::vec<void __cdecl(int)>::~vec<void __cdecl(int)>(void) __ptr64
??1B@@UEAA@XZ
    public: virtual __cdecl B::~B(void) __ptr64
??1D@@UEAA@XZ
    public: virtual __cdecl D::~D(void) __ptr64
??1V1@@UEAA@XZ
    public: virtual __cdecl V1::~V1(void) __ptr64
??2@YAPEAX_K@Z
    void * __ptr64 __cdecl operator new(unsigned __int64)
??2@YAPEAX_KH@Z
    void * __ptr64 __cdecl operator new(unsigned __int64,int)
??3@YAXPEAX@Z
    void __cdecl operator delete(void * __ptr64)
??8@YA_NUS@in@ns@@0@Z
    bool __cdecl operator==(struct ns::in::S,struct ns::in::S)
??BB@@QEAAPEBDXZ
    public: __cdecl B::operator char const * __ptr64(void) __ptr64
??BB@@QEBA_NXZ
    public: __cdecl B::operator bool(void)const __ptr64
??CB@@QEAAPEAU0@XZ
    public: struct B * __ptr64 __cdecl B::operator->(void) __ptr64
??EB@@QEAAAEAU0@XZ
    public: struct B & __ptr64 __cdecl B::operator++(void) __ptr64
??H@YAHUS@in@ns@@H@Z
    int __cdecl operator+(struct ns::in::S,int)
??JB@@QEAAHH@Z
    public: int __cdecl B::operator->*(int) __ptr64
??MB@@QEBA_NAEBU0@@Z
    public: bool __cdecl B::operator<(struct B const & __ptr64)const __ptr64
??QB@@QEAAAEAHH@Z
    public: int & __ptr64 __cdecl B::operator,(int) __ptr64
??R<lambda_0>@@QEBA?A?<auto>@@H@Z
    public: <auto> __cdecl <lambda_0>::operator()(int)const __ptr64
??R<lambda_1>@?0??ft@@YAXXZ@QEBA?A?<auto>@@XZ
    public: <auto> __cdecl `void __cdecl ft(void)'::`1'::<lambda_1>::operator()(void)const __ptr64
??RB@@QEAAHHH@Z
    public: int __cdecl B::operator()(int,int) __ptr64
??_7B@@6B@
    const B::`vftable'
??_7D@@6BB@@@
    const D::`vftable'{for `B'}
??_7D@@6BV1@@@
    const D::`vftable'{for `V1'}
??_7V1@@6B0@@
    const V1::`vftable'{for `V1'}
??_7V1@@6BB@@@
    const V1::`vftable'{for `B'}
??_7type_info@@6B@
    const type_info::`vftable'
??_8V1@@7B@
    const V1::`vbtable'
??_C@_0M@LACCCNMM@hello?5world?$AA@
    `string'
??_C@_19FINJPIIF@?$AAw?$AAi?$AAd?$AAe?$AA?$AA@
    `string'
??_DD@@QEAAXXZ
    public: void __cdecl D::`vbase destructor'(void) __ptr64
??_DV1@@QEAAXXZ
    public: void __cdecl V1::`vbase destructor'(void) __ptr64
??_GB@@UEAAPEAXI@Z
    public: virtual void * __ptr64 __cdecl B::`scalar deleting destructor'(unsigned int) __ptr64
??_GD@@UEAAPEAXI@Z
    public: virtual void * __ptr64 __cdecl D::`scalar deleting destructor'(unsigned int) __ptr64
??_GV1@@UEAAPEAXI@Z
    public: virtual void * __ptr64 __cdecl V1::`scalar deleting destructor'(unsigned int) __ptr64
??_R0?AUB@@@8
    struct B `RTTI Type Descriptor'
??_R0?AUD@@@8
    struct D `RTTI Type Descriptor'
??_R0?AUV1@@@8
    struct V1 `RTTI Type Descriptor'
??_R1A@73FA@B@@8
    B::`RTTI Base Class Descriptor at (0,8,4,80)'
??_R1A@?0A@EA@B@@8
    B::`RTTI Base Class Descriptor at (0,-1,0,64)'
??_R1A@?0A@EA@D@@8
    D::`RTTI Base Class Descriptor at (0,-1,0,64)'
??_R1A@?0A@EA@V1@@8
    V1::`RTTI Base Class Descriptor at (0,-1,0,64)'
??_R1BA@?0A@EA@V2@@8
    V2::`RTTI Base Class Descriptor at (16,-1,0,64)'
??_R2B@@8
    B::`RTTI Base Class Array'
??_R2D@@8
    D::`RTTI Base Class Array'
??_R2V1@@8
    V1::`RTTI Base Class Array'
??_R4B@@6B@
    const B::`RTTI Complete Object Locator'
??_R4D@@6BB@@@
    const D::`RTTI Complete Object Locator'{for `B'}
??_R4D@@6BV1@@@
    const D::`RTTI Complete Object Locator'{for `V1'}
??_R4V1@@6B0@@
    const V1::`RTTI Complete Object Locator'{for `V1'}
??_R4V1@@6BB@@@
    const V1::`RTTI Complete Object Locator'{for `B'}
??_U@YAPEAX_K@Z
    void * __ptr64 __cdecl operator new[](unsigned __int64)
??_U@YAPEAX_KD@Z
    void * __ptr64 __cdecl operator new[](unsigned __int64,char)
??__J?1??inl@@YAHXZ@51
    `int __cdecl inl(void)'::`2'::`local static thread guard'{2}'
??__K_km@@YAH_K@Z
    int __cdecl operator "" _km(unsigned __int64)
??__MB@@QEBAHAEBU0@@Z
    public: int __cdecl B::operator<=>(struct B const & __ptr64)const __ptr64
?count@?$vec@U?$vec@PEBD@ns@@@ns@@2HA
    public: static int ns::vec<struct ns::vec<char const * __ptr64> >::count
?cs@ns@@3FB
    short const ns::cs
?dtor$4@?0??inl@@YAHXZ@4HA
    int `int __cdecl inl(void)'::`1'::dtor$4
?dtor$5@?0??m@L@?1??stat@@YAHXZ@SAHXZ@4HA
    int `public: static int __cdecl `int __cdecl stat(void)'::`2'::L::m(void)'::`1'::dtor$5
?f0@@YAXXZ
    void __cdecl f0(void)
?f0i@@YAXH@Z
    void __cdecl f0i(int)
?f10@@YA?AUS@in@ns@@XZ
    struct ns::in::S __cdecl f10(void)
?f11@@YA?BUS@in@ns@@XZ
    struct ns::in::S const __cdecl f11(void)
?f12@@YAP6AHD@ZH@Z
    int (__cdecl*__cdecl f12(int))(char)
?f13@@YAAEAY02HXZ
    int (& __ptr64 __cdecl f13(void))[3]
?f14@@YAXH@Z
    void __cdecl f14(int)
?f15@@YQXH@Z
    void __vectorcall f15(int)
?f16@@YAXXZ
    void __cdecl f16(void)
?f17@@YAX$$T@Z
    void __cdecl f17(std::nullptr_t)
?f18@@YAXPEDXPEIAH@Z
    void __cdecl f18(void const volatile * __ptr64,int * __ptr64 __restrict)
?f19@@YAXPEFAH@Z
    void __cdecl f19(int __unaligned * __ptr64)
?f20@@YAXP6AXHP6AXD@Z@ZP6AP6AHD@ZH@Z@Z
    void __cdecl f20(void (__cdecl*)(int,void (__cdecl*)(char)),int (__cdecl*(__cdecl*)(int))(char))
?f23@@YAXP8B@@EDA_NH_N@ZPER1@H@Z
    void __cdecl f23(bool (__cdecl B::*)(int,bool)const volatile __ptr64,int const B::* __ptr64)
?f24@@YAXA6AHH@ZAEBQ6AHH@Z@Z
    void __cdecl f24(int (__cdecl&)(int),int (__cdecl*const & __ptr64)(int))
?f25@@YAXQEBH_Q@Z
    void __cdecl f25(int const * __ptr64 const,char8_t)
?f2@@YAXZZ
    void __cdecl f2(...)
?f3@@YAXHZZ
    void __cdecl f3(int,...)
?f7@@YAXAEAY02HPEAY123HPEAY01$$CBH@Z
    void __cdecl f7(int (& __ptr64)[3],int (* __ptr64)[3][4],int const (* __ptr64)[2])
?f9@@YAPEBDXZ
    char const * __ptr64 __cdecl f9(void)
?f@?$arr@H$04@ns@@QEAAXXZ
    public: void __cdecl ns::arr<int,5>::f(void) __ptr64
?f@?$arr@PEAUS@in@ns@@$0BN@@ns@@QEAAXXZ
    public: void __cdecl ns::arr<struct ns::in::S * __ptr64,29>::f(void) __ptr64
?ft@@YAXXZ
    void __cdecl ft(void)
?g@?$tup@$$V@ns@@QEAAXXZ
    public: void __cdecl ns::tup<>::g(void) __ptr64
?g@?$tup@HDN@ns@@QEAAXHDN@Z
    public: void __cdecl ns::tup<int,char,double>::g(int,char,double) __ptr64
?ga@@3PAY03HA
    int (* ga)[4]
?gfp@@3P6AHHPEBD@ZEA
    int (__cdecl* __ptr64 gfp)(int,char const * __ptr64)
?gi@@3HA
    int gi
?gmf@@3P8?$vec@H@ns@@EBAXH@ZEQ12@
    void (__cdecl ns::vec<int>::* __ptr64 gmf)(int)const __ptr64
?gmp@@3PEQS@in@ns@@HEQ123@
    int ns::in::S::* __ptr64 __ptr64 gmp
?gp@@3PEBHEB
    int const * __ptr64 const __ptr64 gp
?gr@@3AEAY02HEA
    int (& __ptr64 __ptr64 gr)[3]
?h@?$fptr@$1?f0i@@YAXH@Z@ns@@QEAAXXZ
    public: void __cdecl ns::fptr<&void __cdecl f0i(int)>::h(void) __ptr64
?h@?$ptr@$0A@@ns@@QEAAXXZ
    public: void __cdecl ns::ptr<0>::h(void) __ptr64
?h@?$ptr@$1?gi@@3HA@ns@@QEAAXXZ
    public: void __cdecl ns::ptr<&int gi>::h(void) __ptr64
?inl@@YAHXZ
    int __cdecl inl(void)
?k@?$bo@$00@ns@@QEAAXXZ
    public: void __cdecl ns::bo<1>::k(void) __ptr64
?lam@@3V<lambda_0>@@A
    class <lambda_0> lam
?local@?1??stat@@YAHXZ@4HA
    int `int __cdecl stat(void)'::`2'::local
?m@L@?1??stat@@YAHXZ@SAHXZ
    public: static int __cdecl `int __cdecl stat(void)'::`2'::L::m(void)
?mk2@@YAPEAXXZ
    void * __ptr64 __cdecl mk2(void)
?nd@ns@@3NA
    double ns::nd
?pr@B@@IEAAXXZ
    protected: void __cdecl B::pr(void) __ptr64
?pv@B@@AECAHXZ
    private: int __cdecl B::pv(void)volatile __ptr64
?st@B@@SAXH@Z
    public: static void __cdecl B::st(int)
?stat@@YAHXZ
    int __cdecl stat(void)
?str@@YAPEBDXZ
    char const * __ptr64 __cdecl str(void)
?sv@B@@0HA
    private: static int B::sv
?take@@YAPEAHXZ
    int * __ptr64 __cdecl take(void)
?useanon@@YAPEAXXZ
    void * __ptr64 __cdecl useanon(void)
?useinl@@YAHXZ
    int __cdecl useinl(void)
?uselam@@YAHXZ
    int __cdecl uselam(void)
?usev@@YAPEAHXZ
    int * __ptr64 __cdecl usev(void)
?v@B@@UEBAHH@Z
    public: virtual int __cdecl B::v(int)const __ptr64
?v@D@@$4PPPPPPPM@A@EBAHH@Z
    [thunk]:public: virtual int __cdecl D::v`vtordisp{4294967292,0}' (int)const __ptr64
?v@D@@UEBAHH@Z
    public: virtual int __cdecl D::v(int)const __ptr64
?v@V1@@$4PPPPPPPM@A@EBAHH@Z
    [thunk]:public: virtual int __cdecl V1::v`vtordisp{4294967292,0}' (int)const __ptr64
?v@V1@@UEBAHH@Z
    public: virtual int __cdecl V1::v(int)const __ptr64
?vc@ns@@3DC
    char volatile ns::vc
?w@D@@$4PPPPPPPM@A@EAAXXZ
    [thunk]:public: virtual void __cdecl D::w`vtordisp{4294967292,0}' (void) __ptr64
?w@D@@UEAAXXZ
    public: virtual void __cdecl D::w(void) __ptr64
?w@V1@@$4PPPPPPPM@A@EAAXXZ
    [thunk]:public: virtual void __cdecl V1::w`vtordisp{4294967292,0}' (void) __ptr64
?w@V1@@UEAAXXZ
    public: virtual void __cdecl V1::w(void) __ptr64
?wstr@@YAPEB_WXZ
    wchar_t const * __ptr64 __cdecl wstr(void)
?x@?1??inl@@YAHXZ@4PEAUB@@EA
    struct B * __ptr64 __ptr64 `int __cdecl inl(void)'::`2'::x
?x@D@@UEAAXXZ
    public: virtual void __cdecl D::x(void) __ptr64
?x@V1@@UEAAXXZ
    public: virtual void __cdecl V1::x(void) __ptr64
?y@D@@UEAAXXZ
    public: virtual void __cdecl D::y(void) __ptr64
?y@V2@@UEAAXXZ
    public: virtual void __cdecl V2::y(void) __ptr64
?z@?$tt@Uvec@ns@@@ns@@QEAAXXZ
    public: void __cdecl ns::tt<struct ns::vec>::z(void) __ptr64
?__type_info_root_node@@3U__type_info_node@@A
    struct __type_info_node __type_info_root_node
??__Efoo@@YAXXZ
    void __cdecl `dynamic initializer for 'foo''(void)
??__Ffoo@@YAXXZ
    void __cdecl `dynamic atexit destructor for 'foo''(void)
??__E?x@S@@2HA@@YAXXZ
    void __cdecl `dynamic initializer for 'public: static int S::x''(void)
??_9S@@$BA@AA
    [thunk]: __cdecl S::`vcall'{0,{flat}}' }'
??_9S@@$B7AA
    [thunk]: __cdecl S::`vcall'{8,{flat}}' }'
?f@S@@W7EAAHXZ
    [thunk]:public: virtual int __cdecl S::f`adjustor{8}' (void) __ptr64
?f@S@@O7EAAHXZ
    [thunk]:protected: virtual int __cdecl S::f`adjustor{8}' (void) __ptr64
?f@S@@GBA@EAAHXZ
    [thunk]:private: virtual int __cdecl S::f`adjustor{16}' (void) __ptr64
?f@S@@$R477PPPPPPPM@7EAAXXZ
    [thunk]:public: virtual void __cdecl S::f`vtordispex{8,8,4294967292,8}' (void) __ptr64
??_B?1??f@@YAXXZ@51
    `void __cdecl f(void)'::`2'::`local static guard'{2}'
??_FX@@QEAAXXZ
    public: void __cdecl X::`default constructor closure'(void) __ptr64
??_OX@@QEAAXXZ
    public: void __cdecl X::`copy constructor closure'(void) __ptr64
??_SX@@6B@
    const X::`local vftable'
??_TX@@QEAAXXZ
    public: void __cdecl X::`local vftable constructor closure'(void) __ptr64
?x@@3QEAHEA
    int * __ptr64 __ptr64 x
?x@@3PEIAHEIA
    int * __ptr64 __restrict __ptr64 __restrict x
?f@@YAXPEIFAH@Z
    void __cdecl f(int __unaligned * __ptr64 __restrict)
?f@@YGXH@Z
    void __stdcall f(int)
?f@@YIXH@Z
    void __fastcall f(int)
?f@@YMXH@Z
    void __clrcall f(int)
?f@@YWXH@Z
    void __swift_3 f(int)
?f@?$A@$H?g@B@@QEAAXXZ3@@QEAAXXZ
    public: void __cdecl A<{public: void __cdecl B::g(void) __ptr64,4}>::f(void) __ptr64
?f@?$A@$F34@@QEAAXXZ
    public: void __cdecl A<{4,5}>::f(void) __ptr64
?f@?$A@$E?x@@3HA@@QEAAXXZ
    public: void __cdecl A<int x>::f(void) __ptr64
?f@?$A@$$CBH@@QEAAXXZ
    public: void __cdecl A<int const >::f(void) __ptr64
?f@?$A@$$BY02H@@QEAAXXZ
    public: void __cdecl A<int [3]>::f(void) __ptr64
?f@?$A@$$A8B@@EAAHXZ@@QEAAXXZ
    public: void __cdecl A<int __cdecl B::(void) __ptr64>::f(void) __ptr64
?f@?$A@$$QEAH@@QEAAXXZ
    public: void __cdecl A<int && __ptr64>::f(void) __ptr64
?f@?$A@$$T@@QEAAXXZ
    public: void __cdecl A<std::nullptr_t>::f(void) __ptr64
?f@?$A@$$V@@QEAAXXZ
    public: void __cdecl A<>::f(void) __ptr64
?f@?$A@$$Z@@QEAAXXZ
    public: void __cdecl A<>::f(void) __ptr64
?f@?$A@$S@@QEAAXXZ
    public: void __cdecl A<>::f(void) __ptr64
?f@?$A@$MH04@@QEAAXXZ
    public: void __cdecl A<5>::f(void) __ptr64
?f@@YA_PXZ
    auto __cdecl f(void)
?f@@YA?A_TXZ
    decltype(auto) __cdecl f(void)
?f@@YAXP6AXXZ_E@Z
    void __cdecl f(void (__cdecl*)(void),unsigned __int8)
?f@@YAXPEAY0BAA@H@Z
    void __cdecl f(int (* __ptr64)[256])
?x@?1??f@@YAXXZ@4HA
    int `void __cdecl f(void)'::`2'::x
?x@?BA@??f@@YAXXZ@4HA
    int `void __cdecl f(void)'::`16'::x
?x@?Afoo@@3HA
    int `anonymous namespace'::x
?x@?A@@3HA
    int `anonymous namespace'::x
?f@@YAXAEIAH@Z
    void __cdecl f(int & __ptr64 __restrict)
?f@@YAXPIAH@Z
    void __cdecl f(int * __restrict)
?x@@3PBDB
    char const * const x
?x@@3PAPBDA
    char const * * x
??0bad_alloc@std@@QAE@ABV01@@Z
    public: __thiscall std::bad_alloc::bad_alloc(class std::bad_alloc const &)
?f@C@@QAEXXZ
    public: void __thiscall C::f(void)
?f@@YAPAXXZ
    void * __cdecl f(void)
?f@@YAXAAPAH@Z
    void __cdecl f(int * &)
?f@@YAXP8C@@AEXXZ@Z
    void __cdecl f(void (__thiscall C::*)(void))
??Bx@@QEAA?AV?$y@H@@XZ
    public: __cdecl x::operator class y<int>(void) __ptr64
??$?BVz@@@x@@QEAAPEAVz@@XZ
    public: __cdecl x::operator<class z> class z * __ptr64(void) __ptr64
??$f@$0A@@@YAXXZ
    void __cdecl f<0>(void)
??$f@$1?g@@YAXXZ@@YAXXZ
    void __cdecl f<&void __cdecl g(void)>(void)
??__K_x@@YAHPEBD@Z
    int __cdecl operator "" _x(char const * __ptr64)
??__L@YAHXZ
    int __cdecl operator co_await(void)
?f@@9
    f
?f@0@YAXXZ
    void __cdecl f::f(void)
"""

lines = NAMES.splitlines()[1:]
PAIRS = [(decorated, readable.strip()) for decorated, readable in zip(lines[::2], lines[1::2])]

NO_UNDERSCORES, NO_KEYWORDS, NO_RESULT, NO_CONVENTION, NO_THIS = 1, 2, 4, 0x10, 0x60
NO_ACCESS, NO_MEMBER_TYPE, NAME_ONLY, TYPE_ONLY, NO_ECSU = 0x80, 0x200, 0x1000, 0x2000, 0x8000


@pytest.fixture(scope="module")
def undecorate():
    function = _core.export(loader.load("vcruntime140").handle, "__unDName", 0)
    run_time = loader.load("ucrtbase").handle
    allocate, free = (_core.export(run_time, name, 0) for name in ("malloc", "free"))

    def run(name, flags=0, size=0):
        text = ctypes.create_string_buffer(name.encode())
        buffer = ctypes.create_string_buffer(size) if size else None
        address = ctypes.addressof(buffer) if buffer else 0
        result = _core.call(function, address, ctypes.addressof(text), size, allocate, free, flags)
        readable = _core.string(result).decode()
        if not buffer:
            _core.call(free, result)
        return readable

    return run


@pytest.mark.parametrize(("decorated", "readable"), PAIRS, ids=[decorated for decorated, _ in PAIRS])
def test_readable_name(undecorate, decorated, readable):
    assert undecorate(decorated) == readable


@pytest.mark.parametrize(
    ("flags", "readable"),
    [
        (NO_UNDERSCORES, "public: virtual int * ptr64 cdecl B::v(struct S)const ptr64"),
        (NO_KEYWORDS, "public: virtual int * B::v(struct S)const "),
        (NO_RESULT, "public: virtual __cdecl B::v(struct S)const __ptr64"),
        (NO_CONVENTION, "public: virtual int * __ptr64 B::v(struct S)const __ptr64"),
        (NO_THIS, "public: virtual int * __ptr64 __cdecl B::v(struct S)"),
        (NO_ACCESS, "virtual int * __ptr64 __cdecl B::v(struct S)const __ptr64"),
        (NO_MEMBER_TYPE, "public: int * __ptr64 __cdecl B::v(struct S)const __ptr64"),
        (NO_ECSU, "public: virtual int * __ptr64 __cdecl B::v(S)const __ptr64"),
        (NAME_ONLY, "B::v"),
        (NO_KEYWORDS | NO_ACCESS | NO_MEMBER_TYPE | NO_RESULT, "B::v(struct S)const "),
    ],
)
def test_flags(undecorate, flags, readable):
    assert undecorate("?v@B@@UEBAPEAHUS@@@Z", flags) == readable


def test_names_that_are_none_stay_as_they_are(undecorate):
    deep = "?f@@YAX" + "PEA" * 9999 + "H@Z"
    for name in ("", "main", "_start@4", "?f", "?f@@YAX", "??_R1", "?f@9@YAXXZ", deep):
        assert undecorate(name) == name


def test_types(undecorate):
    assert undecorate("?AVtype_info@@", TYPE_ONLY) == "class type_info"
    assert undecorate(".PEAY02H", TYPE_ONLY) == "int (* __ptr64)[3]"


def test_a_buffer_is_filled_as_far_as_it_goes(undecorate):
    assert undecorate("?f@@YAXXZ", size=100) == "void __cdecl f(void)"
    assert undecorate("?f@@YAXXZ", size=5) == "void"
