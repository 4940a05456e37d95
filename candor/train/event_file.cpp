#include "candor/train/event_file.h"

#include <array>
#include <bit>
#include <filesystem>

#include "candor/base/error.h"

namespace candor::detail {
namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}
void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}
/// Protocol buffer fields: key = number << 3 | wire type.
void put_double(std::string& out, int field, double value) {
  put_varint(out, static_cast<std::uint64_t>(field) << 3 | 1);
  put(out, std::bit_cast<std::uint64_t>(value), 8);
}
void put_float(std::string& out, int field, float value) {
  put_varint(out, static_cast<std::uint64_t>(field) << 3 | 5);
  put(out, std::bit_cast<std::uint32_t>(value), 4);
}
void put_int(std::string& out, int field, std::int64_t value) {
  put_varint(out, static_cast<std::uint64_t>(field) << 3);
  put_varint(out, static_cast<std::uint64_t>(value));
}
void put_text(std::string& out, int field, const std::string& value) {
  put_varint(out, static_cast<std::uint64_t>(field) << 3 | 2);
  put_varint(out, value.size());
  out += value;
}

std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = c & 1 ? c >> 1 ^ 0x82f63b78u : c >> 1;
    table[i] = c;
  }
  return table;
}

/// TFRecord stores checksums turned and shifted, so that a checksum of bytes that hold checksums is no accident.
std::uint32_t masked(std::uint32_t crc) { return (crc >> 15 | crc << 17) + 0xa282ead8u; }

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = crc_table();
  std::uint32_t crc = 0xffffffffu;
  for (char c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xff] ^ crc >> 8;
  return ~crc;
}

std::string framed(std::string_view bytes) {
  std::string out;
  put(out, bytes.size(), 8);
  put(out, masked(crc32c(out)), 4);
  out += bytes;
  put(out, masked(crc32c(bytes)), 4);
  return out;
}

void EventFile::open(const std::string& folder, double time) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string start = folder + "/events.out.tfevents." + std::to_string(static_cast<std::int64_t>(time)) + ".candor";
  path_ = start;
  for (int i = 1; std::filesystem::exists(path_, error); ++i) path_ = start + "." + std::to_string(i);
  file_.close();
  file_.clear();
  file_.open(path_, std::ios::binary);
  std::string event;
  put_double(event, 1, time);
  put_text(event, 3, "brain.Event:2");
  record(event);
  flush();
}

void EventFile::scalar(const std::string& tag, double value, std::int64_t step, double time) {
  if (path_.empty()) return;
  std::string item, summary, event;
  put_text(item, 1, tag);
  put_float(item, 2, static_cast<float>(value));
  put_text(summary, 1, item);
  put_double(event, 1, time);
  put_int(event, 2, step);
  put_text(event, 5, summary);
  record(event);
}

void EventFile::record(const std::string& event) {
  const std::string bytes = framed(event);
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void EventFile::flush() {
  if (path_.empty()) return;
  file_.flush();
  if (!file_) fail(ErrorKind::io, "TensorBoard: " + path_ + " cannot be written");
}

}  // namespace candor::detail
