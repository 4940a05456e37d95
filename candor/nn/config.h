// A description of a layer, loss or model that can be stored: null, bool, number, text, list and map, as in JSON. The model
// file turns it into JSON and back; nothing here knows of files.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor {
/// A tree of values as JSON has it, with tensors as leaves: what layers, models, losses and optimizers are written as, in Keras's words.
class Config {
 public:
  using List = std::vector<Config>;
  using Map = std::vector<std::pair<std::string, Config>>;  ///< keeps the order in which things were set

  Config();  ///< null
  Config(const Config&);
  Config(Config&&) noexcept;
  Config& operator=(const Config&);
  Config& operator=(Config&&) noexcept;
  ~Config();
  Config(bool value);
  Config(int value);
  Config(std::int64_t value);
  Config(double value);
  Config(const char* value);
  Config(std::string value);
  Config(std::string_view value);
  Config(List value);
  Config(Map value);
  Config(std::initializer_list<std::pair<std::string, Config>> items);
  static Config integers(const std::vector<std::int64_t>& values);
  static Config numbers(const std::vector<double>& values);
  static Config map();
  static Config list();

  bool is_null() const;
  bool is_bool() const;
  bool is_integer() const;
  bool is_number() const;
  bool is_text() const;
  bool is_list() const;
  bool is_map() const;

  /// The value, or Error (corrupt) that says what was expected and what is there.
  bool boolean() const;
  std::int64_t integer() const;
  double number() const;  ///< integers count
  const std::string& text() const;
  const List& items() const;
  const Map& entries() const;
  std::vector<std::int64_t> to_integers() const;
  std::vector<double> to_numbers() const;

  /// Map access: null pointer or Error (corrupt) naming the key when it is missing.
  const Config* find(std::string_view key) const;
  const Config& at(std::string_view key) const;
  /// Sets or adds a key; a null Config becomes a map.
  Config& set(std::string_view key, Config value);
  /// The value of `key`, or `fallback` when the key is missing or null.
  bool get(std::string_view key, bool fallback) const;
  std::int64_t get(std::string_view key, std::int64_t fallback) const;
  std::int64_t get(std::string_view key, int fallback) const;
  double get(std::string_view key, double fallback) const;
  std::string get(std::string_view key, const char* fallback) const;
  std::string get(std::string_view key, const std::string& fallback) const;

  bool operator==(const Config& other) const;

 private:
  struct Value;  // a variant, out of sight: every file that sees candor.h would pay for its comparisons and copies
  explicit Config(Value&& value);
  Value* value_ = nullptr;  // owned; null is null. Not a unique_ptr, which every file that sees candor.h would pay for
};

/// JSON-like text for messages and tests; not meant to be read back.
std::string to_string(const Config& config);

}  // namespace candor
