#!/usr/bin/env bats
load ../../helpers

@test "the client's states, credit, time-outs, and what it refuses" {
	"$TESTBIN/workspace/tunnel/tunnel_client"
}
