// Package scripttest gives the end-to-end scripts of auxsync their world and their
// words. A script is a txtar file under testdata/script whose name is a sentence of
// the specification.
//
// # World
//
// Every script begins with two real bare repositories in $WORK: upstream.git, with
// the files a.nix to f.nix of twelve lines each ("a line 1" …) on branch main, and
// fork.git, a copy of it. config.toml follows main with the track "aux", on branch
// main; set $HISTORY before `world` for another mode. A day's conflicts have no
// bound. Dates are fixed. $LATER puts the
// program's clock forward, such as by "168h". $QUIET are quiet hours in UTC that have begun
// an hour ago and end in six. With $MERGER as "git" the two engines that
// merge have changed their places, and as "liar" auxsync's own takes conflicts for clean.
//
// # Words
//
//	world                            make the two repositories and config.toml anew
//	upstream SUBJECT [EDIT,…]        commit to upstream's main
//	fork SUBJECT [EDIT,…]            commit to the fork's main
//	commit REPO BRANCH SUBJECT EDIT  commit to any branch of upstream or fork
//	merge REPO BRANCH OTHER SUBJECT [EDIT,…]
//	                                 merge OTHER, a revision of that repository
//	branch REPO NAME REV             set a branch; REV "-" deletes it
//	conflict SUBJECT                 set $id, $patch, $onto, $fix and $number to the
//	                                 conflict of that patch, from the state on the fork
//	outcome SUBJECT AHEAD PUBLISHED  the ledger on the fork says this of the patch
//	patches N                        the stack on the fork has N patches
//	patch SUBJECT NAME               set $NAME to the id of a patch
//	owed SUBJECT BY                  the ledger names BY for the patch: a commit, a
//	                                 patch, a conflict or a person
//	open N                           people are asked about N conflicts
//	asked SUBJECT                    a decision is asked for about the patch
//	rev REPO REV NAME                set $NAME to a commit id
//	same REPO REV REV                two revisions are the same commit
//	contains REPO REV REV            the first contains the second
//	reachable REPO COMMIT            some ref of the repository contains the commit
//	exits CODE CMD…                  run a program; it must end with that exit code
//	inert                            what was printed last cannot act on a terminal
//	content REPO REV PATH FILE       a file at a revision equals FILE; "-" means that
//	                                 there is no such file
//	line REPO REV PATH N TEXT        line N of a file at a revision
//	snapshot NAME DIR…               write refs and files below directories to NAME
//	serve                            put both repositories behind HTTP, the fork with
//	                                 the canary as its token; set $FORK_URL and
//	                                 $UPSTREAM_URL, and write config.toml for them
//	config FILE                      config.toml is FILE, with variables put in
//	daemon NAME [FLAG…]              begin `auxsync run`; what it prints goes to NAME.log
//	signal NAME SIGNAL               send it TERM, INT, HUP or KILL
//	ends NAME CODE [WITHIN]          wait until it has ended, with that exit code, and
//	                                 within that time since it was signalled first; -1 is
//	                                 the code of one that was killed
//	get NAME PATH                    print what its status page answers: the status,
//	                                 the content type and the body
//	listens                          wait until the daemon in $WORK/state answers
//	until PATTERN CMD…               run a program again and again until its standard
//	                                 output matches
//	nocanary                         no credential of the script is in a file of $WORK, but
//	                                 for those that hold them, or in what was printed last
//	github [private]                 begin a GitHub that has the fork, as aux/pkgs, and
//	                                 write config.toml for it; set $GITHUB to its API and
//	                                 $FORK_URL; the files token and hook have the secrets,
//	                                 $HOOK that of its webhook
//	account LOGIN ID none|triage|write
//	                                 make an account there with that id and right
//	team SLUG LOGIN…                 make a team of aux there that has access to the fork
//	renew                            write a new token into the file; revoke the old one
//	rights NAME none|read, rights all
//	                                 take a right from the token, or give it all
//	outage begins|ends               its API answers 503; git is served all the same
//	interrupts CODE CMD…             run a program, interrupt it while its API answers nothing,
//	                                 and compare the exit code
//	browser WHO comment|title N TEXT, merge N BUTTON, accept N WORDS, approve|close|reopen N,
//	        edit BRANCH PATH FILE    what a person does on its pages: ada, who is a member,
//	                                 and bob may write, eve may not; accept takes the
//	                                 suggestion that has the words; FILE "-" removes PATH
//	pulls                            print all that it shows, a line for each fact
//	shows PATTERN                    wait until what pulls prints matches
//	deliver NAME ID SECRET [large]   post a delivery of its webhook, which has that id and
//	                                 is signed with the secret, to a daemon; print the status
//
// An EDIT is one of: `edit PATH N TEXT`, `insert PATH N TEXT` (before line N),
// `cut PATH N`, `mv OLD NEW`, `rm PATH`, `add PATH LINE…`, `bytes PATH CONTENT`,
// `exec PATH` (make it executable), `link PATH TARGET`; several are separated by a
// word that is a comma. `by NAME` in front of the subject sets the author. A word of
// a commit that begins with a double quote is a Go string, for characters that a
// script cannot hold: '"a\x1b[31m"'.
//
// A daemon that still runs when its script ends is killed.
//
// The condition [mounts] says whether a program can be given a file system of its own.
//
// # Example
//
//	world
//	fork 'a: use the mirror' edit a.nix 5 mirror
//	exec auxsync adopt aux
//	upstream 'a: bump' edit a.nix 5 two
//	exec auxsync sync
//	outcome 'a: use the mirror' conflicted kept
package scripttest
