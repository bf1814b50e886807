/* Compression: LZNT1, of compressed files ("RtlCompressBuffer function", "RtlDecompressBuffer function"; [MS-XCA], "LZNT1
 * Algorithm Details"). The XPRESS formats are refused, as the documentation allows for formats that are not installed.
 *
 * Data is cut into chunks of 4096 bytes, each with a header of two bytes. A compressed chunk is made of flag bytes and
 * eight elements behind each: a byte as it is, or 16 bits that say how far back and how long the bytes are that come
 * again. The further the chunk has grown, the more of these bits tell the distance. */
#include "api.h"

enum {
    COMPRESSION_FORMAT_NONE, COMPRESSION_FORMAT_DEFAULT, COMPRESSION_FORMAT_LZNT1, COMPRESSION_FORMAT_XPRESS,
    COMPRESSION_FORMAT_XPRESS_HUFF,
    COMPRESSION_ENGINE_STANDARD = 0, COMPRESSION_ENGINE_MAXIMUM = 0x100,
    CHUNK = 4096, SHORTEST = 3,
};
#define STATUS_UNSUPPORTED_COMPRESSION ((NTSTATUS)0xC000025F)
#define STATUS_BAD_COMPRESSION_BUFFER ((NTSTATUS)0xC0000242)
#define STATUS_BUFFER_ALL_ZEROS ((NTSTATUS)0x00000117)

#define CHUNK_SIGNATURE 0x3000u
#define CHUNK_COMPRESSED 0x8000u
#define CHUNK_SIZE_MASK 0x0FFFu

static NTSTATUS check_format(USHORT format) {
    switch (format & 0xFF) {
    case COMPRESSION_FORMAT_NONE:
    case COMPRESSION_FORMAT_DEFAULT: return STATUS_INVALID_PARAMETER;
    case COMPRESSION_FORMAT_LZNT1: return STATUS_SUCCESS;
    default: return STATUS_UNSUPPORTED_COMPRESSION;
    }
}

/* How many of the 16 bits are the length's, at this place in the chunk. */
static unsigned length_bits(size_t at) {
    unsigned bits = 12;
    while (bits > 4 && at > (size_t)1 << (16 - bits))
        bits--;
    return bits;
}

/* ---- compressing ---- */

struct match { unsigned length, distance; };

enum { HASH_BITS = 12 };

/* Where three bytes were met last in this chunk, one more than that; 0: nowhere. And where those before it were met. */
struct dictionary {
    USHORT heads[1 << HASH_BITS];
    USHORT previous[CHUNK];
};

static unsigned hash_of(const uint8_t *data) {
    return ((unsigned)data[0] << 16 | (unsigned)data[1] << 8 | data[2]) * 0x9E3779B1u >> (32 - HASH_BITS);
}

static void remember(struct dictionary *dictionary, const uint8_t *chunk, size_t at, size_t size) {
    if (at + SHORTEST > size)
        return;
    USHORT *head = &dictionary->heads[hash_of(chunk + at)];
    dictionary->previous[at] = *head;
    *head = (USHORT)(at + 1);
}

static struct match find_match(const struct dictionary *dictionary, const uint8_t *chunk, size_t at, size_t size,
                               unsigned tries) {
    struct match best = {0};
    if (at + SHORTEST > size)
        return best;
    size_t longest = ((size_t)1 << length_bits(at)) - 1 + SHORTEST;
    longest = longest < size - at ? longest : size - at;
    unsigned from = dictionary->heads[hash_of(chunk + at)];
    for (; from && tries--; from = dictionary->previous[from - 1]) {
        unsigned length = 0;
        while (length < longest && chunk[from - 1 + length] == chunk[at + length])
            length++;
        if (length > best.length)
            best = (struct match){length, (unsigned)(at - (from - 1))};
    }
    return best;
}

/* The compressed elements of a chunk; 0 when they would take as much room as the chunk itself. */
static size_t compress_chunk(struct dictionary *dictionary, const uint8_t *chunk, size_t size, unsigned tries,
                             uint8_t out[CHUNK]) {
    size_t at = 0, used = 0, flags_at = 0;
    memset(dictionary->heads, 0, sizeof dictionary->heads);
    for (unsigned element = 0; at < size; element++) {
        if (element % 8 == 0) {
            flags_at = used++;
            if (used >= size)
                return 0;
            out[flags_at] = 0;
        }
        struct match match = find_match(dictionary, chunk, at, size, tries);
        bool is_match = match.length >= SHORTEST;
        if (used + (is_match ? 2 : 1) >= size)
            return 0;
        if (is_match) {
            unsigned bits = length_bits(at);
            unsigned pair = (match.distance - 1) << bits | (match.length - SHORTEST);
            out[flags_at] |= (uint8_t)(1 << element % 8);
            out[used++] = (uint8_t)pair;
            out[used++] = (uint8_t)(pair >> 8);
        } else {
            out[used++] = chunk[at];
            match.length = 1;
        }
        for (unsigned i = 0; i < match.length; i++)
            remember(dictionary, chunk, at++, size);
    }
    return used;
}

static bool is_all_zero(const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (data[i])
            return false;
    return size != 0;
}

API(ntdll, NTSTATUS, RtlGetCompressionWorkSpaceSize, USHORT CompressionFormatAndEngine,
    ULONG *CompressBufferWorkSpaceSize, ULONG *CompressFragmentWorkSpaceSize) {
    NTSTATUS status = check_format(CompressionFormatAndEngine);
    if (status)
        return status;
    *CompressBufferWorkSpaceSize = sizeof(struct dictionary);
    *CompressFragmentWorkSpaceSize = CHUNK;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlCompressBuffer, USHORT CompressionFormatAndEngine, const uint8_t *UncompressedBuffer,
    ULONG UncompressedBufferSize, uint8_t *CompressedBuffer, ULONG CompressedBufferSize, ULONG UncompressedChunkSize,
    ULONG *FinalCompressedSize, PVOID WorkSpace) {
    NTSTATUS status = check_format(CompressionFormatAndEngine);
    (void)UncompressedChunkSize;
    if (status)
        return status;
    unsigned tries = CompressionFormatAndEngine & COMPRESSION_ENGINE_MAXIMUM ? CHUNK : 8;
    uint8_t packed[CHUNK];
    size_t used = 0;
    for (size_t at = 0; at < UncompressedBufferSize; at += CHUNK) {
        const uint8_t *chunk = UncompressedBuffer + at;
        size_t size = UncompressedBufferSize - at < CHUNK ? UncompressedBufferSize - at : CHUNK;
        size_t length = compress_chunk(WorkSpace, chunk, size, tries, packed);
        const uint8_t *data = length ? packed : chunk;
        unsigned header = CHUNK_SIGNATURE | (length ? CHUNK_COMPRESSED : 0);
        length = length ? length : size;
        if (CompressedBufferSize - used < length + 2)
            return STATUS_BUFFER_TOO_SMALL;
        header |= (unsigned)(length - 1);
        CompressedBuffer[used] = (uint8_t)header;
        CompressedBuffer[used + 1] = (uint8_t)(header >> 8);
        memcpy(CompressedBuffer + used + 2, data, length);
        used += length + 2;
    }
    *FinalCompressedSize = (ULONG)used;
    return is_all_zero(UncompressedBuffer, UncompressedBufferSize) ? STATUS_BUFFER_ALL_ZEROS : STATUS_SUCCESS;
}

/* ---- decompressing ---- */

struct unpacked { uint8_t data[CHUNK]; size_t size; };

static NTSTATUS decompress_chunk(const uint8_t *data, size_t size, struct unpacked *chunk) {
    size_t at = 0;
    chunk->size = 0;
    while (at < size) {
        unsigned flags = data[at++];
        for (unsigned bit = 0; bit < 8 && at < size; bit++) {
            if (!(flags >> bit & 1)) {
                if (chunk->size == CHUNK)
                    return STATUS_BAD_COMPRESSION_BUFFER;
                chunk->data[chunk->size++] = data[at++];
                continue;
            }
            if (at + 2 > size)
                return STATUS_BAD_COMPRESSION_BUFFER;
            unsigned pair = data[at] | (unsigned)data[at + 1] << 8, bits = length_bits(chunk->size);
            size_t distance = (pair >> bits) + 1, length = (pair & ((1u << bits) - 1)) + SHORTEST;
            at += 2;
            if (distance > chunk->size || length > CHUNK - chunk->size)
                return STATUS_BAD_COMPRESSION_BUFFER;
            for (; length; length--, chunk->size++)
                chunk->data[chunk->size] = chunk->data[chunk->size - distance];
        }
    }
    return STATUS_SUCCESS;
}

static NTSTATUS next_chunk(const uint8_t **at, const uint8_t *end, struct unpacked *chunk) {
    unsigned header = (*at)[0] | (unsigned)(*at)[1] << 8;
    size_t size = (header & CHUNK_SIZE_MASK) + 1;
    *at += 2;
    if ((header & 0x7000) != CHUNK_SIGNATURE || (size_t)(end - *at) < size)
        return STATUS_BAD_COMPRESSION_BUFFER;
    const uint8_t *data = *at;
    *at += size;
    if (header & CHUNK_COMPRESSED)
        return decompress_chunk(data, size, chunk);
    memcpy(chunk->data, data, size);
    chunk->size = size;
    return STATUS_SUCCESS;
}

/* From `offset` of the uncompressed data on; a chunk that is followed by others stands for 4096 bytes. */
API(ntdll, NTSTATUS, RtlDecompressFragment, USHORT CompressionFormat, uint8_t *UncompressedFragment,
    ULONG UncompressedFragmentSize, const uint8_t *CompressedBuffer, ULONG CompressedBufferSize, ULONG FragmentOffset,
    ULONG *FinalUncompressedSize, PVOID WorkSpace) {
    NTSTATUS status = check_format(CompressionFormat);
    const uint8_t *at = CompressedBuffer, *end = at + CompressedBufferSize;
    struct unpacked chunk;
    size_t used = 0, passed = 0;
    (void)WorkSpace;
    while (!status && end - at >= 2 && (at[0] || at[1]) && used < UncompressedFragmentSize) {
        status = next_chunk(&at, end, &chunk);
        if (status)
            break;
        bool is_last = end - at < 2 || !(at[0] || at[1]);
        if (!is_last && chunk.size < CHUNK) {
            memset(chunk.data + chunk.size, 0, CHUNK - chunk.size);
            chunk.size = CHUNK;
        }
        size_t skip = FragmentOffset > passed ? FragmentOffset - passed : 0;
        passed += chunk.size;
        if (skip >= chunk.size)
            continue;
        size_t wanted = chunk.size - skip, room = UncompressedFragmentSize - used;
        memcpy(UncompressedFragment + used, chunk.data + skip, wanted < room ? wanted : room);
        used += wanted < room ? wanted : room;
    }
    if (!status)
        *FinalUncompressedSize = (ULONG)used;
    return status;
}

API(ntdll, NTSTATUS, RtlDecompressBuffer, USHORT CompressionFormat, uint8_t *UncompressedBuffer,
    ULONG UncompressedBufferSize, const uint8_t *CompressedBuffer, ULONG CompressedBufferSize,
    ULONG *FinalUncompressedSize) {
    return api_RtlDecompressFragment(CompressionFormat, UncompressedBuffer, UncompressedBufferSize, CompressedBuffer,
                                     CompressedBufferSize, 0, FinalUncompressedSize, NULL);
}

API(ntdll, NTSTATUS, RtlDecompressBufferEx, USHORT CompressionFormat, uint8_t *UncompressedBuffer,
    ULONG UncompressedBufferSize, const uint8_t *CompressedBuffer, ULONG CompressedBufferSize,
    ULONG *FinalUncompressedSize, PVOID WorkSpace) {
    return api_RtlDecompressFragment(CompressionFormat, UncompressedBuffer, UncompressedBufferSize, CompressedBuffer,
                                     CompressedBufferSize, 0, FinalUncompressedSize, WorkSpace);
}
