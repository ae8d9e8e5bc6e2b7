# The cases of the boot test. Each says "ok NAME" or "not ok NAME: why" on a line of
# /results/cases; the number of those that failed ends in /results/failed.
. /usr/lib/boot-test/lib.sh
set +e
token=$(cat /etc/auxsync/credentials/nix-token)
failed=0
drop_in=/run/systemd/system/auxsync.service.d/case.conf
mkdir -p "${drop_in%/*}"
cp /etc/auxsync/config.toml /tmp/config.toml

# it NAME COMMAND runs a case. What it prints last is why it failed. The config, the
# unit and the remote are as at first, whatever an earlier case did.
it() {
  local out code result="ok $1"
  cp /tmp/config.toml /etc/auxsync/config.toml
  rm -f /srv/auxsync/hold /srv/auxsync/waiting "$drop_in"
  systemctl daemon-reload
  out=$(set -e; "$2" 2>&1)
  code=$?
  if [ "$code" != 0 ]; then
    failed=$((failed + 1))
    result="not ok $1: $(tail -n 6 <<<"$out" | tr '\n' ' ')(exit code $code)"
  fi
  echo "$result" | tee -a /results/cases
}

fail() { echo "$*"; exit 1; }
show() { systemctl show -P "$1" auxsync.service; }
is() { [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"; }

# within SECONDS COMMAND asks again until the command succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

# as PERSON COMMAND runs a command as somebody without any right but their groups.
as() { setpriv --reuid "$1" --regid "$1" --init-groups --reset-env -- "${@:2}"; }
ada() { as ada auxsync --config /etc/auxsync/config.toml "$@"; }
eve() { as eve auxsync --config /etc/auxsync/config.toml "$@"; }

active() { [ "$(show ActiveState)" = active ]; }
restarted() { [ "$(show NRestarts)" = "$1" ] && active; }
fork_main() { git -C "$fork" rev-parse refs/heads/main; }

# published checks that the fork has all of upstream and its own two patches, and
# nothing else.
published() {
  git -C "$fork" merge-base --is-ancestor "$(git -C "$upstream" rev-parse main)" main ||
    { echo "the fork's branch does not have upstream's tip"; return 1; }
  diff <(git -C "$fork" ls-tree -r main) \
    <({ git -C "$upstream" ls-tree -r main; git -C "$fork" ls-tree -r main welcome licence; } | sort -k4)
}

starts() {
  systemctl start auxsync.service || fail "$(systemctl status -n 20 auxsync.service)"
  is ActiveState "$(show ActiveState)" active
  is Type "$(show Type)" notify
  [ -n "$(show StatusText)" ] || fail 'says nothing about how it is'
}

dynamic_user() {
  local pid uid
  pid=$(show MainPID)
  uid=$(stat -c %u "/proc/$pid")
  [ "$uid" -ge 61184 ] && [ "$uid" -le 65519 ] || fail "runs as uid $uid"
  ! grep -q '^auxsync:' /etc/passwd || fail 'is in /etc/passwd'
  is 'the state directory' "$(stat -Lc '%a %u' /var/lib/auxsync)" "700 $uid"
  is 'the cache directory' "$(stat -Lc '%a %u' /var/cache/auxsync)" "700 $uid"
  grep -q '^NoNewPrivs:.1$' "/proc/$pid/status" || fail 'may gain privileges'
  grep -q '^CapBnd:.0*$' "/proc/$pid/status" || fail 'has capabilities'
  grep -q '^Seccomp:.2$' "/proc/$pid/status" || fail 'may call everything'
}

adopts() {
  ada adopt main
  git -C "$fork" rev-parse -q --verify refs/auxsync/state/main >/dev/null || fail 'no state on the fork'
}

publishes() {
  local before
  before=$(fork_main)
  ada sync main
  published
  git -C "$fork" merge-base --is-ancestor "$before" main || fail 'the branch did not fast-forward'
}

keeps_the_token() {
  local pid
  pid=$(show MainPID)
  ! tr '\0' '\n' <"/proc/$pid/environ" | grep -qF "$token" || fail 'the token is in the environment'
  ! journalctl -b -o export | grep -qaF "$token" || fail 'the token is in the journal'
  ! grep -rqF "$token" /var/lib/private/auxsync /var/cache/private/auxsync || fail 'the token is in a file of the daemon'
  is 'the access to the control socket' "$(stat -c '%A %U %G' /run/auxsync/control.sock)" 'srw-rw---- root auxsync-admin'
}

refuses_others() {
  local before out
  before=$(fork_main)
  commit "$upstream" main version 'for eve' 'tool: for eve' >/dev/null
  if out=$(eve sync main 2>&1); then fail "somebody who is not in the group may give commands: $out"; fi
  grep -q 'auxsync-admin\|permission' <<<"$out" || fail "does not say what is missing: $out"
  is "the fork's branch" "$(fork_main)" "$before"
}

knows_who() {
  ada sync main
  [ -n "$(journalctl -b -t auxsync WHO=ada UID="$(id -u ada)" -o cat)" ] || fail 'nothing tells that Ada asked'
}

logs_with_fields() {
  journalctl -b -t auxsync TRACK=main -o json | grep -q '"FORK":"tool"' || fail 'no entry has the fields FORK and TRACK'
}

reloads() {
  local pid restarts
  pid=$(show MainPID) restarts=$(show NRestarts)
  printf '\n[forks.tool.tracks.second]\nfollow = "main"\nbranch = "second"\n' >>/etc/auxsync/config.toml
  systemctl reload auxsync.service
  within 10 active || fail "is $(show ActiveState) after a reload"
  is MainPID "$(show MainPID)" "$pid"
  is NRestarts "$(show NRestarts)" "$restarts"
  within 10 knows_second || fail "does not know the new track: $(ada status)"
}
knows_second() { ada status --json | grep -q second; }

keeps_the_last_good_config() {
  local pid out
  pid=$(show MainPID)
  printf '\nno_such_key = 1\n[forks.tool.tracks.third]\nfolow = "main"\n' >>/etc/auxsync/config.toml
  systemctl reload auxsync.service
  within 10 active || fail "is $(show ActiveState) after a bad reload"
  is MainPID "$(show MainPID)" "$pid"
  within 10 told_in_journal folow || fail 'the journal does not name the bad key'
  ! out=$(ada reload 2>&1) || fail 'a command takes the bad config in'
  grep -q folow <<<"$out" && grep -q no_such_key <<<"$out" || fail "does not name all that is bad: $out"
  ada sync main
}
told_in_journal() { journalctl -b -u auxsync | grep -q -e "$1"; }

survives_20_kills() {
  local i pid tips=
  systemctl reset-failed auxsync.service
  systemctl restart auxsync.service
  for i in $(seq 20); do
    commit "$upstream" main version "kill $i" "tool: kill $i" >/dev/null
    ada sync main >/tmp/sync 2>&1 &
    sleep "0.$(printf %02d $((i * 4)))" # another moment of the pass each time
    pid=$(show MainPID)
    kill -KILL "$pid"
    within 20 restarted "$i" || fail "after kill $i: $(show ActiveState), $(show NRestarts) restarts"
    wait $! || true
    tips="$tips $(fork_main)"
  done
  ada sync main
  published
  for i in $tips; do
    git -C "$fork" merge-base --is-ancestor "$i" main || fail "$i was published and is not in the branch"
  done
  git -C "$fork" fsck --no-dangling --connectivity-only
  is NRestarts "$(show NRestarts)" 20
}

answers_across_a_restart() {
  local i
  touch /tmp/asking
  while [ -e /tmp/asking ]; do
    ada status >/tmp/answer 2>&1 || { echo "exit code $?: $(cat /tmp/answer)"; break; }
  done >/tmp/answers &
  for i in 1 2 3 4 5; do systemctl restart auxsync.service; done
  rm /tmp/asking
  wait $!
  [ ! -s /tmp/answers ] || fail "a command was not answered during a restart: $(cat /tmp/answers)"
  systemctl stop auxsync.service
  [ -S /run/auxsync/control.sock ] || fail 'the socket is gone with the daemon'
  ada status || fail 'a command does not start the daemon'
  within 10 active || fail "is $(show ActiveState) after it was asked"
}

kills_a_hung_daemon() {
  local pid
  printf '[Service]\nWatchdogSec=3\n' >"$drop_in"
  systemctl daemon-reload
  systemctl reset-failed auxsync.service
  systemctl restart auxsync.service
  pid=$(show MainPID)
  kill -STOP "$pid"
  within 20 restarted 1 || fail "is $(show ActiveState) with $(show NRestarts) restarts"
  told_in_journal 'Watchdog timeout' || fail 'it was not the watchdog'
  journalctl -b -u auxsync _PID="$pid" | grep -q 'goroutine ' || fail "no goroutine's stack in the journal"
}

beats() {
  local pid
  printf '[Service]\nWatchdogSec=1\n' >"$drop_in"
  systemctl daemon-reload
  systemctl reset-failed auxsync.service
  systemctl restart auxsync.service
  # A pass that takes longer than the watchdog waits is no hang.
  commit "$upstream" main version 'slow' 'tool: slow' >/dev/null
  touch /srv/auxsync/hold
  ada sync main &
  within 10 test -e /srv/auxsync/waiting || fail 'no pass began'
  ! within 4 restarted 1 || fail 'was killed in the middle of a long pass'
  rm /srv/auxsync/hold
  wait $!
  published
}

stops_in_the_middle_of_a_pass() {
  local before began uid
  systemctl restart auxsync.service
  uid=$(stat -c %u "/proc/$(show MainPID)")
  before=$(git -C "$fork" for-each-ref)
  commit "$upstream" main version 'stop' 'tool: stop' >/dev/null
  touch /srv/auxsync/hold
  ada sync main >/dev/null 2>&1 &
  within 10 test -e /srv/auxsync/waiting || fail 'no pass began'
  began=$SECONDS
  # The connection of the command that waits would start it again.
  systemctl stop auxsync.socket auxsync.service
  [ $((SECONDS - began)) -le 10 ] || fail "took $((SECONDS - began)) s"
  wait $! || true
  is Result "$(show Result)" success
  ! pgrep -u "$uid" || fail 'left a process'
  is "the fork's refs" "$(git -C "$fork" for-each-ref)" "$before"
  is 'lock files of git' "$(find /var/cache/private/auxsync -name '*.lock' -o -name 'tmp_*')" ''
  rm /srv/auxsync/hold
  systemctl start auxsync.service
  ada sync main
  published
}

loses_nothing_with_its_cache() {
  local before
  before=$(fork_main)
  systemctl stop auxsync.socket auxsync.service
  systemctl clean --what=cache auxsync.service
  [ ! -e /var/cache/private/auxsync ] || fail 'the cache is still there'
  systemctl start auxsync.service
  commit "$upstream" main version 'clean' 'tool: clean' >/dev/null
  ada sync main
  published
  git -C "$fork" merge-base --is-ancestor "$before" main || fail 'the branch did not fast-forward'
}

comes_back_from_a_bad_config() {
  systemctl stop auxsync.socket auxsync.service
  printf '\nno_key_at_all = 1\n' >>/etc/auxsync/config.toml
  ! systemctl start auxsync.service || fail 'starts with a bad config'
  is ExecMainStatus "$(show ExecMainStatus)" 2
  within 10 told_in_journal no_key_at_all || fail 'the journal does not name the bad key'
  cp /tmp/config.toml /etc/auxsync/config.toml
  within 10 active || fail "is $(show ActiveState) with the good config"
  ada sync main
}

serves_its_page() {
  local answer
  systemctl stop auxsync.socket auxsync.service
  systemctl start auxsync-page.socket
  # Who comes to the page starts the daemon, too.
  exec 3<>/dev/tcp/127.0.0.1/8467
  printf 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
  answer=$(timeout 20 head -n 1 <&3 | tr -d '\r')
  [[ $answer = 'HTTP/1.'?' 200 OK' ]] || fail "the page answers: $answer"
  within 10 active || fail "is $(show ActiveState) after its page was asked for"
}

useradd ada && useradd eve && usermod --append --groups auxsync-admin ada

it 'is ready when its start is done, and says how it is' starts
it 'runs as a dynamic user without rights' dynamic_user
it 'is commanded by a member of the group who is not root' adopts
it 'publishes a pass with its credential' publishes
it 'keeps the token to itself, and the socket to the group' keeps_the_token
it 'refuses the commands of others' refuses_others
it 'knows who gave a command' knows_who
it 'logs with fields' logs_with_fields
it 'reloads a good config without a restart' reloads
it 'refuses a bad config and goes on with the last good one' keeps_the_last_good_config
it 'survives 20 kills with 20 restarts and loses nothing' survives_20_kills
it 'answers every command across restarts, and is started by one' answers_across_a_restart
it 'is killed by the watchdog when it hangs, and leaves its stacks' kills_a_hung_daemon
it 'is not killed by the watchdog during a long pass' beats
it 'stops within 10 s in the middle of a pass and leaves nothing' stops_in_the_middle_of_a_pass
it 'loses nothing with its cache' loses_nothing_with_its_cache
it 'serves its page at the socket it was handed' serves_its_page
it 'does not start with a bad config, and does once it is corrected' comes_back_from_a_bad_config

journalctl -b --no-pager -o short-precise -u auxsync.service -u auxsync.socket -u remote.service >/results/journal
echo "$failed" >/results/failed
exit "$failed"
