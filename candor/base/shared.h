// The state behind a handle: a std::shared_ptr to a type that one .cpp alone knows. All of them are one std::shared_ptr<void> underneath,
// so that each further handle costs the files that see candor.h next to nothing.
#pragma once

#include <utility>

#include "candor/base/pointers.h"

namespace candor {

/// A handle on a T that only its .cpp needs to see whole. Copies share it.
template <class T>
class Shared {
 public:
  Shared() = default;
  template <class... Arguments>
  static Shared make(Arguments&&... arguments) {
    Shared made;
    made.held_ = std::make_shared<T>(std::forward<Arguments>(arguments)...);
    return made;
  }
  explicit operator bool() const { return held_ != nullptr; }
  /// Whether another handle holds the same.
  bool shared() const { return held_.use_count() > 1; }
  bool operator==(const Shared& other) const { return held_ == other.held_; }
  T* operator->() const { return static_cast<T*>(held_.get()); }
  T& operator*() const { return *static_cast<T*>(held_.get()); }

 private:
  std::shared_ptr<void> held_;
};

}  // namespace candor
