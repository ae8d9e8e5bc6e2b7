package maintainers

// Named is a name as it is written somewhere, and the place: "path:line". Both are
// hostile.
type Named struct{ Name, Where string }
