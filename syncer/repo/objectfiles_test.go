package repo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// An arrangement is a repository whose objects are somewhere, and how one comes to it.
type arrangement struct {
	dir string // where the command is called
	env []string
}

// move moves the packs of a repository, or what belongs to them, by their names.
func move(t *testing.T, objects string, to func(pack, extension string)) {
	t.Helper()
	packs, err := filepath.Glob(filepath.Join(objects, "pack", "*.idx"))
	if err != nil || len(packs) == 0 {
		t.Fatalf("%q, %v", packs, err)
	}
	for _, pack := range packs {
		for _, extension := range []string{".pack", ".idx"} {
			to(strings.TrimSuffix(pack, ".idx"), extension)
		}
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
}

func TestObjectsAreReadWhereverGitReadsThem(t *testing.T) {
	t.Parallel()
	for name, arrange := range map[string]func(t *testing.T, r *repotest.Repo, objects, top string) arrangement{
		"a pack under another name": func(t *testing.T, r *repotest.Repo, objects, _ string) arrangement {
			move(t, objects, func(pack, extension string) {
				must(t, os.Rename(pack+extension, filepath.Join(objects, "pack", "odd name-of.it"+extension)))
			})
			return arrangement{dir: r.Dir}
		},
		"a pack named after its objects": func(t *testing.T, r *repotest.Repo, objects, _ string) arrangement {
			move(t, objects, func(pack, extension string) {
				must(t, os.Rename(pack+extension, filepath.Join(objects, "pack", "pack-"+strings.Repeat("1a", 20)+extension)))
			})
			return arrangement{dir: r.Dir}
		},
		"a pack that is there twice": func(t *testing.T, r *repotest.Repo, objects, _ string) arrangement {
			move(t, objects, func(pack, extension string) { must(t, os.Link(pack+extension, pack+"-again"+extension)) })
			return arrangement{dir: r.Dir}
		},
		"a pack that is a symbolic link": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			must(t, os.MkdirAll(filepath.Join(top, "store"), 0o755))
			move(t, objects, func(pack, extension string) {
				aside := filepath.Join(top, "store", "it"+extension)
				must(t, os.Rename(pack+extension, aside), os.Symlink(aside, pack+extension))
			})
			return arrangement{dir: r.Dir}
		},
		"a pack that is a relative symbolic link": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			move(t, objects, func(pack, extension string) {
				must(t, os.Rename(pack+extension, filepath.Join(top, "it"+extension)), os.Symlink("../../../it"+extension, pack+extension))
			})
			return arrangement{dir: r.Dir}
		},
		"a folder of objects that is a symbolic link": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			must(t, os.Rename(objects, filepath.Join(top, "elsewhere")), os.Symlink("../elsewhere", objects))
			return arrangement{dir: r.Dir}
		},
		"a folder of objects of another name": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			must(t, os.Rename(objects, filepath.Join(top, "a:store")), os.MkdirAll(objects, 0o755))
			return arrangement{dir: r.Dir, env: []string{"GIT_OBJECT_DIRECTORY=" + filepath.Join(top, "a:store")}}
		},
		"a folder of objects named from where one is": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			must(t, os.Rename(objects, filepath.Join(top, "store")), os.MkdirAll(objects, 0o755))
			return arrangement{dir: r.Dir, env: []string{"GIT_OBJECT_DIRECTORY=../store"}}
		},
		"alternates": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			store := filepath.Join(top, "store")
			must(t, os.Rename(objects, store))
			writeFile(t, filepath.Join(objects, "info", "alternates"), "# where they are\n\n/nowhere\n"+store+"\n")
			return arrangement{dir: r.Dir}
		},
		"relative alternates": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			must(t, os.Rename(objects, filepath.Join(top, "store")))
			writeFile(t, filepath.Join(objects, "info", "alternates"), "../../store\n")
			return arrangement{dir: r.Dir}
		},
		"alternates of alternates": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			must(t, os.Rename(objects, filepath.Join(top, "store")))
			writeFile(t, filepath.Join(top, "between", "info", "alternates"), "../store\n")
			writeFile(t, filepath.Join(objects, "info", "alternates"), filepath.Join(top, "between")+"\n")
			return arrangement{dir: r.Dir}
		},
		"alternates in quotes": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			store := filepath.Join(top, "a\tstore")
			must(t, os.Rename(objects, store))
			writeFile(t, filepath.Join(objects, "info", "alternates"), `"`+filepath.Join(top, `a\tstore`)+"\"\n")
			return arrangement{dir: r.Dir}
		},
		"alternates of the environment": func(t *testing.T, r *repotest.Repo, objects, top string) arrangement {
			must(t, os.Rename(objects, filepath.Join(top, "a:store")), os.MkdirAll(objects, 0o755))
			return arrangement{dir: r.Dir, env: []string{`GIT_ALTERNATE_OBJECT_DIRECTORIES=/nowhere:"` + filepath.Join(top, "a:store") + `"`}}
		},
		"a git directory that is named": func(_ *testing.T, r *repotest.Repo, _, top string) arrangement {
			return arrangement{dir: top, env: []string{"GIT_DIR=" + filepath.Base(r.Dir)}}
		},
		"a work tree beside it": func(t *testing.T, r *repotest.Repo, _, top string) arrangement {
			git(t, r.Dir, "worktree", "add", "--quiet", "--detach", filepath.Join(top, "beside"), "main")
			return arrangement{dir: filepath.Join(top, "beside")}
		},
		"a file .git": func(t *testing.T, r *repotest.Repo, _, top string) arrangement {
			writeFile(t, filepath.Join(top, "work", ".git"), "gitdir: ../"+filepath.Base(r.Dir)+"\n")
			writeFile(t, filepath.Join(top, "work", "sub", "file"), "")
			return arrangement{dir: filepath.Join(top, "work", "sub")}
		},
		"a clone that borrows": func(t *testing.T, r *repotest.Repo, _, top string) arrangement {
			git(t, top, "clone", "--quiet", "--shared", r.Dir, filepath.Join(top, "clone"))
			return arrangement{dir: filepath.Join(top, "clone")}
		},
		"an index of several packs": func(t *testing.T, r *repotest.Repo, _, _ string) arrangement {
			git(t, r.Dir, "multi-pack-index", "write")
			return arrangement{dir: r.Dir}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			r := repotest.New(t, filepath.Join(top, "it.git"))
			r.Commit(t, "main", repotest.Ada, "one", files{"f": "what is in it\n"})
			git(t, r.Dir, "repack", "-q", "-a", "-d")
			git(t, r.Dir, "config", "core.bare", "true")
			blob := git(t, r.Dir, "rev-parse", "main:f")
			a := arrange(t, r, filepath.Join(r.Dir, "objects"), top)
			e := here(t, a.dir, a.env...)
			tip, err := e.Resolve(t.Context(), "main", "commit")
			if err != nil {
				t.Fatal("git does not find it: ", err)
			}
			if kind, data, err := e.Quarantine().Object(mustHash(t, blob)); kind != "blob" || string(data) != "what is in it\n" || err != nil {
				t.Errorf("%s %q, %v", kind, data, err)
			}
			// Children of the quarantine find it there too.
			// Children of the quarantine find it there too.
			if bases, err := e.Quarantine().MergeBases(t.Context(), tip, tip); err != nil || len(bases) != 1 {
				t.Errorf("%v, %v", bases, err)
			}
		})
	}
}

// What is too large for go-git's memory is opened a second time, by its own path.
func TestALargeFileIsReadOutOfAPackUnderAnotherName(t *testing.T) {
	t.Parallel()
	r := repotest.New(t, filepath.Join(t.TempDir(), "it.git"))
	large := strings.Repeat("\x00", 33<<20)
	r.Commit(t, "main", repotest.Ada, "one", files{"large": large})
	git(t, r.Dir, "repack", "-q", "-a", "-d")
	blob := mustHash(t, git(t, r.Dir, "rev-parse", "main:large"))
	objects := filepath.Join(r.Dir, "objects")
	move(t, objects, func(pack, extension string) {
		must(t, os.Rename(pack+extension, filepath.Join(objects, "pack", "large"+extension)))
	})
	e := here(t, r.Dir)
	if _, data, err := e.Quarantine().Object(blob); string(data) != large || err != nil {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}
