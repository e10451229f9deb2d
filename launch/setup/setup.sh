#!/bin/bash
# Set-up, part one: the system's packages. Then part two, in Python (patrol_setup), does the rest.
# Safe to run again: what is there already is not touched. Needs root or sudo only where a package
# is missing, and says exactly which before it asks.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

needs=()      # packages without which nothing goes
tests_only=() # packages without which only some tests and extras do not go

have() { command -v "$1" >/dev/null 2>&1; }
has_library() { (/sbin/ldconfig -p 2>/dev/null || true) | grep -F "$1" >/dev/null; }

find_python() { # the newest suitable one wins only where `python3` itself does not fit
  local candidate
  for candidate in ${PATROL_PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if have "$candidate" && "$candidate" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

python=$(find_python || true)
if [ -z "$python" ]; then
  needs+=(python3 python3-venv python3-dev)
elif ! "$python" -c 'import ensurepip, os, sys, sysconfig, venv; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' 2>/dev/null; then
  needs+=(python3-venv python3-dev)
fi
have g++ || needs+=(g++)
have cmake || needs+=(cmake)
have make || needs+=(make)
[ -e /usr/include/openssl/ssl.h ] || needs+=(libssl-dev)
have bwrap || needs+=(bubblewrap)
have mmdebstrap || needs+=(mmdebstrap)
if [ "$(id -u)" != 0 ] && ! have newuidmap; then needs+=(uidmap); fi
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || needs+=(debian-archive-keyring)
has_library libGL.so.1 || needs+=(libgl1)
has_library libgthread-2.0.so.0 || needs+=(libglib2.0-0)
have git || needs+=(git)
have espeak-ng || tests_only+=(espeak-ng)
have chromium || have chromium-browser || have google-chrome || tests_only+=(chromium)
compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null || tests_only+=(fonts-noto-cjk)

missing=("${needs[@]}" "${tests_only[@]}")
if [ "${#missing[@]}" -gt 0 ]; then
  echo "System packages to install: ${missing[*]}"
  if ! have apt-get; then
    echo "patrol set-up: this system has no apt-get; install what corresponds to: ${missing[*]}" >&2
    exit 1
  fi
  as_root=()
  if [ "$(id -u)" != 0 ]; then
    if have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as_root=(sudo)
    else
      echo "patrol set-up: installing system packages needs root, and there is neither root nor sudo here." >&2
      echo "Ask an administrator to run:  apt-get install --no-install-recommends ${missing[*]}" >&2
      [ "${#needs[@]}" -eq 0 ] || exit 1
      echo "Going on without them: only some tests and the loudspeaker's voice need them." >&2
      missing=()
    fi
  fi
  if [ "${#missing[@]}" -gt 0 ]; then
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0)
    if ! "${apt[@]}" update; then
      echo "patrol set-up: the system's package lists could not be read (no network?)." >&2
      exit 1
    fi
    if [ "${#needs[@]}" -gt 0 ] && ! "${apt[@]}" install -y --no-install-recommends "${needs[@]}"; then
      echo "patrol set-up: these packages could not be installed: ${needs[*]}" >&2
      exit 1
    fi
    for package in "${tests_only[@]}"; do
      "${apt[@]}" install -y --no-install-recommends "$package" ||
        echo "patrol set-up: no package $package here; going on without it." >&2
    done
  fi
  python=$(find_python || true)
fi
if [ -z "$python" ]; then
  echo "patrol set-up: Python 3.11, 3.12 or 3.13 is needed; this system's python3 is $(python3 --version 2>&1 || echo missing)." >&2
  exit 1
fi

unset PYTHONHOME PYTHONPATH # another environment's modules have no business here
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 exec "$python" -m patrol_setup "$@"
