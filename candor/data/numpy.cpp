#include "candor/data/numpy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/data/archive.h"
#include "candor/data/row_memory.h"
#include "candor/data/zip_members.h"

namespace candor::data {
namespace {

/// Reads the Python literal of a header: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }.
class Header {
 public:
  Header(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  void read(NpyArray& array) {
    bool descr = false, shape = false, order = false;
    expect('{');
    while (!next('}')) {
      const std::string key = quoted_text();
      expect(':');
      if (key == "descr" && !descr) descr = true, read_type(array);
      else if (key == "shape" && !shape) shape = true, read_shape(array);
      else if (key == "fortran_order" && !order) order = true, array.fortran_order = word() == "True";
      else refuse("the header names " + quoted(key));
      if (!next(',')) {
        expect('}');
        break;
      }
    }
    if (!descr || !shape || !order) refuse("the header lacks one of descr, shape and fortran_order");
  }

 private:
  [[noreturn]] void refuse(const std::string& why) { fail(ErrorKind::corrupt, name_ + ": not a NumPy array: " + why); }
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool next(char c) {
    blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!next(c)) refuse("the header has no " + quoted(std::string_view(&c, 1)) + " where one is expected");
  }
  std::string quoted_text() {
    blanks();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) refuse("the header has no text where one is expected");
    const char quote = text_[at_++];
    std::string result;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      result += text_[at_++];
    }
    if (at_ >= text_.size()) refuse("a text in the header has no end");
    ++at_;
    return result;
  }
  std::string_view word() {
    blanks();
    const std::size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '-')) ++at_;
    return text_.substr(start, at_ - start);
  }
  void read_shape(NpyArray& array) {
    expect('(');
    while (!next(')')) {
      const std::string_view digits = word();
      const auto extent = parse_integer(digits.ends_with('L') ? digits.substr(0, digits.size() - 1) : digits);
      if (!extent || *extent < 0 || *extent > (std::int64_t{1} << 40) || array.shape.size() >= 32) refuse("its shape is none");
      array.shape.push_back(*extent);
      if (!next(',')) {
        expect(')');
        break;
      }
    }
  }
  void read_type(NpyArray& array) {
    if (!next('[')) {
      array.fields.push_back(field("", quoted_text(), false));
      array.item_bytes = array.fields[0].bytes;
      return;
    }
    std::size_t offset = 0;
    while (!next(']')) {
      expect('(');
      const std::string field_name = quoted_text();
      expect(',');
      blanks();
      if (at_ < text_.size() && text_[at_] == '[') fail(ErrorKind::unsupported, name_ + ": field " + quoted(field_name) + " has fields of its own, which is not read");
      NpyField one = field(field_name, quoted_text(), true);
      if (next(',')) fail(ErrorKind::unsupported, name_ + ": field " + quoted(field_name) + " holds arrays, which is not read");
      expect(')');
      one.offset = offset;
      offset += one.bytes;
      if (one.kind != 'V') array.fields.push_back(std::move(one));  // padding
      if (array.fields.size() > 100000) refuse("it has more than 100,000 fields");
      if (!next(',')) {
        expect(']');
        break;
      }
    }
    array.item_bytes = offset;
    if (array.fields.empty()) refuse("it has no fields");
  }
  NpyField field(const std::string& field_name, const std::string& type, bool inside) {
    NpyField result;
    result.name = field_name;
    std::string_view rest = type;
    if (rest.empty()) refuse("an empty type");
    const char order = rest.front();
    if (order == '<' || order == '>' || order == '|' || order == '=') rest.remove_prefix(1);
    if (rest.empty()) refuse("the type " + quoted(type));
    result.big_endian = order == '>';
    result.kind = rest.front();
    rest.remove_prefix(1);
    if (result.kind == 'O') fail(ErrorKind::unsupported, name_ + ": it holds Python objects (pickled), which only Python can read; save numbers or text: a.astype(float)");
    if (const std::size_t bracket = rest.find('['); result.kind == 'M' && bracket != std::string_view::npos && rest.ends_with(']')) {
      result.unit = std::string(rest.substr(bracket + 1, rest.size() - bracket - 2));
      rest = rest.substr(0, bracket);
    }
    const auto bytes = rest.empty() && result.kind == '?' ? std::optional<std::int64_t>(1) : parse_integer(rest);
    if (!bytes || *bytes < 0 || *bytes > (1 << 20)) refuse("the type " + quoted(type));
    result.bytes = static_cast<std::size_t>(*bytes) * (result.kind == 'U' ? 4 : 1);
    if (result.kind == '?') result.kind = 'b';
    const auto one_of = [&](std::initializer_list<std::size_t> sizes) { return std::find(sizes.begin(), sizes.end(), result.bytes) != sizes.end(); };
    const bool known = (result.kind == 'f' && one_of({2, 4, 8})) || ((result.kind == 'i' || result.kind == 'u') && one_of({1, 2, 4, 8})) || (result.kind == 'b' && one_of({1})) ||
                       (result.kind == 'M' && one_of({8})) || result.kind == 'U' || result.kind == 'S' || (result.kind == 'V' && inside);
    if (!known) fail(ErrorKind::unsupported, name_ + ": its type " + quoted(type) + " is not read; save it as numbers or text");
    return result;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

/// `value` days after 1970-01-01 as a date (Howard Hinnant's civil_from_days).
std::string date_text(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097, day_of_era = days - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100), mp = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9, year = year_of_era + era * 400 + (month <= 2);
  char text[80];
  std::snprintf(text, sizeof text, "%04lld-%02lld-%02lld", static_cast<long long>(year), static_cast<long long>(month), static_cast<long long>(day));
  return text;
}

std::string time_text(std::int64_t value, const std::string& unit) {
  if (value == std::numeric_limits<std::int64_t>::min()) return "";  // NaT
  if (unit == "D" || unit == "W") {
    if (std::abs(value) > 4000000) return std::to_string(value);
    return date_text(unit == "W" ? value * 7 : value);
  }
  if (unit == "Y" || unit == "M") {
    const std::int64_t months = unit == "Y" ? std::clamp<std::int64_t>(value, -10000, 10000) * 12 : std::clamp<std::int64_t>(value, -120000, 120000);
    const std::int64_t year = 1970 + (months >= 0 ? months : months - 11) / 12, month = months - (year - 1970) * 12;
    char text[80];
    std::snprintf(text, sizeof text, "%04lld-%02lld-01", static_cast<long long>(year), static_cast<long long>(month + 1));
    return text;
  }
  const std::int64_t parts = unit == "s" ? 1 : unit == "ms" ? 1000 : unit == "us" ? 1000000 : unit == "ns" ? 1000000000 : 0;
  if (parts == 0 && unit != "h" && unit != "m") return std::to_string(value);
  if (parts == 0 && std::abs(value) > std::int64_t{1} << 40) return std::to_string(value);
  const std::int64_t seconds = unit == "h" ? value * 3600 : unit == "m" ? value * 60 : value / parts - (value % parts < 0);
  const std::int64_t days = seconds / 86400 - (seconds % 86400 < 0), rest = seconds - days * 86400;
  if (std::abs(days) > 4000000) return std::to_string(value);
  char text[32];
  std::snprintf(text, sizeof text, " %02d:%02d:%02d", static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
  return date_text(days) + text;
}

std::uint64_t load(const std::byte* p, std::size_t bytes, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(p[big_endian ? bytes - 1 - i : i]) << (8 * i);
  return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
  if (code < 0x80) out += static_cast<char>(code);
  else if (code < 0x800) out += {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
  else if (code < 0x10000) out += {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
  else out += {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3F)), static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
}

/// Where the element lies that is `element` in C order.
std::int64_t place_of(const NpyArray& array, std::int64_t element) {
  if (!array.fortran_order || array.shape.size() < 2) return element;
  std::int64_t place = 0, step = array.size();
  for (std::size_t axis = array.shape.size(); axis-- > 0;) {
    const std::int64_t extent = array.shape[axis], index = element % extent;
    element /= extent;
    step /= extent;
    place += index * step;
  }
  return place;
}

const std::byte* cell(const NpyArray& array, std::int64_t element, const NpyField& field) {
  return array.bytes.data() + static_cast<std::size_t>(place_of(array, element)) * array.item_bytes + field.offset;
}

}  // namespace

std::int64_t NpyArray::size() const {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;  // beside an empty axis the others may claim what no 64 bits hold
  std::int64_t result = 1;
  for (const std::int64_t extent : shape) result *= extent;
  return result;
}

double NpyArray::number(std::int64_t element, const NpyField& field) const {
  const std::uint64_t bits = load(cell(*this, element, field), field.bytes, field.big_endian);
  if (field.kind == 'b') return bits != 0;
  if (field.kind == 'u') return static_cast<double>(bits);
  if (field.kind == 'i') {
    const int unused = 64 - static_cast<int>(field.bytes) * 8;
    return static_cast<double>(static_cast<std::int64_t>(bits << unused) >> unused);
  }
  if (field.bytes == 8) return std::bit_cast<double>(bits);
  if (field.bytes == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  f16_t half;
  half.bits = static_cast<std::uint16_t>(bits);
  return static_cast<double>(static_cast<float>(half));
}

std::string NpyArray::text(std::int64_t element, const NpyField& field) const {
  const std::byte* const p = cell(*this, element, field);
  if (field.kind == 'M') return time_text(static_cast<std::int64_t>(load(p, 8, field.big_endian)), field.unit);
  std::string result;
  if (field.kind == 'S') {
    result.assign(reinterpret_cast<const char*>(p), field.bytes);
    while (!result.empty() && result.back() == '\0') result.pop_back();
    return result;
  }
  std::size_t letters = field.bytes / 4;
  while (letters > 0 && load(p + 4 * (letters - 1), 4, field.big_endian) == 0) --letters;
  for (std::size_t i = 0; i < letters; ++i) append_utf8(result, static_cast<std::uint32_t>(load(p + 4 * i, 4, field.big_endian)));
  return result;
}

NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with("\x93NUMPY") || bytes.size() < 10) fail(ErrorKind::corrupt, name + ": not a NumPy array: it must start with \\x93NUMPY");
  const auto version = static_cast<unsigned>(bytes[6]);
  if (version < 1 || version > 3) fail(ErrorKind::unsupported, name + ": version " + std::to_string(version) + " of NumPy's format is unknown");
  const std::size_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start) fail(ErrorKind::corrupt, name + ": not a NumPy array: the header is cut off");
  const std::uint64_t length = load(bytes.data() + 8, start - 8, false);
  if (length > bytes.size() - start) fail(ErrorKind::corrupt, name + ": not a NumPy array: the header is cut off");
  NpyArray array;
  Header(text.substr(start, length), name).read(array);
  // Extents are multiplied with a limit: a damaged header may claim more than 64 bits hold.
  std::uint64_t size = array.item_bytes;
  bool none = false;
  for (const std::int64_t extent : array.shape) none = none || extent == 0;
  const std::uint64_t there = bytes.size() - start - length;
  for (const std::int64_t extent : array.shape) {
    if (none) break;
    if (size > 0 && static_cast<std::uint64_t>(extent) > (std::uint64_t{1} << 62) / std::max<std::uint64_t>(size, 1)) size = std::uint64_t{1} << 62;
    else size *= static_cast<std::uint64_t>(extent);
  }
  if (none) size = 0;
  if (array.item_bytes == 0 || size > there)
    fail(ErrorKind::corrupt, name + ": its shape " + [&] {
      std::string shape;
      for (const std::int64_t extent : array.shape) shape += (shape.empty() ? "(" : ", ") + std::to_string(extent);
      return shape.empty() ? std::string("()") : shape + ")";
    }() + " needs more bytes than the " + with_thousands(static_cast<std::int64_t>(there)) + " there are: the file is cut off");
  array.bytes = bytes.subspan(start + length);
  return array;
}

const NpyArray* Npz::find(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names)
    for (const NpyArray& array : arrays)
      if (lower_case(array.name) == name) return &array;
  return nullptr;
}

Npz parse_npz(std::span<const std::byte> bytes, const std::string& name, bool check) {
  if (const std::optional<std::vector<ZipMember>> members = stored_members(bytes)) {
    Npz result;
    for (const ZipMember& file : *members) {
      if (!file.path.ends_with(".npy")) continue;
      const std::string member = file.path.substr(0, file.path.size() - 4);
      if (check && !is_intact(file)) fail(ErrorKind::corrupt, name + " (" + member + "): damaged: its checksum is another than the archive says; write or fetch the file again");
      result.arrays.push_back(parse_npy(file.bytes, name + " (" + member + ")"));
      result.arrays.back().name = member;
    }
    if (!result.arrays.empty()) return result;
  }
  ArchiveLimits limits;
  limits.file_bytes = std::numeric_limits<std::uint64_t>::max();
  std::vector<ArchiveFile> files = parse_archive(bytes, name, [](std::string_view path) { return path.ends_with(".npy"); }, false, nullptr, limits);
  if (files.empty()) fail(ErrorKind::corrupt, name + ": no NumPy arrays (.npy) are in it");
  Npz result;
  for (ArchiveFile& file : files) {
    result.holders.push_back(std::move(file.bytes));
    const std::string member = file.path.substr(0, file.path.size() - 4);
    result.arrays.push_back(parse_npy(result.holders.back(), name + " (" + member + ")"));
    result.arrays.back().name = member;
  }
  return result;
}

Tensor to_tensor(const NpyArray& array) {
  if (array.structured() || array.fields[0].kind == 'U' || array.fields[0].kind == 'S' || array.fields[0].kind == 'M')
    fail(ErrorKind::unsupported, array.name + ": holds text or fields; a tensor of numbers is expected");
  const NpyField& field = array.fields[0];
  if (array.shape.size() > static_cast<std::size_t>(Shape::max_rank))
    fail(ErrorKind::unsupported, array.name + ": has " + std::to_string(array.shape.size()) + " axes, at most " + std::to_string(Shape::max_rank) + " are read");
  const bool wide = field.bytes == 8 || (field.kind == 'u' && field.bytes == 4);
  const DType dtype = field.kind == 'f'   ? (field.bytes == 8 ? DType::f64 : field.bytes == 4 ? DType::f32 : DType::f16)
                      : field.kind == 'b' ? DType::boolean
                      : field.bytes == 1  ? (field.kind == 'u' ? DType::u8 : DType::i8)
                      : wide              ? DType::i64
                                          : DType::i32;
  const Shape shape(array.shape);
  const Tensor result = make_rows({shape, dtype});
  const bool verbatim = (!array.fortran_order || array.shape.size() < 2) && (!field.big_endian || field.bytes == 1) && field.bytes == size_of(dtype) && field.kind != 'b' && field.kind != 'u';
  const std::int64_t count = array.size();
  if (count == 0) return result;
  if (verbatim || (field.kind == 'u' && field.bytes == 1 && (!array.fortran_order || array.shape.size() < 2))) {
    std::memcpy(result.raw(), array.bytes.data(), static_cast<std::size_t>(count) * field.bytes);
    return result;
  }
  visit_dtype(dtype, [&](auto zero) {
    using T = decltype(zero);
    T* const out = result.mutable_data<T>();
    for (std::int64_t i = 0; i < count; ++i) {
      if constexpr (std::is_same_v<T, std::int64_t>) {
        out[i] = static_cast<std::int64_t>(load(cell(array, i, field), field.bytes, field.big_endian));
      } else if constexpr (std::is_same_v<T, f16_t>) {
        out[i].bits = static_cast<std::uint16_t>(load(cell(array, i, field), 2, field.big_endian));
      } else if constexpr (std::is_same_v<T, bf16_t>) {
        out[i] = T(static_cast<float>(array.number(i, field)));
      } else if constexpr (std::is_same_v<T, bool>) {
        out[i] = array.number(i, field) != 0;
      } else {
        out[i] = static_cast<T>(array.number(i, field));
      }
    }
  });
  return result;
}

namespace {

struct Pair {
  const NpyArray *x = nullptr, *y = nullptr;
};

Pair training(const Npz& npz) {
  Pair pair{npz.find({"x_train", "train_x", "xtrain", "train_images", "train_features", "train_data"}), npz.find({"y_train", "train_y", "ytrain", "train_labels", "train_targets", "train_target"})};
  if (!pair.x) pair = {npz.find({"x", "features", "images", "data", "inputs"}), npz.find({"y", "labels", "label", "targets", "target"})};
  return pair;
}
Pair testing(const Npz& npz) {
  return {npz.find({"x_test", "test_x", "xtest", "test_images", "test_features", "test_data"}), npz.find({"y_test", "test_y", "ytest", "test_labels", "test_targets", "test_target"})};
}

// Floating numbers become f32, once and without a copy of all beside it.
Tensor features_of(const NpyArray& array) {
  const bool wide = !array.structured() && array.fields[0].kind == 'f' && array.fields[0].bytes == 8 && !array.fields[0].big_endian && (!array.fortran_order || array.shape.size() < 2);
  if (!wide || array.shape.size() > static_cast<std::size_t>(Shape::max_rank)) {
    const Tensor features = to_tensor(array);
    return features.dtype() == DType::f64 || features.dtype() == DType::f16 ? features.to(DType::f32) : features;
  }
  const Tensor result = make_rows({Shape(array.shape), DType::f32});
  float* const out = result.mutable_data<float>();
  constexpr std::int64_t piece = 1 << 16;
  const std::int64_t count = array.size();
  parallel_for((count + piece - 1) / piece, [&](std::int64_t p) {
    for (std::int64_t i = p * piece; i < std::min(count, (p + 1) * piece); ++i) {
      double value;
      std::memcpy(&value, array.bytes.data() + i * 8, sizeof value);
      out[i] = static_cast<float>(value);
    }
  });
  return result;
}

/// `known`: the classes of the training part, when the targets are words.
Dataset examples(const Pair& pair, const std::string& path, const std::vector<std::string>& known) {
  Dataset result;
  result.source = path;
  if (pair.x->shape.empty()) fail(ErrorKind::corrupt, path + ": " + pair.x->name + " is a single number; an array with one entry for each example is expected");
  if (pair.y && (pair.y->shape.empty() || pair.y->shape[0] != pair.x->shape[0]))
    fail(ErrorKind::corrupt, path + ": " + pair.x->name + " has " + with_thousands(pair.x->shape[0]) + " rows and " + pair.y->name + " has " + with_thousands(pair.y->shape.empty() ? 1 : pair.y->shape[0]) + "; both are expected to have one for each example");
  const Tensor features = features_of(*pair.x);
  if (!pair.y) {
    result.features = features;
    return result;
  }
  const NpyField& field = pair.y->fields[0];
  if (pair.y->structured() || (field.kind != 'U' && field.kind != 'S')) {
    Tensor targets = to_tensor(*pair.y);
    if (targets.rank() == 2 && targets.shape(1) == 1) targets = targets.view_reshape({targets.shape(0)});
    if (targets.dtype() == DType::f64 || targets.dtype() == DType::f16) targets = targets.to(DType::f32);
    return from_arrays(features, targets, path);
  }
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < pair.y->size(); ++i) words.push_back(pair.y->text(i, field));
  std::vector<std::string> names = known;
  if (names.empty()) {
    names = words;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  std::vector<std::int32_t> numbers;
  for (const std::string& word : words) {
    const auto found = std::lower_bound(names.begin(), names.end(), word);
    if (found == names.end() || *found != word) fail(ErrorKind::corrupt, path + ": the class " + quoted(word) + " of " + pair.y->name + " does not occur in training");
    numbers.push_back(static_cast<std::int32_t>(found - names.begin()));
  }
  result = from_arrays(features, Tensor::from(numbers), path);
  result.class_names = std::move(names);
  return result;
}

}  // namespace

Split read_npz_dataset(const std::string& path) {
  const MappedFile file(path);
  const Npz npz = parse_npz(file.bytes(), path);
  const Pair train = training(npz), test = testing(npz);
  if (!train.x) {
    std::vector<std::string> names;
    for (const NpyArray& array : npz.arrays) names.push_back(array.name);
    fail(ErrorKind::corrupt, path + ": holds " + name_list(names, 20) + "; examples are expected as x_train, y_train, x_test, y_test or x and y");
  }
  Split split{examples(train, path, {}), {}};
  if (test.x) split.test = examples(test, path, test.y && train.y ? split.train.class_names : std::vector<std::string>());
  if (test.x && split.train.is_classification() && split.test.is_classification() && split.test.class_names.size() != split.train.class_names.size()) {
    // A test part may lack a class; one that training lacks cannot be learned.
    if (split.test.class_names.size() > split.train.class_names.size())
      fail(ErrorKind::corrupt, path + ": the test part has " + std::to_string(split.test.class_names.size()) + " classes, the training part " + std::to_string(split.train.class_names.size()));
    split.test.class_names = split.train.class_names;
  }
  return split;
}

bool is_npz_dataset(const std::string& path) {
  if (!lower_case(path).ends_with(".npz")) return false;
  const MappedFile file(path);
  const Npz npz = parse_npz(file.bytes(), path, false);
  const Pair train = training(npz);
  return train.x && (train.y || train.x->shape.size() > 2);
}

}  // namespace candor::data
