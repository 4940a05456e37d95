#include "candor/base/gzip.h"

#include <zlib.h>
#if CANDOR_LIBDEFLATE
#include <libdeflate.h>
#endif

#include <algorithm>
#include <limits>

#include "candor/base/error.h"

namespace candor {

struct GzipReader::State {
  z_stream stream{};
  std::span<const std::byte> rest;  // not yet handed to zlib, whose counters are 32 bits wide
  std::string name;
  bool ended = false;

  void feed() {
    const std::size_t count = std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max());
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(rest.data()));
    stream.avail_in = static_cast<uInt>(count);
    rest = rest.subspan(count);
  }
  /// Bytes that zlib has not consumed.
  std::span<const std::byte> unread() const {
    return {reinterpret_cast<const std::byte*>(stream.next_in), stream.avail_in + rest.size()};
  }
};

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

GzipReader::GzipReader(std::span<const std::byte> bytes, std::string name) : state_(std::make_unique<State>()) {
  state_->rest = bytes;
  state_->name = std::move(name);
  if (!is_gzip(bytes)) fail(ErrorKind::corrupt, state_->name + ": not gzip data: it must start with bytes 1f 8b");
  state_->feed();
  if (inflateInit2(&state_->stream, 15 + 16) != Z_OK) fail(ErrorKind::internal, state_->name + ": zlib does not start");
}

GzipReader::~GzipReader() { inflateEnd(&state_->stream); }

std::size_t GzipReader::read(std::span<std::byte> out) {
  State& s = *state_;
  std::size_t written = 0;
  while (written < out.size() && !s.ended) {
    const auto room = static_cast<uInt>(std::min<std::size_t>(out.size() - written, std::numeric_limits<uInt>::max()));
    s.stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    s.stream.avail_out = room;
    if (s.stream.avail_in == 0 && !s.rest.empty()) s.feed();
    const int status = inflate(&s.stream, Z_NO_FLUSH);
    written += room - s.stream.avail_out;
    if (status == Z_STREAM_END) {
      if (is_gzip(s.unread())) inflateReset(&s.stream);
      else s.ended = true;  // zero padding after the last member is legal
      continue;
    }
    if (status == Z_OK && (s.stream.avail_in > 0 || !s.rest.empty() || s.stream.avail_out == 0)) continue;
    if (status == Z_OK || status == Z_BUF_ERROR)
      fail(ErrorKind::corrupt, s.name + ": truncated gzip data: it ends in the middle of the stream; fetch the file again");
    fail(ErrorKind::corrupt, s.name + ": damaged gzip data (" + (s.stream.msg ? s.stream.msg : "unknown fault") +
                                 "); fetch the file again");
  }
  return written;
}

bool gunzip_exactly([[maybe_unused]] std::span<const std::byte> bytes, [[maybe_unused]] std::span<std::byte> out) {
#if CANDOR_LIBDEFLATE
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(libdeflate_alloc_decompressor(),
                                                                                                 libdeflate_free_decompressor);
  if (!decompressor) return false;
  std::size_t read = 0, written = 0;
  const auto result =
      libdeflate_gzip_decompress_ex(decompressor.get(), bytes.data(), bytes.size(), out.data(), out.size(), &read, &written);
  return result == LIBDEFLATE_SUCCESS && read == bytes.size() && written == out.size();
#else
  return false;
#endif
}

std::size_t gzip_upper_bound(std::size_t packed) {
  constexpr std::size_t ratio = 1032;
  return packed > (std::numeric_limits<std::size_t>::max() - 64) / ratio ? std::numeric_limits<std::size_t>::max()
                                                                         : packed * ratio + 64;
}

std::string gunzip(std::span<const std::byte> bytes, std::size_t limit, const std::string& name) {
  GzipReader reader(bytes, name);
  std::string result;
  std::size_t filled = 0;
  for (std::size_t step = std::max<std::size_t>(1 << 14, std::min(bytes.size() * 4, limit));; step = std::max<std::size_t>(filled, 1 << 14)) {
    // One byte more than the limit is asked for, to see that the data goes on.
    const std::size_t room = std::min(step, limit - filled + 1);
    result.resize(filled + room);
    const std::size_t count = reader.read(std::as_writable_bytes(std::span(result.data() + filled, room)));
    filled += count;
    if (filled > limit)
      fail(ErrorKind::invalid_argument, name + ": unpacks to more than " + std::to_string(limit) + " bytes");
    if (count < room) break;
  }
  result.resize(filled);
  return result;
}

}  // namespace candor
