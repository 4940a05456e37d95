// Archives of public data: the input is the .tar, packed here, with the sum of its first header put right, which no fuzzer guesses.
#include <zlib.h>

#include <algorithm>
#include <string>

#include "candor/data/unpack.h"
#include "tests/fuzz/fuzz.h"

namespace {

std::string packed(const std::string& tar) {
  z_stream stream{};
  deflateInit2(&stream, Z_NO_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, tar.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(tar.data()));
  stream.avail_in = static_cast<uInt>(tar.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string tar(reinterpret_cast<const char*>(data), size);
  if (size >= 512) {
    std::uint64_t sum = 8 * ' ';
    for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? 0 : data[i];
    for (std::size_t i = 0; i < 6; ++i) tar[153 - i] = static_cast<char>('0' + (sum >> (3 * i) & 7));
    tar[154] = '\0';
    tar[155] = ' ';
  }
  const std::string bytes = packed(tar);
  return candor::fuzz::refuse_or_read([&] {
    candor::data::TarReader reader(std::as_bytes(std::span(bytes.data(), bytes.size())), "input");
    while (const auto file = reader.next())
      if (file->size % 2 == 0) reader.read(4096);
  });
}
