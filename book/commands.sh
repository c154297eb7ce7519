#!/bin/sh
# Writes the command reference from the help texts of a built binary:
#   sh book/commands.sh target/release/lineal > book/src/commands.md
set -eu
lineal=$1

# Help texts must not depend on whose machine this is.
unset LINEAL_DATA LINEAL_CACHE
export COLUMNS=100 NO_COLOR=1

# Without a terminal on any side, so that its width does not matter.
help_of() {
    # The command's words are arguments of their own.
    # shellcheck disable=SC2086
    "$lineal" $1 --help </dev/null 2>&1
}

section() {
    printf '\n## `lineal%s`\n\n```text\n' "${1:+ $1}"
    help_of "$1" | sed 's/[[:space:]]*$//'
    printf '```\n'
}

# The commands listed in a help text, without `help` itself.
commands() {
    help_of "$1" | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' | grep -v '^help$' || true
}

printf '# Commands\n\n'
printf 'This page is made from the help texts by `book/commands.sh`; do not edit it.\n'
section ''
for command in $(commands ''); do
    section "$command"
    for inner in $(commands "$command"); do
        section "$command $inner"
    done
done
