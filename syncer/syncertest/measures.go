package syncertest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// Committed implements [syncer.Measures].
func (q *quarantine) Committed(id forks.Hash) (time.Time, error) {
	o, err := q.object(id)
	if err != nil {
		return time.Time{}, err
	}
	if o.commit == nil {
		return time.Time{}, &repo.WrongTypeError{ID: id, Want: "commit", Have: o.kind}
	}
	return time.Unix(o.commit.date, 0).UTC(), nil
}

// plain lists the commits of from..to that are not merges, the newest first.
func (q *quarantine) plain(from, to forks.Hash) ([]*commit, error) {
	in, err := q.between(to, from)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(byDate(to, in), func(c *commit) bool { return len(c.parents) > 1 }), nil
}

// CountCommits implements [syncer.Measures].
func (q *quarantine) CountCommits(_ context.Context, from, to forks.Hash) (int, error) {
	list, err := q.plain(from, to)
	return len(list), err
}

// Log implements [syncer.Measures].
func (q *quarantine) Log(_ context.Context, from, to forks.Hash, most int, r repo.LogReader) error {
	list, err := q.plain(from, to)
	if err != nil {
		return err
	}
	list = list[:min(len(list), most)]
	for _, c := range slices.Backward(list) {
		if err := q.tell(c, r); err != nil {
			return err
		}
	}
	return nil
}

// tell tells one commit.
func (q *quarantine) tell(c *commit, r repo.LogReader) error {
	o, err := q.needed(c.id)
	if err != nil {
		return err
	}
	ident, message := wrote(o.data)
	subject, body, _ := strings.Cut(strings.TrimLeft(message, "\n"), "\n\n")
	one := repo.Logged{ID: c.id, Author: personOf(ident), At: time.Unix(c.date, 0).UTC(),
		Subject: strings.Join(strings.FieldsFunc(subject, func(r rune) bool { return r == '\n' }), " "), Body: strings.TrimLeft(body, "\n")}
	for _, text := range []*string{&one.Author.Name, &one.Author.Email, &one.Subject, &one.Body} {
		*text = (*text)[:min(len(*text), repo.LongestLogged)]
	}
	if err := r.Commit(one); err != nil || r.Path == nil {
		return err
	}
	before, err := q.parentTree(c)
	if err != nil {
		return err
	}
	changes, err := q.differences(before, c.tree)
	if err != nil {
		return err
	}
	for _, change := range changes {
		if err := r.Path(forks.Path(change.path)); err != nil {
			return err
		}
	}
	return nil
}

// wrote returns a commit's author, with the time, and its message.
func wrote(data []byte) (ident, message string) {
	head, message, _ := strings.Cut(string(data), "\n\n")
	for line := range strings.Lines(head) {
		if author, ok := strings.CutPrefix(line, "author "); ok {
			ident = strings.TrimSuffix(author, "\n")
		}
	}
	return ident, message
}

// personOf reads "NAME <EMAIL> TIME ZONE".
func personOf(ident string) forks.Person {
	name, rest, _ := strings.Cut(ident, "<")
	email, _, _ := strings.Cut(rest, ">")
	return forks.Person{Name: strings.TrimSpace(name), Email: strings.TrimSpace(email)}
}

// both are the differences of two commits or trees.
func (q *quarantine) both(a, b forks.Hash) ([]fileChange, error) {
	old, err := q.treeOf(a)
	if err != nil {
		return nil, err
	}
	new, err := q.treeOf(b)
	if err != nil {
		return nil, err
	}
	return q.differences(old, new)
}

// CountLines implements [syncer.Measures]; a file that moved counts as two.
func (q *quarantine) CountLines(_ context.Context, a, b forks.Hash) (files, added, removed int, err error) {
	list, err := q.both(a, b)
	if err != nil {
		return 0, 0, 0, err
	}
	for _, c := range list {
		old, err := q.text(c.old)
		if err != nil {
			return 0, 0, 0, err
		}
		new, err := q.text(c.new)
		if err != nil {
			return 0, 0, 0, err
		}
		if lines.Binary(old) || lines.Binary(new) {
			continue
		}
		for _, change := range lines.Diff(old, new) {
			added += change.B.End - change.B.Start
			removed += change.A.End - change.A.Start
		}
	}
	return len(list), added, removed, nil
}

// CountChanged implements [syncer.Measures].
func (q *quarantine) CountChanged(_ context.Context, a, b forks.Hash) (int, error) {
	list, err := q.both(a, b)
	return len(list), err
}

// Authors implements [syncer.Measures].
func (q *quarantine) Authors(_ context.Context, from, to forks.Hash, paths []forks.Path, most int) ([]repo.Authored, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	list, err := q.plain(from, to)
	if err != nil {
		return nil, err
	}
	var out []repo.Authored
	at, seen := map[forks.Person]int{}, map[string]bool{}
	for _, c := range list {
		if touches, err := q.touches(c, paths); err != nil {
			return nil, err
		} else if !touches {
			continue
		}
		if most--; most < 0 {
			break
		}
		o, err := q.needed(c.id)
		if err != nil {
			return nil, err
		}
		ident, message := wrote(o.data)
		subject, _, _ := strings.Cut(message, "\n")
		if ident == "" || seen[ident+"\n"+subject] {
			continue
		}
		seen[ident+"\n"+subject] = true
		who := personOf(ident)
		i, known := at[who]
		if !known {
			i, out = len(out), append(out, repo.Authored{Person: who})
			at[who] = i
		}
		out[i].Changes++
	}
	return out, nil
}

// RangeDiff implements [syncer.Measures]: the lines in which two differences differ, in
// words of its own.
func (q *quarantine) RangeDiff(_ context.Context, old, new forks.Hash, most int) (text string, shortened bool, err error) {
	var forms [2]bytes.Buffer
	for i, id := range []forks.Hash{old, new} {
		c, err := q.commit(id)
		if err != nil {
			return "", false, err
		}
		before, err := q.parentTree(c)
		if err != nil {
			return "", false, err
		}
		if err := (writer{out: &forms[i], context: 3}).showAll(q.view, before, c.tree); err != nil {
			return "", false, err
		}
	}
	var out bytes.Buffer
	writer{out: &out}.hunks(forms[0].Bytes(), forms[1].Bytes())
	if out.Len() <= most {
		return out.String(), false, nil
	}
	end := bytes.LastIndexByte(out.Bytes()[:most], '\n') + 1
	return out.String()[:end], true, nil
}
