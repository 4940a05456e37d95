// What the sources say: the comment over a class, and the test files that name one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/docs/keras_page/signatures.h"

namespace keras_page {

class Sources {
 public:
  /// Reads the headers and tests below `folder`, the root of the repository.
  explicit Sources(const std::string& folder);
  /// The first sentence of the comment over the class; empty when there is none.
  std::string sentence(const std::string& name) const;
  /// The test file, "nn/layer_test.cpp", in which the name stands most often as a word, with or without those that run fixtures; empty when there is
  /// none.
  std::string test(const std::string& name, bool fixtures = false) const;
  /// The arguments of the class in C++'s order, see Signatures.
  std::vector<std::string> arguments(const std::string& name) const { return signatures_.arguments(name); }

 private:
  void read_header(const std::string& path);
  std::map<std::string, std::string> comments_;
  std::map<std::string, std::string> tests_;
  Signatures signatures_;
};

}  // namespace keras_page
