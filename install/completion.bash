# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Completes the commands, options and styles of idiom's programs, which are asked for them.
_idiom() {
    local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words
    if [ "$word" = = ]; then
        word=
    elif [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if [ "$COMP_CWORD" = 1 ]; then
        words=$("$program" --help 2>/dev/null | sed -n 's/^  \([a-z-]*\)  *.*/\1/p')
    elif [[ $word == -* ]]; then
        words=$("$program" "${COMP_WORDS[1]}" --help-all 2>/dev/null | grep -o -- '--[a-z][a-z0-9-]*' | sort -u)
    elif [[ $before == --style || $before == --init || ${COMP_WORDS[1]} == info ]]; then
        words=$(idiom-train info 2>/dev/null)
    else
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _idiom idiom-train idiom-bench
