// What the sources say: the comment over a class, and the test files that name one.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace keras_page {

class Sources {
 public:
  /// Reads the headers and tests below `folder`, the root of the repository.
  explicit Sources(const std::string& folder);
  /// The first sentence of the comment over the class; empty when there is none.
  std::string sentence(const std::string& name) const;
  /// The test files, "nn/layer_test.cpp", in which the name stands as a word.
  std::vector<std::string> tests(const std::string& name) const;

 private:
  void read_header(const std::string& path);
  std::map<std::string, std::string> comments_;
  std::map<std::string, std::string> tests_;
};

}  // namespace keras_page
