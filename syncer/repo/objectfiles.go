package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
)

// Git takes a pack under any name, and other programs, as git itself did once, name it
// after the objects in it. go-git wants it to be pack- and the checksum at its end. So it
// is shown each pack under that name, whatever the file is called, and be it a symbolic
// link.

// objectFiles shows go-git a folder of objects, wherever that is, as the one of a git
// directory. It follows no list of alternates: who opens a folder knows which others
// belong to it.
type objectFiles struct {
	billy.Filesystem // what is not asked for here
	dir              string
	packs            map[string]string // the name of a pack's files, by the one that go-git expects
	list             []fs.FileInfo
}

// The end of a pack's index is the checksum of the pack and then its own.
const checksumLength = 20

// newObjectFiles shows a folder with the packs of this moment.
func newObjectFiles(dir, packs string) (*objectFiles, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	o := &objectFiles{Filesystem: osfs.New(dir), dir: dir, packs: map[string]string{}}
	for index := range strings.Lines(packs) {
		name := strings.TrimSuffix(index, ".idx\n")
		sum, info, err := packChecksum(filepath.Join(dir, "pack", name))
		if errors.Is(err, os.ErrNotExist) {
			continue // it has gone, or is half of one
		}
		if err != nil {
			return nil, err
		}
		if expected := "pack-" + sum.String(); !sum.IsZero() && o.packs[expected] == "" {
			o.packs[expected] = name
			o.list = append(o.list, shownPack{info, expected + ".pack"})
		}
	}
	return o, nil
}

// packChecksum reads the checksum of a pack out of its index, and looks whether both are
// there. Of an index that is torn it is what the name says: who reads it finds out.
func packChecksum(path string) (sum plumbing.Hash, info fs.FileInfo, err error) {
	if info, err = os.Stat(path + ".pack"); err != nil {
		return sum, nil, err
	}
	index, err := os.Open(path + ".idx")
	if err != nil {
		return sum, nil, err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	end, err := index.Stat()
	if err != nil {
		return sum, nil, err
	}
	if end.Size() < 2*checksumLength {
		return plumbing.NewHash(strings.TrimPrefix(filepath.Base(path), "pack-")), info, nil
	}
	_, err = index.ReadAt(sum[:], end.Size()-2*checksumLength)
	return sum, info, err
}

// shownPack is a pack under another name.
type shownPack struct {
	fs.FileInfo
	name string
}

// Name is what go-git looks for.
func (p shownPack) Name() string { return p.name }

// own is where a file is that go-git looks for. What it has opened it opens again by its
// own path.
func (o *objectFiles) own(path string) string {
	inside, ok := strings.CutPrefix(path, "objects")
	if !ok {
		return path
	}
	inside = strings.TrimPrefix(inside, "/")
	if pack, ok := strings.CutPrefix(inside, "pack/"); ok {
		extension := filepath.Ext(pack)
		if name, ok := o.packs[strings.TrimSuffix(pack, extension)]; ok {
			inside = "pack/" + name + extension
		}
	}
	return filepath.Join(o.dir, inside)
}

// objectFile is an open file of the folder; nothing is locked for reading.
type objectFile struct{ *os.File }

func (objectFile) Lock() error   { return nil }
func (objectFile) Unlock() error { return nil }

// Open implements [billy.Basic]. Unlike that of a file system of go-git's it follows
// links to wherever they lead.
func (o *objectFiles) Open(path string) (billy.File, error) {
	if path == "objects/info/alternates" {
		return nil, os.ErrNotExist
	}
	f, err := os.Open(o.own(path))
	if err != nil {
		return nil, err
	}
	return objectFile{f}, nil
}

// Stat implements [billy.Basic].
func (o *objectFiles) Stat(path string) (os.FileInfo, error) { return os.Stat(o.own(path)) }

// ReadDir implements [billy.Dir]. Packs are all that is listed.
func (o *objectFiles) ReadDir(path string) ([]os.FileInfo, error) {
	if path == "objects/pack" {
		return o.list, nil
	}
	return nil, os.ErrNotExist
}
