// Package model has no code: its tests let random things happen to a fork and hold each
// pass against a model that knows nothing of how the program decides.
//
// # Invariants
//
//   - Each patch that was ever seen is on record once, and has one row in each pass.
//   - A conflict is asked about once: one open proposal a patch, none for what people
//     declined, and none for what they have decided.
//   - A published tip is upstream's commit with the patches that the state lists.
//   - What a person pushed stays reachable from a ref of the fork.
//   - A pass that was interrupted leaves nothing that the next one does not put right.
//   - Without news, a pass writes nothing.
package model
