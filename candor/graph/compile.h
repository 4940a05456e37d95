// compile(f): trace once per input signature, plan, then run the Program. The user's own training loop goes through here.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "candor/base/function.h"
#include "candor/base/pointers.h"
#include "candor/base/shared.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/plan_options.h"
#include "candor/graph/trace.h"
#include "candor/ops/run_state.h"

namespace candor {

class Program;

/// A function with its Programs, one for each signature it has met.
class CompiledFunction {
 public:
  explicit CompiledFunction(TensorFunction f, PlanOptions options = {});
  std::vector<Tensor> operator()(std::span<const Tensor> arguments) const;
  /// The Program for arguments of these types, made when it is not there yet.
  Program& program(std::span<const TensorType> types) const;
  /// Seed of the random ops; the step counts the calls and can be set, to resume.
  void set_state(RunState state) const;
  RunState state() const;

 private:
  struct State;
  Shared<State> state_;
};

namespace detail {
/// A list as a span: out of line, as the checks that come with the conversion would cost every file that sees candor.h.
std::span<const Tensor> all_of(const std::vector<Tensor>& tensors);
void flatten(const Tensor& t, std::vector<Tensor>& out);
void flatten(const std::vector<Tensor>& ts, std::vector<Tensor>& out);
template <class A, class B>
void flatten(const std::pair<A, B>& p, std::vector<Tensor>& out) { flatten(p.first, out), flatten(p.second, out); }
template <class... Ts>
void flatten(const std::tuple<Ts...>& t, std::vector<Tensor>& out) {
  std::apply([&](const auto&... items) { (flatten(items, out), ...); }, t);
}
/// What of a list of results is not taken yet. Two pointers: the checks by which a std::span is made of a vector cost every file that sees candor.h.
struct Rest {
  const Tensor *begin, *end;
};
template <class T> struct Unflatten;
template <> struct Unflatten<Tensor> {
  static Tensor take(Rest& in);
};
template <> struct Unflatten<std::vector<Tensor>> {  // only as the last or only part of a result
  static std::vector<Tensor> take(Rest& in);
};
template <class A, class B> struct Unflatten<std::pair<A, B>> {
  static std::pair<A, B> take(Rest& in) { A a = Unflatten<A>::take(in); B b = Unflatten<B>::take(in); return {std::move(a), std::move(b)}; }
};
template <class... Ts> struct Unflatten<std::tuple<Ts...>> {
  static std::tuple<Ts...> take(Rest& in) { return std::tuple<Ts...>{Unflatten<Ts>::take(in)...}; }
};
/// A result of type R from the list of its tensors.
template <class R>
R unflatten(const std::vector<Tensor>& results) {
  Rest rest{results.data(), results.data() + results.size()};
  return Unflatten<R>::take(rest);
}
}  // namespace detail

/// A compiled callable with the result type of the user's function: Tensor, vector<Tensor>, pair or tuple of them, or void.
template <class Result, class... Args>
class Compiled {
 public:
  explicit Compiled(Function<Result(Args...)> f, PlanOptions options)
      : function_(
            [f = std::move(f)](std::span<const Tensor> in) {
              return [&]<std::size_t... I>(std::index_sequence<I...>) {
                std::vector<Tensor> out;
                if constexpr (std::is_void_v<Result>) f(in[I]...);
                else detail::flatten(f(in[I]...), out);
                return out;
              }(std::index_sequence_for<Args...>{});
            },
            std::move(options)) {}

  Result operator()(const std::type_identity_t<std::remove_cvref_t<Args>>&... arguments) const {
    const std::vector<Tensor> in{arguments...};
    const std::vector<Tensor> out = function_(detail::all_of(in));
    if constexpr (!std::is_void_v<Result>) return detail::unflatten<Result>(out);
  }
  const CompiledFunction& function() const { return function_; }

 private:
  CompiledFunction function_;
};

namespace detail {
template <class R, class... A> Compiled<R, A...> make_compiled(Function<R(A...)> f, PlanOptions o) { return Compiled<R, A...>(std::move(f), std::move(o)); }
}

/// Compiles f, a callable on Tensors. Traced when first called with a new signature; later calls run the Program.
template <class F>
auto compile(F f, PlanOptions options = {}) {
  return detail::make_compiled(Function(std::move(f)), std::move(options));
}

}  // namespace candor
