// A callable of any type behind one type, as std::function, without <functional>: that header alone would be a tenth of what including
// candor.h costs.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "candor/base/pointers.h"

namespace candor {

template <class Signature>
class Function;

/// Holds anything that can be called with Arguments: a lambda, a function, a std::function. Empty by default; an empty one must not be
/// called. Copies share the callable.
template <class Result, class... Arguments>
class Function<Result(Arguments...)> {
 public:
  using result_type = Result;
  Function() = default;
  Function(std::nullptr_t) {}
  template <class F>
    requires(!std::is_same_v<F, Function> && std::is_invocable_r_v<Result, F&, Arguments...>)
  Function(F f) {
    if constexpr (std::is_pointer_v<F> || requires { typename F::result_type; static_cast<bool>(f); }) {  // a pointer, a std::function
      if (!f) return;
    }
    callable_ = std::make_shared<F>(std::move(f));
    call_ = [](void* callable, Arguments... arguments) -> Result {
      return static_cast<Result>((*static_cast<F*>(callable))(std::forward<Arguments>(arguments)...));
    };
  }

  explicit operator bool() const { return call_ != nullptr; }
  Result operator()(Arguments... arguments) const { return call_(callable_.get(), std::forward<Arguments>(arguments)...); }

 private:
  std::shared_ptr<void> callable_;
  Result (*call_)(void*, Arguments...) = nullptr;
};

namespace detail {
template <class Member> struct CallSignature;
template <class C, class R, class... A> struct CallSignature<R (C::*)(A...)> { using type = R(A...); };
template <class C, class R, class... A> struct CallSignature<R (C::*)(A...) const> { using type = R(A...); };
template <class C, class R, class... A> struct CallSignature<R (C::*)(A...) noexcept> { using type = R(A...); };
template <class C, class R, class... A> struct CallSignature<R (C::*)(A...) const noexcept> { using type = R(A...); };
}  // namespace detail

/// Function(f) knows the signature of a function or of a lambda without auto parameters.
template <class R, class... A>
Function(R (*)(A...)) -> Function<R(A...)>;
template <class F>
Function(F) -> Function<typename detail::CallSignature<decltype(&F::operator())>::type>;

}  // namespace candor
