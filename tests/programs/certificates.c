// crypt32: binary data as text, protected data, certificates and their stores.
// flags: -lcrypt32
#include <windows.h>
#include <wincrypt.h>
#include "fixture.h"

/* Self-signed: DE, "Windlass, Ltd", example.test; for www.example.test and a@example.test. */
static BYTE certificate[] = {
    0x30, 0x82, 0x01, 0xce, 0x30, 0x82, 0x01, 0x74, 0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x08, 0x12, 0x34, 0x56,
    0x78, 0x90, 0xab, 0xcd, 0xef, 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02, 0x30,
    0x3c, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 0x44, 0x45, 0x31, 0x16, 0x30, 0x14,
    0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x0d, 0x57, 0x69, 0x6e, 0x64, 0x6c, 0x61, 0x73, 0x73, 0x2c, 0x20, 0x4c,
    0x74, 0x64, 0x31, 0x15, 0x30, 0x13, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x0c, 0x65, 0x78, 0x61, 0x6d, 0x70,
    0x6c, 0x65, 0x2e, 0x74, 0x65, 0x73, 0x74, 0x30, 0x20, 0x17, 0x0d, 0x32, 0x30, 0x30, 0x31, 0x30, 0x32, 0x30,
    0x33, 0x30, 0x34, 0x30, 0x35, 0x5a, 0x18, 0x0f, 0x32, 0x30, 0x36, 0x30, 0x30, 0x31, 0x30, 0x32, 0x30, 0x30,
    0x30, 0x30, 0x30, 0x30, 0x5a, 0x30, 0x3c, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02,
    0x44, 0x45, 0x31, 0x16, 0x30, 0x14, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x0d, 0x57, 0x69, 0x6e, 0x64, 0x6c,
    0x61, 0x73, 0x73, 0x2c, 0x20, 0x4c, 0x74, 0x64, 0x31, 0x15, 0x30, 0x13, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c,
    0x0c, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 0x2e, 0x74, 0x65, 0x73, 0x74, 0x30, 0x59, 0x30, 0x13, 0x06,
    0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
    0x03, 0x42, 0x00, 0x04, 0xda, 0x7a, 0x1d, 0x6e, 0x5d, 0x38, 0x7b, 0xf7, 0x14, 0x01, 0xed, 0xdc, 0x86, 0xfd,
    0x00, 0xdc, 0x25, 0x96, 0x1d, 0xe5, 0xdb, 0x75, 0xb0, 0x36, 0x93, 0xab, 0x37, 0x02, 0x5e, 0x69, 0x8b, 0x6c,
    0xf5, 0xd3, 0x4e, 0x85, 0x76, 0x13, 0x70, 0xf3, 0x25, 0x42, 0x0a, 0x61, 0xb0, 0xae, 0xc8, 0xed, 0x5a, 0x24,
    0xb1, 0x86, 0xac, 0x2a, 0x5c, 0xad, 0xde, 0x95, 0x81, 0xdf, 0xff, 0x33, 0x7d, 0x8e, 0xa3, 0x5e, 0x30, 0x5c,
    0x30, 0x2b, 0x06, 0x03, 0x55, 0x1d, 0x11, 0x04, 0x24, 0x30, 0x22, 0x82, 0x10, 0x77, 0x77, 0x77, 0x2e, 0x65,
    0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 0x2e, 0x74, 0x65, 0x73, 0x74, 0x81, 0x0e, 0x61, 0x40, 0x65, 0x78, 0x61,
    0x6d, 0x70, 0x6c, 0x65, 0x2e, 0x74, 0x65, 0x73, 0x74, 0x30, 0x0e, 0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01,
    0xff, 0x04, 0x04, 0x03, 0x02, 0x01, 0x86, 0x30, 0x1d, 0x06, 0x03, 0x55, 0x1d, 0x25, 0x04, 0x16, 0x30, 0x14,
    0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07,
    0x03, 0x02, 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02, 0x03, 0x48, 0x00, 0x30,
    0x45, 0x02, 0x20, 0x13, 0xc5, 0x05, 0xce, 0x7b, 0x31, 0xea, 0xfe, 0x89, 0x30, 0x83, 0x15, 0x8f, 0x6a, 0x39,
    0x7c, 0x0a, 0x50, 0x07, 0x95, 0x66, 0x0a, 0xcb, 0xd0, 0xea, 0x7b, 0x28, 0x9a, 0xc0, 0x8e, 0x51, 0x88, 0x02,
    0x21, 0x00, 0xce, 0x26, 0xa7, 0x27, 0xa1, 0x18, 0x15, 0xda, 0x89, 0xad, 0xac, 0xc9, 0xf5, 0xc6, 0x8b, 0xda,
    0xf9, 0xd7, 0x9d, 0x73, 0x01, 0x38, 0xd3, 0x51, 0x15, 0xa9, 0xe0, 0x6d, 0xf3, 0x97, 0x67, 0xfa};

static void to_text(const char *label, DWORD size, DWORD flags)
{
    BYTE data[70];
    char text[700];
    DWORD length = 0, i;
    for (i = 0; i < sizeof data; i++)
        data[i] = (BYTE)(i * 11 + 3);
    say("%s %d", label, CryptBinaryToStringA(data, size, flags, NULL, &length));
    say("needs %u", length);
    say("text %d", CryptBinaryToStringA(data, size, flags, text, &length));
    say("%u: %s", length, text);
}

static void from_text(const char *text, DWORD flags)
{
    BYTE data[100];
    DWORD size = sizeof data, skipped = 77, used = 77, i;
    BOOL good = CryptStringToBinaryA(text, 0, flags, data, &size, &skipped, &used);
    if (!good) {
        say("'%s' as %u: %u", text, flags, GetLastError());
        return;
    }
    say("'%s' as %u: %u bytes, skipped %u, was %u", text, flags, size, skipped, used);
    for (i = 0; i < size; i++)
        say("  %02x", data[i]);
}

static void texts(void)
{
    DWORD length = 0;
    to_text("base64", 47, CRYPT_STRING_BASE64);
    to_text("base64 in one line", 49, CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF);
    to_text("base64 with LF", 47, CRYPT_STRING_BASE64 | CRYPT_STRING_NOCR);
    to_text("header", 5, CRYPT_STRING_BASE64HEADER);
    to_text("raw", 5, CRYPT_STRING_HEXRAW | CRYPT_STRING_NOCRLF);
    say("nothing %d", CryptBinaryToStringA(NULL, 5, CRYPT_STRING_BASE64, NULL, &length));
    say("error %u", GetLastError());
    from_text("AQID", CRYPT_STRING_BASE64);
    from_text("AQ ID\r\n", CRYPT_STRING_BASE64);
    from_text("AQI*", CRYPT_STRING_BASE64);
    from_text("x\n-----BEGIN A-----\nAQID\n-----END A-----\n", CRYPT_STRING_BASE64HEADER);
    from_text("AQID", CRYPT_STRING_BASE64HEADER);
    from_text("AQID", CRYPT_STRING_BASE64_ANY);
    from_text("AQI", CRYPT_STRING_ANY);
}

static void protected_data(void)
{
    DATA_BLOB in = {6, (BYTE *)"secret"}, out = {0, NULL}, back = {0, NULL}, entropy = {3, (BYTE *)"abc"};
    WCHAR *description = NULL;
    say("protect %d", CryptProtectData(&in, L"words", &entropy, NULL, NULL, 0, &out));
    say("longer %d", out.cbData > in.cbData);
    say("unprotect %d", CryptUnprotectData(&out, &description, &entropy, NULL, NULL, 0, &back));
    say("%u bytes, %ls", back.cbData, description);
    LocalFree(back.pbData);
    LocalFree(description);
    out.pbData[out.cbData - 1] ^= 1;
    say("forged %d", CryptUnprotectData(&out, NULL, &entropy, NULL, NULL, 0, &back));
    say("error %u", GetLastError());
    LocalFree(out.pbData);
}

static void say_hash(PCCERT_CONTEXT context, DWORD property)
{
    BYTE value[64] = {0};
    DWORD size = sizeof value;
    say("property %u %d", property, CertGetCertificateContextProperty(context, property, value, &size));
    if (value[0])
        say("%u bytes, %02x %02x ... %02x", size, value[0], value[1], value[size - 1]);
}

static void say_name(PCCERT_CONTEXT context, DWORD type, DWORD flags)
{
    char text[100];
    DWORD size = CertGetNameStringA(context, type, flags, NULL, text, sizeof text);
    say("name %u: %s (%u)", type, text, size);
}

static void contexts(void)
{
    PCCERT_CONTEXT context = CertCreateCertificateContext(X509_ASN_ENCODING, certificate, sizeof certificate), copy;
    CERT_INFO *info = context->pCertInfo;
    char text[200];
    BYTE usage[2];
    FILETIME early = {0, 0};
    DWORD size = 0, i;
    say("encoding %u size %u", context->dwCertEncodingType, context->cbCertEncoded);
    say("version %u serial %u: %02x", info->dwVersion, info->SerialNumber.cbData, info->SerialNumber.pbData[0]);
    say("algorithm %s", info->SignatureAlgorithm.pszObjId);
    say("from %x %x", info->NotBefore.dwHighDateTime, info->NotBefore.dwLowDateTime);
    say("until %x %x", info->NotAfter.dwHighDateTime, info->NotAfter.dwLowDateTime);
    say("key %s %u", info->SubjectPublicKeyInfo.Algorithm.pszObjId, info->SubjectPublicKeyInfo.PublicKey.cbData);
    for (i = 0; i < info->cExtension; i++)
        say("extension %s %d %u", info->rgExtension[i].pszObjId, info->rgExtension[i].fCritical,
            info->rgExtension[i].Value.cbData);
    copy = CertDuplicateCertificateContext(context);
    say("same %d", copy == context);
    CertFreeCertificateContext(copy);
    say_hash(context, CERT_SHA1_HASH_PROP_ID);
    say_hash(context, CERT_MD5_HASH_PROP_ID);
    SetLastError(0);
    say_hash(context, CERT_KEY_PROV_INFO_PROP_ID);
    say("error %x", GetLastError());
    say_name(context, CERT_NAME_SIMPLE_DISPLAY_TYPE, 0);
    say_name(context, CERT_NAME_DNS_TYPE, 0);
    say_name(context, CERT_NAME_EMAIL_TYPE, 0);
    say_name(context, CERT_NAME_URL_TYPE, 0);
    CertNameToStrA(X509_ASN_ENCODING, &info->Subject, CERT_X500_NAME_STR, text, sizeof text);
    say("subject %s", text);
    CertNameToStrA(X509_ASN_ENCODING, &info->Subject, CERT_SIMPLE_NAME_STR | CERT_NAME_STR_REVERSE_FLAG, text,
                   sizeof text);
    say("subject %s", text);
    CertNameToStrA(X509_ASN_ENCODING, &info->Subject, CERT_OID_NAME_STR | CERT_NAME_STR_SEMICOLON_FLAG, text,
                   sizeof text);
    say("subject %s", text);
    say("valid %d early %d", CertVerifyTimeValidity(NULL, info), CertVerifyTimeValidity(&early, info));
    say("usage %d", CertGetIntendedKeyUsage(X509_ASN_ENCODING, info, usage, 2));
    say("is %02x %02x", usage[0], usage[1]);
    say("enhanced %d", CertGetEnhancedKeyUsage(context, 0, NULL, &size));
    {
        BYTE buffer[200];
        CERT_ENHKEY_USAGE *enhanced = (CERT_ENHKEY_USAGE *)buffer;
        size = sizeof buffer;
        say("enhanced %d", CertGetEnhancedKeyUsage(context, 0, enhanced, &size));
        for (i = 0; i < enhanced->cUsageIdentifier; i++)
            say("for %s", enhanced->rgpszUsageIdentifier[i]);
    }
    CertFreeCertificateContext(context);
    say("bad %d", CertCreateCertificateContext(X509_ASN_ENCODING, certificate + 1, 20) != NULL);
}

static void stores(void)
{
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    PCCERT_CONTEXT added = NULL, found;
    say("open %d", store != NULL);
    say("empty %d", CertEnumCertificatesInStore(store, NULL) == NULL);
    say("error %x", GetLastError());
    say("add %d", CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, certificate, sizeof certificate,
                                                   CERT_STORE_ADD_NEW, &added));
    say("in it %d", added->hCertStore == store);
    say("again %d", CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, certificate, sizeof certificate,
                                                     CERT_STORE_ADD_NEW, NULL));
    say("error %x", GetLastError());
    say("instead %d", CertAddCertificateContextToStore(store, added, CERT_STORE_ADD_REPLACE_EXISTING, NULL));
    CertFreeCertificateContext(added);
    found = CertEnumCertificatesInStore(store, NULL);
    say("one %d", found != NULL);
    found = CertEnumCertificatesInStore(store, found);
    say("two %d", found != NULL);
    found = CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_SUBJECT_STR_A, "EXAMPLE", NULL);
    say("found %d", found != NULL);
    say("deleted %d", CertDeleteCertificateFromStore(found));
    found = CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_ANY, NULL, NULL);
    say("found %d", found != NULL);
    say("error %x", GetLastError());
    say("close %d", CertCloseStore(store, 0));
    store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER | CERT_STORE_OPEN_EXISTING_FLAG,
                          L"no such store");
    say("none %d %u", store == NULL, GetLastError());
}

static unsigned count(HCERTSTORE store)
{
    unsigned number = 0;
    for (PCCERT_CONTEXT each = NULL; (each = CertEnumCertificatesInStore(store, each));)
        number++;
    return number;
}

/* A collection keeps the stores that it has, as Python's ssl closes them at once. */
static void collections(void)
{
    HCERTSTORE member = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    HCERTSTORE kept = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    HCERTSTORE collection = CertOpenStore(CERT_STORE_PROV_COLLECTION, 0, 0, 0, NULL);
    check(CertAddEncodedCertificateToStore(member, X509_ASN_ENCODING, certificate, sizeof certificate, CERT_STORE_ADD_NEW, NULL));
    check(CertAddEncodedCertificateToStore(kept, X509_ASN_ENCODING, certificate, sizeof certificate, CERT_STORE_ADD_NEW, NULL));
    check(CertAddStoreToCollection(collection, member, CERT_PHYSICAL_STORE_ADD_ENABLE_FLAG, 0));
    check(CertAddStoreToCollection(collection, kept, 0, 0));
    say("close a member %d, left %u", CertCloseStore(member, 0), count(collection));
    CertRemoveStoreFromCollection(collection, member);
    say("removed, left %u", count(collection));
    say("close the collection %d, the member has %u", CertCloseStore(collection, 0), count(kept));
    say("close the member %d", CertCloseStore(kept, CERT_CLOSE_STORE_CHECK_FLAG));
}

PROGRAM
{
    texts();
    protected_data();
    contexts();
    stores();
    collections();
    return 0;
}
