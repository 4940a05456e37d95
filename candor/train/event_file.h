// TensorBoard's event files: records of length, checksum, protocol buffer, checksum (TensorFlow's TFRecord and event.proto).
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace candor::detail {

class EventFile {
 public:
  /// Makes the folder and a new file in it: events.out.tfevents.<seconds>.<name>. Throws Error (io).
  void open(const std::string& folder, double time);
  /// Nothing when the file is not open. NaN and infinities are written as such.
  void scalar(const std::string& tag, double value, std::int64_t step, double time);
  /// Throws Error (io) when writing failed.
  void flush();
  const std::string& path() const { return path_; }

 private:
  void record(const std::string& event);
  std::ofstream file_;
  std::string path_;
};

/// CRC-32C (Castagnoli), as in RFC 3720.
std::uint32_t crc32c(std::string_view bytes);
/// A record of an event file around these bytes.
std::string framed(std::string_view bytes);

}  // namespace candor::detail
