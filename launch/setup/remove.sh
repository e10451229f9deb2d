#!/bin/bash
# `make clean` and `make uninstall`: takes back what set-up and runs have made.
#   remove.sh clone        what is inside this clone
#   remove.sh everything   also the user's cache and state; asks first (PATROL_YES=1 does not ask)
set -euo pipefail
clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

in_clone=("$clone/.patrol" "$clone/build" "$clone/.pytest_cache" "$clone/.mypy_cache"
  "$clone/.ruff_cache" "$clone/.hypothesis")
cache=${PATROL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/patrol}
state=${PATROL_STATE_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/patrol}

if [ "${1:-}" = everything ]; then
  echo "This removes what set-up made in this clone, and for this user:"
  for folder in "$cache" "$state"; do
    if [ -d "$folder" ]; then
      echo "  $folder ($(du -sh "$folder" 2>/dev/null | cut -f1))"
    fi
  done
  echo "The second one, if there, holds the findings, tasks and certificates that runs have stored."
  echo "System packages stay; they may be others' as well."
  if [ "${PATROL_YES:-}" != 1 ]; then
    read -r -p "Remove? [y/N] " answer || answer=n
    case $answer in y | Y | yes) ;; *) echo "Nothing removed."; exit 1 ;; esac
  fi
  for folder in "$cache" "$state"; do
    # Only folders that this project made: set-up and the runner leave these names in them.
    case $folder in */patrol | */patrol/* | *patrol*) rm -rf -- "$folder" ;;
      *) echo "Not removed, since its name is not this project's: $folder" >&2 ;;
    esac
  done
elif [ "${1:-}" != clone ]; then
  echo "usage: remove.sh clone|everything" >&2
  exit 2
fi
rm -rf -- "${in_clone[@]}"
find "$clone" -name __pycache__ -type d -not -path '*/.git/*' -prune -exec rm -rf -- {} +
echo "Removed."
