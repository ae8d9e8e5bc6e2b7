package renames

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// visit is the order in which git's merge comes across the files of a merge: each
// directory in turn, but those that one side left alone, or alone has, only after all
// others, and these in the order of a map.
type visit struct {
	trees [3]map[string]map[string]string // base, ours, theirs: directory → name → identity
	asked func(dir string) bool
	gone  []string // by ours
	fresh []string // in ours
	later []string // directories put off for ours
}

// visitOrder lists the paths that are gone in ours, and those that are new there.
func visitOrder(w threeWay, asked func(dir string) bool) (gone, fresh []string) {
	v := &visit{asked: asked}
	for i, t := range []tree{w.base, w.ours, w.theirs} {
		v.trees[i] = listing(t)
	}
	v.directory("", true)
	for _, dir := range MapOrder(v.later) {
		v.directory(dir, false)
	}
	return v.gone, v.fresh
}

// listing is the directories of a tree; a directory's identity in the one above begins
// with a slash.
func listing(t tree) map[string]map[string]string {
	l := map[string]map[string]string{"": {}}
	for p, content := range t {
		for name, identity := p, content; name != ""; name, identity = dirname(name), "/" {
			dir := dirname(name)
			if l[dir] == nil {
				l[dir] = map[string]string{}
			}
			l[dir][basename(name)] = identity
		}
	}
	var seal func(dir string) string
	seal = func(dir string) string {
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(l[dir])) {
			if l[dir][name] == "/" {
				l[dir][name] = "/" + seal(strings.TrimPrefix(dir+"/"+name, "/"))
			}
			fmt.Fprintf(&b, "%q %q\n", name, l[dir][name])
		}
		return fmt.Sprintf("%x", sha1.Sum([]byte(b.String())))
	}
	seal("")
	return l
}

func (v *visit) directory(dir string, putOff bool) {
	for _, name := range v.names(dir) {
		path := strings.TrimPrefix(dir+"/"+name, "/")
		base, ours, theirs := v.trees[0][dir][name], v.trees[1][dir][name], v.trees[2][dir][name]
		isFile := func(s string) bool { return s != "" && s[0] != '/' }
		if isFile(base) && !isFile(ours) {
			v.gone = append(v.gone, path)
		}
		if !isFile(base) && isFile(ours) {
			v.fresh = append(v.fresh, path)
		}
		if base == ours && base == theirs || base+ours+theirs == "" {
			continue
		}
		isDir := func(s string) bool { return s != "" && s[0] == '/' }
		if !isDir(base) && !isDir(ours) && !isDir(theirs) {
			continue
		}
		lone := base == "" && theirs == ""
		if putOff && !v.asked(path) && (base == theirs || lone) {
			v.later = append(v.later, path)
			continue
		}
		v.directory(path, putOff)
	}
}

// names merges the three lists of a directory: the least of the three next names first.
func (v *visit) names(dir string) []string {
	var lists [3][]string
	for i := range lists {
		lists[i] = slices.SortedFunc(maps.Keys(v.trees[i][dir]), func(a, b string) int {
			return cmp.Compare(v.sortKey(i, dir, a), v.sortKey(i, dir, b))
		})
	}
	var names []string
	done := map[string]bool{}
	for {
		next := ""
		for i := range lists {
			for len(lists[i]) > 0 && done[lists[i][0]] {
				lists[i] = lists[i][1:]
			}
			if len(lists[i]) > 0 && (next == "" || lists[i][0] < next) {
				next = lists[i][0]
			}
		}
		if next == "" {
			return names
		}
		done[next] = true
		names = append(names, next)
	}
}

func (v *visit) sortKey(i int, dir, name string) string {
	if strings.HasPrefix(v.trees[i][dir][name], "/") {
		return name + "/"
	}
	return name
}
