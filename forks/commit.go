package forks

// CommitInfo is what a walk over history tells about one commit.
type CommitInfo struct {
	ID      Hash
	Parents []Hash
	Tree    Hash
}

// Labels name the three inputs of a merge in its conflict markers.
type Labels struct {
	Base   string
	Ours   string
	Theirs string
}
