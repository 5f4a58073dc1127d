# build/release/ <-> a registry: the image by its manifest, all else as OCI referrers of it (docs/release.md).
