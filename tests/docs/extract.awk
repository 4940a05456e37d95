# awk -v out=FOLDER -v name=NAME -f extract.awk NAME.md: takes the code out of a page.
#   ```cpp blocks with a main() become NAME_1.cpp, NAME_2.cpp, ...; all others of the page are joined, in order, into NAME.cpp;
#   lines of ```sh blocks that call `candor` are joined into NAME.sh. A block fenced with ```cpp no-run is shown only.
BEGIN { programs = 0; joined = ""; heads = ""; shell = "" }
/^```/ {
  if (kind != "") { finish(); kind = ""; next }
  kind = substr($0, 4); block = ""; has_main = 0
  if (kind == "") kind = "none"
  next
}
kind != "" { block = block $0 "\n"; if ($0 ~ /int main\(/) has_main = 1; if (kind == "cpp" && $0 ~ /^#include/) includes[$0] = 1 }
function finish(   lines, n, i) {
  if (kind == "cpp" && has_main) { programs++; printf "%s", block > (out "/" name "_" programs ".cpp") }
  else if (kind == "cpp") {
    n = split(block, lines, "\n")
    for (i = 1; i < n; i++) {
      if (lines[i] ~ /^#include/) heads = heads lines[i] "\n"
      else joined = joined "  " lines[i] "\n"
    }
  } else if (kind == "sh") {
    n = split(block, lines, "\n")
    for (i = 1; i < n; i++) if (lines[i] ~ /^candor /) shell = shell lines[i] "\n"
  }
}
END {
  if (joined != "") {
    printf "#include <candor/candor.h>\n#include <cstdio>\n#include <iostream>\n%s\nusing namespace candor;\n\nint main() {\n%s}\n", heads, joined > (out "/" name ".cpp")
  }
  if (shell != "") printf "set -eux\n%s", shell > (out "/" name ".sh")
}
