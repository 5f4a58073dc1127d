# verdict.json (docs/schema/verdict-1.json), or null where nothing was judged yet, with one more finding: $verdict, $check, $code, $reason.
def rank: {"holds": 0, "not checked": 0, "cannot say": 1, "does not hold": 2}[.];
. // {
  schema: "kettle-dstack/verdict/1", verdict: "holds", findings: [], findings_left_out: 0, hashed: {bytes: 0, files: 0},
  question: {checkout: false, keys: ($keys != ""), rebuilders: $rebuilders, rebuilt: false, subject: (if $subject == "" then null else $subject end), threshold: $threshold},
  rebuilders: [], release: {commit: null, image: null, manifest: null, version: null}, signers: []
}
| .findings += [{$check, $code, $reason, $verdict, expected: null, observed: null, object: null}]
| if ($verdict | rank) > (.verdict | rank) then .verdict = $verdict else . end
