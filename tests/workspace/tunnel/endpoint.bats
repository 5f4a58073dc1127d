#!/usr/bin/env bats
load ../../helpers

@test "a tunnel's server end: handshake, memory, drain" {
	"$TESTBIN/workspace/tunnel/endpoint"
}

@test "a tunnel's server end: requests" {
	"$TESTBIN/workspace/tunnel/endpoint_request"
}

@test "a tunnel's server end: answers" {
	"$TESTBIN/workspace/tunnel/endpoint_answer"
}

@test "a tunnel's server end: WebSockets" {
	"$TESTBIN/workspace/tunnel/endpoint_socket"
}
