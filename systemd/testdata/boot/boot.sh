#!/bin/bash
# Boots the system of this machine, with the files of a folder laid over it, in a
# container of its own: boot.sh FILES WORK RESULTS. WORK is an empty folder. The
# script runs in a mount namespace of its own, so nothing stays mounted however it
# ends; nothing is written to this machine but RESULTS. The exit code is what the
# system was told to exit with.
set -euo pipefail
files=$1 work=$2 results=$3
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$work"
mkdir "$work"/{upper,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" overlay "$work/root" ||
  { echo 'boot.sh: no overlay'; exit 1; }
cp -a --no-preserve=ownership "$files/." "$work/root/"
# With --console=pipe the boot would hang.
timeout -k 10 300 systemd-nspawn --quiet -D "$work/root" --machine=auxsync-boot \
  --register=no --keep-unit --private-network --link-journal=no --resolv-conf=off --timezone=off \
  --bind="$results:/results" --console=interactive \
  -b -- systemd.unit=boot-test.target </dev/null
