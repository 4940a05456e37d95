// In what order a class takes its arguments, read from the headers: designated initialisers must be written in it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace keras_page {

class Signatures {
 public:
  /// Reads a header; any number of them.
  void read(const std::string& header);
  /// The constructor's arguments, with the fields of its options in their place; of a struct its fields. Empty for a class that was not read.
  std::vector<std::string> arguments(const std::string& name) const;

 private:
  std::map<std::string, std::string> bodies_;      ///< class or struct -> what stands within its braces
  std::map<std::string, std::string> same_as_;     ///< using A = B
};

}  // namespace keras_page
