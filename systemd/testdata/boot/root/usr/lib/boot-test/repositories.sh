# Makes an upstream, and a fork of it that carries two patches.
. /usr/lib/boot-test/lib.sh
mkdir -p /srv/auxsync
git init -q --bare -b main "$upstream"
commit "$upstream" main README 'a tool' 'tool: begin' >/dev/null
git clone -q --bare "$upstream" "$fork"
git -C "$fork" remote remove origin
commit "$fork" main welcome 'welcome' 'tool: greet people' >/dev/null
commit "$fork" main licence 'free' 'tool: tell the licence' >/dev/null
commit "$upstream" main version '1' 'tool: 1' >/dev/null
