#!/bin/sh
# Prints the path of a Chromium: $CHROMIUM, or the system's. Where there is none, installs Debian's, if that is possible
# without asking anybody; else says what to install. A font comes with it, without which headless pages show no text.
set -eu

find_it() {
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    # Ubuntu's chromium-browser without its snap is there, but does not run.
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && "$name" --version >/dev/null 2>&1; then
      command -v "$name"
      return
    fi
  done
  return 1
}

install_it() {
  command -v apt-get >/dev/null 2>&1 || return 1
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || return 1
    as_root="sudo -n"
  fi
  echo "chromium.sh: installing Debian's chromium" >&2
  $as_root apt-get update -qq >&2 || return 1
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >&2
}

if [ -n "${CHROMIUM:-}" ] && ! command -v "$CHROMIUM" >/dev/null 2>&1; then
  echo "chromium.sh: CHROMIUM is $CHROMIUM, which is no program" >&2
  exit 1
fi
find_it || { install_it && find_it; } || {
  echo "chromium.sh: no Chromium: install one (Debian: apt-get install chromium fonts-dejavu-core), or set CHROMIUM to its path" >&2
  exit 1
}
