module windlass.dev/test/real/argo-rollouts-plugin

go 1.24.0

// No file imports it: it is built from its own folder, which lacks a page that its build embeds (scripts/real/components.ts).
require github.com/argoproj/argo-rollouts v1.9.1
