// flags: -lwinmm
// RIFF files on disk and in memory.
#include <windows.h>
#include <mmsystem.h>

#include "fixture.h"

static void write_file(HMMIO file)
{
    MMCKINFO riff = {0}, format = {0}, data = {0};
    riff.fccType = mmioFOURCC('W', 'A', 'V', 'E');
    say("riff %u", mmioCreateChunk(file, &riff, MMIO_CREATERIFF));
    format.ckid = mmioFOURCC('f', 'm', 't', ' ');
    say("format %u", mmioCreateChunk(file, &format, 0));
    say("written %d", mmioWrite(file, "0123456789abcdef", 16));
    say("ascend %u size %u", mmioAscend(file, &format, 0), format.cksize);
    data.ckid = mmioFOURCC('d', 'a', 't', 'a');
    mmioCreateChunk(file, &data, 0);
    mmioWrite(file, "odd", 3);
    say("ascend %u size %u at %u", mmioAscend(file, &data, 0), data.cksize, data.dwDataOffset);
    say("ascend %u size %u", mmioAscend(file, &riff, 0), riff.cksize);
}

static void read_file(HMMIO file)
{
    MMCKINFO riff = {0}, chunk = {0};
    char text[20] = "";
    say("start %d", mmioSeek(file, 0, SEEK_SET));
    riff.fccType = mmioFOURCC('W', 'A', 'V', 'E');
    say("descend %u: size %u at %u", mmioDescend(file, &riff, NULL, MMIO_FINDRIFF), riff.cksize, riff.dwDataOffset);
    chunk.ckid = mmioFOURCC('d', 'a', 't', 'a');
    say("data %u: size %u at %u", mmioDescend(file, &chunk, &riff, MMIO_FINDCHUNK), chunk.cksize, chunk.dwDataOffset);
    say("read %d '%s'", mmioRead(file, text, 3), text);
    say("ascend %u at %d", mmioAscend(file, &chunk, 0), mmioSeek(file, 0, SEEK_CUR));
    mmioSeek(file, 12, SEEK_SET);
    say("first %u", mmioDescend(file, &chunk, &riff, 0));
    say("  size %u", chunk.cksize);
    mmioAscend(file, &chunk, 0);
    chunk.ckid = mmioFOURCC('n', 'o', 'n', 'e');
    say("none %u", mmioDescend(file, &chunk, &riff, MMIO_FINDCHUNK));
    riff.fccType = mmioFOURCC('A', 'V', 'I', ' ');
    mmioSeek(file, 0, SEEK_SET);
    say("other %u", mmioDescend(file, &riff, NULL, MMIO_FINDRIFF));
}

PROGRAM
{
    char path[MAX_PATH], bytes[100];
    LONG length;
    MMIOINFO info = {0};
    GetTempPathA(MAX_PATH, path);
    lstrcatA(path, "windlass-media-test.wav");
    HMMIO file = mmioOpenA(path, NULL, MMIO_CREATE | MMIO_READWRITE);
    check(file != NULL);
    write_file(file);
    read_file(file);
    mmioSeek(file, 0, SEEK_SET);
    length = mmioRead(file, bytes, sizeof bytes);
    say("length %d", length);
    say("close %u", mmioClose(file, 0));
    say("again %u", mmioClose(file, 0));
    say("deleted %d", mmioOpenA(path, NULL, MMIO_DELETE) != NULL);
    // Wine reports: missing 1 error 0
    // documented: missing 0 error 257     (Microsoft, "mmioOpenW function": MMIOERR_FILENOTFOUND)
    say("missing %d error %u", mmioOpenA(path, &info, MMIO_READ) != NULL, info.wErrorRet);
    ZeroMemory(&info, sizeof info);
    info.fccIOProc = FOURCC_MEM;
    info.cchBuffer = 1024;
    info.adwInfo[0] = 512;
    file = mmioOpenA(NULL, &info, MMIO_CREATE | MMIO_READWRITE);
    check(file != NULL);
    write_file(file);
    say("close %u", mmioClose(file, 0));
    ZeroMemory(&info, sizeof info);
    info.fccIOProc = FOURCC_MEM;
    info.pchBuffer = bytes;
    info.cchBuffer = length;
    file = mmioOpenA(NULL, &info, MMIO_READ);
    check(file != NULL);
    read_file(file);
    say("close %u", mmioClose(file, 0));
    say("%x %x", mmioStringToFOURCCA("ab", 0), mmioStringToFOURCCW(L"wave", MMIO_TOUPPER));
    return 0;
}
