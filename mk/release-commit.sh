#!/bin/bash
# release-commit.sh [COMMIT]: prints the commit that the sources are: COMMIT when it is given, else what git says; nothing where
# there is no git. Exit status 1: git says that the sources are not as in any commit.
set -euo pipefail
sources=(workspace tools images mk)

fail() { # STATUS LINE
	echo "release: $2" >&2
	exit "$1"
}

changed() {
	git status --porcelain --untracked-files=all &&
		git ls-files --others --ignored --exclude-standard -- "${sources[@]}" | sed 's/^/!! /' # measured all the same
}

if [ -n "${1:-}" ]; then
	[[ $1 =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] || fail 64 "COMMIT=$1: a commit is 40 or 64 digits of lower-case hex"
	echo "$1"
elif [ -e .git ]; then
	command -v git >/dev/null || fail 71 "git is not installed, and .git is there; install git, or say COMMIT="
	commit=$(git rev-parse --verify --quiet HEAD) || fail 1 "git finds no commit here; say COMMIT=, or make one"
	lines=$(changed) || fail 71 "git status fails; say COMMIT="
	[ -z "$lines" ] || fail 1 "the sources are not those of commit ${commit:0:12}: $(head -n 1 <<<"$lines" | cut -c4-) ($(wc -l <<<"$lines") changes); commit them, or say COMMIT="
	echo "$commit"
fi
