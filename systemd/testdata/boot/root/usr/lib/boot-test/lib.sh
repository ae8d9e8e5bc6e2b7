# What the scripts of the boot test share.
set -eu
export HOME=/root GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'
upstream=/srv/auxsync/upstream.git
fork=/srv/auxsync/fork.git

# commit REPOSITORY BRANCH FILE TEXT SUBJECT adds a commit to a branch, as a push does.
commit() {
  local blob tree id parent index=/tmp/index.$BASHPID
  parent=$(git -C "$1" rev-parse -q --verify "refs/heads/$2" || true)
  export GIT_INDEX_FILE=$index
  if [ -n "$parent" ]; then git -C "$1" read-tree "$parent"; else git -C "$1" read-tree --empty; fi
  blob=$(printf '%s\n' "$4" | git -C "$1" hash-object -w --stdin)
  git -C "$1" update-index --add --cacheinfo "100644,$blob,$3"
  tree=$(git -C "$1" write-tree)
  unset GIT_INDEX_FILE
  rm -f "$index"
  id=$(git -C "$1" commit-tree ${parent:+-p "$parent"} -m "$5" "$tree")
  git -C "$1" update-ref "refs/heads/$2" "$id" ${parent:-0000000000000000000000000000000000000000}
  echo "$id"
}
