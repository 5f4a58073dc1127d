"""known_answers.py FILE: what libsodium, called from here, makes of the known answers' secrets and messages (known_answers.c)."""
import ctypes
import ctypes.util
import hashlib
import sys

name = ctypes.util.find_library("sodium")
if not name:
    sys.exit("no libsodium")
sodium = ctypes.CDLL(name)
if sodium.sodium_init() < 0:
    sys.exit("libsodium does not start")
known = {name: bytes.fromhex(value) for name, value in map(str.split, open(sys.argv[1]))}


def call(function, size, *arguments):
    out = ctypes.create_string_buffer(size)
    arguments = [ctypes.c_ulonglong(it) if isinstance(it, int) else it for it in arguments]
    if getattr(sodium, function)(out, *arguments):
        sys.exit(function + " fails")
    return out.raw


def show(name, value):
    print(name, value.hex())


recipient, ephemeral = known["recipient_secret"], known["ephemeral_secret"]
recipient_public = call("crypto_scalarmult_base", 32, recipient)
ephemeral_public = call("crypto_scalarmult_base", 32, ephemeral)
show("ephemeral_public", ephemeral_public)
show("recipient_public", recipient_public)
shared = call("crypto_scalarmult", 32, ephemeral, recipient_public)
show("shared", shared)
show("box_key", call("crypto_core_hsalsa20", 32, bytes(16), shared, None))
nonce = call("crypto_generichash", 24, 24, ephemeral_public + recipient_public, 64, None, 0)
assert nonce == hashlib.blake2b(ephemeral_public + recipient_public, digest_size=24).digest()
show("box_nonce", nonce)
show("sealed", ephemeral_public + call("crypto_box_easy", 48, known["message"], 32, nonce, recipient_public, ephemeral))
show("message", call("crypto_box_seal_open", 32, known["sealed"], 80, recipient_public, recipient))
ready = known["client_kx_ready"]
show("ciphertext", call("crypto_secretbox_easy", 16 + len(ready), ready, len(ready), known["secretbox_nonce"], known["secretbox_key"]))


def gcm(plain, nonce, key):
    return call("crypto_aead_aes256gcm_encrypt", 16 + len(plain), None, plain, len(plain), None, 0, None, nonce, key)


show("gcm_sealed", gcm(known["gcm_plain"], known["gcm_nonce"], known["gcm_key"]))
show("gcm_nothing", gcm(b"", bytes(12), bytes(32)))
for name, nonce in ("binding", known["binding_nonce"]), ("binding_without_nonce", b""):
    show(name, hashlib.sha512(b"teekit-x25519-v1:" + recipient_public + nonce).digest())
