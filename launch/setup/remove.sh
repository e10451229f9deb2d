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
  if [ -d "$cache" ]; then # only what set-up makes there, in case the folder is others' as well
    chmod -R u+w "$cache"/{env,overlay,gazebo,models,tool}-* 2>/dev/null || true
    rm -rf -- "$cache"/{env,overlay,gazebo,models,tool}-* "$cache/logs" "$cache/lock"
    rmdir --ignore-fail-on-non-empty "$cache"
  fi
  if [ "$(basename "$state")" = patrol ] && [ "$state" != "$HOME" ]; then
    rm -rf -- "$state"
  elif [ -d "$state" ]; then
    echo "Not removed, since its name is not this project's: $state" >&2
  fi
elif [ "${1:-}" != clone ]; then
  echo "usage: remove.sh clone|everything" >&2
  exit 2
fi
rm -rf -- "${in_clone[@]}"
find "$clone" -name __pycache__ -type d -not -path '*/.git/*' -prune -exec rm -rf -- {} +
echo "Removed."
