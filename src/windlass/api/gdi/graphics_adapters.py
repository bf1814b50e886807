"""Direct3D's adapters: there are none, for they are driven by drivers of Windows. Who lists them finds an
empty list, and who wants a device is told that there is none of the kind.

Source: Microsoft, "CreateDXGIFactory2 function", "IDXGIFactory6 interface", "IDXGIFactory7 interface",
"DXGI_ERROR", "DXCoreCreateAdapterFactory function", "IDXCoreAdapterList interface", "D3D11CreateDevice
function", "D3D12CreateDevice function", "Direct3DCreate9 function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    E_NOINTERFACE,
    E_POINTER,
    ComObject,
    Interface,
    IUnknown,
)
from windlass.api.outputs import get_u32, put_u32, put_u64
from windlass.registry import export
from windlass.types import HANDLE, HRESULT, LPDWORD, LPGUID, PVOID, UINT

DXGI_ERROR_INVALID_CALL, DXGI_ERROR_NOT_FOUND = 0x887A0001, 0x887A0002
DXGI_ERROR_MORE_DATA, DXGI_ERROR_UNSUPPORTED = 0x887A0003, 0x887A0004
D3DERR_NOTAVAILABLE = 0x8876086A
DXGI_CREATE_FACTORY_DEBUG = 1

IDXGIObject = Interface(
    "aec22fb8-76f3-4639-9be0-28eb43a67a2e",
    IUnknown,
    "SetPrivateData:PIP SetPrivateDataInterface:PP GetPrivateData:PPP GetParent:PP",
)
IDXGIFactory = Interface(
    "7b7166ec-21c7-44ae-b21a-c9ae321ae369",
    IDXGIObject,
    "EnumAdapters:IP MakeWindowAssociation:PI GetWindowAssociation:P CreateSwapChain:PPP"
    " CreateSoftwareAdapter:PP",
)
IDXGIFactory1 = Interface("770aae78-f26f-4dba-a829-253c83d1b387", IDXGIFactory, "EnumAdapters1:IP IsCurrent:")
IDXGIFactory2 = Interface(
    "50c83a1c-e072-4c48-87b0-3630fa36a6d0",
    IDXGIFactory1,
    "IsWindowedStereoEnabled: CreateSwapChainForHwnd:PPPPPP CreateSwapChainForCoreWindow:PPPPP"
    " GetSharedResourceAdapterLuid:PP RegisterStereoStatusWindow:PIP RegisterStereoStatusEvent:PP"
    " UnregisterStereoStatus:I RegisterOcclusionStatusWindow:PIP RegisterOcclusionStatusEvent:PP"
    " UnregisterOcclusionStatus:I CreateSwapChainForComposition:PPPP",
)
IDXGIFactory3 = Interface("25483823-cd46-4c7d-86ca-47aa95b837bd", IDXGIFactory2, "GetCreationFlags:")
IDXGIFactory4 = Interface(
    "1bc6ea02-ef36-464f-bf0c-21ca39e5168a", IDXGIFactory3, "EnumAdapterByLuid:PPP EnumWarpAdapter:PP"
)
IDXGIFactory5 = Interface("7632e1f5-ee65-4dca-87fd-84cd75f8838d", IDXGIFactory4, "CheckFeatureSupport:IPI")
IDXGIFactory6 = Interface(
    "c1b6694f-ff09-44a9-b03c-77900a0a1d17", IDXGIFactory5, "EnumAdapterByGpuPreference:IIPP"
)
IDXGIFactory7 = Interface(
    "a4966eed-76db-44da-84c1-ee9a7afb20a8",
    IDXGIFactory6,
    "RegisterAdaptersChangedEvent:PP UnregisterAdaptersChangedEvent:I",
)
IDXCoreAdapterFactory = Interface(
    "78ee5945-c36e-4b13-a669-005dd11c0f06",
    IUnknown,
    "CreateAdapterList:IPPP GetAdapterByLuid:PPP IsNotificationTypeSupported:I"
    " RegisterEventNotification:PIPPP UnregisterEventNotification:I",
)
IDXCoreAdapterList = Interface(
    "526c7776-40e9-459b-b711-f32ad76dfc28",
    IUnknown,
    "GetAdapter:IPP GetAdapterCount: IsStale: GetFactory:PP Sort:IP IsAdapterPreferenceSupported:I",
)


def _nothing(result: int) -> int:
    """What is asked for is not there."""
    if not result:
        return DXGI_ERROR_INVALID_CALL
    put_u64(result, 0)
    return DXGI_ERROR_NOT_FOUND


class Factory(ComObject):
    """IDXGIFactory7 of no adapters. It needs no device, so it makes no swap chains."""

    interfaces = (IDXGIFactory7,)

    def __init__(self, flags: int) -> None:
        super().__init__()
        self.flags = flags
        self.private: dict[bytes, bytes] = {}
        self.window = 0

    def SetPrivateData(self, Name: int, DataSize: int, pData: int) -> None:
        self.private.pop(_core.read(Name, 16), None)
        if pData:
            self.private[_core.read(Name, 16)] = _core.read(pData, DataSize)

    def GetPrivateData(self, Name: int, pDataSize: int, pData: int) -> int | None:
        data = self.private.get(_core.read(Name, 16))
        if data is None or not pDataSize:
            return DXGI_ERROR_NOT_FOUND
        room = get_u32(pDataSize)
        put_u32(pDataSize, len(data))
        if pData and room < len(data):
            return DXGI_ERROR_MORE_DATA
        if pData:
            _core.write(pData, data)
        return None

    def GetParent(self, riid: int, ppParent: int) -> int:
        """A factory has none."""
        put_u64(ppParent, 0)
        return E_NOINTERFACE

    def EnumAdapters(self, Adapter: int, ppAdapter: int) -> int:
        return _nothing(ppAdapter)

    EnumAdapters1 = EnumAdapters

    def EnumAdapterByLuid(self, AdapterLuid: int, riid: int, ppvAdapter: int) -> int:
        return _nothing(ppvAdapter)

    def EnumWarpAdapter(self, riid: int, ppvAdapter: int) -> int:
        return _nothing(ppvAdapter)

    def EnumAdapterByGpuPreference(self, Adapter: int, GpuPreference: int, riid: int, ppvAdapter: int) -> int:
        return _nothing(ppvAdapter)

    def CreateSoftwareAdapter(self, Module: int, ppAdapter: int) -> int:
        return DXGI_ERROR_UNSUPPORTED if ppAdapter else E_INVALIDARG

    def MakeWindowAssociation(self, WindowHandle: int, Flags: int) -> int | None:
        if Flags & ~7:
            return DXGI_ERROR_INVALID_CALL
        self.window = WindowHandle
        return None

    def GetWindowAssociation(self, pWindowHandle: int) -> int | None:
        if not pWindowHandle:
            return DXGI_ERROR_INVALID_CALL
        put_u64(pWindowHandle, self.window)
        return None

    def IsCurrent(self) -> int:
        """No adapters come."""
        return 1

    def IsWindowedStereoEnabled(self) -> int:
        return 0

    def GetCreationFlags(self) -> int:
        return self.flags

    def CheckFeatureSupport(
        self, Feature: int, pFeatureSupportData: int, FeatureSupportDataSize: int
    ) -> int | None:
        """DXGI_FEATURE_PRESENT_ALLOW_TEARING, a BOOL, is all that can be asked."""
        if Feature or not pFeatureSupportData or FeatureSupportDataSize != 4:
            return DXGI_ERROR_INVALID_CALL
        put_u32(pFeatureSupportData, 0)
        return None

    def CreateSwapChain(self, *_: int) -> int:
        return DXGI_ERROR_INVALID_CALL

    CreateSwapChainForHwnd = CreateSwapChainForCoreWindow = CreateSwapChainForComposition = CreateSwapChain


def _make(flags: int, riid: int, result: int) -> int:
    return Factory(flags).give(riid, result) if result else E_POINTER


@export("dxgi")
def CreateDXGIFactory(riid: LPGUID, ppFactory: PVOID) -> HRESULT:
    return _make(0, riid, ppFactory)


@export("dxgi")
def CreateDXGIFactory1(riid: LPGUID, ppFactory: PVOID) -> HRESULT:
    return _make(0, riid, ppFactory)


@export("dxgi")
def CreateDXGIFactory2(Flags: UINT, riid: LPGUID, ppFactory: PVOID) -> HRESULT:
    return _make(Flags & DXGI_CREATE_FACTORY_DEBUG, riid, ppFactory)


@export("dxgi")
def DXGIGetDebugInterface1(Flags: UINT, riid: LPGUID, pDebug: PVOID) -> HRESULT:
    """The debug layer comes with the SDK alone."""
    put_u64(pDebug, 0)
    return E_NOINTERFACE


@export("dxgi")
def DXGIDeclareAdapterRemovalSupport() -> HRESULT:
    return 0


# ---- DXCore ----


class CoreFactory(ComObject):
    """IDXCoreAdapterFactory"""

    interfaces = (IDXCoreAdapterFactory,)

    def CreateAdapterList(
        self, numAttributes: int, filterAttributes: int, riid: int, ppvAdapterList: int
    ) -> int:
        if not numAttributes or not filterAttributes:
            return E_INVALIDARG
        return CoreList().give(riid, ppvAdapterList) if ppvAdapterList else E_POINTER

    def GetAdapterByLuid(self, adapterLUID: int, riid: int, ppvAdapter: int) -> int:
        if not ppvAdapter:
            return E_POINTER
        put_u64(ppvAdapter, 0)
        return E_INVALIDARG

    def IsNotificationTypeSupported(self, notificationType: int) -> int:
        return 0


class CoreList(ComObject):
    """IDXCoreAdapterList"""

    interfaces = (IDXCoreAdapterList,)

    def GetAdapter(self, index: int, riid: int, ppvAdapter: int) -> int:
        if not ppvAdapter:
            return E_POINTER
        put_u64(ppvAdapter, 0)
        return E_INVALIDARG

    def GetAdapterCount(self) -> int:
        return 0

    def IsStale(self) -> int:
        return 0

    def GetFactory(self, riid: int, ppvFactory: int) -> int:
        return CoreFactory().give(riid, ppvFactory) if ppvFactory else E_POINTER

    def Sort(self, numPreferences: int, preferences: int) -> int | None:
        return None if numPreferences and preferences else E_INVALIDARG

    def IsAdapterPreferenceSupported(self, preference: int) -> int:
        return 1


@export("dxcore")
def DXCoreCreateAdapterFactory(riid: LPGUID, ppvFactory: PVOID) -> HRESULT:
    return CoreFactory().give(riid, ppvFactory) if ppvFactory else E_POINTER


# ---- devices ----


@export("d3d11")
def D3D11CreateDevice(
    pAdapter: PVOID,
    DriverType: UINT,
    Software: HANDLE,
    Flags: UINT,
    pFeatureLevels: PVOID,
    FeatureLevels: UINT,
    SDKVersion: UINT,
    ppDevice: PVOID,
    pFeatureLevel: LPDWORD,
    ppImmediateContext: PVOID,
) -> HRESULT:
    put_u64(ppDevice, 0)
    put_u32(pFeatureLevel, 0)
    put_u64(ppImmediateContext, 0)
    return DXGI_ERROR_UNSUPPORTED


@export("d3d11")
def D3D11CreateDeviceAndSwapChain(
    pAdapter: PVOID,
    DriverType: UINT,
    Software: HANDLE,
    Flags: UINT,
    pFeatureLevels: PVOID,
    FeatureLevels: UINT,
    SDKVersion: UINT,
    pSwapChainDesc: PVOID,
    ppSwapChain: PVOID,
    ppDevice: PVOID,
    pFeatureLevel: LPDWORD,
    ppImmediateContext: PVOID,
) -> HRESULT:
    put_u64(ppSwapChain, 0)
    put_u64(ppDevice, 0)
    put_u32(pFeatureLevel, 0)
    put_u64(ppImmediateContext, 0)
    return DXGI_ERROR_UNSUPPORTED


@export("d3d12")
def D3D12CreateDevice(pAdapter: PVOID, MinimumFeatureLevel: UINT, riid: LPGUID, ppDevice: PVOID) -> HRESULT:
    put_u64(ppDevice, 0)
    return DXGI_ERROR_UNSUPPORTED


@export("d3d12")
def D3D12GetDebugInterface(riid: LPGUID, ppvDebug: PVOID) -> HRESULT:
    """The debug layer comes with the SDK alone."""
    put_u64(ppvDebug, 0)
    return E_NOINTERFACE


@export("d3d9")
def Direct3DCreate9(SDKVersion: UINT) -> PVOID:
    return 0


@export("d3d9")
def Direct3DCreate9Ex(SDKVersion: UINT, ppD3D: PVOID) -> HRESULT:
    put_u64(ppD3D, 0)
    return D3DERR_NOTAVAILABLE
