#include "candor/data/idx.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/gzip.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/data/row_memory.h"

namespace candor::data {
namespace {

struct Header {
  DType dtype = DType::u8;
  std::size_t width = 1;  // bytes of one stored element
  Shape shape;
};

std::string size_text(std::uint64_t bytes) { return with_thousands(static_cast<std::int64_t>(bytes)) + " bytes"; }

/// Type and number of axes from the first four bytes.
Header parse_magic(const std::byte* bytes, const std::string& name, int& rank) {
  const auto byte = [&](int i) { return std::to_integer<unsigned>(bytes[i]); };
  Header header;
  bool known = byte(0) == 0 && byte(1) == 0;
  switch (byte(2)) {
    case 0x08: header.dtype = DType::u8, header.width = 1; break;
    case 0x09: header.dtype = DType::i8, header.width = 1; break;
    case 0x0B: header.dtype = DType::i32, header.width = 2; break;
    case 0x0C: header.dtype = DType::i32, header.width = 4; break;
    case 0x0D: header.dtype = DType::f32, header.width = 4; break;
    case 0x0E: header.dtype = DType::f64, header.width = 8; break;
    default: known = false;
  }
  rank = static_cast<int>(byte(3));
  if (!known || rank < 1 || rank > Shape::max_rank) {
    char magic[16];
    std::snprintf(magic, sizeof magic, "%02x %02x %02x %02x", byte(0), byte(1), byte(2), byte(3));
    fail(ErrorKind::corrupt, name + ": not an IDX file: it starts with " + magic +
                                 ", expected 00 00, a type (08, 09, 0b, 0c, 0d, 0e) and the number of axes (1 to 8)");
  }
  return header;
}

/// Extents, and the bytes all elements take. Fails when they exceed `available`, what the file can hold.
std::uint64_t parse_extents(Header& header, const std::byte* bytes, int rank, std::uint64_t available, bool packed, const std::string& name) {
  std::vector<std::int64_t> extents;
  std::uint64_t total = header.width;
  bool overflow = false, empty = false;
  std::string claim;
  for (int axis = 0; axis < rank; ++axis) {
    std::uint32_t extent = 0;
    for (int i = 0; i < 4; ++i) extent = extent << 8 | std::to_integer<std::uint32_t>(bytes[4 * axis + i]);
    extents.push_back(extent);
    claim += (axis ? " x " : "") + with_thousands(extent);
    empty = empty || extent == 0;
    overflow = overflow || (extent != 0 && total > (std::uint64_t{1} << 62) / extent);
    if (!overflow && extent != 0) total *= extent;
  }
  if (empty) total = 0;
  if (total > available || (overflow && !empty))
    fail(ErrorKind::corrupt, name + ": truncated or damaged IDX file: the header claims " + claim + " elements of " +
                                 std::to_string(header.width) + " byte(s)" + (overflow ? "" : " = " + size_text(total)) + ", the file holds " +
                                 (packed ? "at most " : "") + size_text(available) + " of them; fetch the file again");
  // A zero extent may stand beside absurd ones; Shape rejects products that overflow.
  if (empty && overflow) extents.assign(extents.size(), 0);
  header.shape = Shape(extents);
  return total;
}

/// Stored big-endian elements of Stored, `count` of them at `from`, as T at `to` (may be the same memory when sizes agree).
template <class T, class Stored>
void swap_elements(const std::byte* from, T* to, std::int64_t count) {
  constexpr std::int64_t piece = 1 << 16;
  parallel_for((count + piece - 1) / piece, [&](std::int64_t p) {
    for (std::int64_t i = p * piece; i < std::min(count, (p + 1) * piece); ++i) {
      std::byte reversed[sizeof(Stored)];
      for (std::size_t b = 0; b < sizeof(Stored); ++b) reversed[b] = from[static_cast<std::size_t>(i + 1) * sizeof(Stored) - 1 - b];
      Stored value;
      std::memcpy(&value, reversed, sizeof value);
      to[i] = static_cast<T>(value);
    }
  });
}

/// Turns the stored bytes into native elements.
void to_native(const Header& header, const std::byte* stored, const Tensor& result) {
  const std::int64_t count = result.size();
  switch (header.width) {
    case 1:
      if (count && stored != result.raw()) std::memcpy(result.raw(), stored, static_cast<std::size_t>(count));
      break;
    case 2: swap_elements<std::int32_t, std::int16_t>(stored, result.mutable_data<std::int32_t>(), count); break;
    case 4: swap_elements<std::uint32_t, std::uint32_t>(stored, static_cast<std::uint32_t*>(result.raw()), count); break;
    default: swap_elements<std::uint64_t, std::uint64_t>(stored, static_cast<std::uint64_t*>(result.raw()), count);
  }
}

Tensor parse_plain(std::span<const std::byte> bytes, const std::string& name) {
  int rank = 0;
  Header header = parse_magic(bytes.data(), name, rank);
  const std::size_t start = 4 + 4 * static_cast<std::size_t>(rank);
  if (bytes.size() < start)
    fail(ErrorKind::corrupt, name + ": truncated IDX file: the header of " + std::to_string(rank) + " axes needs " + size_text(start) +
                                 ", the file has " + size_text(bytes.size()));
  const std::uint64_t total = parse_extents(header, bytes.data() + 4, rank, bytes.size() - start, false, name);
  if (total < bytes.size() - start)
    fail(ErrorKind::corrupt, name + ": damaged IDX file: the header claims " + to_string(header.shape) + " (" + size_text(total) + "), but " +
                                 size_text(bytes.size() - start - total) + " follow after those");
  const Tensor result = make_rows({header.shape, header.dtype});
  to_native(header, bytes.data() + start, result);
  return result;
}

Tensor parse_packed(std::span<const std::byte> bytes, const std::string& name) {
  GzipReader reader(bytes, name);
  std::byte head[4 + 4 * Shape::max_rank];
  if (reader.read({head, 4}) < 4) fail(ErrorKind::corrupt, name + ": truncated IDX file: fewer than 4 bytes");
  int rank = 0;
  Header header = parse_magic(head, name, rank);
  const std::size_t extents = 4 * static_cast<std::size_t>(rank);
  if (reader.read({head + 4, extents}) < extents) fail(ErrorKind::corrupt, name + ": truncated IDX file: it ends within the header");
  const std::uint64_t total = parse_extents(header, head + 4, rank, gzip_upper_bound(bytes.size()), true, name);
  // In one go: header and elements unpack side by side, so placed that the elements are aligned as a tensor's are.
  constexpr std::size_t lead = 64;
  const std::size_t start = 4 + extents;
  if (header.width != 2) {
    const Tensor all = make_rows({Shape{static_cast<std::int64_t>(lead + total)}, DType::u8});
    const auto data = static_cast<std::byte*>(all.raw());
    if (gunzip_exactly(bytes, {data + lead - start, start + total})) {
      const Tensor result = Tensor::over(all.impl().storage, {header.shape, header.dtype}, static_cast<std::int64_t>(lead / header.width));
      to_native(header, data + lead, result);
      return result;
    }
  }
  const Tensor result = make_rows({header.shape, header.dtype});
  std::vector<std::byte> narrow(header.width == 2 ? total : 0);  // i16 widens, so it cannot be unpacked in place
  std::byte* stored = header.width == 2 ? narrow.data() : static_cast<std::byte*>(result.raw());
  const std::size_t count = reader.read({stored, total});
  if (count < total)
    fail(ErrorKind::corrupt, name + ": truncated IDX file: the header claims " + to_string(header.shape) + " (" + size_text(total) +
                                 "), it unpacks to " + size_text(count) + "; fetch the file again");
  std::byte more;
  if (reader.read({&more, 1}) != 0)  // also makes zlib check the checksum
    fail(ErrorKind::corrupt, name + ": damaged IDX file: more data follows after the " + to_string(header.shape) + " of the header");
  to_native(header, stored, result);
  return result;
}

}  // namespace

Tensor parse_idx(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.empty()) fail(ErrorKind::corrupt, name + ": the file is empty, an IDX file is expected");
  if (is_gzip(bytes)) return parse_packed(bytes, name);
  if (bytes.size() < 4) fail(ErrorKind::corrupt, name + ": truncated IDX file: " + size_text(bytes.size()) + ", the header alone has at least 8");
  return parse_plain(bytes, name);
}

Tensor read_idx(const std::string& path) { return parse_idx(MappedFile(path).bytes(), path); }

Dataset read_idx_pair(const std::string& images, const std::string& labels) {
  const Tensor classes = read_idx(labels);
  if (classes.rank() != 1 || !is_integer(classes.dtype()))
    fail(ErrorKind::corrupt, labels + ": labels are expected as whole numbers with one axis, got " + to_string(classes.type()));
  Tensor pixels = read_idx(images);
  if (pixels.shape(0) != classes.shape(0))
    fail(ErrorKind::corrupt, images + " holds " + with_thousands(pixels.shape(0)) + " images, but " + labels + " holds " +
                                 with_thousands(classes.shape(0)) + " labels");
  if (pixels.rank() == 3) pixels = pixels.view_reshape(pixels.shape().inserted(3, 1));
  try {
    return from_arrays(pixels, classes, images);
  } catch (Error& error) {
    throw Error(ErrorKind::corrupt, labels + ": " + error.message());
  }
}

}  // namespace candor::data
