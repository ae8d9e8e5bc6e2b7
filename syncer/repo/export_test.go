package repo

// Held is how many bytes of new objects a quarantine has in memory.
func Held(q *Quarantine) int {
	q.overlay.mu.RLock()
	defer q.overlay.mu.RUnlock()
	return q.overlay.held
}

// Folder is where a quarantine is.
func Folder(q *Quarantine) string { return q.dir }

// ReadUpTo has a quarantine take objects of more bytes for too large.
func ReadUpTo(q *Quarantine, bytes int64) { q.largest = bytes }
