// The safetensors format: 8 bytes little-endian header length N, N bytes of JSON {name: {dtype, shape, data_offsets}, "__metadata__": {string:
// string}}, then the tensors' bytes without gaps (https://github.com/huggingface/safetensors#format).
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor::formats {

/// One tensor as the header describes it.
struct SafetensorsEntry {
  std::string dtype;                 ///< as written: "F32", "BF16", "I64", ...
  std::vector<std::int64_t> shape;
  std::size_t begin = 0, end = 0;    ///< bytes from the start of the data part
};

/// A safetensors file, read without trusting it. Everything in the header is checked before anything is used.
class Safetensors {
 public:
  /// Maps the file; tensors are views of the mapping where their bytes are aligned. Throws Error (not_found, io, corrupt).
  static Safetensors open(const std::string& path);
  /// Reads from memory that `keep` keeps alive; `name` stands in messages.
  static Safetensors parse(std::span<const std::byte> bytes, std::shared_ptr<const void> keep, const std::string& name);

  const std::map<std::string, SafetensorsEntry>& entries() const { return entries_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  bool contains(const std::string& tensor) const;
  /// Throws Error (not_found) for a name that is not there and Error (unsupported) for a dtype that Candor has not.
  Tensor tensor(const std::string& name) const;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::map<std::string, SafetensorsEntry> entries_;
  std::map<std::string, std::string> metadata_;
  std::span<const std::byte> data_;
  std::shared_ptr<const void> keep_;
};

/// The bytes of a file with these tensors, in this order, each beginning at a multiple of its element size. Throws Error
/// (invalid_argument) for names that are empty, "__metadata__" or there twice.
std::string safetensors_bytes(const std::vector<std::pair<std::string, Tensor>>& tensors,
                              const std::map<std::string, std::string>& metadata = {});

/// Writes them to `path`, atomically: a file that was there survives every failure. Throws Error (io).
void save_safetensors(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace candor::formats
