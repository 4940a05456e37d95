# Doxygen's filter of headers: a comment over a group of declarations is for each of the group. Where a class follows one with the same base and
# has no comment of its own, the group's stands before it, on the same line, so that line numbers stay.
/^ *\/\/\/[^<]/ { comment = commented ? comment " " substr($0, index($0, "///") + 3) : substr($0, index($0, "///") + 3); commented = 1; print; next }
/^(class|struct) [A-Za-z0-9]+ .*\{/ {
  kind = /: public / ? substr($0, index($0, ": public ") + 9) : /operator Initializer/ ? "initializer" : ""
  sub(/[ {].*/, "", kind)
  if (commented) { group = kind; text = comment }
  else if (kind != "" && kind == group) { print "/** " text " */ " $0; comment = ""; next }
  else group = ""
}
{ commented = 0; comment = ""; print }
