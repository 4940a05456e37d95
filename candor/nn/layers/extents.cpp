#include "candor/nn/layers/extents.h"

#include "candor/nn/layers/check.h"

namespace candor {

Extents::Extents(Ints values) : values_(std::move(values)) {}
Extents::Extents(int value) : values_{value} {}
Extents::Extents(std::initializer_list<int> values) : values_(values.begin(), values.end()) {}

Ints Extents::expand(int axes, const std::string& what) const {
  if (values_.size() == 1) return Ints(static_cast<std::size_t>(axes), values_.front());
  if (values_.size() != static_cast<std::size_t>(axes)) {
    fail(ErrorKind::invalid_argument, what + ": one value or " + std::to_string(axes) + " are needed, not " + std::to_string(values_.size()));
  }
  return values_;
}

Margins::Margins(int value) : values_{value} {}
Margins::Margins(std::initializer_list<int> values) : values_(values.begin(), values.end()) {}
Margins::Margins(std::initializer_list<std::pair<int, int>> pairs) : pairs_(pairs.begin(), pairs.end()) {}
Margins::Margins(Padding pairs) : pairs_(std::move(pairs)) {}

Margins Margins::from_config(const Config& value) {
  Margins margins;
  if (!value.is_list()) {
    margins.values_ = {value.integer()};
    return margins;
  }
  margins.values_.clear();
  for (const Config& item : value.items()) {
    if (!item.is_list()) {
      margins.values_.push_back(item.integer());
      continue;
    }
    const Ints pair = item.to_integers();
    if (pair.size() != 2) fail(ErrorKind::corrupt, "configuration: " + to_string(value) + " must hold pairs of before and after");
    margins.pairs_.emplace_back(pair[0], pair[1]);
  }
  if (!margins.pairs_.empty() && !margins.values_.empty()) fail(ErrorKind::corrupt, "configuration: " + to_string(value) + " mixes numbers and pairs");
  return margins;
}

Padding Margins::expand(int axes, const std::string& what) const {
  const auto count = static_cast<std::size_t>(axes);
  Padding out = pairs_;
  if (pairs_.empty()) {
    if (axes == 1 && values_.size() == 2) out.emplace_back(values_[0], values_[1]);
    else for (std::int64_t value : Extents(values_).expand(axes, what)) out.emplace_back(value, value);
  }
  if (out.size() != count) {
    fail(ErrorKind::invalid_argument, what + ": a pair for each of " + std::to_string(axes) + " axes is needed, not " + std::to_string(out.size()));
  }
  for (const auto& [before, after] : out) {
    const std::string pair = "(" + std::to_string(before) + ", " + std::to_string(after) + ")";
    if (before < 0 || after < 0) fail(ErrorKind::invalid_argument, what + ": must not be negative, not " + pair);
    if (before > detail::largest_size || after > detail::largest_size) fail(ErrorKind::invalid_argument, what + ": must be at most " + std::to_string(detail::largest_size) + ", not " + pair);
  }
  return out;
}

WindowPadding::WindowPadding(const char* mode) : mode_(mode) {}
WindowPadding::WindowPadding(std::string mode) : mode_(std::move(mode)) {}
WindowPadding::WindowPadding(Margins margins) : margins_(std::move(margins)) {}
WindowPadding::WindowPadding(std::initializer_list<std::pair<int, int>> pairs) : margins_(pairs) {}
WindowPadding WindowPadding::from_config(const Config* value) {
  if (!value || value->is_null()) return {};
  if (!value->is_text()) return Margins::from_config(*value);
  std::string mode = value->text();
  for (char& c : mode) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return mode;
}

Config WindowPadding::config(int axes) const { return mode_.empty() ? detail::margins_config(margins_.expand(axes, "padding")) : Config(mode_); }

void WindowPadding::check(const std::string& layer, int axes, const std::vector<std::string>& modes) const {
  if (mode_.empty()) margins_.expand(axes, layer + ": padding");
  else detail::require_one_of(layer.c_str(), "padding", mode_, modes);
}

Padding WindowPadding::resolve(const Ints& spatial, const Ints& size, const Ints& strides, const Ints& dilation) const {
  if (mode_.empty()) return margins_.expand(static_cast<int>(spatial.size()), "padding");
  return resolve_padding(mode_, spatial, size, strides, dilation);
}

Config detail::margins_config(const Padding& pairs) {
  Config::List list;
  for (const auto& [before, after] : pairs) list.push_back(Config::integers({before, after}));
  return list;
}

}  // namespace candor
