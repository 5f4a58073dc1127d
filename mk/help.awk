# Prints the targets that carry a `##` comment, under the `## @` heading above them: headings and targets in the order in
# which they are met first, the heading "Other" last.
BEGIN { print "make TARGET [VARIABLE=value ...]" }
/^## @/ { section = substr($0, 6); next }
/^[a-z][a-z%-]*:.*## / {
	target = $0; sub(/:.*/, "", target); sub(/%/, "NAME", target)
	text = $0; sub(/.*## /, "", text)
	if (shown[target]++) next
	if (section != "Other" && !(section in lines)) order[++count] = section
	lines[section] = lines[section] sprintf("  %-14s %s\n", target, text)
}
END {
	order[++count] = "Other"
	for (i = 1; i <= count; i++) printf "\n%s\n%s", order[i], lines[order[i]]
	print "\nKnobs, with their defaults and meaning: mk/config.mk"
}
