#include "tests/docs/keras_page/signatures.h"

#include <cctype>
#include <sstream>

namespace keras_page {
namespace {

bool word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string without_comments(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out += line.substr(0, line.find("//")) + "\n";
  return out;
}

/// Where the bracket that opens at `open` closes.
std::size_t closing(const std::string& text, std::size_t open) {
  const char begin = text[open], end = begin == '{' ? '}' : begin == '(' ? ')' : '>';
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    depth += text[i] == begin;
    depth -= text[i] == end;
    if (depth == 0) return i;
  }
  return text.size();
}

struct Declaration {
  std::string type, name;
};

/// "A a = 1, b, c{}" as three declarations. What stands in brackets is left out; a function gives none.
std::vector<Declaration> declarations(const std::string& statement) {
  std::vector<Declaration> out;
  std::string plain;
  for (std::size_t i = 0; i < statement.size(); ++i) {
    const char c = statement[i];
    if (c == '(' && plain.find('=') == std::string::npos) return {};
    if (c == '{' || c == '(' || c == '<') {
      i = closing(statement, i);
      plain += ' ';
    } else if (c == '"') {
      i = statement.find('"', i + 1);
      if (i == std::string::npos) break;
    } else {
      plain += c;
    }
  }
  std::istringstream parts(plain);
  for (std::string part; std::getline(parts, part, ',');) {
    part = part.substr(0, part.find('='));
    std::vector<std::string> words(1);
    for (const char c : part) {
      if (word_character(c)) words.back() += c;
      else if (!words.back().empty()) words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    if (!words.empty()) out.push_back({words.size() > 1 ? words[words.size() - 2] : "", words.back()});
  }
  return out;
}

/// The parts of `text` between the separator, outside brackets.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == separator) {
      out.emplace_back();
      continue;
    }
    const bool opens = text[i] == '{' || text[i] == '(' || text[i] == '<';
    const std::size_t end = opens ? std::min(closing(text, i), text.size() - 1) : i;
    out.back() += text.substr(i, end - i + 1);
    i = end;
  }
  return out;
}

}  // namespace

void Signatures::read(const std::string& header) {
  const std::string text = without_comments(header);
  std::istringstream lines(text);
  std::size_t at = 0;
  for (std::string line; std::getline(lines, line); at += line.size() + 1) {
    std::istringstream words(line);
    std::string kind, name, equals, other;
    words >> kind >> name >> equals >> other;
    if ((kind == "class" || kind == "struct") && line.find(';') >= line.find('{') && line.find('{') != std::string::npos && !std::isspace(static_cast<unsigned char>(line[0]))) {
      const std::size_t open = at + line.find('{');
      bodies_.emplace(name, text.substr(open + 1, closing(text, open) - open - 1));
    } else if (kind == "using" && equals == "=") {
      if (other.starts_with("detail::")) other = other.substr(8);
      same_as_.emplace(name, other.substr(0, other.find_first_of("<;")));
    }
  }
}

std::vector<std::string> Signatures::arguments(const std::string& name) const {
  if (const auto alias = same_as_.find(name); alias != same_as_.end() && alias->second != name) return arguments(alias->second);
  const auto found = bodies_.find(name);
  if (found == bodies_.end()) return {};
  const std::string& body = found->second;
  std::vector<std::string> out;
  for (std::size_t at = body.find(name + "("); at != std::string::npos; at = body.find(name + "(", at + 1)) {
    if (at > 0 && (word_character(body[at - 1]) || body[at - 1] == '~')) continue;
    const std::size_t open = at + name.size();
    for (const std::string& parameter : split(body.substr(open + 1, closing(body, open) - open - 1), ',')) {
      for (const Declaration& d : declarations(parameter)) {
        const bool options = bodies_.count(d.type) && (d.type.ends_with("Options") || d.type.ends_with("Settings"));
        if (!options) out.push_back(d.name);
        else for (const std::string& field : arguments(d.type)) out.push_back(field);
      }
    }
    return out;
  }
  for (const std::string& statement : split(body, ';'))
    for (const Declaration& d : declarations(statement)) out.push_back(d.name);
  return out;
}

}  // namespace keras_page
