// crypt32: names of certificates made of text, and the numbers of algorithms.
// flags: -lcrypt32
#include <windows.h>
#include <wincrypt.h>
#include <stdio.h>
#include "fixture.h"

static void name(const char *text, DWORD flags)
{
    BYTE data[200];
    char line[500], back[200];
    DWORD size = sizeof data, i;
    if (!CertStrToNameA(X509_ASN_ENCODING, text, flags, NULL, data, &size, NULL)) {
        say("'%s': error %x", text, GetLastError());
        return;
    }
    for (i = 0; i < size; i++)
        sprintf(line + 2 * i, "%02x", data[i]);
    CERT_NAME_BLOB blob = {size, data};
    CertNameToStrA(X509_ASN_ENCODING, &blob, CERT_X500_NAME_STR, back, sizeof back);
    say("'%s': %s", text, line);
    say("  %s", back);
}

static void algorithm(const char *oid)
{
    say("%s %x", oid, CertOIDToAlgId(oid));
}

static void number(ALG_ID id)
{
    const char *oid = CertAlgIdToOID(id);
    say("%x %s", id, oid ? oid : "none");
}

PROGRAM
{
    BYTE small[3];
    DWORD size = 0;
    name("CN=example.test", CERT_X500_NAME_STR);
    name("C=DE; CN=a", CERT_X500_NAME_STR);
    name("E=a@example.test", CERT_X500_NAME_STR);
    name("nonsense", CERT_X500_NAME_STR);
    name("XYZ=1", CERT_X500_NAME_STR);
    say("size %d", CertStrToNameA(X509_ASN_ENCODING, "CN=a", CERT_X500_NAME_STR, NULL, NULL, &size, NULL));
    say("%u", size);
    size = sizeof small;
    say("small %d", CertStrToNameA(X509_ASN_ENCODING, "CN=a", CERT_X500_NAME_STR, NULL, small, &size, NULL));
    say("error %x size %u", GetLastError(), size);
    algorithm(szOID_RSA_RSA);
    algorithm(szOID_OIWSEC_sha1);
    algorithm(szOID_RSA_MD5);
    algorithm("1.2.3");
    number(CALG_MD5);
    number(CALG_SHA1);
    number(CALG_3DES);
    number(1234);
    return 0;
}
