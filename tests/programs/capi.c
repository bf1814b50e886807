// CryptoAPI: hashes, keys, encryption, signatures.
// flags: -ladvapi32
#include <windows.h>
#include <wincrypt.h>
#include "fixture.h"

static void say_bytes(const char *what, const BYTE *bytes, DWORD size)
{
    static const char digits[] = "0123456789abcdef";
    char text[520];
    DWORD i;
    for (i = 0; i < size && i < 256; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * i] = 0;
    say("%s %s", what, text);
}

static HCRYPTHASH hashed(HCRYPTPROV provider, ALG_ID algorithm, const char *text)
{
    HCRYPTHASH hash = 0;
    if (!CryptCreateHash(provider, algorithm, 0, 0, &hash))
        say("no hash %x: %x", algorithm, GetLastError());
    else if (!CryptHashData(hash, (const BYTE *)text, (DWORD)lstrlenA(text), 0))
        say("not hashed: %x", GetLastError());
    return hash;
}

static void hashes(HCRYPTPROV provider)
{
    static const ALG_ID algorithms[] = {CALG_MD2, CALG_MD4, CALG_MD5, CALG_SHA1, CALG_SHA_256, CALG_SHA_384,
                                        CALG_SHA_512};
    HCRYPTHASH hash, copy;
    BYTE value[64];
    DWORD size, number, i;
    for (i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        hash = hashed(provider, algorithms[i], "abc");
        size = sizeof number;
        say("size %d", CryptGetHashParam(hash, HP_HASHSIZE, (BYTE *)&number, &size, 0));
        size = 3;
        SetLastError(0);
        say("small %d", CryptGetHashParam(hash, HP_HASHVAL, value, &size, 0));
        say("error %u size %u", GetLastError(), size);
        size = sizeof value;
        say("value %d", CryptGetHashParam(hash, HP_HASHVAL, value, &size, 0));
        say_bytes("abc", value, size);
        CryptDestroyHash(hash);
    }
    hash = hashed(provider, CALG_SHA1, "ab");
    say("duplicate %d", CryptDuplicateHash(hash, NULL, 0, &copy));
    CryptHashData(copy, (const BYTE *)"c", 1, 0);
    size = sizeof value;
    CryptGetHashParam(copy, HP_HASHVAL, value, &size, 0);
    say_bytes("abc", value, size);
    say("too late %d", CryptHashData(copy, (const BYTE *)"d", 1, 0));
    say("error %x", GetLastError());
    CryptDestroyHash(copy);
    CryptDestroyHash(hash);
    say("algorithm %d", CryptCreateHash(provider, 0x1234, 0, 0, &hash));
    say("error %x", GetLastError());
}

struct plain_key {
    BLOBHEADER header;
    DWORD size;
    BYTE key[32];
};

static HCRYPTKEY imported(HCRYPTPROV provider, ALG_ID algorithm, DWORD size)
{
    struct plain_key blob;
    HCRYPTKEY key = 0;
    blob.header.bType = PLAINTEXTKEYBLOB;
    blob.header.bVersion = CUR_BLOB_VERSION;
    blob.header.reserved = 0;
    blob.header.aiKeyAlg = algorithm;
    blob.size = size;
    for (DWORD i = 0; i < 32; i++)
        blob.key[i] = (BYTE)(i * 7 + 1);
    if (!CryptImportKey(provider, (const BYTE *)&blob, 12 + size, 0, CRYPT_EXPORTABLE, &key))
        say("no key %x: %x", algorithm, GetLastError());
    return key;
}

static void encryption(HCRYPTPROV provider, const char *label, ALG_ID algorithm, DWORD size)
{
    HCRYPTKEY key = imported(provider, algorithm, size);
    BYTE data[64];
    DWORD length = 20, number = 0, number_size = sizeof number, i;
    if (!key)
        return;
    for (i = 0; i < sizeof data; i++)
        data[i] = (BYTE)i;
    say("%s", label);
    CryptGetKeyParam(key, KP_BLOCKLEN, (BYTE *)&number, &number_size, 0);
    say("block %u", number);
    CryptGetKeyParam(key, KP_KEYLEN, (BYTE *)&number, &number_size, 0);
    say("key %u", number);
    say("size %d", CryptEncrypt(key, 0, TRUE, 0, NULL, &length, 0));
    // Wine reports: RC4 needs 0
    // documented: RC4 needs 20     (Microsoft, "CryptEncrypt function": the size of the ciphertext)
    say("%s needs %u", label, length);
    length = 20;
    say("encrypt %d", CryptEncrypt(key, 0, TRUE, 0, data, &length, sizeof data));
    say_bytes("encrypted", data, length);
    say("decrypt %d", CryptDecrypt(key, 0, TRUE, 0, data, &length));
    say_bytes("decrypted", data, length);
    CryptDestroyKey(key);
}

static void modes(HCRYPTPROV provider)
{
    HCRYPTKEY key = imported(provider, CALG_AES_128, 16);
    BYTE iv[16], data[32];
    DWORD mode = CRYPT_MODE_ECB, length = 16, i;
    for (i = 0; i < 16; i++)
        iv[i] = data[i] = data[16 + i] = (BYTE)(i + 3);
    say("iv %d", CryptSetKeyParam(key, KP_IV, iv, 0));
    say("first %d", CryptEncrypt(key, 0, FALSE, 0, data, &length, sizeof data));
    say_bytes("first", data, length);
    say("second %d", CryptEncrypt(key, 0, FALSE, 0, data + 16, &length, 16));
    say_bytes("second", data + 16, length);
    CryptDestroyKey(key);
    key = imported(provider, CALG_AES_128, 16);
    for (i = 0; i < 16; i++)
        data[i] = (BYTE)(i + 3);
    say("mode %d", CryptSetKeyParam(key, KP_MODE, (const BYTE *)&mode, 0));
    say("ecb %d", CryptEncrypt(key, 0, FALSE, 0, data, &length, sizeof data));
    say_bytes("ecb", data, length);
    length = 15;
    say("partial %d", CryptEncrypt(key, 0, FALSE, 0, data, &length, sizeof data));
    CryptDestroyKey(key);
}

static void derived(HCRYPTPROV provider, const char *label, ALG_ID hash_algorithm, ALG_ID algorithm)
{
    HCRYPTHASH hash = hashed(provider, hash_algorithm, "password");
    HCRYPTKEY key;
    BYTE blob[60];
    DWORD size = sizeof blob;
    say("%s %d", label, CryptDeriveKey(provider, algorithm, hash, CRYPT_EXPORTABLE, &key));
    say("export %d", CryptExportKey(key, 0, PLAINTEXTKEYBLOB, 0, blob, &size));
    say_bytes("blob", blob, size);
    CryptDestroyKey(key);
    CryptDestroyHash(hash);
}

static void hmac(HCRYPTPROV provider)
{
    HCRYPTKEY key = imported(provider, CALG_RC4, 16);
    HCRYPTHASH hash = 0;
    HMAC_INFO info = {CALG_SHA1, NULL, 0, NULL, 0};
    BYTE value[20];
    DWORD size = sizeof value;
    say("hmac %d", CryptCreateHash(provider, CALG_HMAC, key, 0, &hash));
    say("info %d", CryptSetHashParam(hash, HP_HMAC_INFO, (const BYTE *)&info, 0));
    say("data %d", CryptHashData(hash, (const BYTE *)"abc", 3, 0));
    say("value %d", CryptGetHashParam(hash, HP_HASHVAL, value, &size, 0));
    say_bytes("hmac", value, size);
    CryptDestroyHash(hash);
    CryptDestroyKey(key);
}

static void signatures(HCRYPTPROV provider)
{
    HCRYPTKEY pair = 0, public_key = 0, session = 0, again = 0;
    HCRYPTHASH hash = hashed(provider, CALG_SHA1, "message"), other = hashed(provider, CALG_SHA1, "another");
    BYTE signature[256], blob[400], private_blob[800];
    DWORD size = sizeof signature, blob_size = sizeof blob, private_size = sizeof private_blob;
    say("none %d", CryptGetUserKey(provider, AT_SIGNATURE, &pair));
    say("error %x", GetLastError());
    say("generate %d", CryptGenKey(provider, AT_SIGNATURE, 1024 << 16 | CRYPT_EXPORTABLE, &pair));
    say("sign %d", CryptSignHashA(hash, AT_SIGNATURE, NULL, 0, signature, &size));
    say("size %u", size);
    say("export %d", CryptExportKey(pair, 0, PUBLICKEYBLOB, 0, blob, &blob_size));
    say("size %u", blob_size);
    say_bytes("header", blob, 16);
    say("import %d", CryptImportKey(provider, blob, blob_size, 0, 0, &public_key));
    say("verify %d", CryptVerifySignatureA(hash, signature, size, public_key, NULL, 0));
    say("verify another %d", CryptVerifySignatureA(other, signature, size, public_key, NULL, 0));
    say("error %x", GetLastError());
    say("private %d", CryptExportKey(pair, 0, PRIVATEKEYBLOB, 0, private_blob, &private_size));
    say("size %u", private_size);
    CryptDestroyKey(pair);
    CryptDestroyKey(public_key);
    say("exchange %d", CryptGenKey(provider, AT_KEYEXCHANGE, 1024 << 16, &pair));
    say("session %d", CryptGenKey(provider, CALG_AES_128, CRYPT_EXPORTABLE, &session));
    blob_size = sizeof blob;
    say("simple %d", CryptExportKey(session, pair, SIMPLEBLOB, 0, blob, &blob_size));
    say("size %u", blob_size);
    say_bytes("header", blob, 12);
    say("import %d", CryptImportKey(provider, blob, blob_size, pair, CRYPT_EXPORTABLE, &again));
    CryptDestroyKey(again);
    CryptDestroyKey(session);
    CryptDestroyKey(pair);
    CryptDestroyHash(hash);
    CryptDestroyHash(other);
}

PROGRAM
{
    HCRYPTPROV provider = 0;
    say("acquire %d", CryptAcquireContextA(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT));
    hashes(provider);
    encryption(provider, "AES-128", CALG_AES_128, 16);
    encryption(provider, "AES-256", CALG_AES_256, 32);
    encryption(provider, "3DES", CALG_3DES, 24);
    encryption(provider, "DES", CALG_DES, 8);
    encryption(provider, "RC4", CALG_RC4, 16);
    modes(provider);
    derived(provider, "SHA1 to AES", CALG_SHA1, CALG_AES_256);
    derived(provider, "SHA256 to AES", CALG_SHA_256, CALG_AES_256);
    derived(provider, "MD5 to RC4", CALG_MD5, CALG_RC4);
    hmac(provider);
    signatures(provider);
    say("release %d", CryptReleaseContext(provider, 0));
    return 0;
}
