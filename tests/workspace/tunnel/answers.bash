# Known answers that several implementations give.
ANSWERS=$VECTORS/tunnel/known-answers.txt

# answers COUNT COMMAND...: every line is one of the known answers, and there are as many as the implementation has.
answers() {
	local count=$1 line
	shift
	expect 0 "$@"
	same "$count" "${#lines[@]}" "answers"
	same "$count" "$(cut -d' ' -f1 <<<"$output" | sort -u | wc -l)" "names"
	for line in "${lines[@]}"; do
		same "$(grep "^${line%% *} " "$ANSWERS")" "$line"
	done
}
