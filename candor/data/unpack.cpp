#include "candor/data/unpack.h"

#include <array>
#include <vector>

#include <nlohmann/json.hpp>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"

namespace candor::data {
namespace {

void copy(const std::string& from, const std::string& to) { write_atomically(to, MappedFile(from).bytes()); }

/// The lines of a table without header, cleaned by `clean`, below `header`.
template <class Clean>
void with_header(const std::string& from, const std::string& to, const std::string& header, Clean&& clean) {
  const MappedFile file(from);
  std::string out = header + "\n";
  for (std::string_view line : split_text(file.text(), '\n')) {
    line = trimmed(line);
    if (!line.empty()) out += clean(line) + "\n";
  }
  write_atomically(to, out);
}

/// "39, State-gov, ..., <=50K." -> "39,State-gov,...,<=50K".
std::string adult_line(std::string_view line) {
  std::string out;
  for (std::string_view cell : split_text(line, ',')) out.append(out.empty() ? "" : ",").append(trimmed(cell));
  if (out.ends_with('.')) out.pop_back();
  return out;
}

std::string idx_header(std::initializer_list<std::uint32_t> extents) {
  std::string out{'\0', '\0', '\x08', static_cast<char>(extents.size())};
  for (const std::uint32_t extent : extents)
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(extent >> shift);
  return out;
}

/// A batch is rows of one label and 3072 pixels, colour by colour; IDX files hold pixels, channels last.
void unpack_cifar(const std::string& from, const std::string& to) {
  constexpr std::size_t pixels = 32 * 32, row = 1 + 3 * pixels, rows = 10000;
  const MappedFile file(from);
  TarReader tar(file.bytes(), from);
  std::array<std::string, 6> batches;  // five of training, the test
  std::string classes;
  while (const auto entry = tar.next()) {
    const std::string name = entry->name.substr(entry->name.rfind('/') + 1);
    if (name == "batches.meta.txt") classes = tar.read(10000);
    if (name == "test_batch.bin") batches[5] = tar.read(row * rows);
    if (name.size() == 16 && name.starts_with("data_batch_") && name.ends_with(".bin") && name[11] >= '1' && name[11] <= '5') batches[static_cast<std::size_t>(name[11] - '1')] = tar.read(row * rows);
  }
  std::string train_pixels = idx_header({50000, 32, 32, 3}), train_labels = idx_header({50000}), test_pixels = idx_header({10000, 32, 32, 3}), test_labels = idx_header({10000});
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (batches[i].size() != row * rows) fail(ErrorKind::corrupt, from + ": holds no batch " + std::to_string(i + 1) + " of 10,000 pictures");
    std::string &x = i < 5 ? train_pixels : test_pixels, &y = i < 5 ? train_labels : test_labels;
    for (std::size_t r = 0; r < rows; ++r) {
      const char* at = batches[i].data() + r * row;
      y += *at++;
      for (std::size_t p = 0; p < pixels; ++p) x += at[p], x += at[pixels + p], x += at[2 * pixels + p];
    }
  }
  write_atomically(to + "/train-images-idx4-ubyte", train_pixels);
  write_atomically(to + "/train-labels-idx1-ubyte", train_labels);
  write_atomically(to + "/t10k-images-idx4-ubyte", test_pixels);
  write_atomically(to + "/t10k-labels-idx1-ubyte", test_labels);
  write_atomically(to + "/classes.txt", classes);
}

std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c == '\r' || c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

/// aclImdb/train/pos/0_9.txt and its like. The rating in the name would give the answer away and is left out.
void unpack_imdb(const std::string& from, const std::string& to) {
  const MappedFile file(from);
  TarReader tar(file.bytes(), from);
  std::string train = "text,sentiment\n", test = train;
  while (const auto entry = tar.next()) {
    if (!entry->name.ends_with(".txt")) continue;
    const auto parts = split_text(entry->name, '/');
    if (parts.size() < 3) continue;
    const std::string_view part = parts[parts.size() - 3], mood = parts[parts.size() - 2];
    if ((part == "train" || part == "test") && (mood == "pos" || mood == "neg")) (part == "train" ? train : test).append(csv_cell(tar.read(1 << 20))).append(",").append(mood).append("\n");
  }
  for (const auto& [text, name] : {std::pair(&train, "/train.csv"), std::pair(&test, "/test.csv")}) {
    if (text->size() < 100) fail(ErrorKind::corrupt, from + ": holds no reviews for " + std::string(name + 1));
    write_atomically(to + name, *text);
  }
}

/// [{"index":0,"data":[...],"target":"1"}, ...] -> t1,...,t140,class.
void unpack_beats(const std::string& from, const std::string& to) {
  const MappedFile file(from);
  const auto beats = nlohmann::json::parse(file.text(), nullptr, false);
  std::string out;
  std::size_t width = 0;
  if (!beats.is_array() || beats.empty()) fail(ErrorKind::corrupt, from + ": a JSON list of heartbeats is expected");
  for (const auto& beat : beats) {
    const bool whole = beat.is_object() && beat.contains("data") && beat["data"].is_array() && beat.contains("target");
    const std::string target = !whole ? "" : beat["target"].is_string() ? beat["target"].get<std::string>() : beat["target"].dump();
    if (!parse_integer(target) || (width != 0 && beat["data"].size() != width)) fail(ErrorKind::corrupt, from + ": a heartbeat without data and target, or of another length");
    if (width == 0) {
      width = beat["data"].size();
      for (std::size_t i = 1; i <= width; ++i) out += "t" + std::to_string(i) + ",";
      out += "class\n";
    }
    for (const auto& value : beat["data"]) out += value.dump() + ",";
    out += target + "\n";
  }
  write_atomically(to, out);
}

}  // namespace

void unpack(const CatalogueEntry& entry, const std::string& from, const std::string& to) {
  make_folders(to);
  for (const RemoteFile& file : entry.files) {
    const std::string source = from + "/" + file.name, target = to + "/" + file.name;
    switch (entry.unpacking) {
      case Unpacking::none: copy(source, target); break;
      case Unpacking::header: with_header(source, target, entry.header, [](std::string_view line) { return std::string(line); }); break;
      case Unpacking::adult: with_header(source, target, entry.header, adult_line); break;
      case Unpacking::cifar: unpack_cifar(source, to); break;
      case Unpacking::imdb: unpack_imdb(source, to); break;
      case Unpacking::beats: unpack_beats(source, target.substr(0, target.rfind('.')) + ".csv"); break;
    }
  }
}

TarReader::TarReader(std::span<const std::byte> bytes, std::string name) : packed_(bytes, name), name_(std::move(name)) {}

void TarReader::pass_over(std::uint64_t bytes) {
  std::array<std::byte, 16384> room;
  while (bytes > 0) {
    const std::size_t count = packed_.read(std::span(room).first(std::min<std::uint64_t>(room.size(), bytes)));
    if (count == 0) fail(ErrorKind::corrupt, name_ + ": the archive ends within " + candor::quoted(file_));
    bytes -= count;
  }
}

std::optional<TarReader::File> TarReader::next() {
  while (true) {
    pass_over(rest_ + padding_);
    rest_ = padding_ = 0;
    std::array<std::byte, 512> head;
    const std::size_t count = packed_.read(head);
    if (count == 0) return std::nullopt;
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    if (count == head.size() && text.find_first_not_of('\0') == std::string_view::npos) return std::nullopt;
    const auto field = [&](std::size_t at, std::size_t size) {
      const std::string_view whole = text.substr(at, size);
      return whole.substr(0, whole.find('\0'));
    };
    const auto octal = [&](std::size_t at, std::size_t size) {
      std::uint64_t value = 0;
      for (const char c : trimmed(field(at, size))) {
        if (c < '0' || c > '7') fail(ErrorKind::corrupt, name_ + ": damaged archive after " + candor::quoted(file_) + ": a size that is no octal number");
        value = 8 * value + static_cast<std::uint64_t>(c - '0');
      }
      return value;
    };
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < head.size(); ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<std::uint64_t>(head[i]);
    if (count < head.size() || octal(148, 8) != sum) fail(ErrorKind::corrupt, name_ + ": damaged archive after " + candor::quoted(file_) + ": a header with a wrong sum");
    rest_ = octal(124, 12);
    padding_ = (512 - rest_ % 512) % 512;
    const std::string_view prefix = field(257, 5) == "ustar" ? field(345, 155) : "";
    file_ = (prefix.empty() ? "" : std::string(prefix) + "/") + std::string(field(0, 100));
    if (text[156] == '0' || text[156] == '\0') return File{file_, rest_};
  }
}

std::string TarReader::read(std::uint64_t limit) {
  if (rest_ > limit) fail(ErrorKind::corrupt, name_ + ": " + candor::quoted(file_) + " has " + std::to_string(rest_) + " bytes, at most " + std::to_string(limit) + " are expected");
  std::string out(rest_, '\0');
  const std::size_t count = packed_.read(std::as_writable_bytes(std::span(out.data(), out.size())));
  if (count < out.size()) fail(ErrorKind::corrupt, name_ + ": the archive ends within " + candor::quoted(file_));
  rest_ = 0;
  return out;
}

}  // namespace candor::data
