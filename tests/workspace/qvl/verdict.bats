# Verification as a whole, beside what the test authority says of each of its sets.
load ../../helpers
load helpers

AUTHORITY=$TESTBIN/workspace/qvl/authority
VERDICT=$TESTBIN/workspace/qvl/verdict
KINDS="sgx-3 sgx-4 sgx-5 td10-4 td10-5 td15-5"

setup() { cd "$BATS_TEST_TMPDIR"; }

# judged: a line of verdict's for each set, against what the set says of itself.
judged() {
	local set verdict step reason count=0
	while read -r set verdict; do
		read -r step reason <"$set/expected"
		count=$((count + 1))
		if [ "$step" -eq 0 ]; then
			same "holds $reason" "$verdict" "$set"
		elif [[ ${set##*/} == *-twice && $verdict == *", as a folder" ]]; then # whoever reads such a file refuses it
			same "refused 0 collateral malformed, as a folder" "$verdict" "$set"
		else
			[[ $verdict == "refused $step "*" $reason" || $verdict == "refused $step "*" $reason "* ]] ||
				same "refused $step ... $reason" "$verdict" "$set"
		fi
	done
	echo "$count"
}

@test "every good set of every kind holds; every broken one is refused at its step, with its code" {
	local kind
	for kind in $KINDS; do
		"$AUTHORITY" --kind "$kind" --all "$kind"
		"$VERDICT" sets "$kind"/* >verdicts
		judged <verdicts >count
		[ "$(<count)" -ge 150 ]
		same "$(find "$kind" -mindepth 1 -maxdepth 1 | wc -l)" "$(grep -vc ', as a folder$' verdicts)"
	done
}

@test "a refusal by the policy has a status, and one before it has none" {
	"$AUTHORITY" --all .
	"$VERDICT" sets */ | grep refused >verdicts
	same "" "$(awk '$3 >= 15 && NF < 6 || $3 < 15 && NF != 5 && !/, as a folder/' verdicts)"
	for it in "debug UpToDate" "level-outdated OutOfDate" "module-outdated OutOfDate" "qe-revoked Revoked"; do
		grep -qE "^${it% *}/ refused .* ${it#* }( |\$)" verdicts
	done
}

@test "a change of any byte of a good quote is never accepted, nor is a refused one by it" {
	local name
	"$AUTHORITY" good
	"$AUTHORITY" --kind sgx-3 sgx
	"$AUTHORITY" --kind td15-5 td15
	for name in good sgx td15; do
		expect 0 "$VERDICT" flips $name
		same "holds UpToDate
$(($(stat -c %s $name/quote.bin) * 2)) changes" "$output" $name
	done
	for name in debug quote-signature auth-data leaf-signature level-tdx trailing-bytes; do
		"$AUTHORITY" --break $name $name
		expect 0 "$VERDICT" flips $name
		[[ ${lines[0]} == "refused "* ]]
		same "$(($(stat -c %s $name/quote.bin) * 2)) changes" "${lines[1]}" $name
	done
}
