// Attributes of an op: a small sorted list of named values that can be compared, hashed and printed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor {

class Graph;

using AttrValue = std::variant<bool, std::int64_t, double, std::string, DType, std::vector<std::int64_t>, std::vector<double>,
                               std::shared_ptr<const Graph>>;
/// What an op needs to know besides its inputs: few named values. Equal attributes hash and compare equal, whatever order they were set in.
class Attrs {
 public:
  Attrs() = default;
  Attrs(std::initializer_list<std::pair<std::string_view, AttrValue>> values);

  /// Sets or replaces. `int` and `Shape` are stored as i64 and list of i64.
  Attrs& set(std::string_view name, AttrValue value);
  Attrs& set(std::string_view name, bool value) { return set(name, AttrValue(value)); }
  Attrs& set(std::string_view name, int value) { return set(name, AttrValue(std::int64_t{value})); }
  Attrs& set(std::string_view name, std::int64_t value) { return set(name, AttrValue(value)); }
  Attrs& set(std::string_view name, double value) { return set(name, AttrValue(value)); }
  Attrs& set(std::string_view name, const char* value) { return set(name, AttrValue(std::string(value))); }
  Attrs& set(std::string_view name, const Shape& value) { return set(name, AttrValue(value.to_vector())); }

  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// Throw Error (internal) when missing or of another type: an op's own functions agree on its attributes.
  bool flag(std::string_view name) const { return get<bool>(name); }
  std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }
  DType dtype(std::string_view name) const { return get<DType>(name); }
  const std::vector<std::int64_t>& integers(std::string_view name) const { return get<std::vector<std::int64_t>>(name); }
  const std::vector<double>& numbers(std::string_view name) const { return get<std::vector<double>>(name); }
  Shape shape(std::string_view name) const { return Shape(integers(name)); }
  const std::shared_ptr<const Graph>& graph(std::string_view name) const { return get<std::shared_ptr<const Graph>>(name); }

  const std::vector<std::pair<std::string, AttrValue>>& items() const { return items_; }
  bool operator==(const Attrs& other) const { return items_ == other.items_; }
  std::size_t hash() const;

 private:
  const AttrValue* find(std::string_view name) const;
  template <class T>
  const T& get(std::string_view name) const {
    const AttrValue* value = find(name);
    if (!value || !std::holds_alternative<T>(*value)) missing(name);
    return std::get<T>(*value);
  }
  [[noreturn]] void missing(std::string_view name) const;
  std::vector<std::pair<std::string, AttrValue>> items_;
};

/// "{axis: -1, keepdims: true}".
std::string to_string(const Attrs& attrs);

}  // namespace candor
