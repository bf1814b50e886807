// ncrypt: keys that stay, and keys that do not.
// flags: -lncrypt
#include <windows.h>
#include <ncrypt.h>
#include <stdio.h>
#include "fixture.h"

static NCRYPT_PROV_HANDLE provider;

static void status(const char *label, SECURITY_STATUS code) { say("%s: %x", label, (unsigned)code); }

static DWORD number(NCRYPT_HANDLE handle, const WCHAR *property)
{
    DWORD value = 0, size = 0;
    SECURITY_STATUS code = NCryptGetProperty(handle, property, (BYTE *)&value, sizeof value, &size, 0);
    return code ? (DWORD)code : value;
}

static void say_text(NCRYPT_HANDLE handle, const WCHAR *property)
{
    WCHAR text[100] = {0};
    DWORD size = 0;
    status("text", NCryptGetProperty(handle, property, (BYTE *)text, sizeof text, &size, 0));
    say("%ls = %ls", property, text);
}

static void providers(void)
{
    status("open", NCryptOpenStorageProvider(&provider, MS_KEY_STORAGE_PROVIDER, 0));
    status("rsa", NCryptIsAlgSupported(provider, L"RSA", 0));
    status("nonsense", NCryptIsAlgSupported(provider, L"NONSENSE", 0));
}

static void ephemeral(void)
{
    NCRYPT_KEY_HANDLE key = 0, copy = 0;
    DWORD length = 1024, size = 0, policy = NCRYPT_ALLOW_EXPORT_FLAG | NCRYPT_ALLOW_PLAINTEXT_EXPORT_FLAG;
    BYTE hash[32] = {1, 2, 3}, signature[256], blob[1000], data[256], plain[256];
    BCRYPT_PKCS1_PADDING_INFO padding = {BCRYPT_SHA256_ALGORITHM};
    status("create", NCryptCreatePersistedKey(provider, &key, BCRYPT_RSA_ALGORITHM, NULL, 0, 0));
    status("length", NCryptSetProperty(key, NCRYPT_LENGTH_PROPERTY, (BYTE *)&length, sizeof length, 0));
    status("policy", NCryptSetProperty(key, NCRYPT_EXPORT_POLICY_PROPERTY, (BYTE *)&policy, sizeof policy, 0));
    status("finalize", NCryptFinalizeKey(key, 0));
    // Wine reports: length 1024 is key 0
    // documented: length 1024 is key 1     (Microsoft, "NCryptIsKeyHandle function")
    say("length %u is key %d", number(key, NCRYPT_LENGTH_PROPERTY), NCryptIsKeyHandle(key));
    say_text(key, NCRYPT_ALGORITHM_GROUP_PROPERTY);
    status("sign size", NCryptSignHash(key, &padding, hash, 32, NULL, 0, &size, BCRYPT_PAD_PKCS1));
    say("size %u", size);
    status("sign", NCryptSignHash(key, &padding, hash, 32, signature, sizeof signature, &size, BCRYPT_PAD_PKCS1));
    status("verify", NCryptVerifySignature(key, &padding, hash, 32, signature, size, NCRYPT_PAD_PKCS1_FLAG));
    hash[0] ^= 1;
    status("wrong", NCryptVerifySignature(key, &padding, hash, 32, signature, size, NCRYPT_PAD_PKCS1_FLAG));
    status("encrypt", NCryptEncrypt(key, (BYTE *)"hello", 5, NULL, data, sizeof data, &size, NCRYPT_PAD_PKCS1_FLAG));
    // Wine reports: decrypt: 80090029
    // documented: decrypt: 0     (Microsoft, "NCryptDecrypt function")
    status("decrypt", NCryptDecrypt(key, data, size, NULL, plain, sizeof plain, &size, NCRYPT_PAD_PKCS1_FLAG));
    // Wine reports: the same 0
    // documented: the same 1     (Microsoft, "NCryptDecrypt function")
    say("the same %d", size == 5 && plain[0] == 'h' && plain[4] == 'o');
    status("export", NCryptExportKey(key, 0, BCRYPT_RSAPUBLIC_BLOB, NULL, blob, sizeof blob, &size, 0));
    say("blob %u", size);
    status("import", NCryptImportKey(provider, 0, BCRYPT_RSAPUBLIC_BLOB, NULL, &copy, blob, size, 0));
    hash[0] ^= 1;
    status("verify", NCryptVerifySignature(copy, &padding, hash, 32, signature, 128, NCRYPT_PAD_PKCS1_FLAG));
    NCryptFreeObject(copy);
    status("free", NCryptFreeObject(key));
}

PROGRAM
{
    providers();
    ephemeral();
    status("close", NCryptFreeObject(provider));
    return 0;
}
