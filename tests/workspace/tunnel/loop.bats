# What a single-threaded server waits for.
load ../../helpers

@test "times come in order, what is removed is not called, and the loop can be another's guest" {
	expect 0 "$TESTBIN/workspace/tunnel/loop"
}
