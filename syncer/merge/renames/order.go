package renames

// Where several answers are equally good git takes the one that it met first, and where
// it went through a map, that is the order of its hash table: entries by the hash of the
// key (FNV-1 of 32 bits) modulo the size of the table, which begins with 64 places and
// is made four times as large whenever it is more than four fifths full. In one place
// the newest entry comes first, and each enlargement turns their order around.

// MapOrder returns keys, given as they were first added and each once, in the order in
// which a map of git lists them.
func MapOrder(keys []string) []string {
	table := make([][]string, 64)
	put := func(key string) {
		at := fnv1(key) % uint32(len(table))
		table[at] = append(table[at], key)
	}
	for n, key := range keys {
		put(key)
		if (n+1)*100 <= len(table)*80 {
			continue
		}
		old := table
		table = make([][]string, 4*len(old))
		for _, place := range old {
			for k := len(place) - 1; k >= 0; k-- {
				put(place[k])
			}
		}
	}
	listed := make([]string, 0, len(keys))
	for _, place := range table {
		for k := len(place) - 1; k >= 0; k-- {
			listed = append(listed, place[k])
		}
	}
	return listed
}

// turned reports whether a table of git's that was made for n entries, and holds them,
// had to be enlarged all the same: the room is rounded the other way than the share
// that may be taken. It happens with 205 entries, with 3277, and so on. Entries of equal
// hash then come in the order opposite to the usual one.
func turned(n int) bool {
	places := 64
	for n*100/80 > places {
		places *= 4
	}
	return n > places*80/100
}

// fnv1 is the hash of Fowler, Noll and Vo.
func fnv1(s string) uint32 {
	h := uint32(0x811c9dc5)
	for i := range len(s) {
		h = h*0x01000193 ^ uint32(s[i])
	}
	return h
}
