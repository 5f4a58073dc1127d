# measurements -> build/release/: what is published about an image, signed (docs/release.md).
