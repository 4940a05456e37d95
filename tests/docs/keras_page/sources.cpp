#include "tests/docs/keras_page/sources.h"

#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace keras_page {
namespace {

namespace fs = std::filesystem;

bool word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

int count_word(const std::string& text, const std::string& word) {
  int count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    count += (at == 0 || !word_character(text[at - 1])) && (end == text.size() || !word_character(text[end]));
  }
  return count;
}

/// Up to the first full stop that ends a sentence: "et al. 2018" and "x . y" go on.
std::string first_sentence(const std::string& text) {
  for (std::size_t at = text.find(". "); at != std::string::npos; at = text.find(". ", at + 1)) {
    if (at > 2 && text.substr(at - 2, 2) != "al" && text[at - 1] != ' ') return text.substr(0, at + 1);
  }
  return text;
}

}  // namespace

Sources::Sources(const std::string& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder + "/candor"))
    if (entry.path().extension() == ".h") read_header(entry.path().string());
  for (const auto& entry : fs::recursive_directory_iterator(folder + "/tests")) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with("_test.cpp") || file.find("defaults") != std::string::npos) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    tests_[fs::relative(entry.path(), folder + "/tests").generic_string()] = text.str();
  }
}

void Sources::read_header(const std::string& path) {
  std::ostringstream whole;
  whole << std::ifstream(path).rdbuf();
  signatures_.read(whole.str());
  std::istringstream text(whole.str());
  std::string comment;
  for (std::string line; std::getline(text, line);) {
    if (line == "///" || line.starts_with("///  ")) continue;  // an example
    if (line.starts_with("/// ")) {
      comment += (comment.empty() ? "" : " ") + line.substr(4);
      continue;
    }
    if (!comment.empty() && (line.starts_with("class ") || line.starts_with("struct ") || line.starts_with("using "))) {
      const std::size_t start = line.find(' ') + 1;
      comments_.emplace(line.substr(start, line.find_first_of(" ;{", start) - start), comment);
    }
    comment.clear();
  }
}

std::string Sources::sentence(const std::string& name) const {
  const auto found = comments_.find(name);
  return found == comments_.end() ? "" : first_sentence(found->second);
}

std::string Sources::test(const std::string& name, bool fixtures) const {
  std::string best;
  int most = 0;
  for (const auto& [file, text] : tests_)
    if (!fixtures && file.find("fixture") != std::string::npos) continue;
    else if (const int count = count_word(text, name); count > most) most = count, best = file;
  return best;
}

}  // namespace keras_page
