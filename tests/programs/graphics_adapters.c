// flags: -ldxgi -ld3d11 -lole32 -luuid
// Without Wine: it lists the host's graphics adapters, where there are any.
// Direct3D without an adapter: lists are empty, devices are refused.
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <d3d11.h>
#include <dxgi1_6.h>

#include "fixture.h"

DEFINE_GUID(CORE_FACTORY, 0x78ee5945, 0xc36e, 0x4b13, 0xa6, 0x69, 0x00, 0x5d, 0xd1, 0x1c, 0x0f, 0x06);

PROGRAM
{
    IDXGIFactory6 *factory = NULL;
    IDXGIFactory *first = NULL;
    IDXGIAdapter1 *adapter = (IDXGIAdapter1 *)1;
    ID3D11Device *device = (ID3D11Device *)1;
    BOOL tearing = TRUE;
    IUnknown *core = NULL;
    say("made %lx", CreateDXGIFactory2(0, &IID_IDXGIFactory6, (void **)&factory));
    say("first %lx", IDXGIFactory6_EnumAdapters1(factory, 0, &adapter));
    say("none %d", adapter == NULL);
    say("preferred %lx", IDXGIFactory6_EnumAdapterByGpuPreference(factory, 0, DXGI_GPU_PREFERENCE_HIGH_PERFORMANCE,
        &IID_IDXGIAdapter1, (void **)&adapter));
    say("nowhere %lx", IDXGIFactory6_EnumAdapters1(factory, 0, NULL));
    say("current %d", IDXGIFactory6_IsCurrent(factory));
    say("feature %lx", IDXGIFactory6_CheckFeatureSupport(factory, DXGI_FEATURE_PRESENT_ALLOW_TEARING, &tearing, sizeof tearing));
    say("tearing %d", tearing);
    say("older %lx", IDXGIFactory6_QueryInterface(factory, &IID_IDXGIFactory, (void **)&first));
    IDXGIFactory_Release(first);
    say("no device's %lx", IDXGIFactory6_QueryInterface(factory, &IID_IDXGIDevice, (void **)&first));
    say("released %lu", IDXGIFactory6_Release(factory));
    say("oldest %lx", CreateDXGIFactory(&IID_IDXGIFactory, (void **)&first));
    IDXGIFactory_Release(first);
    say("device %lx", D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0, D3D11_SDK_VERSION, &device, NULL, NULL));
    say("none %d", device == NULL);
    HRESULT(WINAPI *create)(REFIID, void **) = (void *)GetProcAddress(LoadLibraryA("dxcore.dll"), "DXCoreCreateAdapterFactory");
    say("core %lx", create(&CORE_FACTORY, (void **)&core));
    say("released %lu", IUnknown_Release(core));
    return 0;
}
