#include "candor/data/zip_members.h"

#include <zlib.h>

#include <algorithm>

namespace candor::data {
namespace {

constexpr std::uint64_t none = ~std::uint64_t{0};

/// Little-endian numbers at places that may lie outside.
class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t number(std::uint64_t at, int width) const {
    if (at > bytes_.size() || bytes_.size() - at < static_cast<std::uint64_t>(width)) return none;
    std::uint64_t value = 0;
    for (int i = width - 1; i >= 0; --i) value = value << 8 | std::to_integer<std::uint64_t>(bytes_[at + static_cast<std::uint64_t>(i)]);
    return value;
  }
  bool has(std::uint64_t at, std::uint64_t count) const { return at <= bytes_.size() && bytes_.size() - at >= count; }
  std::string text(std::uint64_t at, std::uint64_t count) const { return {reinterpret_cast<const char*>(bytes_.data()) + at, count}; }
  std::uint64_t size() const { return bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
};

/// Where the list of files begins and how many there are.
bool find_list(const Bytes& b, std::uint64_t& at, std::uint64_t& count) {
  constexpr std::uint64_t record = 22, longest_comment = 65535;
  if (b.size() < record) return false;
  const std::uint64_t last = b.size() - record, first = last > longest_comment ? last - longest_comment : 0;
  for (std::uint64_t end = last + 1; end-- > first;) {
    if (b.number(end, 4) != 0x06054b50) continue;
    count = b.number(end + 10, 2), at = b.number(end + 16, 4);
    if (end >= 20 && b.number(end - 20, 4) == 0x07064b50) {
      const std::uint64_t wide = b.number(end - 12, 8);
      if (b.number(wide, 4) != 0x06064b50) return false;
      count = b.number(wide + 32, 8), at = b.number(wide + 48, 8);
    }
    return at != none && count != none && count < b.size() / 46 + 1;
  }
  return false;
}

/// Sizes that 32 bits do not hold stand in a field of their own, in this order and only those.
bool read_wide(const Bytes& b, std::uint64_t extra, std::uint64_t length, std::uint64_t& unpacked, std::uint64_t& packed, std::uint64_t& at) {
  constexpr std::uint64_t full = 0xffffffff;
  for (std::uint64_t place = extra; place + 4 <= extra + length;) {
    const std::uint64_t id = b.number(place, 2), size = b.number(place + 2, 2);
    if (id == none || size == none) return false;
    if (id == 1) {
      std::uint64_t field = place + 4;
      for (std::uint64_t* value : {&unpacked, &packed, &at}) {
        if (*value != full) continue;
        if (field + 8 > place + 4 + size) return false;
        *value = b.number(field, 8);
        field += 8;
      }
    }
    place += 4 + size;
  }
  return unpacked != none && packed != none && at != none;
}

}  // namespace

std::optional<std::vector<ZipMember>> stored_members(std::span<const std::byte> bytes) {
  const Bytes b(bytes);
  std::uint64_t at = 0, count = 0;
  if (!find_list(b, at, count)) return std::nullopt;
  std::vector<ZipMember> members;
  std::uint64_t room = b.size();  // files that lie over one another would make much work of few bytes
  for (std::uint64_t i = 0; i < count; ++i) {
    if (b.number(at, 4) != 0x02014b50 || !b.has(at, 46)) return std::nullopt;
    const std::uint64_t flags = b.number(at + 8, 2), method = b.number(at + 10, 2), name = b.number(at + 28, 2), extra = b.number(at + 30, 2), comment = b.number(at + 32, 2);
    std::uint64_t packed = b.number(at + 20, 4), unpacked = b.number(at + 24, 4), local = b.number(at + 42, 4);
    if (!b.has(at + 46, name + extra + comment) || method != 0 || (flags & 1) != 0) return std::nullopt;
    if (!read_wide(b, at + 46 + name, extra, unpacked, packed, local) || packed != unpacked) return std::nullopt;
    if (b.number(local, 4) != 0x04034b50 || !b.has(local, 30)) return std::nullopt;
    const std::uint64_t start = local + 30 + b.number(local + 26, 2) + b.number(local + 28, 2);
    if (!b.has(start, unpacked) || unpacked > room) return std::nullopt;
    room -= unpacked;
    members.push_back({b.text(at + 46, name), bytes.subspan(start, unpacked), static_cast<std::uint32_t>(b.number(at + 16, 4))});
    at += 46 + name + extra + comment;
  }
  return members;
}

bool is_intact(const ZipMember& member) {
  uLong sum = ::crc32(0, nullptr, 0);
  for (std::size_t at = 0; at < member.bytes.size();) {
    const std::size_t count = std::min<std::size_t>(member.bytes.size() - at, 1 << 24);
    sum = ::crc32(sum, reinterpret_cast<const Bytef*>(member.bytes.data() + at), static_cast<uInt>(count));
    at += count;
  }
  return sum == member.crc32;
}

}  // namespace candor::data
