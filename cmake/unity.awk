# awk -v most=N -v folder=F -f unity.awk HEADER... SOURCE...: writes F/1.cpp, F/2.cpp, ..., each of which includes up to N of the sources,
# and says their names; sources that have to stay alone are named as they are. No two sources in one file declare the same name at the left
# margin, and none declares a type for itself that a header declares for all.
function close_source(  i, n, b, name) {
  if (source == "") return
  if (source ~ /\.h$/) {
    for (name in types) public[name] = 1
    return
  }
  for (name in types) if (name in public) alone = 1
  if (alone) { print source; return }
  for (b = 1; b <= batches; ++b) {
    if (count[b] >= most || quotes != kind[b]) continue
    for (name in names) if ((b, name) in taken) break
    if (!((b, name) in taken)) break
  }
  if (b > batches) {
    batches = b
    # A source may well use for a variable what its neighbour calls a function; other trees ask the question of each source.
    text[b] = "#pragma GCC diagnostic ignored \"-Wshadow\"\n"
  }
  kind[b] = quotes
  ++count[b]
  for (name in names) taken[b, name] = 1
  text[b] = text[b] "#include \"" source "\"\n"
}

FNR == 1 {
  close_source()
  source = FILENAME
  alone = quotes = 0
  split("", names)
  split("", types)
}

# What is compiled once for each processor, or has settings of its own.
/foreach_target\.h|libdeflate\.h|^#(if|elif).*CANDOR_|CANDOR_(HAS|OP|BAD)_/ { alone = 1 }
# Sources that would take std::quoted for Candor's, if a neighbour included it, are put with others of their kind, which do not.
/(^|[^:a-z_])quoted\(/ { quotes = 1 }
/^#define / { sub(/\(.*/, "", $2); names[$2] = 1; next }
/^(namespace|template|extern|return|using namespace|public|private|protected|case|default)[ :(]/ { next }
/^[A-Za-z_]/ {
  line = $0
  sub(/^using /, "", line)
  type = line ~ /^(class|struct|union|enum) /
  if (type) sub(/ (final|:|{).*/, "", line)
  if (line ~ /^constexpr /) {
    rest = line
    while (match(rest, /, [a-z_0-9]+ =/)) {
      names[substr(rest, RSTART + 2, RLENGTH - 4)] = 1
      rest = substr(rest, RSTART + RLENGTH)
    }
  }
  sub(/[(={;\[].*/, "", line)
  sub(/ *$/, "", line)
  if (match(line, /[A-Za-z_0-9:]+$/)) {
    line = substr(line, RSTART)
    if (line !~ /:/) names[line] = 1
    if (type) types[line] = 1
  }
}

END {
  close_source()
  for (b = 1; b <= batches; ++b) {
    file = folder "/" b ".cpp"
    old = ""
    while ((getline line < file) > 0) old = old line "\n"
    close(file)
    if (old != text[b]) {  # else what was built of it stays
      printf "%s", text[b] > file
      close(file)
    }
    print file
  }
}
