// Package crash ends the process at a named point, so that tests can see what a
// crash there leaves behind.
//
// # Invariants
//
//   - Without the build tag crashpoints, [At] is empty and costs nothing, and
//     the environment is not read.
//   - With it, the process ends at once: no deferred call runs and nothing is
//     flushed. The exit code is [ExitCode], which auxsync uses for nothing else.
//   - A name stands in one place only. [Names] finds all of them in the source,
//     so a list cannot go stale.
//   - A place that serves several effects may put the effect before the name, as
//     in At(kind + "-pushed"). It is listed as "*-pushed", and armed like that it
//     strikes whatever stands for the star.
//
// # Example
//
// The code that publishes has
//
//	crash.At("after-push")
//
// and a test builds it with -tags crashpoints, runs it with
//
//	AUXSYNC_CRASH=after-push     # or after-push:2 for the second time
//
// expects exit code 77, and runs it again without the variable: everything must
// be as if the crash had not been. A test that counts n up until the program ends
// without a crash has crashed at each passing of the point.
package crash

const (
	// ExitCode is the exit code of a process that a crash point ended.
	ExitCode = 77
	// Variable is the environment variable that arms a point: its name, or its
	// name, a colon and the count of the time at which it strikes.
	Variable = "AUXSYNC_CRASH"
)
