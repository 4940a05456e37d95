#!/usr/bin/env bash
# doxygen.sh DOXYGEN PAGES CLASSES: the pages are written without a warning, and every public class has a comment (what an Options struct is
# says its class; its members have comments of their own).
set -u
pages=$("$1" "$2" 2>&1)
classes=$("$1" "$3" 2>&1 | grep 'Compound ' | grep -v -E 'Options(<.*>)? is not documented|Compound [^ ]*<' )
[[ -z $pages && -z $classes ]] && exit 0
printf '%s\n' "$pages" "$classes"
exit 1
