# Doxygen's filter of headers. It keeps the lines' numbers.
# A comment over a group of classes is for each of the group: a class that follows one with the same base and has no comment of its own gets the group's.
# What is true of every layer, metric, optimizer, loss and schedule is said at each that does not say more itself.
BEGIN {
  options = "Throws Error (invalid_argument) for options out of range"
  promise["Layer"] = options "; a call throws Error (shape, dtype) for inputs that do not fit."
  promise["Metric"] = options "; update() throws Error (shape) for targets and predictions that do not fit."
  promise["Optimizer"] = options "; apply() throws Error (shape) for gradients that do not fit."
  promise["Loss"] = options "; a call throws Error (shape, dtype) for targets and predictions that do not fit."
  promise["Schedule"] = options "."
  base["ConvLayer"] = base["ConvTransposeLayer"] = base["RecurrentLayer"] = base["ImageLayer"] = base["PreprocessingLayer"] = "Layer"
}
{ line[NR] = $0 }

# What a class is: its base, or what a struct of options turns into.
function kind_of(n,   text, i) {
  text = line[n]
  if (text ~ /: public /) {
    sub(/.*: public /, "", text)
    sub(/[ {<].*/, "", text)
    return text in base ? base[text] : text
  }
  for (i = n; i <= NR && !(i > n && line[i] ~ /^}/); i++)
    if (match(line[i], /operator (Loss|Schedule|Initializer)\(\)/)) return substr(line[i], RSTART + 9, RLENGTH - 11)
  return ""
}
function whole(n,   text, i) {
  for (i = n; i <= NR && (i == n || line[i - 1] !~ /};? *$/ || line[i - 1] ~ /^ /); i++) text = text line[i]
  return text
}
END {
  for (n = 1; n <= NR; n++) {
    if (line[n] ~ /^\/\/\/ /) { comment = comment " " substr(line[n], 5); last = n; continue }
    if (line[n] ~ /^(class|struct) [A-Za-z0-9]+[^;]*\{/) {
      kind = kind_of(n)
      if (comment != "") { group = kind; said = comment }
      else if (kind != "" && kind == group) { comment = said; line[n] = "/**" said " */ " line[n]; last = 0 }
      else group = ""
      if (kind in promise && comment != "" && (comment whole(n)) !~ /Error/) {
        if (last) line[last] = line[last] " " promise[kind]
        else sub(/ \*\/ /, " " promise[kind] " */ ", line[n])
      }
    }
    comment = ""
  }
  for (n = 1; n <= NR; n++) print line[n]
}
