# A release -> a verdict: signatures, locks, inputs, a rebuild, and every value compared (docs/verify.md).
