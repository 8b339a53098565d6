#!/bin/sh
# From a bare machine to the project's own Python environment in .venv.
#
#   lab-env/bootstrap.sh        what `make lab` needs
#   lab-env/bootstrap.sh dev    what `make test` needs as well
#
# It says what is missing and why before it installs anything. A second run ends at once: the
# stamp .venv/lab (or .venv/dev) says what the environment was made from.
set -eu

cd "$(dirname "$0")/.."
kind=${1:-lab}
case $kind in
lab | dev) ;;
*)
    echo "bootstrap.sh: '$kind' is unknown. Give 'dev' for the tests' tools, or nothing." >&2
    exit 2
    ;;
esac
project=$PWD
stamp=.venv/$kind
log=build/bootstrap.log

# The facts that the environment was made from. The folder is one of them: an environment that
# was moved or copied keeps running the programs of the old place.
facts() {
    echo "$project"
    cat pyproject.toml constraints.txt lab-env/bootstrap.sh | cksum
}

fresh() {
    [ -f "$stamp" ] && [ "$(facts)" = "$(cat "$stamp")" ] && .venv/bin/python -c '' 2>/dev/null
}

say() { printf '%s\n' "$*" >&2; }

fail() { # what, why, do
    say "$1"
    say "  Why: $2"
    say "  Do:  $3"
    exit 1
}

# step NAME COMMAND...: runs it silently, prints its seconds, shows its last words if it fails.
step() {
    name=$1
    shift
    say "     ...   $name"
    began=$(date +%s)
    if "$@" >>"$log" 2>&1 </dev/null; then
        say "$(printf '%5d s   %s: done' $(($(date +%s) - began)) "$name")"
    else
        say "$(printf '%5d s   %s: failed' $(($(date +%s) - began)) "$name")"
        tail -n 12 "$log" | sed 's/^/    /' >&2
        return 1
    fi
}

# Python 3.11 or newer that can make virtual environments; Debian packs that part on its own.
find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c '
import sys, ensurepip, venv
sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

find_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

may_install() {
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]
}

apt() {
    DEBIAN_FRONTEND=noninteractive timeout 600 apt-get -qq -o DPkg::Lock::Timeout=120 \
        -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 "$@"
}

# The lists of a machine that was set up long ago name packages that are gone: look again once.
apt_install() {
    apt install -y --no-install-recommends "$@" || {
        apt update && apt install -y --no-install-recommends "$@"
    }
}

# Prints each missing package and why it is needed, a line each.
missing() {
    find_python >/dev/null || {
        echo "python3 the lab and the course are written in it (3.11 or newer)"
        echo "python3-venv keeps the project's Python packages apart from the system's"
    }
    if [ "$kind" = dev ] && ! find_chromium >/dev/null; then
        echo "chromium the browser tests drive JupyterLab in it"
        echo "fonts-dejavu-core without a font the browser draws no text"
    fi
}

install_missing() {
    wanted=$(missing)
    [ -n "$wanted" ] || return 0
    packages=$(echo "$wanted" | cut -d' ' -f1 | tr '\n' ' ')
    packages=${packages% }
    say "Missing on this machine:"
    echo "$wanted" | sed 's/^\([^ ]*\) /  \1: /' >&2
    if may_install; then
        say "Installing them with apt-get."
        # shellcheck disable=SC2086 # one word a package
        step "system packages" apt_install $packages || fail "The system packages could not be installed." \
            "apt-get's last lines stand above; all of them are in $log." \
            "apt-get update && apt-get install $packages"
    elif command -v apt-get >/dev/null; then
        fail "Packages are missing and this user may not install them." \
            "Installing takes root's rights." "sudo apt-get install -y $packages"
    else
        fail "Packages are missing, and only Debian's apt-get is known here." \
            "This system has no apt-get." "Install these with your system's package manager: $packages"
    fi
    find_python >/dev/null || fail "This system's Python is too old." \
        "The course needs Python 3.11 or newer; Debian 12 and Ubuntu 24.04 have it." \
        "Install Python 3.11 with its venv module, then run the same command again."
}

# An environment made by another Python or at another place is made anew. So is one whose making
# was cut off: pip is what comes last in it.
make_environment() {
    if [ -e .venv ] && [ "$(sed -n 1p .venv/place 2>/dev/null)" = "$project" ] &&
        .venv/bin/python -m pip --version >/dev/null 2>&1; then
        return 0
    fi
    rm -rf .venv
    "$(find_python)" -m venv .venv
    echo "$project" >.venv/place
}

install_python_packages() {
    what=.
    [ "$kind" = lab ] || what='.[dev]'
    # The pip that Debian's Python brings takes twice as long as the pinned one.
    pip_install --upgrade pip && pip_install -e "$what"
}

pip_install() {
    # Python compiles what is really imported when it is; all of it would take 20 s here.
    timeout 900 .venv/bin/python -m pip install --disable-pip-version-check --progress-bar off \
        --no-compile --no-input --retries 3 --timeout 30 -c constraints.txt "$@"
}

fresh && exit 0

mkdir -p build
# Two at once would write into one environment; the second waits, then finds it done.
if command -v flock >/dev/null && [ "${BOOTSTRAP_LOCKED:-}" != "$project" ]; then
    exec env BOOTSTRAP_LOCKED="$project" flock -w 1200 build/bootstrap.lock \
        "$project/lab-env/bootstrap.sh" "$kind"
fi
: >"$log"
rm -f .venv/lab .venv/dev
install_missing
say "The Python environment goes to .venv, with the versions that constraints.txt pins."
step "virtual environment" make_environment || fail "No virtual environment could be made." \
    "Python's last lines stand above; a full disk is the usual cause." \
    "Free some space, then run the same command again."
step "Python packages" install_python_packages || fail "The Python packages could not be installed." \
    "pip's last lines stand above; no network or a proxy is the usual cause." \
    "Set HTTPS_PROXY if your network has a proxy, then run the same command again."
facts >"$stamp"
# The tests' tools are added to what the lab needs, so that one is fresh as well.
[ "$kind" = lab ] || facts >.venv/lab
