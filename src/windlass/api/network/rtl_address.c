/* Internet and Ethernet addresses as text ("RtlIpv4AddressToStringExW function", "RtlIpv6StringToAddressExW function" and
 * their kin). Everything is done on ASCII; the W functions widen and narrow. */
#include <arpa/inet.h>
#include <stdio.h>

#include "api.h"
#include "unicode.h"

enum { IPV4_TEXT = 16, IPV6_TEXT = 46, ADDRESS_TEXT = 65 };

/* ---- reading ---- */

struct reader { const char *at; };

static int digit_of(char c, unsigned base) {
    unsigned value = c >= '0' && c <= '9' ? (unsigned)(c - '0')
                   : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a' + 10) : 99;
    return value < base ? (int)value : -1;
}

/* A number in C's notation, or a decimal one; false: there is none, or it is greater than `highest`. */
static bool read_number(struct reader *reader, bool only_decimal, uint64_t highest, uint64_t *value) {
    unsigned base = 10;
    if (!only_decimal && reader->at[0] == '0' && (reader->at[1] | 0x20) == 'x') {
        base = 16;
        reader->at += 2;
    } else if (!only_decimal && reader->at[0] == '0') {
        base = 8;
    }
    const char *start = reader->at;
    *value = 0;
    for (int digit; (digit = digit_of(*reader->at, base)) >= 0; reader->at++) {
        *value = *value * base + (unsigned)digit;
        if (*value > highest)
            return false;
    }
    return reader->at > start;
}

/* Four parts, or without `strict` one to four of which the last fills what is left. */
static NTSTATUS read_ipv4(struct reader *reader, bool strict, uint8_t address[4]) {
    uint64_t parts[4];
    unsigned count = 0;
    do {
        if (count && *reader->at == '.')
            reader->at++;
        if (!read_number(reader, strict, 0xFFFFFFFF, &parts[count]))
            return STATUS_INVALID_PARAMETER;
        count++;
    } while (count < 4 && *reader->at == '.');
    if (strict && count != 4)
        return STATUS_INVALID_PARAMETER;
    uint32_t value = 0;
    for (unsigned i = 0; i + 1 < count; i++) {
        if (parts[i] > 255)
            return STATUS_INVALID_PARAMETER;
        value |= (uint32_t)parts[i] << (24 - 8 * i);
    }
    if (parts[count - 1] > 0xFFFFFFFFu >> 8 * (count - 1))
        return STATUS_INVALID_PARAMETER;
    value |= (uint32_t)parts[count - 1];
    value = htonl(value);
    memcpy(address, &value, 4);
    return STATUS_SUCCESS;
}

struct groups {
    uint16_t values[8];
    unsigned count;
    int gap; /* before which of them "::" stands; -1: nowhere */
};

/* An IPv4 address may stand for the last two groups. */
static bool read_tail(struct reader *reader, struct groups *groups) {
    uint8_t address[4];
    struct reader tail = {reader->at};
    if (groups->count > 6 || read_ipv4(&tail, true, address))
        return false;
    groups->values[groups->count++] = (uint16_t)(address[0] << 8 | address[1]);
    groups->values[groups->count++] = (uint16_t)(address[2] << 8 | address[3]);
    reader->at = tail.at;
    return true;
}

static bool read_group(struct reader *reader, struct groups *groups) {
    unsigned value = 0, digits = 0;
    const char *at = reader->at;
    for (int digit; (digit = digit_of(*at, 16)) >= 0 && digits < 5; at++, digits++)
        value = value * 16 + (unsigned)digit;
    if (*at == '.')
        return read_tail(reader, groups);
    if (!digits || digits > 4 || groups->count == 8)
        return false;
    groups->values[groups->count++] = (uint16_t)value;
    reader->at = at;
    return true;
}

static NTSTATUS read_ipv6(struct reader *reader, uint8_t address[16]) {
    struct groups groups = {.gap = -1};
    for (;;) {
        if (reader->at[0] == ':' && reader->at[1] == ':') {
            if (groups.gap >= 0)
                break;
            groups.gap = (int)groups.count;
            reader->at += 2;
            if (digit_of(*reader->at, 16) < 0)
                break;
        } else if (groups.count) {
            if (*reader->at != ':' || groups.count == 8)
                break;
            reader->at++;
        }
        if (!read_group(reader, &groups))
            return STATUS_INVALID_PARAMETER;
    }
    if (groups.gap < 0 ? groups.count != 8 : groups.count > 7)
        return STATUS_INVALID_PARAMETER;
    memset(address, 0, 16);
    for (unsigned i = 0; i < groups.count; i++) {
        unsigned place = groups.gap >= 0 && i >= (unsigned)groups.gap ? 8 - groups.count + i : i;
        address[2 * place] = (uint8_t)(groups.values[i] >> 8);
        address[2 * place + 1] = (uint8_t)groups.values[i];
    }
    return STATUS_SUCCESS;
}

/* ":port" at the end; none is 0. In network order. */
static bool read_port(struct reader *reader, USHORT *port) {
    uint64_t value = 0;
    if (*reader->at == ':') {
        reader->at++;
        if (!read_number(reader, false, 0xFFFF, &value) || !value)
            return false;
    }
    *port = htons((USHORT)value);
    return *reader->at == 0;
}

static NTSTATUS read_ipv4_and_port(const char *text, bool strict, uint8_t *address, USHORT *port) {
    struct reader reader = {text};
    uint8_t found[4];
    USHORT found_port;
    if (read_ipv4(&reader, strict, found) || !read_port(&reader, &found_port))
        return STATUS_INVALID_PARAMETER;
    memcpy(address, found, 4);
    *port = found_port;
    return STATUS_SUCCESS;
}

/* "address%scope", and with a port "[address%scope]:port". */
static NTSTATUS read_ipv6_and_port(const char *text, uint8_t *address, ULONG *scope, USHORT *port) {
    struct reader reader = {text + (*text == '[')};
    uint8_t found[16];
    uint64_t found_scope = 0;
    USHORT found_port = 0;
    if (read_ipv6(&reader, found))
        return STATUS_INVALID_PARAMETER;
    if (*reader.at == '%') {
        reader.at++;
        if (!read_number(&reader, true, 0xFFFFFFFF, &found_scope))
            return STATUS_INVALID_PARAMETER;
    }
    if (*text == '[' && *reader.at++ != ']')
        return STATUS_INVALID_PARAMETER;
    if (*text == '[' ? !read_port(&reader, &found_port) : *reader.at)
        return STATUS_INVALID_PARAMETER;
    memcpy(address, found, 16);
    *scope = (ULONG)found_scope;
    *port = found_port;
    return STATUS_SUCCESS;
}

/* ---- writing ---- */

static unsigned write_ipv4(const uint8_t *address, char *text) {
    return (unsigned)snprintf(text, IPV4_TEXT, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
}

/* Interface identifiers of ISATAP end in an IPv4 address, which is shown as one. */
static unsigned write_ipv6(const uint8_t *address, char *text) {
    static const uint8_t isatap[] = {0, 0, 0x5e, 0xfe};
    uint8_t shown[16];
    memcpy(shown, address, 16);
    bool has_ipv4 = memcmp(address + 8, isatap, 4) == 0 && (address[12] | address[13] | address[14] | address[15]);
    if (has_ipv4)
        memset(shown + 12, 0xff, 4);                /* two groups to be replaced */
    inet_ntop(AF_INET6, shown, text, IPV6_TEXT);
    if (has_ipv4)
        write_ipv4(address + 12, strstr(text, "ffff:ffff"));
    return (unsigned)strlen(text);
}

static unsigned write_ipv4_and_port(const uint8_t *address, USHORT port, char *text) {
    unsigned length = write_ipv4(address, text);
    return port ? length + (unsigned)sprintf(text + length, ":%u", ntohs(port)) : length;
}

static unsigned write_ipv6_and_port(const uint8_t *address, ULONG scope, USHORT port, char *text) {
    unsigned length = 0;
    if (port)
        text[length++] = '[';
    length += write_ipv6(address, text + length);
    if (scope)
        length += (unsigned)sprintf(text + length, "%%%u", scope);
    if (port)
        length += (unsigned)sprintf(text + length, "]:%u", ntohs(port));
    return length;
}

/* ---- narrow and wide ---- */

/* ASCII, as far as an address can be long; another character becomes one that is in no address. */
static void narrow(const WCHAR *from, char to[ADDRESS_TEXT + 1]) {
    unsigned i = 0;
    for (; i < ADDRESS_TEXT && from[i]; i++)
        to[i] = from[i] < 0x80 ? (char)from[i] : '\x7f';
    to[i] = 0;
}

static void widen(const char *from, unsigned length, WCHAR *to) {
    for (unsigned i = 0; i <= length; i++)
        to[i] = (unsigned char)from[i];
}

/* `size` counts the zero, before and after. */
static NTSTATUS deliver(const char *text, unsigned length, void *to, bool is_wide, ULONG *size) {
    ULONG capacity = *size;
    *size = length + 1;
    if (!to || capacity < length + 1)
        return STATUS_INVALID_PARAMETER;
    if (is_wide)
        widen(text, length, to);
    else
        memcpy(to, text, length + 1);
    return STATUS_SUCCESS;
}

/* ---- API ---- */

API(ntdll, PSTR, RtlIpv4AddressToStringA, const uint8_t *Addr, PSTR S) { return S + write_ipv4(Addr, S); }

API(ntdll, PWSTR, RtlIpv4AddressToStringW, const uint8_t *Addr, PWSTR S) {
    char text[IPV4_TEXT];
    unsigned length = write_ipv4(Addr, text);
    widen(text, length, S);
    return S + length;
}

API(ntdll, PSTR, RtlIpv6AddressToStringA, const uint8_t *Addr, PSTR S) { return S + write_ipv6(Addr, S); }

API(ntdll, PWSTR, RtlIpv6AddressToStringW, const uint8_t *Addr, PWSTR S) {
    char text[ADDRESS_TEXT];
    unsigned length = write_ipv6(Addr, text);
    widen(text, length, S);
    return S + length;
}

static NTSTATUS ipv4_to_string(const uint8_t *address, USHORT port, void *to, bool is_wide, ULONG *size) {
    char text[ADDRESS_TEXT];
    if (!address || !size)
        return STATUS_INVALID_PARAMETER;
    return deliver(text, write_ipv4_and_port(address, port, text), to, is_wide, size);
}

static NTSTATUS ipv6_to_string(const uint8_t *address, ULONG scope, USHORT port, void *to, bool is_wide, ULONG *size) {
    char text[ADDRESS_TEXT + 24];
    if (!address || !size)
        return STATUS_INVALID_PARAMETER;
    return deliver(text, write_ipv6_and_port(address, scope, port, text), to, is_wide, size);
}

API(ntdll, NTSTATUS, RtlIpv4AddressToStringExA, const uint8_t *Address, USHORT Port, PSTR AddressString,
    ULONG *AddressStringLength) {
    return ipv4_to_string(Address, Port, AddressString, false, AddressStringLength);
}

API(ntdll, NTSTATUS, RtlIpv4AddressToStringExW, const uint8_t *Address, USHORT Port, PWSTR AddressString,
    ULONG *AddressStringLength) {
    return ipv4_to_string(Address, Port, AddressString, true, AddressStringLength);
}

API(ntdll, NTSTATUS, RtlIpv6AddressToStringExA, const uint8_t *Address, ULONG ScopeId, USHORT Port, PSTR AddressString,
    ULONG *AddressStringLength) {
    return ipv6_to_string(Address, ScopeId, Port, AddressString, false, AddressStringLength);
}

API(ntdll, NTSTATUS, RtlIpv6AddressToStringExW, const uint8_t *Address, ULONG ScopeId, USHORT Port, PWSTR AddressString,
    ULONG *AddressStringLength) {
    return ipv6_to_string(Address, ScopeId, Port, AddressString, true, AddressStringLength);
}

API(ntdll, NTSTATUS, RtlIpv4StringToAddressA, PCSTR S, BOOLEAN Strict, PCSTR *Terminator, uint8_t *Addr) {
    struct reader reader = {S};
    NTSTATUS status = read_ipv4(&reader, Strict, Addr);
    *Terminator = reader.at;
    return status;
}

API(ntdll, NTSTATUS, RtlIpv4StringToAddressW, PCWSTR S, BOOLEAN Strict, PCWSTR *Terminator, uint8_t *Addr) {
    char text[ADDRESS_TEXT + 1];
    narrow(S, text);
    struct reader reader = {text};
    NTSTATUS status = read_ipv4(&reader, Strict, Addr);
    *Terminator = S + (reader.at - text);
    return status;
}

API(ntdll, NTSTATUS, RtlIpv6StringToAddressA, PCSTR S, PCSTR *Terminator, uint8_t *Addr) {
    struct reader reader = {S};
    NTSTATUS status = read_ipv6(&reader, Addr);
    *Terminator = reader.at;
    return status;
}

API(ntdll, NTSTATUS, RtlIpv6StringToAddressW, PCWSTR S, PCWSTR *Terminator, uint8_t *Addr) {
    char text[ADDRESS_TEXT + 1];
    narrow(S, text);
    struct reader reader = {text};
    NTSTATUS status = read_ipv6(&reader, Addr);
    *Terminator = S + (reader.at - text);
    return status;
}

API(ntdll, NTSTATUS, RtlIpv4StringToAddressExA, PCSTR AddressString, BOOLEAN Strict, uint8_t *Address, USHORT *Port) {
    bool is_given = AddressString && Address && Port;
    return is_given ? read_ipv4_and_port(AddressString, Strict, Address, Port) : STATUS_INVALID_PARAMETER;
}

API(ntdll, NTSTATUS, RtlIpv4StringToAddressExW, PCWSTR AddressString, BOOLEAN Strict, uint8_t *Address, USHORT *Port) {
    char text[ADDRESS_TEXT + 1];
    if (!AddressString)
        return STATUS_INVALID_PARAMETER;
    narrow(AddressString, text);
    return api_RtlIpv4StringToAddressExA(text, Strict, Address, Port);
}

API(ntdll, NTSTATUS, RtlIpv6StringToAddressExA, PCSTR AddressString, uint8_t *Address, ULONG *ScopeId, USHORT *Port) {
    bool is_given = AddressString && Address && ScopeId && Port;
    return is_given ? read_ipv6_and_port(AddressString, Address, ScopeId, Port) : STATUS_INVALID_PARAMETER;
}

API(ntdll, NTSTATUS, RtlIpv6StringToAddressExW, PCWSTR AddressString, uint8_t *Address, ULONG *ScopeId, USHORT *Port) {
    char text[ADDRESS_TEXT + 1];
    if (!AddressString)
        return STATUS_INVALID_PARAMETER;
    narrow(AddressString, text);
    return api_RtlIpv6StringToAddressExA(text, Address, ScopeId, Port);
}

/* ---- Ethernet ---- */

enum { ETHERNET_SIZE = 6, ETHERNET_TEXT = 18 };

static unsigned write_ethernet(const uint8_t *address, char *text) {
    return (unsigned)snprintf(text, ETHERNET_TEXT, "%02X-%02X-%02X-%02X-%02X-%02X", address[0], address[1], address[2],
                              address[3], address[4], address[5]);
}

API(ntdll, PSTR, RtlEthernetAddressToStringA, const uint8_t *Addr, PSTR S) { return S + write_ethernet(Addr, S); }

API(ntdll, PWSTR, RtlEthernetAddressToStringW, const uint8_t *Addr, PWSTR S) {
    char text[ETHERNET_TEXT];
    unsigned length = write_ethernet(Addr, text);
    widen(text, length, S);
    return S + length;
}

API(ntdll, NTSTATUS, RtlEthernetStringToAddressA, PCSTR S, PCSTR *Terminator, uint8_t *Addr) {
    uint8_t found[ETHERNET_SIZE];
    PCSTR at = S;
    *Terminator = S;
    for (unsigned i = 0; i < ETHERNET_SIZE; i++) {
        int high = digit_of(at[0], 16), low = high < 0 ? -1 : digit_of(at[1], 16);
        *Terminator = at;
        if (low < 0)
            return STATUS_INVALID_PARAMETER;
        found[i] = (uint8_t)(high << 4 | low);
        at += 2;
        if (i + 1 < ETHERNET_SIZE && *at++ != '-')
            return STATUS_INVALID_PARAMETER;
    }
    *Terminator = at;
    memcpy(Addr, found, sizeof found);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlEthernetStringToAddressW, PCWSTR S, PCWSTR *Terminator, uint8_t *Addr) {
    char text[ADDRESS_TEXT + 1];
    PCSTR end;
    narrow(S, text);
    NTSTATUS status = api_RtlEthernetStringToAddressA(text, &end, Addr);
    *Terminator = S + (end - text);
    return status;
}
