package forks

// Restart returns the keys that differ between the config that a process started
// with and a newer one, and that only a restart takes in; none is empty. All other
// keys count from the next pass on.
func Restart(old, new *Config) []string {
	var keys []string
	for _, k := range []struct {
		key  string
		same bool
	}{
		{"state_dir", old.StateDir == new.StateDir},
		{"cache_dir", old.CacheDir == new.CacheDir},
		{"workers", old.Workers == new.Workers},
		{"listen", old.Listen == new.Listen},
		{"log.level", old.Log.Level == new.Log.Level},
		{"log.format", old.Log.Format == new.Log.Format},
	} {
		if !k.same {
			keys = append(keys, k.key)
		}
	}
	return keys
}
