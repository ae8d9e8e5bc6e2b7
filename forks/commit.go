package forks

// CommitInfo is what a walk over history tells about one commit.
type CommitInfo struct {
	ID      Hash
	Parents []Hash
	Tree    Hash
}
