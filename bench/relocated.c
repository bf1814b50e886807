// A table of addresses: 131,072 base relocations, for bench/run.py.
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

static int target;

#define TWO(...) __VA_ARGS__ __VA_ARGS__
#define ADDRESSES_16 TWO(TWO(TWO(TWO(&target, ))))
#define ADDRESSES_512 TWO(TWO(TWO(TWO(TWO(ADDRESSES_16)))))
#define ADDRESSES_16384 TWO(TWO(TWO(TWO(TWO(ADDRESSES_512)))))

EXPORT int *addresses[] = {TWO(TWO(TWO(ADDRESSES_16384)))};
