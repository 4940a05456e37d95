// A value or none, as std::optional: for options of a type that hardly anything else has. A std::optional of one more type costs every file
// that sees candor.h ten times what this does.
#pragma once

#include <type_traits>
#include <utility>

#include "candor/base/pointers.h"

namespace candor {

/// None by default. Asking none for its value is a mistake, as with std::optional.
template <class T>
class Maybe {
 public:
  Maybe() : none_() {}
  Maybe(T value) : none_() { set(std::move(value)); }
  template <class U>
    requires(!std::is_same_v<std::remove_cvref_t<U>, Maybe> && !std::is_same_v<std::remove_cvref_t<U>, T> && std::is_convertible_v<U, T>)
  Maybe(U&& value) : none_() { set(T(std::forward<U>(value))); }
  Maybe(const Maybe& other) : none_() {
    if (other.has_) set(T(other.value_));
  }
  Maybe(Maybe&& other) : none_() {
    if (other.has_) set(std::move(other.value_));
  }
  Maybe& operator=(Maybe other) {
    reset();
    if (other.has_) set(std::move(other.value_));
    return *this;
  }
  ~Maybe() { reset(); }

  bool has_value() const { return has_; }
  explicit operator bool() const { return has_; }
  const T& operator*() const { return value_; }
  T& operator*() { return value_; }
  const T* operator->() const { return &value_; }
  T* operator->() { return &value_; }
  T value_or(T fallback) const { return has_ ? value_ : std::move(fallback); }
  void reset() {
    if (has_) value_.~T();
    has_ = false;
  }
  bool operator==(const Maybe& other) const { return has_ == other.has_ && (!has_ || value_ == other.value_); }

 private:
  void set(T&& value) {
    std::construct_at(&value_, std::move(value));
    has_ = true;
  }
  union {
    char none_;
    T value_;
  };
  bool has_ = false;
};

}  // namespace candor
