#!/bin/bash
# release-place.sh NEW FOLDER: puts a finished release where the old one is. What was added to that later (rebuilds/, inputs.tar)
# stays when it is of the same measurements, which have the locks' digests in them.
set -euo pipefail
new=$1
folder=$2
if [ -d "$folder.old" ] && { rmdir "$folder" 2>/dev/null || [ ! -e "$folder" ]; }; then
	mv -T "$folder.old" "$folder" # a run was killed between its two moves
fi
rm -rf "$folder.new" "$folder.old"
mv -T "$new" "$folder.new"
if cmp -s "$folder/measurements.json" "$folder.new/measurements.json"; then
	for it in rebuilds inputs.tar; do
		[ ! -e "$folder/$it" ] || cp -al "$folder/$it" "$folder.new/"
	done
fi
mv -T "$folder" "$folder.old" # never half of one and half of the other
mv -T "$folder.new" "$folder"
rm -rf "$folder.old"
