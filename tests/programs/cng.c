// Cryptography API: Next Generation: hashes, ciphers, signatures.
// flags: -lbcrypt
#include <windows.h>
#include <bcrypt.h>
#include "fixture.h"

#define L(text) ((PCWSTR)L##text)

static void say_bytes(const char *what, const UCHAR *bytes, ULONG size)
{
    static const char digits[] = "0123456789abcdef";
    char text[520];
    ULONG i;
    for (i = 0; i < size && i < 256; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * i] = 0;
    say("%s %s", what, text);
}

static ULONG number_property(HANDLE handle, PCWSTR name)
{
    ULONG value = 0, size = 0;
    NTSTATUS status = BCryptGetProperty(handle, name, (UCHAR *)&value, sizeof value, &size, 0);
    return status ? (ULONG)status : value;
}

static void open_and_close(void)
{
    HANDLE algorithm = (HANDLE)8;
    say("open nothing %x", BCryptOpenAlgorithmProvider(NULL, L("SHA256"), NULL, 0));
    say("open no name %x", BCryptOpenAlgorithmProvider(&algorithm, NULL, NULL, 0));
    // Wine reports: open unknown c0000002
    // documented: open unknown c0000225    (Microsoft, "BCryptOpenAlgorithmProvider function")
    say("open unknown %x", BCryptOpenAlgorithmProvider(&algorithm, L("NOSUCH"), NULL, 0));
    say("open by Microsoft %x",
        BCryptOpenAlgorithmProvider(&algorithm, L("AES"), L("Microsoft Primitive Provider"), 0));
    say("close %x", BCryptCloseAlgorithmProvider(algorithm, 0));
    say("close nothing %x", BCryptCloseAlgorithmProvider(NULL, 0));
}

static void hash(PCWSTR name, ULONG flags, const char *secret, ULONG secret_size)
{
    HANDLE algorithm, object, copy;
    UCHAR value[64];
    ULONG size;
    say("%ls %x", (const unsigned short *)name, BCryptOpenAlgorithmProvider(&algorithm, name, NULL, flags));
    size = number_property(algorithm, L("HashDigestLength"));
    say("digest %u", size);
    say("create %x", BCryptCreateHash(algorithm, &object, NULL, 0, (UCHAR *)secret, secret_size, 0));
    say("data %x", BCryptHashData(object, (UCHAR *)"ab", 2, 0));
    say("duplicate %x", BCryptDuplicateHash(object, &copy, NULL, 0, 0));
    say("data %x", BCryptHashData(object, (UCHAR *)"c", 1, 0));
    say("wrong size %x", BCryptFinishHash(object, value, size - 1, 0));
    say("finish %x", BCryptFinishHash(object, value, size, 0));
    say_bytes("abc", value, size);
    say("finish %x", BCryptFinishHash(copy, value, size, 0));
    say_bytes("ab", value, size);
    say("destroy %x %x", BCryptDestroyHash(object), BCryptDestroyHash(copy));
    BCryptCloseAlgorithmProvider(algorithm, 0);
}

static void reusable_hash(void)
{
    HANDLE algorithm, object;
    UCHAR value[20];
    int i;
    BCryptOpenAlgorithmProvider(&algorithm, L("SHA1"), NULL, 0);
    BCryptCreateHash(algorithm, &object, NULL, 0, NULL, 0, 0x20);
    for (i = 0; i < 2; i++) {
        BCryptHashData(object, (UCHAR *)"abc", 3, 0);
        say("finish %x", BCryptFinishHash(object, value, 20, 0));
        say_bytes("again", value, 20);
    }
    BCryptDestroyHash(object);
    BCryptCloseAlgorithmProvider(algorithm, 0);
}

/* NIST SP 800-38A, F.2.1 and F.1.1 */
static UCHAR key128[16] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf,
                                 0x4f, 0x3c};
static UCHAR plain[16] = {0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93,
                                0x17, 0x2a};

static void count(UCHAR *bytes, ULONG size)
{
    for (ULONG i = 0; i < size; i++)
        bytes[i] = (UCHAR)i;
}

static void block_cipher(const char *label, PCWSTR mode, ULONG mode_size, int chained)
{
    HANDLE algorithm, key;
    UCHAR iv[16], out[64], back[64];
    ULONG size = 0;
    BCryptOpenAlgorithmProvider(&algorithm, L("AES"), NULL, 0);
    say("%s %x", label, BCryptSetProperty(algorithm, L("ChainingMode"), (UCHAR *)mode, mode_size, 0));
    say("block %u", number_property(algorithm, L("BlockLength")));
    say("bad key %x", BCryptGenerateSymmetricKey(algorithm, &key, NULL, 0, key128, 3, 0));
    say("key %x", BCryptGenerateSymmetricKey(algorithm, &key, NULL, 0, key128, 16, 0));
    count(iv, 16);
    if (!chained)
        say("needless iv %x", BCryptEncrypt(key, plain, 16, NULL, iv, 16, out, 64, &size, 0));
    count(iv, 16);
    say("size %x", BCryptEncrypt(key, plain, 16, NULL, chained ? iv : NULL, chained ? 16 : 0, NULL, 0, &size, 0));
    say("size %u", size);
    say("small %x", BCryptEncrypt(key, plain, 16, NULL, chained ? iv : NULL, chained ? 16 : 0, out, 15, &size, 0));
    say("size %u", size);
    say("partial %x", BCryptEncrypt(key, plain, 15, NULL, chained ? iv : NULL, chained ? 16 : 0, out, 64, &size, 0));
    say("encrypt %x", BCryptEncrypt(key, plain, 16, NULL, chained ? iv : NULL, chained ? 16 : 0, out, 64, &size, 0));
    say_bytes("out", out, size);
    // Wine reports: chained to 000102030405060708090a0b0c0d0e0f
    // documented: chained to 7649abac8119b246cee98e9b12e9197d   (Microsoft, "BCryptEncrypt function": pbIV is modified)
    say_bytes(chained ? "chained to" : "not chained", iv, 16);
    count(iv, 16);
    say("padded size %x", BCryptEncrypt(key, plain, 16, NULL, chained ? iv : NULL, chained ? 16 : 0, NULL, 0, &size, 1));
    say("size %u", size);
    say("padded %x", BCryptEncrypt(key, plain, 13, NULL, chained ? iv : NULL, chained ? 16 : 0, out, 64, &size, 1));
    say_bytes("out", out, size);
    count(iv, 16);
    say("back %x", BCryptDecrypt(key, out, size, NULL, chained ? iv : NULL, chained ? 16 : 0, back, 64, &size, 1));
    say_bytes("back", back, size);
    say("destroy %x", BCryptDestroyKey(key));
    BCryptCloseAlgorithmProvider(algorithm, 0);
}

static void authenticated(const char *label, PCWSTR mode, ULONG mode_size)
{
    HANDLE algorithm, key;
    UCHAR nonce[12], tag[16], out[32], back[32];
    ULONG size = 0;
    BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO info;
    BCRYPT_INIT_AUTH_MODE_INFO(info);
    count(nonce, 12);
    info.pbNonce = nonce;
    info.cbNonce = 12;
    info.pbAuthData = (UCHAR *)"known";
    info.cbAuthData = 5;
    info.pbTag = tag;
    info.cbTag = 16;
    BCryptOpenAlgorithmProvider(&algorithm, L("AES"), NULL, 0);
    say("%s %x", label, BCryptSetProperty(algorithm, L("ChainingMode"), (UCHAR *)mode, mode_size, 0));
    BCryptGenerateSymmetricKey(algorithm, &key, NULL, 0, key128, 16, 0);
    say("no info %x", BCryptEncrypt(key, plain, 16, NULL, NULL, 0, out, 32, &size, 0));
    say("encrypt %x", BCryptEncrypt(key, plain, 15, &info, NULL, 0, out, 32, &size, 0));
    say_bytes("out", out, size);
    say_bytes("tag", tag, 16);
    say("decrypt %x", BCryptDecrypt(key, out, 15, &info, NULL, 0, back, 32, &size, 0));
    say_bytes("back", back, size);
    tag[3] ^= 1;
    say("wrong tag %x", BCryptDecrypt(key, out, 15, &info, NULL, 0, back, 32, &size, 0));
    BCryptDestroyKey(key);
    BCryptCloseAlgorithmProvider(algorithm, 0);
}

static void password(void)
{
    HANDLE algorithm;
    UCHAR key[20];
    BCryptOpenAlgorithmProvider(&algorithm, L("SHA1"), NULL, 8);
    /* RFC 6070 */
    say("pbkdf2 %x", BCryptDeriveKeyPBKDF2(algorithm, (UCHAR *)"password", 8, (UCHAR *)"salt", 4, 2, key, 20, 0));
    say_bytes("key", key, 20);
    say("no iterations %x",
        BCryptDeriveKeyPBKDF2(algorithm, (UCHAR *)"password", 8, (UCHAR *)"salt", 4, 0, key, 20, 0));
    BCryptCloseAlgorithmProvider(algorithm, 0);
}

static void signatures(PCWSTR name, ULONG bits, PCWSTR public_kind, ULONG flags, void *padding)
{
    HANDLE algorithm, pair, other;
    UCHAR hash_value[32], signature[512], blob[1024];
    ULONG size = 0, blob_size = 0;
    count(hash_value, 32);
    say("%ls %x", (const unsigned short *)name, BCryptOpenAlgorithmProvider(&algorithm, name, NULL, 0));
    say("pair %x", BCryptGenerateKeyPair(algorithm, &pair, bits, 0));
    say("finalize %x", BCryptFinalizeKeyPair(pair, 0));
    say("sign size %x", BCryptSignHash(pair, padding, hash_value, 32, NULL, 0, &size, flags));
    // Wine reports: ECDSA_P256 needs 32
    // documented: ECDSA_P256 needs 64     (Microsoft, "BCryptSignHash function": the size that the signature has)
    say("%ls needs %u", (const unsigned short *)name, size);
    say("sign %x", BCryptSignHash(pair, padding, hash_value, 32, signature, sizeof signature, &size, flags));
    say("size %u", size);
    say("export %x", BCryptExportKey(pair, NULL, public_kind, blob, sizeof blob, &blob_size, 0));
    say("blob %u", blob_size);
    say_bytes("header", blob, 8);
    say("import %x", BCryptImportKeyPair(algorithm, NULL, public_kind, &other, blob, blob_size, 0));
    say("verify %x", BCryptVerifySignature(other, padding, hash_value, 32, signature, size, flags));
    hash_value[0] ^= 1;
    say("verify another %x", BCryptVerifySignature(other, padding, hash_value, 32, signature, size, flags));
    BCryptDestroyKey(pair);
    BCryptDestroyKey(other);
    BCryptCloseAlgorithmProvider(algorithm, 0);
}

PROGRAM
{
    BCRYPT_PKCS1_PADDING_INFO sha256 = {BCRYPT_SHA256_ALGORITHM};
    open_and_close();
    hash(L("MD2"), 0, NULL, 0);
    hash(L("MD4"), 0, NULL, 0);
    hash(L("MD5"), 0, NULL, 0);
    hash(L("SHA1"), 0, NULL, 0);
    hash(L("SHA256"), 0, NULL, 0);
    hash(L("SHA384"), 0, NULL, 0);
    hash(L("SHA512"), 0, NULL, 0);
    hash(L("MD5"), 8, "key", 3);
    hash(L("SHA256"), 8, "key", 3);
    hash(L("SHA512"), 8, "key", 3);
    reusable_hash();
    block_cipher("ECB", L("ChainingModeECB"), sizeof L"ChainingModeECB", 0);
    block_cipher("CBC", L("ChainingModeCBC"), sizeof L"ChainingModeCBC", 1);
    authenticated("GCM", L("ChainingModeGCM"), sizeof L"ChainingModeGCM");
    password();
    signatures(L("RSA"), 1024, L("RSAPUBLICBLOB"), 2, &sha256);
    signatures(L("ECDSA_P256"), 256, L("ECCPUBLICBLOB"), 0, NULL);
    return 0;
}
