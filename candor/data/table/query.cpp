#include "candor/base/text.h"
#include "candor/data/table/sources.h"

namespace candor::data::detail {

bool is_table_name(std::string_view query) {
  query = trimmed(query);
  if (query.empty() || query.size() > 200) return false;
  for (const char c : query)
    if (c == ' ' || c == '\n' || c == '\t' || c == '(' || c == ';' || c == '\'' || c == '*') return false;
  return true;
}

std::string as_query(std::string_view query) {
  query = trimmed(query);
  while (query.ends_with(';')) query = trimmed(query.substr(0, query.size() - 1));
  if (!is_table_name(query)) return std::string(query);
  // schema.table is two names.
  std::string quoted_name;
  for (const std::string_view part : split_text(query, '.')) {
    quoted_name += quoted_name.empty() ? "\"" : ".\"";
    for (const char c : part) {
      if (c == '"' && (part.front() != '"' || part.back() != '"')) quoted_name += '"';
      if (c != '"' || part.front() != '"' || part.back() != '"') quoted_name += c;
    }
    quoted_name += '"';
  }
  return "select * from " + quoted_name;
}

std::string source_text(const std::string& name, std::string_view query) {
  std::string text(query.substr(0, 80));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return name + " (" + text + (query.size() > 80 ? "..." : "") + ")";
}

}  // namespace candor::data::detail
