// build: freestanding
#include "fixture.h"

typedef unsigned short WCHAR;
#define IMPORT __declspec(dllimport)
IMPORT char *RtlIpv4AddressToStringA(const void *, char *);
IMPORT int RtlIpv4AddressToStringExW(const void *, unsigned short, WCHAR *, unsigned *);
IMPORT int RtlIpv4StringToAddressA(const char *, unsigned char, const char **, void *);
IMPORT int RtlIpv4StringToAddressExW(const WCHAR *, unsigned char, void *, unsigned short *);
IMPORT char *RtlIpv6AddressToStringA(const void *, char *);
IMPORT int RtlIpv6AddressToStringExA(const void *, unsigned, unsigned short, char *, unsigned *);
IMPORT int RtlIpv6StringToAddressA(const char *, const char **, void *);
IMPORT int RtlIpv6StringToAddressExA(const char *, void *, unsigned *, unsigned short *);

static unsigned char address[16];

static void ipv4(const char *text, int strict)
{
    const char *end = "";
    for (int i = 0; i < 4; i++)
        address[i] = 0xAA;
    int status = RtlIpv4StringToAddressA(text, (unsigned char)strict, &end, address);
    if (status)
        say("%s %d: %x", text, strict, status);
    else
        say("%s %d: %u.%u.%u.%u, then '%s'", text, strict, address[0], address[1], address[2], address[3], end);
}

static void ipv6(const char *text)
{
    const char *end = "";
    char shown[80] = "";
    int status = RtlIpv6StringToAddressA(text, &end, address);
    if (status)
        say("%s: %x", text, status);
    else {
        RtlIpv6AddressToStringA(address, shown);
        say("%s: %s, then '%s'", text, shown, end);
    }
}

static void ipv6_and_port(const char *text)
{
    unsigned scope = 77, size = 80;
    unsigned short port = 77;
    char shown[80] = "";
    int status = RtlIpv6StringToAddressExA(text, address, &scope, &port);
    if (status)
        say("%s: %x", text, status);
    else {
        status = RtlIpv6AddressToStringExA(address, scope, port, shown, &size);
        say("%s: scope %u port %x, %x %s %u", text, scope, port, status, shown, size);
    }
}

PROGRAM
{
    static const unsigned char local[] = {127, 0, 0, 1};
    char text[80];
    WCHAR wide[80];
    unsigned size = 80;
    unsigned short port = 0;
    say("%u %s", (unsigned)(RtlIpv4AddressToStringA(local, text) - text), text);
    ipv4("1.2.3.4", 1);
    ipv4("1.2.3.4 rest", 1);
    ipv4("1.2.3", 1);
    ipv4("1.2.3", 0);
    ipv4("0x7f.1", 0);
    ipv4("010.0.0.1", 0);
    ipv4("256.1.1.1", 1);
    ipv4("4294967295", 0);
    ipv4("", 0);
    ipv4("a", 0);
    say("%x %u %x", RtlIpv4AddressToStringExW(local, 0x5000, wide, &size), size, wide[10]);
    size = 5;
    say("%x %u", RtlIpv4AddressToStringExW(local, 0x5000, wide, &size), size);
    say("%x %u %x", RtlIpv4StringToAddressExW(u"10.0.0.7:80", 1, address, &port), address[3], port);
    say("%x", RtlIpv4StringToAddressExW(u"10.0.0.7:", 1, address, &port));
    say("%x", RtlIpv4StringToAddressExW(u"10.0.0.7:70000", 1, address, &port));

    ipv6("::");
    ipv6("::1");
    ipv6("2001:db8::8:800:200C:417a");
    ipv6("1:2:3:4:5:6:7:8");
    ipv6("::ffff:192.168.1.2");
    ipv6("fe80::1%4");
    ipv6("1::2::3");
    ipv6("12345::");
    ipv6("1:2:3");
    ipv6("fe80::5efe:10.1.2.3");
    ipv6_and_port("fe80::1%4");
    ipv6_and_port("[fe80::1%4]:443");
    ipv6_and_port("[::1]:80");
    ipv6_and_port("[::1");
    ipv6_and_port("::1:80]");
    return 0;
}
