// From a function on tensors to a Graph: the function runs once on symbolic tensors and every op it calls is recorded.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "candor/base/function.h"
#include "candor/base/pointers.h"
#include "candor/base/shared.h"
#include "candor/tensor/tensor.h"

namespace candor {

class Graph;

using TensorFunction = Function<std::vector<Tensor>(std::span<const Tensor>)>;

/// The graph of `f` for arguments of these types. Concrete tensors that f uses enter as constants, variables by reference.
/// Throws what f throws; Error (invalid_argument) when f reads a symbolic tensor's elements.
std::shared_ptr<Graph> trace(const TensorFunction& f, std::span<const TensorType> arguments);

/// Puts an existing graph's nodes into the open trace, with `arguments` in place of its arguments; returns its results.
std::vector<Tensor> inline_graph(const Graph& graph, std::span<const Tensor> arguments);

namespace detail {
/// The graph that the calling thread is tracing, null outside.
Graph* open_graph();
/// Value of a tensor in the open trace (a concrete tensor is added as constant or variable).
int value_of(const Tensor& tensor);
Tensor symbolic_tensor(int value);
}  // namespace detail

/// A trainable or running quantity: storage with an identity. Reading it in a trace reads its value at run time; assigning
/// in a trace takes effect when the Program has run. Copies share the storage.
class Variable {
 public:
  Variable() = default;
  explicit Variable(const Tensor& initial, std::string name = "variable", bool trainable = true);

  bool defined() const { return static_cast<bool>(state_); }
  const std::string& name() const;
  void rename(std::string name) const;
  bool trainable() const;
  void set_trainable(bool trainable) const;
  const TensorType& type() const;
  const Shape& shape() const { return type().shape; }

  /// The storage itself: stays valid, changes when the variable does.
  const Tensor& tensor() const;
  /// What an op should read: in a trace the value assigned so far, else tensor().
  Tensor value() const;
  operator Tensor() const { return value(); }
  /// New value, same shape and dtype (Error (shape) otherwise).
  void assign(const Tensor& value) const;
  /// A projection that optimizers apply to the value after each update; empty: none. It must keep shape and dtype.
  void set_constraint(Function<Tensor(const Tensor&)> constraint) const;
  const Function<Tensor(const Tensor&)>& constraint() const;
  bool same(const Variable& other) const { return state_ == other.state_; }

 private:
  struct State;
  Shared<State> state_;
};

}  // namespace candor
