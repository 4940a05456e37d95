// A reader of safetensors files for tests, independent of the product's own.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor::testing {

class Safetensors {
 public:
  /// Reads the whole file. Throws std::runtime_error with the path when it is missing or malformed.
  explicit Safetensors(const std::filesystem::path& path);

  bool has(const std::string& key) const { return entries_.count(key) != 0; }
  /// A copy of one tensor. Throws std::runtime_error for an unknown key.
  Tensor get(const std::string& key) const;
  std::vector<std::string> keys() const;

 private:
  struct Entry {
    TensorType type;
    std::size_t begin = 0;
    bool sixteen = false;  // i16 in the file, i32 here
  };
  std::string path_;
  std::vector<char> bytes_;  // the data part
  std::map<std::string, Entry> entries_;
};

}  // namespace candor::testing
