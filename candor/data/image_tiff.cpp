// TIFF through libtiff, which is opened when the first such picture comes. The first picture of the file, 1 to 16 bits a sample, any compression.
#include "candor/data/image.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"

#ifdef CANDOR_TIFF
#include <tiffio.h>
#endif

namespace candor::data::detail {

bool is_tiff(std::span<const std::byte> bytes) {
  if (bytes.size() < 8) return false;
  const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
  const bool little = at(0) == 'I' && at(1) == 'I' && at(3) == 0, big = at(0) == 'M' && at(1) == 'M' && at(2) == 0;
  const unsigned version = little ? at(2) : big ? at(3) : 0;
  return version == 42 || version == 43;
}

#ifdef CANDOR_TIFF

namespace {

thread_local char said[256];  // what libtiff last complained of

void on_error(thandle_t, const char*, const char* format, va_list arguments) {
  if (said[0] == 0) std::vsnprintf(said, sizeof said, format, arguments);  // the first is the cause
}

struct Library {
  SharedLibrary library{{"libtiff.so.6", "libtiff.so.5", "libtiff.6.dylib", "libtiff.so"}, "reading TIFF pictures", "libtiff6 (Debian, Ubuntu) or libtiff"};
#define CANDOR_TIFF_FUNCTION(name) decltype(::name)* name = library.get<decltype(::name)>(#name)
  CANDOR_TIFF_FUNCTION(TIFFSetErrorHandler);
  CANDOR_TIFF_FUNCTION(TIFFSetErrorHandlerExt);
  CANDOR_TIFF_FUNCTION(TIFFSetWarningHandler);
  CANDOR_TIFF_FUNCTION(TIFFClientOpen);
  CANDOR_TIFF_FUNCTION(TIFFClose);
  CANDOR_TIFF_FUNCTION(TIFFGetField);
  CANDOR_TIFF_FUNCTION(TIFFGetFieldDefaulted);
  CANDOR_TIFF_FUNCTION(TIFFRGBAImageOK);
  CANDOR_TIFF_FUNCTION(TIFFReadRGBAImageOriented);
#undef CANDOR_TIFF_FUNCTION
  Library() {
    TIFFSetErrorHandler(nullptr);
    TIFFSetErrorHandlerExt(on_error);
    TIFFSetWarningHandler(nullptr);
  }
};

const Library& library() {
  static const Library found;
  return found;
}

/// A file in memory, as libtiff asks for it.
struct Source {
  std::span<const std::byte> bytes;
  std::uint64_t at = 0;
};
tmsize_t read_some(thandle_t handle, void* to, tmsize_t count) {
  auto* s = static_cast<Source*>(handle);
  const std::uint64_t left = s->at < s->bytes.size() ? s->bytes.size() - s->at : 0;
  const auto got = static_cast<std::size_t>(std::min<std::uint64_t>(left, static_cast<std::uint64_t>(std::max<tmsize_t>(count, 0))));
  if (got > 0) std::memcpy(to, s->bytes.data() + s->at, got);
  s->at += got;
  return static_cast<tmsize_t>(got);
}
tmsize_t write_none(thandle_t, void*, tmsize_t) { return 0; }
toff_t seek(thandle_t handle, toff_t offset, int from) {
  auto* s = static_cast<Source*>(handle);
  s->at = (from == SEEK_CUR ? s->at : from == SEEK_END ? s->bytes.size() : 0) + offset;
  return s->at;
}
int close_none(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return static_cast<Source*>(handle)->bytes.size(); }
int map_all(thandle_t handle, void** base, toff_t* size) {
  auto* s = static_cast<Source*>(handle);
  *base = const_cast<std::byte*>(s->bytes.data());  // libtiff only reads what is open to read
  *size = s->bytes.size();
  return 1;
}
void unmap_none(thandle_t, void*, toff_t) {}

struct Opened {
  Source source;
  std::unique_ptr<TIFF, void (*)(TIFF*)> file;
  ImageSize size{};  ///< as stored
  int orientation = 1;
};

[[noreturn]] void fail_tiff(const std::string& name) {
  fail(ErrorKind::corrupt, name + ": damaged TIFF image (" + std::string(said[0] ? said : "it cannot be decoded") + ")");
}

void open(Opened& o, const std::string& name) {
  const Library& l = library();
  said[0] = 0;
  o.file = {l.TIFFClientOpen("picture", "r", &o.source, read_some, write_none, seek, close_none, size_of, map_all, unmap_none), l.TIFFClose};
  if (!o.file) fail_tiff(name);
  TIFF* const t = o.file.get();
  std::uint32_t width = 0, height = 0;
  if (!l.TIFFGetField(t, TIFFTAG_IMAGEWIDTH, &width) || !l.TIFFGetField(t, TIFFTAG_IMAGELENGTH, &height)) fail_tiff(name);
  check_image_size(height, width, name);
  std::uint16_t samples = 1, photometric = PHOTOMETRIC_MINISBLACK, orientation = 1, extra = 0, bits = 1;
  std::uint16_t* kinds = nullptr;
  l.TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLESPERPIXEL, &samples);
  l.TIFFGetFieldDefaulted(t, TIFFTAG_BITSPERSAMPLE, &bits);
  l.TIFFGetField(t, TIFFTAG_PHOTOMETRIC, &photometric);
  l.TIFFGetFieldDefaulted(t, TIFFTAG_ORIENTATION, &orientation);
  l.TIFFGetFieldDefaulted(t, TIFFTAG_EXTRASAMPLES, &extra, &kinds);
  char reason[1024] = "";
  if (!l.TIFFRGBAImageOK(t, reason)) fail(ErrorKind::unsupported, name + ": a TIFF image of a kind that is not read (" + reason + "); save it with 8 or 16 bits a sample");
  // The smallest code of any compression TIFF knows stands for a row of one colour.
  if (static_cast<std::uint64_t>(height) * width / 65536 > o.source.bytes.size())
    fail(ErrorKind::corrupt, name + ": truncated or damaged TIFF image: " + with_thousands(static_cast<std::int64_t>(o.source.bytes.size())) + " bytes cannot hold the " +
                                 with_thousands(width) + " x " + with_thousands(height) + " pixels of the header");
  // libtiff unpacks a whole strip or tile at once, with every sample of it: the header alone says how large that is.
  std::uint32_t tile_width = 0, tile_height = 0;
  if (l.TIFFGetField(t, TIFFTAG_TILEWIDTH, &tile_width) && l.TIFFGetField(t, TIFFTAG_TILELENGTH, &tile_height)) check_image_size(tile_height, tile_width, name);
  const double area = std::max(static_cast<double>(height) * width, static_cast<double>(tile_height) * tile_width);
  require_memory(area * (4.0 + samples * bits / 8.0));
  const bool grey = photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
  o.size = {height, width, (grey ? 1 : 3) + (extra > 0 ? 1 : 0)};
  o.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
}

}  // namespace

ImageSize tiff_header(std::span<const std::byte> bytes, const std::string& name) {
  Opened o{{bytes}, {nullptr, library().TIFFClose}};
  open(o, name);
  return oriented(o.size, o.orientation);
}

Image decode_tiff(std::span<const std::byte> bytes, const std::string& name) {
  Opened o{{bytes}, {nullptr, library().TIFFClose}};
  open(o, name);
  const auto pixels = static_cast<std::size_t>(o.size.height * o.size.width), channels = static_cast<std::size_t>(o.size.channels);
  std::vector<std::uint32_t> raster(pixels);
  // Asked for as it is stored, so that turning it is done in one place, for every format.
  if (!library().TIFFReadRGBAImageOriented(o.file.get(), static_cast<std::uint32_t>(o.size.width), static_cast<std::uint32_t>(o.size.height), raster.data(), o.orientation, 1)) fail_tiff(name);
  Image image{o.size.height, o.size.width, o.size.channels, std::vector<std::uint8_t>(pixels * channels)};
  std::uint8_t* out = image.pixels.data();
  for (const std::uint32_t p : raster) {
    *out++ = static_cast<std::uint8_t>(TIFFGetR(p));
    if (channels >= 3) {
      *out++ = static_cast<std::uint8_t>(TIFFGetG(p));
      *out++ = static_cast<std::uint8_t>(TIFFGetB(p));
    }
    if (channels % 2 == 0) *out++ = static_cast<std::uint8_t>(TIFFGetA(p));
  }
  return data::oriented(std::move(image), o.orientation);
}

#else

namespace {
[[noreturn]] void fail_build(const std::string& name) {
  fail(ErrorKind::unsupported, name + ": a TIFF image, which this build does not read; build with -DCANDOR_TIFF=ON and libtiff");
}
}  // namespace
ImageSize tiff_header(std::span<const std::byte>, const std::string& name) { fail_build(name); }
Image decode_tiff(std::span<const std::byte>, const std::string& name) { fail_build(name); }

#endif

}  // namespace candor::data::detail
