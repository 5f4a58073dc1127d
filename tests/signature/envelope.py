# envelope.py sign PAYLOAD KEY.pem [KEYID]: an envelope on standard output. Without KEYID its own.
# envelope.py verify ENVELOPE THRESHOLD [KEYID=PUBLIC.pub]...: its payload, or exit status 1.
import json
import sys

from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

TYPE = "application/vnd.in-toto+json"


def read(path):
    with open(path, "rb") as file:
        return file.read()


def sign(payload, pem, keyid=None):
    private = load_pem_private_key(read(pem), None)
    envelope = Envelope(read(payload), TYPE, {})
    envelope.sign(CryptoSigner(private, SSlibKey.from_crypto(private.public_key(), keyid)))
    print(json.dumps(envelope.to_dict()))


def verify(path, threshold, *keys):
    envelope = Envelope.from_dict(json.loads(read(path)))
    pairs = [key.split("=", 1) for key in keys]
    try:
        envelope.verify([SSlibKey.from_crypto(load_pem_public_key(read(pem)), keyid) for keyid, pem in pairs], int(threshold))
    except VerificationError as error:
        sys.exit(str(error))
    if envelope.payload_type != TYPE:
        sys.exit("another type")
    sys.stdout.buffer.write(envelope.payload)


{"sign": sign, "verify": verify}[sys.argv[1]](*sys.argv[2:])
