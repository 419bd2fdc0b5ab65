//go:build tools

// Package real names the programs that are built here, so that go.mod and go.sum keep what they need.
package real

import (
	_ "github.com/prometheus/prometheus/cmd/prometheus"
)
