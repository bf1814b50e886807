"""Encrypt and decrypt with the AES of pycryptodome, whose extension modules are plain DLLs.

    windlass fetch pycryptodome
    python -m windlass examples/aes.py ~/.local/share/windlass/packages/pycryptodome/_raw_aes.pyd

Two DLLs work together: `_raw_cbc` gets the cipher that `_raw_aes` made, and calls it through the pointers in
it. The key, the texts and the expected result are those of NIST SP 800-38A, F.2.1. The script is an ordinary
one: in plain Python, it takes `_raw_aes.abi3.so` from the Linux wheel.
"""

# Runs on: pycryptodome _raw_aes.pyd _raw_aes.abi3.so

import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_size_t, c_void_p
from pathlib import Path

KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
IV = bytes(range(16))
PLAIN = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710"
)
CIPHER = bytes.fromhex(
    "7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2"
    "73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7"
)


def check(status):
    """The result of every function here: zero is success."""
    if status:
        raise ValueError(f"error {status}")


def declare(library, name, *argtypes):
    """A function of a library, with its argument types."""
    function = getattr(library, name)
    function.argtypes = argtypes
    function.restype = check
    return function


class AesCbc:
    """AES in cipher block chaining mode; for one direction, since it keeps the previous block."""

    def __init__(self, path, key, iv):
        aes = ctypes.CDLL(str(path))
        cbc = ctypes.CDLL(str(path.with_name(path.name.replace("_raw_aes", "_raw_cbc"))))
        start_aes = declare(aes, "AES_start_operation", c_char_p, c_size_t, POINTER(c_void_p))
        start_cbc = declare(cbc, "CBC_start_operation", c_void_p, c_char_p, c_size_t, POINTER(c_void_p))
        self.crypt_with = {
            name: declare(cbc, f"CBC_{name}", c_void_p, c_char_p, c_char_p, c_size_t)
            for name in ("encrypt", "decrypt")
        }
        self.stop = declare(cbc, "CBC_stop_operation", c_void_p)
        cipher, self.state = c_void_p(), c_void_p()
        start_aes(key, len(key), byref(cipher))
        start_cbc(cipher, iv, len(iv), byref(self.state))

    def crypt(self, name, data):
        output = ctypes.create_string_buffer(len(data))
        self.crypt_with[name](self.state, data, output, len(data))
        return output.raw

    def close(self):
        """Free the state, and with it the cipher that it was given."""
        self.stop(self.state)


def main(path):
    encryption, decryption = AesCbc(path, KEY, IV), AesCbc(path, KEY, IV)
    encrypted = encryption.crypt("encrypt", PLAIN)
    decrypted = decryption.crypt("decrypt", encrypted)
    print("encrypted", encrypted.hex())
    print("as NIST says:", encrypted == CIPHER)
    print("decrypted", decrypted.hex())
    print("as it was:", decrypted == PLAIN)
    encryption.close()
    decryption.close()
    try:
        AesCbc(path, KEY[:5], IV)
    except ValueError as error:
        print("a key of 5 bytes:", error)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
