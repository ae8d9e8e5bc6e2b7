package github

import "testing"

func TestWorkflowsThatAPushStarts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]start{
		"on: push\n": always,
		"name: x\n\"on\": 'push' # always\njobs: {}\n":                                     always,
		"on: [pull_request, push]\n":                                                       always,
		"on:\n  - pull_request\n  - push\n":                                                always,
		"on:\n- push\njobs:\n":                                                             always,
		"on:\n  push:\n  pull_request:\n":                                                  always,
		"on:\n  push:\n    paths: ['**.nix']\n":                                            always,
		"on:\n  push:\n    branches: ['**']\n":                                             always,
		"on:\n  push:\n    branches:\n      - '**/fix/**'\n":                               always,
		"on:\n  push:\n    branches-ignore: [main]\n":                                      always,
		"on:\n  push:\n    branches: [main]\n    tags: [v1]\n":                             never,
		"# c\n---\non:\n  pull_request:\n    branches: [main]\njobs:\n  push:\n    x: 1\n": never,
		"on: workflow_dispatch\n":                                                          never,
		"on:\n  push:\n    branches: main\n":                                               never,
		"on:\n  push:\n    branches: ['*']\n":                                              never, // of one segment
		"on:\n  push:\n    branches: ['**', '!auxsync/**']\n":                              never,
		"on:\n  push:\n    branches:\n      # ours\n      - main\n      - \"release-*\"\n": never,
		"on:\n  push:\n    branches-ignore: [\"auxsync/**\"]\n":                            never,
		"on:\n  push:\n    tags: ['v*']\n":                                                 never,
		"on:\n  schedule:\n    - cron: '0 0 * * *'\n":                                      never,
		"jobs: {}\n":                                     unclear,
		"on: {push: {branches: [main]}}\n":               unclear,
		"on: [push,\n  pull_request]\n":                  unclear,
		"on:\n  push: {branches: [main]}\n":              unclear,
		"on: *anchor\n":                                  unclear,
		"on:\n  push:\n    branches: [main,\n      x]\n": unclear,
		"": unclear,
	} {
		if got := startsOnPush(text, sampleBranch); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func FuzzAnyTextIsReadAsAWorkflow(f *testing.F) {
	f.Add("on:\n  push:\n    branches: ['[', '\\']\n")
	f.Fuzz(func(t *testing.T, text string) { _ = startsOnPush(text, sampleBranch) })
}
